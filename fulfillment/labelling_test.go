package fulfillment

import (
	"slices"
	"testing"
)

func TestPrinterTroubleNeverMakesASecondLabelByItself(t *testing.T) {
	w := newWorld(t)
	w.order("1", ShippingSeller, "MUG")
	w.scan("1")
	w.scan("MUG")
	j := w.jobs[0]
	j.State, j.Reason = JobAsk, "the connection broke after the last byte"
	if out := w.apply(Input{Printed: &j}); out.Verdict.Code != PrinterTrouble || out.Verdict.Why != WhyPrinterAsk {
		t.Fatalf("got %+v", out.Verdict)
	}
	if len(w.jobs) != 1 {
		t.Fatal("a second job was queued")
	}
	t.Run("a scan of the label answers", func(t *testing.T) {
		v := *w
		v.jobs = slices.Clone(w.jobs)
		v.expect("TRACK1", Applied)
		if last := v.jobs[len(v.jobs)-1]; last.ID != j.ID || last.State != JobDone {
			t.Errorf("job %+v, want the first one done", last)
		}
	})
	t.Run("a reprint answers", func(t *testing.T) {
		v := *w
		v.t, v.jobs = t, slices.Clone(w.jobs)
		v.expect("PB:REPRINT", CommandDone)
		if n := len(v.jobs); n != 3 || v.jobs[1].State != JobDropped || v.jobs[2].State != JobQueued || v.jobs[2].Reprint != 0 || v.bench.Parcel.Package.Reprints != 0 {
			t.Errorf("jobs %+v, want the first dropped and the same label queued, which is no copy", v.jobs)
		}
	})
}

func TestARefusedLabelIsNeverTakenForPrinted(t *testing.T) {
	for _, verdict := range []LabelVerdict{LabelRefuse, LabelCannotVerify} {
		w := newWorld(t)
		w.order("1", ShippingPlatform, "MUG")
		refuse := func() {
			t.Helper()
			j, o := w.jobs[len(w.jobs)-1], w.orders["1"]
			j.State, j.Verdict = JobRefused, verdict
			w.apply(Input{Printed: &j, Order: &o})
		}
		w.scan("1")
		w.expect("MUG", ItemComplete)
		refuse()
		w.expect("TRACK1", WrongLabel)
		if v := w.said("PB:SKIP"); v.Code.Accepted() || v.Why != WhyHoldInstead { // it must not stand among parcels that may go on
			t.Fatalf("%s: put back all the same: %+v", verdict, v)
		}
		w.expect("PB:HOLD", CommandDone)
		w.badge("Demo Supervisor", true)
		w.expect("1", OrderOpened) // it is proved again, and nothing is said to have been sent
		if w.bench.Parcel.Print != PrintQueued {
			t.Fatalf("print state %q after reopening", w.bench.Parcel.Print)
		}
		w.expect("TRACK1", WrongLabel) // before the proof is there
		w.expect("PB:SKIP", CommandDone)
		refuse() // the answer comes while the parcel is aside
		w.expect("TRACK1", OrderOpened)
		w.expect("TRACK1", WrongLabel)
		if w.rung("1").AtLeast(RungLabelled) {
			t.Fatalf("%s: a label that was refused stands on rung %s", verdict, w.rung("1"))
		}
	}
}

func TestAParcelPutAsideWhileItsLabelPrintsIsNotLabelledTwice(t *testing.T) {
	aside := func() *world {
		w := newWorld(t)
		w.order("1", ShippingSeller, "MUG")
		w.scan("1")
		w.expect("MUG", ItemComplete)
		w.expect("PB:SKIP", CommandDone)
		return w
	}
	t.Run("the label came out", func(t *testing.T) {
		w := aside()
		j, o := w.jobs[0], w.orders["1"]
		j.State = JobDone
		w.apply(Input{Printed: &j, Order: &o})
		w.expect("TRACK1", Applied)
		if len(w.jobs) != 1 {
			t.Errorf("jobs %+v", w.jobs)
		}
	})
	t.Run("nobody knows", func(t *testing.T) {
		w := aside()
		w.expect("1", OrderOpened)
		if w.bench.Parcel.Print != PrintAsk || len(w.jobs) != 1 {
			t.Fatalf("print state %q, jobs %+v: a second label by guessing", w.bench.Parcel.Print, w.jobs)
		}
		w.expect("PB:REPRINT", CommandDone)
		if n := len(w.jobs); w.jobs[n-2].State != JobDropped || w.jobs[n-1].State != JobQueued {
			t.Errorf("jobs %+v", w.jobs)
		}
	})
	t.Run("the label is scanned first", func(t *testing.T) {
		w := aside()
		w.expect("TRACK1", Applied)
	})
	t.Run("it was dropped before the dial", func(t *testing.T) {
		w := aside()
		j, o := w.jobs[0], w.orders["1"]
		j.State = JobDropped
		w.apply(Input{Printed: &j, Order: &o})
		w.expect("1", OrderOpened)
		if w.bench.Parcel.Print != PrintQueued || len(w.jobs) != 2 {
			t.Fatalf("print state %q, %d jobs", w.bench.Parcel.Print, len(w.jobs))
		}
	})
}

