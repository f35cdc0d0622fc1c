package fulfillment

import "time"

// advance moves a verified parcel towards its label: weigh if that is wanted, then print.
func (t *turn) advance() {
	p := t.parcel()
	if p.Print == PrintDone {
		return
	}
	if p.WeightOwed(t.pol) {
		if b := t.bench(); b.ScaleZeroed && b.Live > 0 {
			t.takeWeight(b.Live)
			return
		}
		if t.pol.Weigh == PolicyWarn && p.WeighBy.IsZero() {
			p.WeighBy = t.in.Now.Add(WeighPatience)
		}
		return
	}
	t.label()
}

// WeightOwed reports whether the parcel still has to be weighed.
func (p Parcel) WeightOwed(pol Policy) bool {
	return pol.HasScale && pol.Weigh != PolicyOff && pol.Weigh != "" && p.Package.WeightG == 0 && p.Package.Rung == RungVerified && !p.Unweighed
}

// weight takes a reading of the scale. Only a stable one counts, and only after the scale has been empty since the last
// parcel took its weight.
func (t *turn) weight(w Weight) {
	b := t.bench()
	if !w.Stable {
		b.Live = 0
		return
	}
	if w.Grams <= emptyScaleG {
		b.Live, b.ScaleZeroed = 0, true
		return
	}
	b.Live = w.Grams
	if p := t.parcel(); p != nil && p.Left() == 0 && b.ScaleZeroed && p.WeightOwed(t.pol) {
		t.takeWeight(w.Grams)
	}
}

// emptyScaleG: up to this many grams the scale counts as empty.
const emptyScaleG = 2

func (t *turn) takeWeight(g int) {
	p, b := t.parcel(), t.bench()
	want, known := p.ExpectedG()
	off := Verdict{Code: WeightOff, WeightG: g, ExpectedG: want}
	switch {
	case known && g < want-max(want/20, 10):
		off.Why = WhyTooLight
	case known && g > want+max(want/2, 500):
		off.Why = WhyTooHeavy
	}
	if off.Why != "" && t.pol.Weigh == PolicyBlock {
		// Said once for each new reading, not with every tick of the scale.
		if v := t.out.Verdict; v == nil {
			t.refuse(off)
		}
		b.ScaleZeroed = false // it must come off and be put on again
		return
	}
	b.ScaleZeroed = false
	p.Package.WeightG, p.Package.Rung, p.WeighBy = g, RungWeighed, time.Time{}
	t.eventHere(EventWeighed, map[string]any{"g": g, "expected_g": want, "why": off.Why})
	t.save()
	switch v := t.out.Verdict; {
	case v != nil: // the last item's verdict carries the weight
		v.WeightG, v.ExpectedG = g, want
		if off.Why != "" {
			v.Why = off.Why
		}
	case off.Why != "":
		t.say(off)
	}
	t.label()
}

// tick: time has passed.
func (t *turn) tick() {
	p := t.parcel()
	if p == nil || p.WeighBy.IsZero() || p.Unweighed || t.in.Now.Before(p.WeighBy) {
		return
	}
	t.goUnweighed()
}

func (t *turn) goUnweighed() {
	t.parcel().Unweighed, t.parcel().WeighBy = true, time.Time{}
	t.eventHere(EventNotWeighed, nil)
	t.label()
}

// label queues the print of a label that is here, asks for one that is not, or waits for the carrier label to be scanned.
func (t *turn) label() {
	p := t.parcel()
	if p.Print != PrintNone && p.Print != PrintWaiting {
		return
	}
	switch {
	case p.Package.LabelJob != "": // put aside while its label was on the way: it may have come out since
		p.Job, p.Print, p.PrintWhy = p.Package.LabelJob, PrintAsk, "a label was sent to the printer before this parcel was put aside"
	case p.Package.Label != "" && t.pol.HasPrinter:
		t.queueJob(p.Package.Reprints)
	case p.Order.ShippingType == ShippingPlatform:
		p.Print = PrintWaiting
		if t.pol.ArrangeAt == "at_pack" && !p.Package.Arranged {
			t.arrange()
		}
	default:
		p.Print = PrintNone // the carrier label printed elsewhere is scanned
	}
}

