package station

import (
	"slices"
	"time"

	"packbench/fulfillment"
)

// Prompt is the one thing the packer should do next. The window turns it into a sentence.
type Prompt string

const (
	PromptLogin       Prompt = "login"        // scan your badge
	PromptScanOrder   Prompt = "scan_order"   // scan the next order
	PromptScanItems   Prompt = "scan_items"   // scan the items
	PromptWeigh       Prompt = "weigh"        // put the parcel on the scale
	PromptInsist      Prompt = "insist"       // PB:FINISH asked whether the wrong weight shall go: once more, or off the scale
	PromptEmptyScale  Prompt = "empty_scale"  // something is on the scale that was there before: take it off first
	PromptPrinting    Prompt = "printing"     // the label is being printed
	PromptApply       Prompt = "apply"        // stick the label on and scan it
	PromptWaitLabel   Prompt = "wait_label"   // packed, no label yet: put it on the shelf, PB:SKIP
	PromptBox         Prompt = "box"          // the label is sold by size: scan the box, PB:BOX:<code>
	PromptSize        Prompt = "size"         // the same, and there is no box to scan: a product's size is missing
	PromptNoWeight    Prompt = "no_weight"    // the label is sold by weight, and nobody knows it
	PromptBindLabel   Prompt = "bind_label"   // seller-shipped without a label: scan the carrier label
	PromptPrinterWait Prompt = "printer_wait" // printer off or stuck, nothing came out: goes on by itself
	PromptPrinterAsk  Prompt = "printer_ask"  // did a label come out? scan it, or PB:REPRINT
	PromptConfirm     Prompt = "confirm"      // the label cannot be verified: a supervisor compares it, PB:CONFIRM
	PromptSpoiled     Prompt = "spoiled"      // scan the spoiled label, then another one is printed
	PromptApplyByHand Prompt = "apply_hand"   // a confirmed label: scan it, or PB:FINISH where no scanner reads it
	PromptLabelWrong  Prompt = "label_wrong"  // the label's barcode is not this parcel's: hold it
	PromptStop        Prompt = "stop"         // the order may not go on: put it aside, PB:HOLD
	PromptNextBox     Prompt = "next_box"     // the order packed last has another box: PB:NEXTBOX, or any other order
	PromptReprint     Prompt = "reprint"      // scan the parcel that needs another label
	PromptScanParcels Prompt = "scan_parcels" // handoff: scan each parcel's label, then PB:SEAL
)

// View is everything the window shows of the bench. It is a value: the window keeps no other truth.
type View struct {
	Station    string
	Operator   string
	Supervisor bool
	Mode       fulfillment.Mode
	Prompt     Prompt
	Parcel     *fulfillment.Parcel // nil: none in hand
	Carrier    string              // code the handoff is narrowed to
	// CarrierName is what people call the carrier of that code.
	CarrierName string
	Reprint     fulfillment.ReprintReason // another label is wanted, and the next scan says for which parcel
	Last        fulfillment.OrderID       // the order packed last
	Manifests   []fulfillment.Manifest
	// Scanned is the parcel on an open manifest that was scanned once more: PB:UNDO takes it off, and not the one added last.
	Scanned fulfillment.PackageID
	// Stop are parcels on open manifests that may not leave any more, and why.
	Stop map[fulfillment.PackageID]fulfillment.VerdictCode
	// Checked is when the Seller Center was last asked about each of its orders on open manifests.
	Checked    map[fulfillment.OrderID]time.Time
	Verdict    *fulfillment.Verdict // the last verdict
	VerdictSeq uint64               // grows with every verdict: a new one even if it reads the same
	// Standing is how the parcel stands that was in hand when the program started, until something is said: what stops it, or how
	// much of it is in. It is no answer to anything, so it is neither heard nor traced.
	Standing *fulfillment.Verdict
	// Alarms are the stops that came without a scan within AlarmSpan, or that a seal left off at any time, and were not answered,
	// oldest first.
	Alarms  []fulfillment.Verdict
	Allowed fulfillment.WeightRange // what the parcel in hand may weigh; not known where there is no scale or a product's weight is missing
	Weight  fulfillment.Weight      // live reading, without the tare; zero At: no scale
	TareG   int                     // grams that lie on the scale and are not counted
	// May are the commands of Buttons that would do something now, or ask something that leads on.
	May []fulfillment.Command
	Err string // the last scan could not be recorded: what a person can do
}

// Buttons are the commands of packing that have a button.
var Buttons = []fulfillment.Command{fulfillment.CmdUndo, fulfillment.CmdFinish, fulfillment.CmdReprint, fulfillment.CmdSkip, fulfillment.CmdShort, fulfillment.CmdHold}

// may tries the buttons on the bench.
func may(b fulfillment.Bench, pol fulfillment.Policy, now time.Time) []fulfillment.Command {
	if b.Mode == fulfillment.ModeHandoff { // UNDO at the dock is another one's button
		return nil
	}
	var out []fulfillment.Command
	for _, cmd := range Buttons {
		if fulfillment.May(b, cmd, pol, now) {
			out = append(out, cmd)
		}
	}
	return out
}

