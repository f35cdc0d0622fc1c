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
