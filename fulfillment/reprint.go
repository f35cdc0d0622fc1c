package fulfillment

import "time"

// ReprintReason is why a label comes out once more. It stands in the event for good.
type ReprintReason string

const (
	ReprintSpoiled    ReprintReason = "label spoiled"
	ReprintUnreadable ReprintReason = "label cannot be scanned"
	ReprintLost       ReprintReason = "label lost"
	ReprintNoLabel    ReprintReason = "no label came out" // the answer to the printer's question
)

// What is recorded about labels that are no good.
const (
	EventSpoiled   EventKind = "spoiled"         // a label is no good, and its barcode is awaited
	EventDestroyed EventKind = "label_destroyed" // a spoiled label was scanned to be destroyed
)

const (
	WhyReprintReason Why = "reprint_reason" // another copy needs a reason
	WhyReprintOnce   Why = "reprint_once"   // none came out, so it is printed now
	WhyScanSpoiled   Why = "scan_spoiled"   // the spoiled label is scanned first
	WhyTorn          Why = "torn"           // the label was scanned to be destroyed a moment ago
)

// TornSpan is how long a spoiled label's code does not count after it was scanned to be destroyed. Both copies carry the same code:
// a scanner that reads the torn one twice must not prove the parcel with it.
const TornSpan = 5 * time.Second

// ReprintReasonOf reads the word of PB:REPRINT:<word>.
func ReprintReasonOf(word string) (r ReprintReason, ok bool) {
	switch word {
	case "SPOILED":
		return ReprintSpoiled, true
	case "UNREADABLE":
		return ReprintUnreadable, true
	case "LOST":
		return ReprintLost, true
	}
	return "", false
}

// reprintHere prints the label of the parcel in hand again; at an empty bench the next scan says which parcel is meant. Without a
// word it asks for the reason, and answers the question whether a label came out.
func (t *turn) reprintHere(arg string) {
	why, _ := ReprintReasonOf(arg)
	switch {
	case t.parcel() != nil:
		t.reprint(why)
	case t.bench().Mode != ModePack:
		t.no(CmdReprint, WhyNotAvailable)
	case why == "":
		t.no(CmdReprint, WhyReprintReason)
	default:
		t.bench().Reprint = why
		t.event(EventMode, "", "", map[string]any{"mode": t.bench().Mode, "reprint": why})
		t.say(Verdict{Code: CommandDone, Why: WhyReprintWhich, Class: ClassCommand, Name: string(why)})
	}
}

// reprint makes a new job for the same label: after one came out spoiled, or where it is not certain that one came out.
func (t *turn) reprint(why ReprintReason) {
	p := t.parcel()
	switch {
	case p.Print == PrintTrouble || p.Print == PrintQueued:
		t.no(CmdReprint, WhyPrinterWait)
		return
	case p.Print != PrintDone && p.Print != PrintAsk || p.Package.Label == "" || !t.pol.HasPrinter:
		t.no(CmdReprint, WhyNotPrinted)
		return
	case p.Print == PrintDone && why == "":
		t.no(CmdReprint, WhyReprintReason)
		return
	}
	if stop := t.gateHere(ClassCommand); stop.Code != "" {
		t.refuse(stop)
		return
	}
	switch {
	case p.Print == PrintAsk && why == "":
		t.dropJob()
		t.again(ReprintNoLabel)
		return
	case p.Print == PrintAsk: // a label did come out, and it is no good
		t.cameOut()
	}
	if why == ReprintSpoiled {
		t.spoiled()
		return
	}
	t.again(why)
}

// cameOut answers the printer's question: there is a label.
func (t *turn) cameOut() {
	p := t.parcel()
	j := PrintJob{ID: p.Job, OrderID: p.Order.ID, PackageID: p.Package.ID, Label: p.Package.Label, Tracking: p.Package.Tracking,
		Reprint: p.Package.Reprints, State: JobDone, Reason: "the label came out and could not be used"}
	t.out.Jobs = append(t.out.Jobs, j)
	p.Print, p.PrintWhy = PrintDone, ""
	if !p.Package.Rung.AtLeast(RungLabelled) {
		p.Package.Rung = RungLabelled
	}
	t.eventHere(EventLabelPrinted, map[string]any{"job": j.ID, "label": j.Label, "reprint": j.Reprint, "reason": j.Reason})
	t.save()
}