// AlarmSpan is how long an alarm that came without a scan stays in sight beside what is scanned or said after it: two orders
// that are cancelled in one moment must both be seen, and so must one that is cancelled between two quick scans. What a seal left
// off is not timed and not lost with the program: Bench.Behind keeps it.
const AlarmSpan = time.Minute

// alarms adds what was said to the timed alarms. A scan about an alarm's own order answers it; nothing else but time ends it.
func alarms(before []fulfillment.Verdict, v *fulfillment.Verdict, beside []fulfillment.Verdict, now time.Time) []fulfillment.Verdict {
	var out []fulfillment.Verdict
	for _, a := range before {
		if answered := v != nil && a.OrderID == v.OrderID; !answered && now.Sub(a.At) <= AlarmSpan {
			out = append(out, a)
		}
	}
	for _, a := range beside {
		if a.Why != fulfillment.WhyStaysHere {
			out = append(out, a)
		}
	}
	if v != nil && alarming(*v) {
		out = append(out, *v)
	}
	return out
}

// alarmsOf are the alarms to show: those that a seal left standing and the timed ones, oldest first.
func alarmsOf(b fulfillment.Bench, timed []fulfillment.Verdict) []fulfillment.Verdict {
	out := slices.Concat(b.Behind, timed)
	slices.SortStableFunc(out, func(a, c fulfillment.Verdict) int { return a.At.Compare(c.At) })
	return out
}

// alarming: an order in somebody's hands, on a manifest or gone may not ship, or the platform doubts one that has.
func alarming(v fulfillment.Verdict) bool {
	if v.Why == fulfillment.WhyPlatformWarns {
		return true
	}
	switch v.Code {
	case fulfillment.Cancelled, fulfillment.CancelRequested, fulfillment.OnHold, fulfillment.NeedsSupervisor:
		return v.Scan == "" && v.OrderID != "" && v.Why != fulfillment.WhySupervisorOnly
	}
	return false
}

// prompt is the one thing to do next.
func prompt(b fulfillment.Bench, pol fulfillment.Policy, now time.Time) Prompt {
	p := b.Parcel
	switch {
	case pol.AskOperator && b.Operator == "":
		return PromptLogin
	case b.Mode == fulfillment.ModeHandoff:
		return PromptScanParcels
	case p == nil && b.Reprint != "":
		return PromptReprint
	case p == nil && b.LastOpen > 0:
		return PromptNextBox
	case p == nil:
		return PromptScanOrder
	case stopped(b, now):
		return PromptStop
	case p.Left() > 0:
		return PromptScanItems
	case p.Print == fulfillment.PrintSizes && p.Wants == fulfillment.WhyNeedsBox:
		return PromptBox
	case p.Print == fulfillment.PrintSizes && p.Wants == fulfillment.WhyNeedsSize:
		return PromptSize
	case p.Print == fulfillment.PrintSizes:
		return PromptNoWeight
	case p.WeightOwed(pol) && !p.InsistAt.IsZero():
		return PromptInsist
	case p.WeightOwed(pol) && !b.ScaleZeroed && b.Live > 0:
		return PromptEmptyScale
	case p.WeightOwed(pol):
		return PromptWeigh
	}
	switch {
	case p.Spoiled:
		return PromptSpoiled
	case p.Confirmable():
		return PromptConfirm
	case p.Print == fulfillment.PrintDone && p.Confirmed != "":
		return PromptApplyByHand
	}
	switch p.Print {
	case fulfillment.PrintQueued:
		return PromptPrinting
	case fulfillment.PrintTrouble:
		return PromptPrinterWait
	case fulfillment.PrintAsk:
		return PromptPrinterAsk
	case fulfillment.PrintRefused, fulfillment.PrintUnproved:
		return PromptLabelWrong
	case fulfillment.PrintWaiting:
		return PromptWaitLabel
	case fulfillment.PrintDone:
		return PromptApply
	}
	return PromptBindLabel
}

// standing says how the parcel in hand stands; nil: there is none.
func standing(b fulfillment.Bench, now time.Time) *fulfillment.Verdict {
	p := b.Parcel
	if p == nil {
		return nil
	}
	v := &fulfillment.Verdict{Code: fulfillment.OrderOpened, Why: fulfillment.WhyResumed, OrderID: p.Order.ID, PackageID: p.Package.ID, At: now}
	for _, it := range p.Items {
		v.Got, v.Need = v.Got+it.Got, v.Need+it.Need
	}
	code, why, who := p.Gate(b.Supervisor, now)
	if code == "" {
		return v
	}
	v.Code, v.Why = code, why
	o := p.Order
	for _, c := range p.Order.With {
		if c.ID == who {
			o, v.About = c, who
		}
	}
	if o.Source == fulfillment.SourcePlatform {
		v.Market, v.CheckedAt = o.Market, o.CheckedAt
	}
	return v
}

// stopped: the order in hand may not go on.
func stopped(b fulfillment.Bench, now time.Time) bool {
	v, _, _ := b.Parcel.Gate(b.Supervisor, now)
	return v != ""
}
