package fulfillment

import (
	"testing"
	"time"
)

// unproved lets the last job come back because no barcode proves the label.
func (w *world) unproved(bitmap Hash) *Verdict {
	w.t.Helper()
	i := len(w.jobs) - 1
	w.jobs[i].State, w.jobs[i].Verdict, w.jobs[i].Reason, w.jobs[i].Bitmap = JobRefused, LabelCannotVerify, "No barcode on the label could be read.", bitmap
	j, o := w.jobs[i], w.orders[w.jobs[i].OrderID]
	return w.apply(Input{Printed: &j, Order: &o}).Verdict
}

// labelled packs an order up to its label.
func (w *world) labelled(id OrderID) {
	w.t.Helper()
	w.order(id, ShippingSeller, "MUG")
	w.expect(string(id), OrderOpened)
	w.expect("MUG", ItemComplete)
	w.print()
}

func (w *world) eventsOf(kind EventKind) (found []EventDraft) {
	for _, e := range w.events {
		if e.Kind == kind {
			found = append(found, e)
		}
	}
	return found
}

// Two good labels of one parcel must not lie about: the spoiled one is in the packer's hand before another one is printed.
func TestASpoiledLabelIsScannedBeforeTheNextIsPrinted(t *testing.T) {
	w := newWorld(t)
	w.labelled("1")
	w.order("2", ShippingSeller, "MUG")
	jobs := len(w.jobs)
	if v := w.said("PB:REPRINT"); v.Code != Refused || v.Why != WhyReprintReason {
		t.Fatalf("without a reason: %+v", v)
	}
	if v := w.said("PB:REPRINT:SPOILED"); v.Code != CommandDone || v.Why != WhyScanSpoiled {
		t.Fatalf("spoiled: %+v", v)
	}
	w.expect("TRACK2", WrongLabel)
	w.expect("PB:UNDO", CommandDone) // thought better of
	if w.bench.Parcel.Spoiled || len(w.jobs) != jobs {
		t.Fatalf("after the undo: %+v, %d jobs", w.bench.Parcel, len(w.jobs))
	}
	w.expect("PB:REPRINT:SPOILED", CommandDone)
	if v := w.said("TRACK1"); v.Code != CommandDone || v.Why != WhyReprint || v.Got != 1 || v.Class != ClassTracking {
		t.Fatalf("the spoiled label: %+v", v)
	}
	if e := w.eventsOf(EventDestroyed); len(e) != 1 || e[0].Scan != "TRACK1" || e[0].PackageID != "P1" || len(w.jobs) != jobs+1 {
		t.Fatalf("recorded %+v, %d jobs", e, len(w.jobs))
	}
	if v := w.said("TRACK1"); v.Code != Duplicate || v.Why != WhyTorn { // the trigger was held
		t.Fatalf("the torn label once more: %+v", v)
	}
	w.print()
	if v := w.said("TRACK1"); v.Code != Duplicate || v.Why != WhyTorn || w.rung("1") != RungLabelled { // it proves nothing
		t.Fatalf("the torn label after the print: %+v", v)
	}
	w.n += int(TornSpan / time.Second)
	w.expect("TRACK1", Applied)
	if n := w.orders["1"].Packages[0].Reprints; n != 1 {
		t.Errorf("%d reprints, want 1", n)
	}
}

func TestAnEmptyBenchTakesTheSpoiledLabelOrAsksForIt(t *testing.T) {
	w := newWorld(t)
	w.labelled("1")
	w.expect("TRACK1", Applied)
	if v := w.said("PB:REPRINT"); v.Why != WhyReprintReason || w.bench.Reprint != "" {
		t.Fatalf("without a reason: %+v", v)
	}
	w.expect("PB:REPRINT:SPOILED", CommandDone)
	if v := w.said("1"); v.Why != WhyScanSpoiled || w.rung("1") != RungLabelled { // the slip is not the label
		t.Fatalf("its slip: %+v", v)
	}
	w.expect("TRACK1", CommandDone)
	w.print()
	w.n += int(TornSpan / time.Second)
	w.expect("TRACK1", Applied)
	w.expect("PB:REPRINT:SPOILED", CommandDone)
	if v := w.said("TRACK1"); v.Why != WhyReprint || v.Got != 2 {
		t.Fatalf("its label: %+v", v)
	}
	if e := w.eventsOf(EventDestroyed); len(e) != 2 {
		t.Errorf("%d labels are recorded as destroyed, want 2", len(e))
	}
}

// A copy is a label that came out beside another one, not an attempt.
func TestOnlyCopiesAreCounted(t *testing.T) {
	w := newWorld(t)
	w.order("1", ShippingSeller, "MUG")
	w.expect("1", OrderOpened)
	w.expect("MUG", ItemComplete)
	back := func(s JobState) *Verdict {
		t.Helper()
		j := w.jobs[len(w.jobs)-1]
		j.State, j.Reason = s, "trouble"
		return w.apply(Input{Printed: &j}).Verdict
	}
	copies := func(want int) {
		t.Helper()
		if got := w.orders["1"].Packages[0].Reprints; got != want {
			t.Fatalf("%d copies, want %d", got, want)
		}
	}
	back(JobAsk)
	w.expect("PB:REPRINT", CommandDone) // none came out
	copies(0)
	back(JobAsk)
	if v := w.said("PB:REPRINT:SPOILED"); v.Why != WhyScanSpoiled { // one did, torn
		t.Fatalf("%+v", v)
	}
	w.expect("TRACK1", CommandDone)
	copies(1)
	if back(JobDone).Why != WhyReprint {
		t.Error("two labels may be about, and nobody says so")
	}
	w.expect("PB:REPRINT:LOST", CommandDone)
	copies(2)
	w.unproved("")
	copies(1)
	w.expect("PB:HOLD", CommandDone)
	if l := fold(t, w.events).Packages[PackageKey{"1", "P1"}]; l.Reprints != 1 {
		t.Errorf("the events say %d copies", l.Reprints)
	}
}

