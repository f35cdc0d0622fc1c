package fulfillment

import "testing"

func TestAnEventSaysWhatItsKindLeavesOpen(t *testing.T) {
	for _, c := range []struct {
		kind EventKind
		body string
		want string
	}{
		{EventOverride, `{"over":"not_packed"}`, "over not_packed"},
		{EventReleased, `{"holds":["held","short"]}`, "from held, short"},
		{EventDecided, `{"action":"give_up","reason":"Parcel stays here"}`, "give_up: Parcel stays here"},
		{EventRefused, `{"verdict":"wrong_item","why":"not_on_order"}`, "wrong_item: not_on_order"},
		{EventWeighed, `{"g":640,"expected_g":650,"insisted":"Demo Packer"}`, "640 g, 650 g expected, insisted by Demo Packer"},
		{EventWeighed, `{"g":640}`, "640 g"},
		{EventLabelQueued, `{"job":"j","reprint":2,"reason":"label lost"}`, "reprint 2: label lost"},
		{EventLabelQueued, `{"job":"j","reprint":0}`, ""},
		{EventLabelPrinted, `{"job":"j","sent":5403,"total":5403,"reprint":1,"bitmap":"0123456789abcdef","sent_hash":"fedcba9876543210","language":"zpl","compression":"z64","dpi":203}`,
			"reprint 1, zpl z64, 203 dpi, 5403 of 5403 bytes, picture 0123456789ab, bytes fedcba987654"},
		{EventLabelPrinted, `{"job":"j","sent":9,"reprint":0}`, ""},
		{EventConfirmed, `{"bitmap":"0123456789abcdef","reason":"it fits"}`, "it fits: picture 0123456789ab"},
		{EventReopened, `{"rung":"applied","reason":"label spoiled","reprints":0}`, "reprint 1: label spoiled"},
		{EventShort, `{"got":1,"need":3,"missing":[{"name":"Mug","got":1,"need":3}]}`, "1 of 3 in; missing 2 × Mug"},
		{EventItemScanned, `{"sku":"MUG","got":1,"need":2}`, "MUG, 1 of 2"},
		{EventVerified, `{"how":"by hand"}`, "by hand"},
		{EventSealed, `not an object`, ""},
		{EventNotWeighed, ``, ""},
	} {
		if got := Detail(Event{Kind: c.kind, Body: []byte(c.body)}); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.kind, c.body, got, c.want)
		}
	}
}

func TestMissingItemsAreElidedWhole(t *testing.T) {
	items := []MissingItem{{Name: "Stoneware mug, hand glazed, dishwasher safe", Need: 2}, {Name: "Clip-on lamp", Need: 1}, {Name: "Tea towel, linen", Need: 3}, {Name: "Spoon", Need: 1}}
	if got, want := missingWords(items), "2 × Stoneware mug, hand glazed, d…, 1 × Clip-on lamp and 2 more"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := missingWords(items[1:2]), "1 × Clip-on lamp"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestHoldOfACancelledOrderMissesNothing(t *testing.T) {
	w := newWorld(t)
	w.order("1", ShippingSeller, "MUG", "TEA")
	w.expect("1", OrderOpened)
	w.expect("MUG", ItemOK)
	o := w.orders["1"]
	o.Status = StatusCancelled
	w.apply(Input{Changed: &o})
	if v := w.said("PB:HOLD"); v.Code != CommandDone || v.Why != WhyStopped {
		t.Errorf("%+v", v)
	}
}

func TestSkipSaysThatTheCountIsNotKept(t *testing.T) {
	w := newWorld(t)
	w.order("1", ShippingSeller, "MUG", "TEA")
	w.expect("1", OrderOpened)
	w.expect("MUG", ItemOK)
	if v := w.said("PB:SKIP"); v.Why != WhySkipped || v.Got != 1 || v.Need != 2 {
		t.Errorf("%+v", v)
	}
	if v := w.said("1"); v.Code != OrderOpened || v.Need != 2 {
		t.Errorf("opened again: %+v", v)
	}
}

func TestAStepByHandShowsOnTheLabelsVerdict(t *testing.T) {
	w := newWorld(t)
	w.pol.Verify = PolicyWarn
	w.order("1", ShippingSeller, "MUG", "TEA")
	w.expect("1", OrderOpened)
	w.expect("PB:FINISH", CommandDone)
	j := w.jobs[len(w.jobs)-1]
	j.State = JobDone
	if out := w.apply(Input{Printed: &j}); out.Verdict.Code != LabelPrinted || out.Verdict.Why != WhyByHand {
		t.Errorf("%+v", out.Verdict)
	}
	if v := w.said(string(w.orders["1"].Packages[0].Tracking)); v.Code != Applied || v.Why != WhyByHand {
		t.Errorf("the last word on the parcel: %+v", v)
	}
}

// A box that is put aside with its label printed has no label scanned on it, and whoever puts it aside is told.
func TestSkipSaysThatTheLabelIsOut(t *testing.T) {
	w := newWorld(t)
	w.order("1", ShippingSeller, "MUG")
	w.expect("1", OrderOpened)
	w.expect("MUG", ItemComplete)
	j := w.jobs[len(w.jobs)-1]
	j.State = JobDone
	w.apply(Input{Printed: &j})
	if v := w.said("PB:SKIP"); v.Code != CommandDone || v.Why != WhySkippedLabel {
		t.Errorf("%+v", v)
	}
}

// Whoever puts an order aside that its buyer wants to cancel is told that it takes a supervisor to open it again; a cancelled one
// comes back to nobody.
func TestSkipSaysWhoOpensItAgain(t *testing.T) {
	for name, stop := range map[string]func(*Order){
		"":               func(*Order) {},
		"cancelled":      func(o *Order) { o.Status = StatusCancelled },
		"cancel request": func(o *Order) { o.CancelRequested = true },
		"held":           func(o *Order) { o.Holds = []Hold{HoldHeld} },
	} {
		w := newWorld(t)
		w.order("1", ShippingSeller, "MUG", "TEA")
		w.expect("1", OrderOpened)
		o := w.orders["1"]
		stop(&o)
		w.orders["1"] = o
		w.apply(Input{Changed: &o})
		want := WhySkippedHeld
		switch name {
		case "":
			want = WhyNone
		case "cancelled":
			want = WhyStopped
		}
		if v := w.said("PB:SKIP"); v.Code != CommandDone || v.Why != want {
			t.Errorf("%q: %+v", name, v)
		}
	}
}
