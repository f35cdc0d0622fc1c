package fulfillment

import "time"

// VerdictCode is the bench's answer to a scan. The words are fixed by the contract.
type VerdictCode string

const (
	OrderOpened     VerdictCode = "order_opened"
	ItemOK          VerdictCode = "item_ok"
	ItemComplete    VerdictCode = "item_complete"
	LabelPrinted    VerdictCode = "label_printed"
	Applied         VerdictCode = "applied"
	Staged          VerdictCode = "staged"
	HandedOver      VerdictCode = "handed_over"
	CommandDone     VerdictCode = "command_done"
	WrongItem       VerdictCode = "wrong_item"
	TooMany         VerdictCode = "too_many"
	UnknownCode     VerdictCode = "unknown_code"
	Cancelled       VerdictCode = "cancelled"
	CancelRequested VerdictCode = "cancel_requested"
	OnHold          VerdictCode = "on_hold"
	AlreadyPacked   VerdictCode = "already_packed"
	NotPacked       VerdictCode = "not_packed"
	WrongLabel      VerdictCode = "wrong_label"
	WrongCarrier    VerdictCode = "wrong_carrier"
	Duplicate       VerdictCode = "duplicate"
	WeightOff       VerdictCode = "weight_off"
	NeedsSupervisor VerdictCode = "needs_supervisor"
	PrinterTrouble  VerdictCode = "printer_trouble"
	CannotVerify    VerdictCode = "cannot_verify"
	Refused         VerdictCode = "refused"
)

// Accepted reports whether the verdict is one of the accepting words.
func (v VerdictCode) Accepted() bool {
	switch v {
	case OrderOpened, ItemOK, ItemComplete, LabelPrinted, Applied, Staged, HandedOver, CommandDone:
		return true
	}
	return false
}

// Why refines a verdict for the sentence on the screen; it is not part of the contract.
type Why string