// spoiled waits for the spoiled label's barcode: two good labels of one parcel must not lie about.
func (t *turn) spoiled() {
	t.parcel().Spoiled = true
	t.eventHere(EventSpoiled, map[string]any{"reason": ReprintSpoiled, "reprints": t.parcel().Package.Reprints})
	t.say(Verdict{Code: CommandDone, Class: ClassCommand, Why: WhyScanSpoiled, Name: string(t.parcel().Package.Tracking)})
}

// destroyed: the spoiled label was scanned, and the next one is printed.
func (t *turn) destroyed(class Class) {
	p := t.parcel()
	if stop := t.gateHere(class); stop.Code != "" {
		t.refuse(stop)
		return
	}
	t.eventHere(EventDestroyed, map[string]any{"tracking": p.Package.Tracking, "reprints": p.Package.Reprints})
	t.again(ReprintSpoiled)
	p.Torn = t.in.Now
	t.out.Verdict.Class = class
}

// again queues the next copy and says what becomes of the one before. Where none came out it is the same copy.
func (t *turn) again(why ReprintReason) {
	p := t.parcel()
	copies := p.Package.Reprints
	if why != ReprintNoLabel {
		copies++
	}
	t.queueJob(copies, why)
	p.Spoiled, p.Doubled = false, true
	v := Verdict{Code: CommandDone, Class: ClassCommand, Name: string(why), Got: copies}
	switch why {
	case ReprintNoLabel:
		v.Why = WhyReprintOnce
	case ReprintLost:
		v.Why = WhyReprintLost
	default:
		v.Why = WhyReprint
	}
	t.say(v)
}

// uncounted is how many copies there are when this one certainly did not come out.
func (p Package) uncounted() int { return max(0, p.Reprints-1) }

// reopen takes a finished parcel in hand again to give it another label. Before the handover only: what has left cannot be
// labelled any more.
func (t *turn) reopen(class Class) {
	o, why := *t.in.Found.Order, t.bench().Reprint
	t.bench().Reprint = ""
	pkg, ok := o.PackageByID(t.in.Found.Package)
	if t.in.Found.Package == "" && len(o.Packages) == 1 {
		pkg, ok = o.Packages[0], true
	}
	o = o.InParcel(pkg)
	stop := Verdict{Code: Refused, Class: class, OrderID: o.ID, PackageID: pkg.ID}
	switch {
	case !ok:
		stop.Why = WhyAmbiguous
	case pkg.Rung.AtLeast(RungHandedOver):
		stop.Why = WhyHandedOver
	case pkg.Rung.AtLeast(RungStaged) || pkg.Manifest != "":
		stop.Why = WhyOnManifest
	case !pkg.Rung.AtLeast(RungLabelled) || pkg.Label == "" || !t.pol.HasPrinter:
		stop.Why = WhyNotPrinted
	default:
		if v, why, who := gateAll(o, pkg, t.bench().Supervisor, t.in.Now); v != "" {
			about := no(v, why, who, o.ID)
			stop.Code, stop.Why, stop.About = about.Code, about.Why, about.About
		}
	}
	if stop.Why != WhyNone {
		t.refuse(stop)
		return
	}
	from := pkg.Rung
	pkg.Rung, pkg.Holds = RungLabelled, WithoutHold(pkg.Holds, HoldHeld) // by a supervisor's word, where there was one
	p := NewParcel(o, pkg, t.in.Found.Products, t.in.Now)
	t.bench().Parcel = &p
	t.release(&p)
	t.eventHere(EventReopened, map[string]any{"rung": from, "reason": why, "reprints": pkg.Reprints})
	switch {
	case why != ReprintSpoiled:
		t.again(why)
		t.out.Verdict.Class = class
	case class == ClassTracking: // it is the spoiled label that was scanned
		t.destroyed(class)
	default:
		t.save()
		t.spoiled()
		t.out.Verdict.Class = class
	}
}
