package fulfillment

import (
	"testing"
)

// twoBoxes is an order that the platform divided into two packages.
func (w *world) twoBoxes(id OrderID) {
	o := w.order(id, ShippingSeller, "MUG", "TEA")
	second := o.Packages[0]
	second.ID, second.Tracking, second.Label = second.ID+"B", second.Tracking+"B", second.Label+"B"
	o.Packages[0].Lines, second.Lines = o.Packages[0].Lines[:1], o.Packages[0].Lines[1:]
	o.Packages = append(o.Packages, second)
	o.Lines[1].PackageID = second.ID
	w.orders[id] = o
}

func TestNextBoxOpensTheNextPackage(t *testing.T) {
	w := newWorld(t)
	w.twoBoxes("7")
	if v := w.said("PB:NEXTBOX"); v.Why != WhyNoLastOrder {
		t.Errorf("before any order: %+v", v)
	}
	if v := w.said("7"); v.Code != OrderOpened || v.Why != WhyBoxOf || v.Box != 1 || v.Boxes != 2 {
		t.Errorf("opened: %+v", v)
	}
	if v := w.said("TEA"); v.Code != WrongItem || v.Why != WhyOtherBox || v.Box != 2 || v.Boxes != 2 {
		t.Errorf("an item of the other box: %+v", v)
	}
	if v := w.said("TIN"); v.Code != WrongItem || v.Why != WhyNotOnOrder {
		t.Errorf("an item of no box: %+v", v)
	}
	w.expect("MUG", ItemComplete)
	if v := w.said("PB:NEXTBOX"); v.Code != Refused || v.Why != WhyBoxOpen {
		t.Errorf("with a box open: %+v", v)
	}
	w.print()
	if v := w.said("TRACK7B"); v.Code != WrongLabel || v.Why != WhyOtherBox || v.Box != 2 || v.Boxes != 2 {
		t.Errorf("the other box's label: %+v", v)
	}
	if v := w.said("TRACK7"); v.Code != Applied || v.Why != WhyMoreBoxes || v.Got != 1 || v.Need != 2 || w.bench.LastOpen != 1 {
		t.Errorf("after the first box: %+v, %d open", v, w.bench.LastOpen)
	}
	if v := w.said("PB:NEXTBOX"); v.Code != OrderOpened || v.PackageID != "P7B" || v.Box != 2 {
		t.Fatalf("the next box: %+v", v)
	}
	w.expect("TEA", ItemComplete)
	w.print()
	if v := w.said("TRACK7B"); v.Code != Applied || v.Why != WhyNone || w.bench.LastOpen != 0 {
		t.Errorf("after the last box: %+v", v)
	}
	if v := w.said("PB:NEXTBOX"); v.Code != Refused || v.Why != WhyAllBoxes || v.OrderID != "7" {
		t.Errorf("after all boxes: %+v", v)
	}
	w.order("8", ShippingSeller, "MUG")
	w.expect("8", OrderOpened)
	if v := w.said("PB:NEXTBOX"); v.Why != WhyOneBox || w.bench.Parcel == nil {
		t.Errorf("an order of one parcel: %+v", v)
	}
}

func TestACancelledPackageIsNoBox(t *testing.T) {
	w := newWorld(t)
	w.twoBoxes("7")
	o := w.orders["7"]
	o.Packages[1].PlatformStatus = "CANCELLED"
	w.expect("7", OrderOpened)
	w.expect("MUG", ItemComplete)
	w.print()
	if v := w.said("TRACK7"); v.Why != WhyNone {
		t.Errorf("%+v", v)
	}
}

