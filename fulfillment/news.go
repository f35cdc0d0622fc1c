package fulfillment

// PackageNews is what the platform told of a package.
type PackageNews struct {
	PlatformID     PackageID
	Tracking       Tracking
	ProviderID     string
	Carrier        string
	PlatformStatus string
	Arranged       bool
	Warning        string // mark-shipped warnings are shown to the operator
}

// PlatformWarning is what the platform doubts about a parcel that it took as shipped all the same, in its own words.
type PlatformWarning struct {
	OrderID   OrderID
	PackageID PackageID
	Words     string
}

// warned says a warning aloud. The event stands with the row that brought it; the order's story keeps it.
func (t *turn) warned(w PlatformWarning) {
	t.say(Verdict{Code: CommandDone, Why: WhyPlatformWarns, Class: ClassCommand, OrderID: w.OrderID, PackageID: w.PackageID, Name: w.Words})
}
