package fulfillment

import "time"

// advance moves a verified parcel towards its label: weigh if that is wanted, then print.
func (t *turn) advance() {
	p := t.parcel()
	if p.Print == PrintDone {
		return
	}
	if p.WeightOwed(t.pol) {
		b := t.bench()
		if b.ScaleZeroed && b.Live > 0 && p.weightWhy(b.Live, t.pol) == WhyNone {
			t.takeWeight(b.Live)
			return
		}
		// The clock looks at the scale again: at once where a wrong weight is to be said after the last item's verdict.
		p.WeighBy = t.in.Now.Add(WeighPatience)
		if b.ScaleZeroed && b.Live > 0 {
			p.WeighBy = t.in.Now
		}
		return
	}
	t.label()
}

// WeightOwed reports whether the parcel still has to be weighed: by the policy, or because its label is sold by weight.
func (p Parcel) WeightOwed(pol Policy) bool {
	wanted := pol.Weigh != PolicyOff && pol.Weigh != "" && !p.Unweighed || p.Wants == WhyNeedsWeight || !p.Unweighed && p.weightForLabel(pol)
	return pol.HasScale && wanted && p.Package.WeightG == 0 && p.Package.Rung == RungVerified
}

// weight takes a reading of the scale. Only a stable one counts, and only after the scale has been empty since the last
// parcel took its weight.
func (t *turn) weight(w Weight) {
	b := t.bench()
	if !w.Stable {
		b.Live = 0
		return
	}
	if w.Grams >= -emptyScaleG && w.Grams <= emptyScaleG {
		b.TareG = 0 // the tray is gone
	}
	g := w.Grams - b.TareG
	if g <= emptyScaleG {
		b.Live, b.ScaleZeroed = 0, true
		if p := t.parcel(); p != nil {
			p.InsistAt = time.Time{} // it came off to be looked at
		}
		return
	}
	b.Live = g
	if p := t.parcel(); p != nil && p.Left() == 0 && b.ScaleZeroed && p.WeightOwed(t.pol) {
		t.takeWeight(g)
	}
}

// emptyScaleG: up to this many grams the scale counts as empty.
const emptyScaleG = 2

// takeWeight takes the parcel's weight, or stops: it must come off, be checked and be put on again. Under policy warn the
// packer may insist with PB:FINISH, twice.
func (t *turn) takeWeight(g int) {
	p, b := t.parcel(), t.bench()
	b.ScaleZeroed = false
	if why := p.weightWhy(g, t.pol); why != WhyNone {
		p.OffG, p.InsistAt = g, time.Time{}
		t.refuse(Verdict{Code: WeightOff, Why: why}.weighs(g, p.AllowedWeight(t.pol)))
		return
	}
	t.weighed(g, "")
}

// insist goes on with a wrong weight, on the second PB:FINISH that follows the first at once: neither one touch nor a trigger that
// is held reads past it.
func (t *turn) insist() {
	p := t.parcel()
	if p.InsistAt.IsZero() || t.in.Now.Sub(p.InsistAt) < ConfirmAfter {
		if p.InsistAt.IsZero() {
			p.InsistAt = t.in.Now
		}
		t.refuse(Verdict{Code: WeightOff, Class: ClassCommand, Why: WhyInsist}.weighs(p.OffG, p.AllowedWeight(t.pol)))
		return
	}
	p.ByHand = true
	t.done(CmdFinish)
	t.out.Verdict.Why = WhyOverWeight
	t.weighed(p.OffG, t.bench().Operator)
}

// weighed records the weight and goes on to the label.
func (t *turn) weighed(g int, insisted string) {
	p := t.parcel()
	allowed := p.AllowedWeight(t.pol)
	p.Package.WeightG, p.Package.Rung, p.WeighBy, p.OffG, p.InsistAt = g, RungWeighed, time.Time{}, 0, time.Time{}
	body := map[string]any{"g": g, "expected_g": allowed.ContentsG, "insisted": insisted}
	if allowed.Known() {
		body["least_g"], body["most_g"] = allowed.LeastG, allowed.MostG
	}
	if why := p.weightWhy(g, t.pol); why != WhyNone { // somebody insisted: the record must not look like one that fits
		body["over"] = why
	}
	if tare := t.bench().TareG; tare != 0 {
		body["tare_g"] = tare
	}
	t.eventHere(EventWeighed, body)
	t.save()
	if v := t.out.Verdict; v != nil { // the last item's verdict carries the weight
		*v = v.weighs(g, allowed)
	}
	t.label()
}

