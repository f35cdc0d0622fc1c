package fulfillment

import (
	"slices"
	"time"
)

// command carries out a PB: barcode.
func (t *turn) command(cmd Command, arg string) {
	switch cmd {
	case CmdMode:
		t.mode(arg)
	case CmdCarrier, CmdPhoto, CmdSeal:
		if t.bench().Mode != ModeHandoff {
			t.no(cmd, WhyNotAvailable)
			return
		}
		t.handoffCommand(cmd, arg)
	case CmdNextBox:
		t.nextBox()
	case CmdUndo:
		t.undoHere()
	case CmdReprint:
		t.reprintHere(arg)
	case CmdTare:
		t.tare()
	default:
		if t.parcel() == nil {
			t.no(cmd, WhyNoParcel)
			return
		}
		t.parcelCommand(cmd, arg)
	}
}

// no refuses a command.
func (t *turn) no(cmd Command, why Why) {
	t.refuse(Verdict{Code: Refused, Class: ClassCommand, Why: why, Name: string(cmd)})
}

// done accepts a command; it is called before the parcel is put aside, so that the verdict names it.
func (t *turn) done(cmd Command) {
	t.say(Verdict{Code: CommandDone, Class: ClassCommand, Name: string(cmd)})
}

func (t *turn) mode(arg string) {
	b := t.bench()
	switch {
	case arg == "RETURNS":
		t.no(CmdMode, WhyNoReturns)
		return
	case b.Parcel != nil && arg != "PACK":
		t.refuse(Verdict{Code: Refused, Class: ClassCommand, Why: WhyParcelOpen, Name: string(b.Parcel.Order.ID)})
		return
	case arg == "HANDOFF":
		b.Mode = ModeHandoff
	default:
		b.Mode = ModePack
	}
	b.Carrier, b.CarrierName, b.Reprint, b.Scanned = "", "", "", ""
	t.event(EventMode, "", "", map[string]any{"mode": b.Mode})
	t.say(Verdict{Code: CommandDone, Class: ClassCommand, Name: "MODE:" + arg})
}

func (t *turn) parcelCommand(cmd Command, arg string) {
	switch cmd {
	case CmdSkip:
		t.skip()
	case CmdHold:
		t.hold(cmd, HoldHeld, EventHeld)
	case CmdShort:
		t.hold(cmd, HoldShort, EventShort)
	case CmdFinish:
		t.finish()
	case CmdConfirm:
		t.confirm(arg)
	}
}

// skip puts the order back. What was counted is not kept: until the order comes back somebody may take something out of
// the box, so every item is scanned again, and the packer is told. A parcel whose label is wrong is not put back among
// the others.
func (t *turn) skip() {
	p := t.parcel()
	switch p.Print {
	case PrintRefused:
		t.refuse(Verdict{Code: Refused, Class: ClassCommand, Why: WhyHoldInstead})
		return
	case PrintUnproved:
		t.refuse(Verdict{Code: CannotVerify, Class: ClassCommand, Why: WhyHoldInstead})
		return
	}
	_, got, need := p.missing()
	t.eventHere(EventSkipped, map[string]any{"left": p.Left(), "rung": p.Package.Rung, "got": got, "need": need})
	t.done(CmdSkip)
	if got > 0 && got < need {
		v := t.out.Verdict
		v.Why, v.Got, v.Need = WhySkipped, got, need
	}
	if p.Print == PrintDone {
		t.out.Verdict.Why = WhySkippedLabel
	}
	never, _, _ := p.Gate(true, t.in.Now)
	switch no, _, _ := p.Gate(false, t.in.Now); {
	case never == Cancelled:
		t.out.Verdict.Why = WhyStopped
	case no == Cancelled || no == CancelRequested || no == NeedsSupervisor:
		t.out.Verdict.Why = WhySkippedHeld
	}
	t.putAside()
}