const (
	WhyNone            Why = ""
	WhyNoParcel        Why = "no_parcel"        // an item or command needs an open order
	WhyParcelOpen      Why = "parcel_open"      // another order is open; finish, skip or hold it first
	WhyNeedsAnswer     Why = "needs_answer"     // the buyer asked to cancel; a supervisor decides
	WhyNotAParcel      Why = "not_a_parcel"     // handoff takes parcels only
	WhyBadge           Why = "badge"            // nobody has this badge
	WhyScaleSilent     Why = "scale_silent"     // the scale does not answer: the parcel goes on without a weight
	WhyUnchecked       Why = "unchecked"        // handed over on old knowledge: the Seller Center could not be asked
	WhyNoCamera        Why = "no_camera"        // PB:PHOTO at a station without one
	WhyNoScale         Why = "no_scale"         // PB:TARE at a bench without one, or with one that is silent
	WhyScaleMoves      Why = "scale_moves"      // PB:TARE while the scale is not steady
	WhyTareParcel      Why = "tare_parcel"      // PB:TARE while the scale waits for the parcel itself
	WhyTareHeavy       Why = "tare_heavy"       // PB:TARE with more on the scale than a tray
	WhyNotWeighed      Why = "not_weighed"      // the parcel must be weighed first
	WhyTooLate         Why = "too_late"         // the label is already on its way
	WhyNotOnOrder      Why = "not_on_order"     // a known product that this order does not contain
	WhyLineFull        Why = "line_full"        // enough of this one already
	WhySharedCode      Why = "shared_code"      // several products have this barcode
	WhyNotKnown        Why = "not_known"        // nobody knows this code
	WhyTooLong         Why = "too_long"         // more than MaxScan bytes
	WhyControl         Why = "control"          // control characters other than GS
	WhyStatus          Why = "status"           // the platform's status does not allow packing
	WhyNotOurs         Why = "not_ours"         // fulfilled by the platform's warehouse
	WhyHeld            Why = "held"             // held or short: a supervisor releases it
	WhyIncomplete      Why = "incomplete"       // items are missing
	WhyNoLabel         Why = "no_label"         // packed but unlabelled
	WhyLabelRefused    Why = "label_refused"    // the label's barcode is not this parcel's
	WhyLabelUnreadable Why = "label_unreadable" // no barcode could be read from the label
	WhyPrinterAsk      Why = "printer_ask"      // it is not certain whether a label came out
	WhyPrinterWait     Why = "printer_wait"     // certain that none came out; goes on by itself
	WhyNotPrinted      Why = "not_printed"      // the label has not been printed yet
	WhyNothingToUndo   Why = "nothing_to_undo"
	WhyNotAvailable    Why = "not_available" // the command does not apply here
	WhyHandedOver      Why = "handed_over"   // refused after handover
	WhyEmptyManifest   Why = "empty_manifest"
	WhyNoOperator      Why = "no_operator"
	WhyTooLight        Why = "too_light"
	WhyTooHeavy        Why = "too_heavy"
	WhyChanged         Why = "changed"          // the order changed on the platform while it was open
	WhyLeftOff         Why = "left_off"         // cancelled parcels were left off the sealed manifest
	WhyAmbiguous       Why = "ambiguous"        // the code means several things
	WhyDisk            Why = "disk"             // could not be recorded; nothing was changed
	WhyTrackingInUse   Why = "tracking_in_use"  // this tracking number belongs to another parcel
	WhyManifestElse    Why = "manifest_else"    // already on another manifest
	WhyOffManifest     Why = "off_manifest"     // PB:UNDO took the parcel off its open manifest
	WhyItemBack        Why = "item_back"        // PB:UNDO took this item back
	WhyMissing         Why = "missing"          // put aside with items missing: how many of them are in
	WhyCarrierUnknown  Why = "carrier_unknown"  // no parcel and no provider has this carrier
	WhyOtherBox        Why = "other_box"        // the item belongs in another box of the order
	WhyOtherParcel     Why = "other_parcel"     // the label is that of the order in About, whose parcel stands at Rung
	WhyNoBarcode       Why = "no_barcode"       // an unknown code, while no barcode is known for an item that is wanted
	WhyAnswerFirst     Why = "answer_first"     // the parcel is done, and the platform ships it only after an answer to the request to cancel
	WhyResumed         Why = "resumed"          // the parcel was in hand when the program ended
	WhyOneBox          Why = "one_box"          // the platform planned the order as one parcel
	WhyBoxOpen         Why = "box_open"         // the box in hand must be finished before the next
	WhyAllBoxes        Why = "all_boxes"        // every box of the order is packed
	WhyMoreBoxes       Why = "more_boxes"       // the parcel is done and the order has another one
	WhyBoxOf           Why = "box_of"           // the order has several boxes, and this is one of them
	WhyNoLastOrder     Why = "no_last_order"    // PB:NEXTBOX without an order before it
	WhyNoReturns       Why = "no_returns"       // returns are not taken at this station
	WhyReprint         Why = "reprint"          // another copy of the label is printed
	WhyReprintLost     Why = "reprint_lost"     // the same, and the one before cannot be found
	WhyReprintWhich    Why = "reprint_which"    // which parcel gets another label is said by the next scan
	WhyInThePile       Why = "in_the_pile"      // a finished parcel that nobody has scanned at the dock may not leave
	WhyOnTheTruck      Why = "on_the_truck"     // cancelled while it stands on an open manifest: it lies on the truck
	WhyStaysHere       Why = "stays_here"       // the seal left the parcel off: it must come off the truck, and its scan here says that it is
	WhyTakeOff         Why = "take_off"         // the parcel is on an open manifest and may not leave: it must come off
	WhyTakenOff        Why = "taken_off"        // a parcel that may not leave came off: its manifest by PB:UNDO, or the truck after a seal
	WhyOnManifest      Why = "on_manifest"      // the parcel must come off its manifest first
	WhySupervisorOnly  Why = "supervisor_only"  // only a supervisor decides this
	WhyNoReason        Why = "no_reason"        // the decision needs a reason
	WhyNotParked       Why = "not_parked"       // somebody decided about this row already
	WhyRetried         Why = "retried"          // the parked row is sent again
	WhyDoneByHand      Why = "done_by_hand"     // the parked row was done in the Seller Center
	WhyGivenUp         Why = "given_up"         // the parked row is not sent any more
	WhyCorrecting      Why = "correcting"       // another tracking number than the label's was reported: it is corrected
	WhyRejectSent      Why = "reject_sent"      // the request to cancel is rejected
	WhyApproveSent     Why = "approve_sent"     // the request to cancel is granted
	WhyNoRequest       Why = "no_request"       // no such request to cancel is open, as far as is known here
	WhyRejectUnpacked  Why = "reject_unpacked"  // "already packed" may be said of a packed parcel only
	WhyAnswered        Why = "answered"         // an answer to this request is on its way
	WhyScanAgain       Why = "scan_again"       // a supervisor accepts it by scanning the same label once more
	WhyScanLabel       Why = "scan_label"       // a supervisor accepts a box by its label, never by a slip
	WhyUnpacked        Why = "unpacked"         // a supervisor accepted a parcel that no bench finished
	WhyOverRequest     Why = "over_request"     // a supervisor goes on although the buyer asked to cancel
	WhyNeedsBox        Why = "needs_box"        // the label is sold by size: scan the box that the parcel goes into
	WhyNeedsSize       Why = "needs_size"       // the same, and no box is configured: the size of a product is missing
	WhyNeedsWeight     Why = "needs_weight"     // the label is sold by weight, and nobody knows it
	WhyBoxUnknown      Why = "box_unknown"      // no box of the warehouse has this code
	WhyPlatformWarns   Why = "platform_warns"   // the platform took it as shipped, and doubts something about it
	WhyReleased        Why = "released"         // a supervisor took it off the hold shelf
	WhyByHand          Why = "by_hand"          // a step was ended without its scan or weight
	WhyOverWeight      Why = "over_weight"      // somebody insisted on a weight that cannot be right
	WhyByEye           Why = "by_eye"           // no barcode proved the label: a supervisor compared its picture
	WhyNotCounted      Why = "not_counted"      // PB:UNDO right after a wrong item or one too many: nothing was counted that could be taken back
	WhyCodeNotCounted  Why = "code_not_counted" // the same, right after a code that means nothing or several things here
	WhySkipped         Why = "skipped"          // put back with items counted: they are counted anew next time
	WhySkippedLabel    Why = "skipped_label"    // put back with its label printed, which nobody has scanned on it
	WhySkippedHeld     Why = "skipped_held"     // put back, and nobody but a supervisor may open it again
	WhyCombined        Why = "combined"         // another order in the combined parcel, named in About, stands against it
	WhyCombinedUnknown Why = "combined_unknown" // the platform combined the order with others that are not known here
	WhyTwoNumbers      Why = "two_numbers"      // the orders of one parcel have different tracking numbers
	WhyUneven          Why = "uneven"           // orders were combined after one of them was begun
	WhyReplaced        Why = "replaced"         // the platform replaced the package while it was being packed
	WhyTakeOut         Why = "take_out"         // a supervisor goes on without a cancelled order: its items leave the box
	WhyInsist          Why = "insist"           // PB:FINISH would go over a wrong weight: once more, and it does
	WhyHoldInstead     Why = "hold_instead"     // PB:SKIP of a parcel whose label is wrong or not proved: only PB:HOLD puts it aside
	WhyStopped         Why = "stopped"          // put aside because the order may not ship
)

// Verdict is one answer, with what the screen needs to say it in words.
type Verdict struct {
	Code      VerdictCode
	Why       Why
	Class     Class
	Scan      string // the code as read; empty for a change without a scan
	OrderID   OrderID
	PackageID PackageID
	About     OrderID // the order of a combined parcel that stands against it; empty: OrderID does
	SKU       SKU
	Missing   SKU    // the product whose weight or size is not known
	Name      string // product name, carrier name, command or other noun of the sentence
	Got, Need int    // count of the item the scan was about, or parcels on a manifest
	WeightG   int
	ExpectedG int // of the contents alone
	LeastG    int // from here to MostG the parcel may weigh; 0: not known
	MostG     int
	Box       int // of an order with several boxes: which one, of Boxes
	Boxes     int
	Rung      Rung      // of the parcel whose label was scanned in place of this one's
	Hold      Hold      // the same: why it must not move on; empty: it may
	By        string    // the supervisor who went over something
	Since     time.Time // since when nothing was heard from the Seller Center
	At        time.Time
	// Of a stop about an order of the platform's: its market, which says what a cancel request means there, and when the
	// platform was asked about it last.
	Market    string
	CheckedAt time.Time
}