// tick: time has passed. A parcel on the scale is taken; a scale that answers is waited for; one that does not answer
// must not stop the bench under policy warn.
func (t *turn) tick() {
	if ends := t.bench().SupervisorEnds(); !ends.IsZero() && !t.in.Now.Before(ends) {
		t.endSupervisor()
	}
	p, b := t.parcel(), t.bench()
	if p == nil || p.WeighBy.IsZero() || p.Unweighed || t.in.Now.Before(p.WeighBy) || !p.WeightOwed(t.pol) {
		return
	}
	p.WeighBy = t.in.Now.Add(WeighPatience)
	switch {
	case b.ScaleZeroed && b.Live > 0:
		t.takeWeight(b.Live)
	case t.in.ScaleSilent && t.pol.Weigh == PolicyWarn:
		t.say(Verdict{Code: WeightOff, Why: WhyScaleSilent})
		t.goUnweighed()
	}
}

func (t *turn) goUnweighed() {
	p := t.parcel()
	p.Unweighed, p.ByHand, p.WeighBy = true, true, time.Time{}
	t.eventHere(EventNotWeighed, nil)
	t.label()
}

// label queues the print of a label that is here, asks for one that is not, or waits for the carrier label to be scanned.
func (t *turn) label() {
	p := t.parcel()
	if p.Print != PrintNone && p.Print != PrintWaiting && p.Print != PrintSizes {
		return
	}
	switch {
	case p.Package.LabelJob != "": // put aside while its label was on the way: it may have come out since
		p.Job, p.Print, p.PrintWhy = p.Package.LabelJob, PrintAsk, "a label was sent to the printer before this parcel was put aside"
	case p.Package.Label != "" && t.pol.HasPrinter:
		t.queueJob(p.Package.Reprints, "")
	case p.Order.ShippingType == ShippingPlatform:
		t.arrange()
	default:
		p.Print = PrintNone // the carrier label printed elsewhere is scanned
	}
}

// queueJob adds the one print job of the package, or its n-th reprint. A job that is already queued is not doubled.
func (t *turn) queueJob(reprint int, why ReprintReason) {
	p := t.parcel()
	p.Job, p.Print, p.PrintWhy = JobID(t.in.ID), PrintQueued, ""
	p.Package.LabelJob, p.Package.Reprints = p.Job, reprint
	t.out.Jobs = append(t.out.Jobs, PrintJob{ID: p.Job, OrderID: p.Order.ID, PackageID: p.Package.ID, Label: p.Package.Label,
		Tracking: p.Package.Tracking, Reprint: reprint, State: JobQueued, CreatedAt: t.in.Now, Confirmed: p.Confirmed})
	body := map[string]any{"job": p.Job, "label": p.Package.Label, "reprint": reprint}
	if why != "" {
		body["reason"] = why
	}
	t.eventHere(EventLabelQueued, body)
	t.save()
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
			p.Print, said.Code, said.Why, p.Picture = PrintUnproved, CannotVerify, WhyLabelUnreadable, j.Bitmap
			if j.Bitmap == "" {
				said.Why = WhyNoPicture
			}
		}
		p.Package.LabelJob = "" // nothing came out of it: who opens the parcel again has the label proved again
		p.Package.Reprints = p.Package.uncounted()
		trouble["reprints"] = p.Package.Reprints
		t.save()
	case JobQueued, JobSending:
		if j.Reason == "" || p.Print == PrintTrouble && p.PrintWhy == j.Reason {
			return
		}
		p.Print, said.Why = PrintTrouble, WhyPrinterWait
	case JobDropped: // stopped before the dial: the order may not ship any more
		p.Print, p.Job, p.PrintWhy, p.Package.LabelJob = PrintNone, "", j.Reason, ""
		p.Package.Reprints = p.Package.uncounted()
		trouble["reprints"] = p.Package.Reprints
		t.eventHere(EventPrintTrouble, trouble)
		t.save()
		t.relabel()
		return
	default:
		return
	}
	p.PrintWhy = j.Reason
	t.eventHere(EventPrintTrouble, trouble)
	t.say(said)
}

