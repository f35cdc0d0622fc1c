package fulfillment

// BatchAnswer is what came of one outbox row that was sent together with others.
type BatchAnswer struct {
	News PackageNews
	Err  error // nil: done. Else one of the causes in market_errors.go
}
