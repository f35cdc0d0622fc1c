package fulfillment

import "time"

// Mode is what the station is doing.
type Mode string

const (
	ModePack    Mode = "pack"
	ModeHandoff Mode = "handoff"
	ModeReturns Mode = "returns"
)

// Strictness of a policy.
type Strictness string

const (
	PolicyOff   Strictness = "off"
	PolicyWarn  Strictness = "warn"
	PolicyBlock Strictness = "block"
)

// Policy is the [policy] table of station.toml, as far as the rules need it.
type Policy struct {
	Verify      Strictness
	Weigh       Strictness
	HasScale    bool
	HasPrinter  bool
	HasCamera   bool
	ApplyScan   bool   // the label must be scanned back after it is stuck on
	MarkShipped string // "handover" or "label"
	ArrangeAt   string // "ahead" or "at_pack"
	AskOperator bool   // nobody may pack without PB:USER
	Boxes       []Box  // of the warehouse, for PB:BOX; none: a code is only noted
	PackagingG  int    // the most that packaging weighs here, in grams; 0: the rule for all (AllowedWeight)
}

// Item is one thing to be scanned into the parcel: a SKU of the order, or a part of a bundle.
type Item struct {
	SKU           SKU
	SKUID         SKUID
	Name          string
	Variant       string
	Image         string
	Bundle        SKU // the bundle's SKU, empty for a plain line
	Gift          bool
	DangerousGood bool
	Fragile       bool
	Barcodes      []string
	WeightG       int // grams a unit, 0: unknown
	LengthMM      int `json:",omitempty"` // millimetres, 0: unknown
	WidthMM       int `json:",omitempty"`
	HeightMM      int `json:",omitempty"`
	Need, Got     int
	Order         OrderID `json:",omitempty"` // in a combined parcel: the other order that it is of; empty for the one that leads
	Out           bool    `json:",omitempty"` // of an order that was cancelled or left the parcel: Got of it are in the box and must come out
}

// PrintState is where the label of the parcel in hand is.
type PrintState string

const (
	PrintNone     PrintState = ""
	PrintSizes    PrintState = "sizes"    // the label is sold by weight and size, and Parcel.Wants says what is not known
	PrintWaiting  PrintState = "waiting"  // no label has arrived yet: packed but unlabelled
	PrintQueued   PrintState = "queued"   // on its way to the printer
	PrintTrouble  PrintState = "trouble"  // certain that nothing came out; it goes on by itself
	PrintAsk      PrintState = "ask"      // not certain: PB:REPRINT, or scan the label that came out
	PrintRefused  PrintState = "refused"  // the label's barcode is not this parcel's
	PrintUnproved PrintState = "unproved" // the label cannot be verified
	PrintDone     PrintState = "done"
)

// Parcel is the parcel in hand.
type Parcel struct {
	Order    Order
	Package  Package
	Items    []Item
	Done     []int // index into Items of each accepted item scan, oldest first; what PB:UNDO takes back
	Box      string
	Print    PrintState
	PrintWhy string // the printer's or the label's trouble in words
	Job      JobID
	OpenedAt time.Time
	// WeighBy is when a missing weight is given up under policy warn; zero when no weight is awaited.
	WeighBy   time.Time
	Unweighed bool // the wait for a weight was given up and recorded
	ByHand    bool `json:",omitempty"` // a step was ended by PB:FINISH
	Over      bool `json:",omitempty"` // a supervisor's word carries it over something, and that is recorded
	Arranging bool `json:",omitempty"` // the platform is asked for the label, or was before
	Wants     Why  `json:",omitempty"` // Print is PrintSizes: what must be known for the label
	WantsSKU  SKU  `json:",omitempty"` // the first product whose size or weight is not known
	Gone      bool `json:",omitempty"` // the platform has replaced the package while nothing of it was verified
	// Spoiled: the label in hand is no good, and its barcode is awaited before another one is printed.
	Spoiled bool `json:",omitempty"`
	// Torn is when the spoiled label was scanned to be destroyed; see TornSpan.
	Torn time.Time `json:",omitzero"`
	// Doubled: another label of this parcel was printed, or may have been.
	Doubled bool `json:",omitempty"`
	// Picture is the bitmap of a label that cannot be verified, as a supervisor may look at it; empty where there is none.
	Picture Hash `json:",omitempty"`
	// Confirmed is the bitmap that a supervisor confirmed.
	Confirmed   Hash   `json:",omitempty"`
	ConfirmedBy string `json:",omitempty"` // who
	OffG        int    // a weight in grams that cannot be right and was said; PB:FINISH insists on it under policy warn
	// InsistAt is when PB:FINISH was first asked to go over OffG. Any other scan, another weight, an empty scale and the end of the
	// program take it back.
	InsistAt time.Time `json:"-"`
	// NotCounted is what PB:UNDO says in place of taking a right piece off: the scan before it was refused at the items. Any scan and
	// the end of the program take it back. WhyNone: that scan was none of these.
	NotCounted Why `json:"-"`
}

// Left is how many units are still to be scanned.
func (p Parcel) Left() int {
	n := 0
	for _, it := range p.Items {
		n += max(0, it.Need-it.Got)
	}
	return n
}