func TestAFinishedParcelGetsAnotherLabel(t *testing.T) {
	w := newWorld(t)
	w.order("1", ShippingSeller, "MUG")
	w.pack("1")
	if v := w.said("PB:REPRINT:LOST"); v.Code != CommandDone || v.Why != WhyReprintWhich || w.bench.Reprint != ReprintLost {
		t.Fatalf("%+v", v)
	}
	w.expect("??", UnknownCode) // a slip of the hand does not end it
	if v := w.said("TRACK1"); v.Code != CommandDone || v.Why != WhyReprintLost || v.Got != 1 {
		t.Fatalf("%+v", v)
	}
	job := w.jobs[len(w.jobs)-1]
	if w.rung("1") != RungLabelled || job.Reprint != 1 || job.Label != "label-1" || w.bench.Reprint != "" {
		t.Errorf("at %s, job %+v", w.rung("1"), job)
	}
	if body := w.events[len(w.events)-1].Body.(map[string]any); body["reason"] != ReprintLost || body["reprint"] != 1 {
		t.Errorf("the event says %v", body)
	}
	w.expect("PB:REPRINT:LOST", Refused) // it is on its way
	if out := w.apply(Input{Printed: &PrintJob{ID: job.ID, Reprint: 1, State: JobDone}}); out.Verdict.Code != LabelPrinted || out.Verdict.Why != WhyReprint {
		t.Errorf("the second label comes out with %+v", out.Verdict)
	}
	if v := w.said("PB:REPRINT:UNREADABLE"); v.Got != 2 || v.Name != string(ReprintUnreadable) {
		t.Errorf("the second copy: %+v", v)
	}
	w.print()
	w.expect("TRACK1", Applied)
	w.expect("PB:MODE:HANDOFF", CommandDone)
	w.expect("TRACK1", Staged)
	w.expect("PB:MODE:PACK", CommandDone)
	w.expect("PB:REPRINT:SPOILED", CommandDone)
	if v := w.said("TRACK1"); v.Code != Refused || v.Why != WhyOnManifest || w.rung("1") != RungStaged {
		t.Errorf("on a manifest: %+v", v)
	}
	w.expect("PB:MODE:HANDOFF", CommandDone)
	w.expect("PB:SEAL", HandedOver)
	w.expect("PB:MODE:PACK", CommandDone)
	w.expect("PB:REPRINT:SPOILED", CommandDone)
	if v := w.said("TRACK1"); v.Code != Refused || v.Why != WhyHandedOver || w.bench.Reprint != "" {
		t.Errorf("after the handover: %+v", v)
	}
	if n := len(w.jobs); n != 3 {
		t.Errorf("%d labels for 1 parcel and 2 reprints", n)
	}
}

func TestReprintNeedsALabelThatCameOut(t *testing.T) {
	w := newWorld(t)
	w.order("1", ShippingSeller, "MUG")
	w.expect("PB:REPRINT:SPOILED", CommandDone)
	if v := w.said("1"); v.Why != WhyNotPrinted {
		t.Errorf("an order nobody packed: %+v", v)
	}
	w.expect("PB:REPRINT:LOST", CommandDone)
	w.expect("PB:UNDO", CommandDone)
	w.expect("1", OrderOpened)
	for code, want := range map[string]bool{"PB:REPRINT": true, "PB:REPRINT:LOST": true, "PB:REPRINT:SPOILED": true, "PB:REPRINT:UNREADABLE": true,
		"PB:SEAL": true, "PB:SEAL:UPS": true, "PB:SEAL:": false, "PB:SEAL:ups": false, "PB:SEAL:A B": false, "PB:REPRINT:": false, "PB:REPRINT:FUN": false, "PB:UNDO:LOST": false} {
		if _, _, ok := ParseCommand(code); ok != want {
			t.Errorf("ParseCommand(%q): %v", code, ok)
		}
	}
}

func TestOnlyASupervisorDecidesAboutParkedRows(t *testing.T) {
	row := OutboxDecision{ID: "row", Kind: OutboxReportShipped, OrderID: "1", PackageID: "P1"}
	for _, c := range []struct {
		name       string
		supervisor bool
		action     OutboxAction
		reason     string
		code       VerdictCode
		why        Why
	}{
		{"a packer", false, OutboxRetry, "", NeedsSupervisor, WhySupervisorOnly},
		{"again", true, OutboxRetry, "", CommandDone, WhyRetried},
		{"by hand without a reason", true, OutboxDoneByHand, "  ", Refused, WhyNoReason},
		{"by hand", true, OutboxDoneByHand, "done in the Seller Center", CommandDone, WhyDoneByHand},
		{"given up", true, OutboxGiveUp, "order cancelled", CommandDone, WhyGivenUp},
		{"corrected", true, OutboxPutRight, "", CommandDone, WhyCorrecting},
		{"an action nobody knows", true, "explode", "why not", Refused, WhyNotAvailable},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := row
			d.Action, d.Reason = c.action, c.reason
			out := Apply(Bench{Supervisor: c.supervisor, Operator: "Demo Supervisor"}, Input{Now: noon, Decide: &d}, Policy{})
			if v := out.Verdict; v.Code != c.code || v.Why != c.why || v.OrderID != "1" {
				t.Errorf("%+v", v)
			}
			if ok := c.code == CommandDone; ok != (len(out.Decisions) == 1) || ok && out.Decisions[0].By != "Demo Supervisor" || len(out.Events) != 1 {
				t.Errorf("%+v, %+v", out.Decisions, out.Events)
			}
		})
	}
}

