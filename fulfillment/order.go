package fulfillment

import "time"

// Identifiers of the platform are strings of up to 19 digits; they are kept as text so that no digit is ever lost.
// They have types of their own so that a tracking number cannot be passed where an order is meant.
type (
	OrderID    string
	LineID     string
	PackageID  string
	SKU        string // the seller's own code, seller_sku
	SKUID      string // the platform's sku_id
	Tracking   string
	ManifestID string
	Hash       string // lower-case hex SHA-256 of a stored file or an event
)

// Short is the beginning of the hash, enough to tell two apart by eye.
func (h Hash) Short() string { return string(h[:min(len(h), 12)]) }

// OrderStatus is the platform's word for an order. Values outside the list below are kept as they came and mean
// "not known": such an order is never packed.
type OrderStatus string

const (
	StatusUnpaid             OrderStatus = "UNPAID"
	StatusOnHold             OrderStatus = "ON_HOLD"
	StatusAwaitingShipment   OrderStatus = "AWAITING_SHIPMENT"
	StatusPartiallyShipping  OrderStatus = "PARTIALLY_SHIPPING"
	StatusAwaitingCollection OrderStatus = "AWAITING_COLLECTION"
	StatusInTransit          OrderStatus = "IN_TRANSIT"
	StatusDelivered          OrderStatus = "DELIVERED"
	StatusCompleted          OrderStatus = "COMPLETED"
	StatusCancelled          OrderStatus = "CANCELLED"
)

// ShippingType says whose carrier contract is used.
type ShippingType string

const (
	ShippingPlatform ShippingType = "TIKTOK" // the platform makes the label
	ShippingSeller   ShippingType = "SELLER" // the seller brings label and tracking number
)

// FulfillmentType: only FULFILLMENT_BY_SELLER is the seller's to ship; everything else is shown, never written.
const FulfillmentBySeller = "FULFILLMENT_BY_SELLER"

// Source tells where an order came from.
type Source string

const (
	SourcePlatform Source = "platform"
	SourceCSV      Source = "csv"
)

// Deadline is a named moment. Source "order" means the platform set it on the order; "rule" means a rule pack computed
// it, and the screen must call it an estimate.
type Deadline struct {
	Name   string    `json:"name"` // the platform's field name: rts_sla_time, tts_sla_time, shipping_due_time, …
	At     time.Time `json:"at"`   // UTC
	Source string    `json:"source"`
}

// Order is one order as this station knows it. Lines has one element per unit, as the platform sends it.
type Order struct {
	ID               OrderID
	Shop             string // shop cipher; empty for CSV orders
	Market           string // region code of the recipient, or the station's market for CSV orders
	Source           Source
	Status           OrderStatus
	ShippingType     ShippingType
	FulfillmentType  string
	DeliveryOptionID string
	DeliveryOption   string
	WarehouseID      string
	BuyerMessage     string
	SellerNote       string
	CreatedAt        time.Time
	PaidAt           time.Time
	UpdatedAt        time.Time // the platform's update_time
	CheckedAt        time.Time // when this station last heard of the order from the platform; zero for CSV orders
	OnHoldOrder      bool      // is_on_hold_order: the shop uses the platform's one-hour hold
	CancelRequested  bool
	Request          CancelRequest // the open one, where it is known; the flag may be known first
	AddressUpdated   bool
	Combined         bool // the platform put several orders into one package
	// AddressMark stands for the recipient's address: two that differ are two addresses. Empty: the address was masked. What the
	// platform tells has the SHA-256 of it, in memory only; what is stored has a hash with a key that only the store knows.
	AddressMark string
	Deadlines   []Deadline
	Lines       []LineItem
	Packages    []Package
	Holds       []Hold // holds of the whole order, set here (held, short) or by the platform
	// With are the other orders stored here that have a package of this one, as the platform combined them. They have no
	// With themselves. Only an order that was looked up by itself has it, not one of a list.
	With              []Order
	ReportedShippedAt time.Time
}

// LineItem is one unit of one SKU.
type LineItem struct {
	ID            LineID
	SKU           SKU
	SKUID         SKUID
	ProductID     string
	ProductName   string
	SKUName       string
	Image         string // address of the picture; may be empty
	PackageID     PackageID
	Status        OrderStatus // display_status
	IsGift        bool
	DangerousGood bool
	Bundle        []BundlePart // parts of a virtual bundle; these are scanned instead of the line itself
}

// BundlePart is one SKU inside a virtual bundle, Count units for each unit of the bundle.
type BundlePart struct {
	ProductID string
	SKUID     SKUID
	SKU       SKU
	Count     int
}

// Package is one parcel of an order. ID never changes once this station has seen the package: it is the platform's id
// where there was one at first sight, else "<order id>-<n>"; PlatformID is filled in when the platform makes one.
type Package struct {
	ID             PackageID
	PlatformID     PackageID
	OrderID        OrderID
	Lines          []LineID
	Tracking       Tracking
	ProviderID     string
	Carrier        string // the provider's display name
	PlatformStatus string // TO_FULFILL PROCESSING FULFILLING COMPLETED CANCELLED, or empty
	Arranged       bool   // the platform has been told and has agreed: a label may exist
	Rung           Rung
	Holds          []Hold
	WeightG        int  // grams, 0: not weighed
	Label          Hash // the carrier label as received; empty: none yet
	Hazmat         Hash // the platform's dangerous goods label as received; empty: none
	LabelJob       JobID
	Reprints       int
	Manifest       ManifestID
	Unpacked       string // the supervisor who accepted it for the carrier although nobody here verified its items
}

// PackageByID returns the package and whether the order has it.
func (o Order) PackageByID(id PackageID) (Package, bool) {
	for _, p := range o.Packages {
		if p.ID == id || (p.PlatformID != "" && p.PlatformID == id) {
			return p, true
		}
	}
	return Package{}, false
}

// Deadline returns the named deadline, zero time if the order does not carry it.
func (o Order) Deadline(name string) time.Time {
	for _, d := range o.Deadlines {
		if d.Name == name {
			return d.At
		}
	}
	return time.Time{}
}

// ShipBy is the moment by which the order must be arranged or handed over: rts_sla_time, else the earliest deadline.
func (o Order) ShipBy() time.Time {
	if t := o.Deadline("rts_sla_time"); !t.IsZero() {
		return t
	}
	var first time.Time
	for _, d := range o.Deadlines {
		if first.IsZero() || d.At.Before(first) {
			first = d.At
		}
	}
	return first
}

// Product is what the bench knows about a SKU: what its barcodes are and how it should be handled.
type Product struct {
	SKU                         SKU
	Name                        string
	Barcodes                    []string
	WeightG                     int // grams, 0: unknown
	LengthMM, WidthMM, HeightMM int // millimetres, 0: unknown
	Fragile, DangerousGood      bool
	Image                       string
}