// queueJob adds the one print job of the package, or its n-th reprint. A job that is already queued is not doubled.
func (t *turn) queueJob(reprint int) {
	p := t.parcel()
	p.Job, p.Print, p.PrintWhy = JobID(t.in.ID), PrintQueued, ""
	p.Package.LabelJob, p.Package.Reprints = p.Job, reprint
	t.out.Jobs = append(t.out.Jobs, PrintJob{ID: p.Job, OrderID: p.Order.ID, PackageID: p.Package.ID, Label: p.Package.Label,
		Tracking: p.Package.Tracking, Reprint: reprint, State: JobQueued, CreatedAt: t.in.Now})
	t.eventHere(EventLabelQueued, map[string]any{"job": p.Job, "label": p.Package.Label, "reprint": reprint})
	t.save()
}

// arrange asks the platform for a label now; only under policy arrange = "at_pack".
func (t *turn) arrange() {
	p := t.parcel()
	var lines []LineID
	for _, l := range linesOf(p.Order, p.Package) {
		lines = append(lines, l.ID)
	}
	t.out.Outbox = append(t.out.Outbox, OutboxRow{Kind: OutboxArrange, OrderID: p.Order.ID, PackageID: p.Package.ID, Lines: lines,
		WeightG: p.Package.WeightG, Deadline: p.Order.ShipBy()})
}

// printed takes a job as the print queue left it.
func (t *turn) printed(j PrintJob) {
	p := t.parcel()
	if p == nil || p.Job != j.ID {
		t.printedElsewhere(j)
		return
	}
	trouble := map[string]any{"job": j.ID, "reason": j.Reason, "sent": j.Sent}
	said := Verdict{Code: PrinterTrouble, Name: j.Reason}
	switch j.State {
	case JobDone:
		t.labelOut(j)
		return
	case JobAsk:
		p.Print, said.Why = PrintAsk, WhyPrinterAsk
	case JobRefused:
		p.Print, said.Code, said.Why = PrintRefused, Refused, WhyLabelRefused
		if j.Verdict == LabelCannotVerify {
			p.Print, said.Code, said.Why = PrintUnproved, CannotVerify, WhyLabelUnreadable
		}
	case JobQueued, JobSending:
		if j.Reason == "" || p.Print == PrintTrouble && p.PrintWhy == j.Reason {
			return
		}
		p.Print, said.Why = PrintTrouble, WhyPrinterWait
	case JobDropped: // stopped before the dial: the order may not ship any more
		p.Print, p.Job, p.PrintWhy, p.Package.LabelJob = PrintNone, "", j.Reason, ""
		t.eventHere(EventPrintTrouble, trouble)
		t.save()
		return
	default:
		return
	}
	p.PrintWhy = j.Reason
	t.eventHere(EventPrintTrouble, trouble)
	t.say(said)
}

func (t *turn) labelOut(j PrintJob) {
	p := t.parcel()
	p.Print, p.PrintWhy = PrintDone, ""
	if !p.Package.Rung.AtLeast(RungLabelled) {
		p.Package.Rung = RungLabelled
	}
	t.eventHere(EventLabelPrinted, map[string]any{"job": j.ID, "label": j.Label, "sent": j.Sent, "reprint": j.Reprint})
	t.save()
	t.say(Verdict{Code: LabelPrinted, Name: string(p.Package.Tracking)})
	if !t.pol.ApplyScan {
		t.reportAt("label", p.Order, p.Package)
		t.putAside()
	}
}

// printedElsewhere: the parcel was put aside while its label was on its way.
func (t *turn) printedElsewhere(j PrintJob) {
	if j.State != JobDone || t.in.Order == nil {
		return
	}
	pkg, ok := t.in.Order.PackageByID(j.PackageID)
	if !ok || pkg.LabelJob != j.ID {
		return
	}
	if !pkg.Rung.AtLeast(RungLabelled) {
		pkg.Rung = RungLabelled
	}
	t.event(EventLabelPrinted, j.OrderID, j.PackageID, map[string]any{"job": j.ID, "label": j.Label, "sent": j.Sent, "reprint": j.Reprint})
	t.savePackage(pkg)
	t.say(Verdict{Code: LabelPrinted, OrderID: j.OrderID, PackageID: j.PackageID, Name: string(j.Tracking)})
}