// One product in both boxes: what is one too many here is wanted there.
func TestOneTooManyBelongsInTheOtherBox(t *testing.T) {
	w := newWorld(t)
	w.order("7", ShippingSeller, "MUG", "TEA", "MUG")
	o := w.orders["7"]
	second := o.Packages[0]
	second.ID, second.Tracking, second.Label = "P7B", "TRACK7B", "label-7B"
	o.Packages[0].Lines, second.Lines = o.Packages[0].Lines[:2], o.Packages[0].Lines[2:]
	o.Lines[2].PackageID = second.ID
	o.Packages = append(o.Packages, second)
	w.orders["7"] = o
	w.expect("7", OrderOpened)
	w.expect("MUG", ItemOK)
	if v := w.said("MUG"); v.Code != TooMany || v.Why != WhyOtherBox || v.Box != 2 {
		t.Errorf("the second mug: %+v", v)
	}
	w.expect("PB:HOLD", CommandDone)
}

// A supervisor imports the barcode while the order is in hand: the next scan counts, and one that moved to another product does not.
func TestAnImportedBarcodeCountsAtOnce(t *testing.T) {
	w := newWorld(t)
	mug, tin := w.products["MUG"], w.products["TIN"]
	w.products["MUG"] = Product{SKU: "MUG", Name: "The MUG"}
	w.order("1", ShippingSeller, "MUG", "MUG", "TEA")
	w.expect("1", OrderOpened)
	w.expect(mug.Barcodes[0], UnknownCode)
	w.products["MUG"] = mug
	w.expect(mug.Barcodes[0], ItemOK)
	if it := w.bench.Parcel.Items[0]; it.WeightG != mug.WeightG {
		t.Errorf("it weighs %d g for the parcel", it.WeightG)
	}
	// The barcode was the tin's all along.
	tin.Barcodes = mug.Barcodes
	w.products["TIN"], w.products["MUG"] = tin, Product{SKU: "MUG", Name: "The MUG", Barcodes: []string{"5000"}}
	if v := w.said(mug.Barcodes[0]); v.Code != WrongItem {
		t.Errorf("got %+v", v)
	}
	w.expect("5000", ItemOK)
}

// An order on the hold shelf asks for no next box.
func TestAHeldOrderHasNoNextBox(t *testing.T) {
	w := newWorld(t)
	w.twoBoxes("7")
	w.expect("7", OrderOpened)
	w.expect("MUG", ItemComplete)
	w.print()
	w.expect("TRACK7", Applied)
	w.said("PB:NEXTBOX")
	w.expect("PB:HOLD", CommandDone)
	if w.bench.LastOpen != 0 {
		t.Errorf("%d boxes are still asked for", w.bench.LastOpen)
	}
}

// The right item whose product has no barcode: the sentence says so, not that nobody knows the code.
func TestAnUnknownCodeWhereNoBarcodeIsKnown(t *testing.T) {
	w := newWorld(t)
	w.products["MUG"] = Product{SKU: "MUG", Name: "The MUG"}
	w.order("1", ShippingSeller, "MUG", "TEA")
	w.expect("1", OrderOpened)
	if v := w.said("4012345678901"); v.Code != UnknownCode || v.Why != WhyNoBarcode || v.Name != "MUG" || v.SKU != "MUG" {
		t.Errorf("got %+v", v)
	}
	w.expect("MUG", ItemOK)
	if v := w.said("4012345678901"); v.Code != UnknownCode || v.Why != WhyNotKnown { // what is left has one
		t.Errorf("got %+v", v)
	}
}

// A parcel whose request to cancel nobody has answered goes to no pile where the platform will not ship it.
func TestADoneParcelWithAnOpenRequestWaitsForTheAnswer(t *testing.T) {
	for market, want := range map[string]Why{"GB": WhyAnswerFirst, "TH": WhyAnswerFirst, "": WhyAnswerFirst, "US": WhyNone} {
		w := newWorld(t)
		o := w.order("1", ShippingPlatform, "MUG")
		o.Market, o.CancelRequested = market, true
		w.orders["1"] = o
		w.badge("Demo Supervisor", true)
		w.expect("1", OrderOpened)
		w.expect("MUG", ItemComplete)
		w.print()
		if v := w.said("TRACK1"); v.Code != Applied || v.Why != want {
			t.Errorf("market %q: %+v", market, v)
		}
	}
}