// Bench is the whole state of a station; the rule takes one and returns the next. It is saved with every event.
type Bench struct {
	Mode       Mode
	Operator   string
	Supervisor bool
	// SupervisorAt is the last moment that a supervisor was known to be here; see SupervisorSpan.
	SupervisorAt time.Time `json:",omitzero"`
	// Before is who packed before the supervisor scanned the badge, and packs again after.
	Before string `json:",omitempty"`
	// Asked is the parcel that a supervisor may accept by scanning it once more.
	Asked   *Asked  `json:",omitempty"`
	Parcel  *Parcel // nil: no parcel in hand
	Carrier string  // CarrierCode the handoff is narrowed to; empty: any
	// CarrierName is the display name of Carrier.
	CarrierName string `json:",omitempty"`
	// Below is where parcels stood that went on an open manifest from another rung than the bench's last, by a
	// supervisor's word: taking one off again must claim nothing that was never done.
	Below map[PackageID]Rung `json:",omitempty"`
	// Over names the supervisor who put a parcel on an open manifest although its buyer had asked to cancel.
	Over map[PackageID]string `json:",omitempty"`
	// Stop are parcels on open manifests that may not leave any more, and why: the seal leaves them off.
	Stop map[PackageID]VerdictCode `json:",omitempty"`
	// Scanned is the parcel on an open manifest that was scanned once more: until another scan at the dock it is the one scanned
	// last, which PB:UNDO takes off.
	Scanned PackageID `json:",omitempty"`
	// Last is the order whose parcel was finished last: PB:NEXTBOX opens its next package.
	Last OrderID `json:",omitempty"`
	// LastOpen is how many boxes that order had left then; 0 once it is known that none can be packed.
	LastOpen int `json:",omitempty"`
	// Reprint is why a parcel that was finished before shall get its label once more; the next scan says which parcel.
	Reprint ReprintReason `json:",omitempty"`
	Open    []Manifest    // open manifests of this station
	// Behind are the parcels that a seal left off and nobody has scanned since, oldest first: each may lie in the truck.
	Behind []Verdict `json:",omitempty"`
	// ScaleZeroed is true once the scale has shown about zero since the last weight was taken: a new parcel never
	// inherits the weight of the one before.
	ScaleZeroed bool
	// TareG is what lies on the scale and is no parcel: a tray, or the drift of a scale without a zero key; grams. It ends when
	// the scale shows nothing at all, and with the program.
	TareG int `json:"-"`
	// Live is the last stable reading that may belong to the parcel in hand, grams; 0: none. Not saved.
	Live int
}

// Weight is one stable or moving reading of the scale.
type Weight struct {
	Grams  int
	Stable bool
	At     time.Time
}

// Input is one thing that happened to the bench. Exactly one of Scan, Weight, Printed, Changed, Photo, Decide,
// Answer, Warned and Tick is set.
type Input struct {
	Now    time.Time
	ID     string            // a fresh UUIDv7 for the one job or manifest that the rule may create
	Scan   *Scan             //
	Found  Found             // for a scan: what the store knows under the code
	Match  []Tracking        // for a scan: tracking numbers that the code may carry, by the carriers' extractors
	Member *Operator         // for PB:USER: who the badge belongs to, nil if unknown
	Staged map[OrderID]Order // for PB:SEAL and PB:UNDO at the dock: the orders of parcels on open manifests, as stored now
	// Unchecked: for PB:SEAL, the Seller Center could not be asked about them just now.
	Unchecked bool
	// Carriers are for PB:CARRIER: display names of every carrier known here; nil: it cannot be known.
	Carriers []string
	Decide   *OutboxDecision // what a person decided about a parked outbox row
	Answer   *CancelAnswer   // a person's answer to a request to cancel
	Weight   *Weight         //
	Scale    Weight          // for PB:TARE: the scale's last reading
	Printed  *PrintJob       // a job as the print queue left it
	Order    *Order          // for Printed: the job's order as stored, where it is not the one in hand; for Answer: the order as stored
	Changed  *Order          // an order in hand or on an open manifest, as the platform now tells it
	Photo    *PhotoTaken     //
	Warned   *PlatformWarning
	Tick     bool // time has passed
	// ScaleSilent: the scale has not answered for a while.
	ScaleSilent bool
}

// PhotoTaken is a photo that was stored for a parcel on a manifest.
type PhotoTaken struct {
	PhotoWish
	Hash   Hash
	Camera string
	At     time.Time
}

// Operator is one person of the [[operator]] tables.
type Operator struct {
	Badge      string
	Name       string
	Supervisor bool
}

// EventDraft is an event before the station gives it number, time and hash. Body is marshalled to JSON.
type EventDraft struct {
	Kind      EventKind
	OrderID   OrderID
	PackageID PackageID
	Scan      string
	Body      any
}

// Outcome is what the rule decides: the next state and everything that must be written with it, in one transaction.
type Outcome struct {
	Next      Bench
	By        string    // who did it; Next.Operator may be the one after
	Verdict   *Verdict  // nil: nothing to say
	Alarms    []Verdict // stops that are said beside it
	Events    []EventDraft
	Packages  []Package   // changed packages, whole
	Orders    []OrderHold // changed holds of whole orders
	Manifests []Manifest  // changed manifests, whole
	Outbox    []OutboxRow // ID, State and times are filled in by the station
	Jobs      []PrintJob  // ID, State and CreatedAt are filled in by the station where empty
	Decisions []OutboxDecision
	Photo     *PhotoWish // a photo to take once this is committed
}

// OrderHold replaces the holds that this station set on an order.
type OrderHold struct {
	OrderID OrderID
	Holds   []Hold
}

// PhotoWish asks for a photo of a parcel on a manifest.
type PhotoWish struct {
	Manifest  ManifestID
	OrderID   OrderID
	With      []OrderID // the other orders in a combined parcel
	PackageID PackageID
	Tracking  Tracking
}