// undo takes back the last unit, as long as nothing has followed from it. Right after a refused item it takes nothing, and says so.
func (t *turn) undo() {
	p := t.parcel()
	n := len(p.Done)
	switch {
	case p.Spoiled:
		p.Spoiled = false
		t.eventHere(EventUndone, map[string]any{"command": CmdReprint})
		t.done(CmdUndo)
		return
	case n == 0:
		t.no(CmdUndo, WhyNothingToUndo)
		return
	case p.Package.Rung.AtLeast(RungWeighed) || p.Print == PrintQueued || p.Print == PrintAsk || p.Print == PrintTrouble:
		t.no(CmdUndo, WhyTooLate)
		return
	case t.notCounted != WhyNone: // what a tired hand wants to take back was never counted
		t.no(CmdUndo, t.notCounted)
		return
	}
	it := &p.Items[p.Done[n-1]]
	it.Got--
	p.Done = p.Done[:n-1]
	p.WeighBy, p.Print, p.PrintWhy, p.Wants = time.Time{}, PrintNone, "", WhyNone
	t.eventHere(EventUndone, map[string]any{"sku": it.SKU, "got": it.Got, "need": it.Need})
	if p.Package.Rung == RungVerified {
		p.Package.Rung = RungToPack
		t.save()
	}
	t.say(Verdict{Code: CommandDone, Why: WhyItemBack, Class: ClassCommand, Name: it.Called(), SKU: it.SKU, Got: it.Got, Need: it.Need})
}

// hold puts the whole order aside with a reason; a supervisor releases it by opening it again. A label that has not
// gone out is not printed any more.
func (t *turn) hold(cmd Command, h Hold, kind EventKind) {
	p := t.parcel()
	for _, o := range append([]Order{p.Order}, p.Order.With...) { // one box: all of them wait
		t.out.Orders = append(t.out.Orders, OrderHold{OrderID: o.ID, Holds: WithHold(o.Holds, h)})
	}
	if p.Job != "" && slices.Contains([]PrintState{PrintQueued, PrintTrouble, PrintAsk}, p.Print) {
		if p.Print != PrintAsk { // nothing came out
			p.Package.Reprints = p.Package.uncounted()
		}
		t.dropJob()
	}
	if p.Order.ID == t.bench().Last {
		t.bench().LastOpen = 0
	}
	missing, got, need := p.missing()
	stop, _ := Gate(p.Order, true, t.in.Now)
	if stop == Cancelled { // nothing is missing from a parcel that nobody wants
		missing = nil
	}
	t.eventHere(kind, map[string]any{"rung": p.Package.Rung, "missing": missing, "got": got, "need": need, "print": p.Print, "print_why": p.PrintWhy, "reprints": p.Package.Reprints})
	t.done(cmd)
	v := t.out.Verdict
	switch {
	case stop == Cancelled:
		v.Why = WhyStopped
	case len(missing) > 0:
		v.Why, v.Name, v.Got, v.Need = WhyMissing, missingWords(missing), got, need
	}
	t.putAside()
}

// dropJob ends the job in hand without a label.
func (t *turn) dropJob() {
	p := t.parcel()
	t.out.Jobs = append(t.out.Jobs, PrintJob{ID: p.Job, OrderID: p.Order.ID, PackageID: p.Package.ID, Label: p.Package.Label,
		Tracking: p.Package.Tracking, Reprint: p.Package.Reprints, State: JobDropped, CreatedAt: t.in.Now})
	p.Package.LabelJob = ""
	t.save()
}

// finish ends a step that the packer may end by hand: verification under policy off or warn, or the wait for a weight.
func (t *turn) finish() {
	p := t.parcel()
	switch {
	case p.Left() > 0 && (t.pol.Verify == PolicyOff || t.pol.Verify == PolicyWarn):
		if stop := t.gateHere(ClassCommand); stop.Code != "" {
			t.refuse(stop)
			return
		}
		for i := range p.Items {
			if !p.Items[i].Out {
				p.Items[i].Got = p.Items[i].Need
			}
		}
		p.ByHand = true
		t.done(CmdFinish)
		t.verified("by hand")
	case p.Left() > 0:
		t.no(CmdFinish, WhyIncomplete)
	case p.WeightOwed(t.pol) && t.pol.Weigh == PolicyWarn && p.OffG > 0:
		t.insist()
	case p.WeightOwed(t.pol) && t.pol.Weigh == PolicyWarn:
		t.done(CmdFinish)
		t.goUnweighed()
	case p.WeightOwed(t.pol):
		t.no(CmdFinish, WhyNotWeighed)
	case p.Print == PrintDone && p.Confirmed != "" && !p.Spoiled:
		t.appliedByHand()
	default:
		t.no(CmdFinish, WhyNotAvailable)
	}
}