// relabel waits for the label that replaces the one in hand, after the platform took that back.
func (t *turn) relabel() {
	p := t.parcel()
	if t.in.Order == nil {
		return
	}
	now, ok := t.in.Order.PackageByID(p.Package.ID)
	if v, _, _ := p.Gate(t.bench().Supervisor, t.in.Now); !ok || v != "" || now.Label == p.Package.Label {
		return
	}
	p.Package.Label = now.Label
	t.label()
}

func (t *turn) labelOut(j PrintJob) {
	p := t.parcel()
	p.Print, p.PrintWhy = PrintDone, ""
	if !p.Package.Rung.AtLeast(RungLabelled) {
		p.Package.Rung = RungLabelled
	}
	t.eventHere(EventLabelPrinted, j.printedBody())
	t.save()
	said := Verdict{Code: LabelPrinted, Name: string(p.Package.Tracking)}
	switch {
	case j.Reprint > 0 || p.Doubled: // there may be two of them now
		said.Why = WhyReprint
	default:
		said = p.unproved(said, t.pol)
	}
	t.say(said)
	if !t.pol.ApplyScan {
		t.reportAt("label", p.Order, p.Package)
		t.moreBoxes()
		t.putAside()
	}
}

// unproved adds what of the parcel no device proved, so that no last word on it hides that: a weight that was insisted on, a step that
// was ended by hand, a label that was compared by eye.
func (p Parcel) unproved(v Verdict, pol Policy) Verdict {
	switch g := p.Package.WeightG; {
	case p.ByHand && g > 0 && p.weightWhy(g, pol) != WhyNone:
		v.Why = WhyOverWeight
		return v.weighs(g, p.AllowedWeight(pol))
	case p.ByHand:
		v.Why = WhyByHand
	case p.Confirmed != "":
		v.Why, v.By = WhyByEye, p.ConfirmedBy
	}
	return v
}

// printedElsewhere: the parcel was put aside while its label was on its way.
func (t *turn) printedElsewhere(j PrintJob) {
	if t.in.Order == nil {
		return
	}
	pkg, ok := t.in.Order.PackageByID(j.PackageID)
	o := t.in.Order.InParcel(pkg)
	if !ok || pkg.LabelJob != j.ID {
		return
	}
	if j.State == JobRefused || j.State == JobDropped { // nothing came out, and nobody must take it for printed
		pkg.LabelJob, pkg.Reprints = "", pkg.uncounted()
		t.eventAll(o, pkg, EventPrintTrouble, map[string]any{"job": j.ID, "reason": j.Reason, "reprints": pkg.Reprints})
		t.saveAll(o, pkg)
		return
	}
	if j.State != JobDone {
		return
	}
	if !pkg.Rung.AtLeast(RungLabelled) {
		pkg.Rung = RungLabelled
	}
	t.eventAll(o, pkg, EventLabelPrinted, j.printedBody())
	t.saveAll(o, pkg)
	t.say(Verdict{Code: LabelPrinted, OrderID: j.OrderID, PackageID: j.PackageID, Name: string(j.Tracking)})
}

// printedBody is what the event of a printed label says for good: which picture was sent, by which bytes, in which language.
func (j PrintJob) printedBody() map[string]any {
	body := map[string]any{"job": j.ID, "label": j.Label, "sent": j.Sent, "reprint": j.Reprint}
	for name, value := range map[string]string{"bitmap": string(j.Bitmap), "sent_hash": string(j.SentHash), "language": j.Language,
		"compression": j.Compression, "confirmed": string(j.Confirmed)} {
		if value != "" {
			body[name] = value
		}
	}
	if j.Total > 0 {
		body["total"], body["dpi"] = j.Total, j.DPI
	}
	return body
}