func TestASellerLabelPrintedElsewhereIsBoundByItsScan(t *testing.T) {
	w := newWorld(t)
	o := w.order("1", ShippingSeller, "MUG")
	o.Packages[0].Label, o.Packages[0].Tracking = "", ""
	w.scan("1")
	w.expect("CARRIER123456", UnknownCode) // not before the contents are verified
	w.expect("MUG", ItemComplete)
	w.expect("CARRIER123456", Applied)
	if got := w.orders["1"].Packages[0].Tracking; got != "CARRIER123456" {
		t.Errorf("tracking %q", got)
	}
}

func TestALabelThatComesLateIsPrinted(t *testing.T) {
	w := newWorld(t)
	o := w.order("1", ShippingPlatform, "MUG")
	o.Packages[0].Label, o.Packages[0].Arranged = "", true
	w.scan("1")
	w.expect("MUG", ItemComplete)
	if w.bench.Parcel.Print != PrintWaiting {
		t.Fatalf("print state %q, want waiting", w.bench.Parcel.Print)
	}
	now := w.orders["1"]
	now.Packages = slices.Clone(now.Packages)
	now.Packages[0].Label = "arrived"
	w.apply(Input{Changed: &now})
	if len(w.jobs) != 1 || w.jobs[0].Label != "arrived" {
		t.Fatalf("jobs %+v", w.jobs)
	}
	if len(w.outbox) != 0 {
		t.Error("platform-shipped parcels are observed at the carrier's scan, never reported")
	}
}

// TestLabelReplacedWhileItIsQueued: the recipient moved after the job was made. The old label does not come out; the new one does,
// once it is here.
func TestLabelReplacedWhileItIsQueued(t *testing.T) {
	w := newWorld(t)
	w.order("1", ShippingPlatform, "MUG")
	w.expect("1", OrderOpened)
	w.expect("MUG", ItemComplete)
	j := w.jobs[0]
	o := w.orders["1"]
	o.Packages = slices.Clone(o.Packages)
	o.Packages[0].Label, o.Packages[0].Arranged = "", true
	w.orders["1"] = o
	j.State, j.Reason = JobDropped, "replaced"
	w.apply(Input{Printed: &j, Order: &o})
	if p := w.bench.Parcel; p.Print != PrintWaiting || len(w.jobs) != 1 {
		t.Fatalf("print %q, %d jobs", p.Print, len(w.jobs))
	}
	w.tell("1", func(o *Order) { o.Packages[0].Label, o.Packages[0].Arranged = "label-new", true })
	if n := len(w.jobs); n != 2 || w.jobs[1].Label != "label-new" {
		t.Fatalf("%d jobs, the last %+v", n, w.jobs[n-1])
	}
}

// TestAWrongLabelNamesItsOrder: whose label it is, and how that order's parcel stands.
func TestAWrongLabelNamesItsOrder(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Order)
		rung   Rung
		hold   Hold
	}{
		{"not packed", func(*Order) {}, RungToPack, ""},
		{"packed", func(o *Order) { o.Packages[0].Rung = RungApplied }, RungApplied, ""},
		{"handed over", func(o *Order) { o.Packages[0].Rung = RungHandedOver }, RungHandedOver, ""},
		{"held", func(o *Order) { o.Packages[0].Rung, o.Packages[0].Holds = RungLabelled, []Hold{HoldHeld} }, RungLabelled, HoldHeld},
		{"cancelled while held", func(o *Order) { o.Holds, o.Status = []Hold{HoldHeld}, StatusCancelled }, RungToPack, HoldCancelled},
		{"asked to cancel", func(o *Order) { o.CancelRequested = true }, RungToPack, HoldCancelRequested},
		{"its other parcel is held", func(o *Order) {
			o.Packages = append(o.Packages, Package{ID: "other", OrderID: o.ID, Rung: RungApplied, Holds: []Hold{HoldShort}})
		}, RungToPack, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.order("1", ShippingSeller, "MUG")
			o := w.order("2", ShippingSeller, "TEA")
			o.Packages = append([]Package{}, o.Packages...)
			c.change(&o)
			w.orders["2"] = o
			w.expect("1", OrderOpened)
			w.expect("MUG", ItemComplete)
			w.print()
			v := w.said("TRACK2")
			if v.Code != WrongLabel || v.Why != WhyOtherParcel || v.About != "2" || v.Rung != c.rung || v.Hold != c.hold || v.OrderID != "1" || w.rung("1") != RungLabelled {
				t.Errorf("%+v, order 1 stands at %s", v, w.rung("1"))
			}
		})
	}
}