func TestASupervisorConfirmsALabelByItsPicture(t *testing.T) {
	w := newWorld(t)
	w.order("1", ShippingSeller, "MUG")
	w.expect("1", OrderOpened)
	w.expect("MUG", ItemComplete)
	if v := w.unproved("the picture"); v.Code != CannotVerify || v.Why != WhyLabelUnreadable {
		t.Fatalf("%+v", v)
	}
	if v := w.said("PB:CONFIRM:NUMBER"); v.Code != NeedsSupervisor {
		t.Fatalf("a packer: %+v", v)
	}
	w.badge("Demo Supervisor", true)
	w.expect("PB:CONFIRM:FUN", UnknownCode)
	if v := w.said("PB:CONFIRM"); v.Code != Refused || v.Why != WhyConfirmReason || len(w.jobs) != 1 {
		t.Fatalf("without a reason: %+v", v)
	}
	if v := w.said("PB:CONFIRM:NUMBER"); v.Code != CommandDone || v.Why != WhyConfirmed || v.By != "Demo Supervisor" {
		t.Fatalf("%+v", v)
	}
	if by := w.bench.Parcel.ConfirmedBy; by != "Demo Supervisor" {
		t.Errorf("confirmed by %q", by)
	}
	e := w.eventsOf(EventConfirmed)
	if len(e) != 1 || e[0].Body.(map[string]any)["bitmap"] != Hash("the picture") || e[0].Body.(map[string]any)["reason"] != ConfirmNumber {
		t.Fatalf("recorded %+v", e)
	}
	if j := w.jobs[len(w.jobs)-1]; j.Confirmed != "the picture" || j.State != JobQueued || j.Reprint != 0 {
		t.Fatalf("job %+v", j)
	}
	w.unproved("another picture") // the queue found another one: what was confirmed counts for nothing
	if !w.bench.Parcel.Confirmable() || w.bench.Parcel.Picture != "another picture" {
		t.Fatalf("%+v", w.bench.Parcel)
	}
	w.expect("PB:CONFIRM:READER", CommandDone)
	w.print()
	if v := w.last; v.Code != LabelPrinted || v.Why != WhyByEye || v.By != "Demo Supervisor" {
		t.Errorf("it prints as if a barcode had proved it: %+v", v)
	}
	if v := w.said("PB:FINISH"); v.Code != Applied || w.rung("1") != RungApplied {
		t.Errorf("a label that no scanner reads: %+v", v)
	}
	if a := w.eventsOf(EventApplied); a[0].Body.(map[string]any)["how"] != "by hand" {
		t.Errorf("recorded %+v", a)
	}
}

func TestWhatNobodyMayConfirm(t *testing.T) {
	for name, c := range map[string]struct {
		verdict LabelVerdict
		bitmap  Hash
		why     Why
	}{
		"another parcel's label":    {LabelRefuse, "the picture", WhyLabelRefused},
		"a label without a picture": {LabelCannotVerify, "", WhyNoPicture},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.order("1", ShippingSeller, "MUG")
			w.expect("1", OrderOpened)
			w.expect("MUG", ItemComplete)
			j := w.jobs[0]
			j.State, j.Verdict, j.Bitmap = JobRefused, c.verdict, c.bitmap
			w.apply(Input{Printed: &j})
			w.badge("Demo Supervisor", true)
			if v := w.said("PB:CONFIRM:NUMBER"); v.Code != Refused || v.Why != c.why || len(w.jobs) != 1 {
				t.Errorf("%+v, %d jobs", v, len(w.jobs))
			}
			w.expect("PB:FINISH", Refused)
		})
	}
	w := newWorld(t)
	w.labelled("1")
	w.badge("Demo Supervisor", true)
	if v := w.said("PB:CONFIRM:NUMBER"); v.Why != WhyNotAvailable {
		t.Errorf("a label that is out: %+v", v)
	}
	if v := w.said("PB:FINISH"); v.Code != Refused { // what a scanner can read is scanned
		t.Errorf("%+v", v)
	}
}

// An order from a file may have a label and no tracking number: after the confirmation the label's own scan tells it.
func TestAConfirmedLabelTellsItsNumber(t *testing.T) {
	w := newWorld(t)
	o := w.order("1", ShippingSeller, "MUG")
	o.Packages[0].Tracking = ""
	w.orders["1"] = o
	w.expect("1", OrderOpened)
	w.expect("MUG", ItemComplete)
	w.unproved("the picture")
	w.badge("Demo Supervisor", true)
	w.expect("PB:CONFIRM:ADDRESS", CommandDone)
	w.print()
	if w.expect("NEW000001", Applied); w.last.Why != WhyByEye || w.last.By != "Demo Supervisor" {
		t.Errorf("it ends as if a barcode had proved it: %+v", w.last)
	}
	if p := w.orders["1"].Packages[0]; p.Tracking != "NEW000001" {
		t.Errorf("tracking %q", p.Tracking)
	}
}
