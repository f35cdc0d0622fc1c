package fulfillment

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// said is the verdict of a scan, whole.
func (w *world) said(code string) Verdict {
	w.t.Helper()
	in := Input{Scan: &Scan{Code: code}, Found: w.find(code), Staged: w.orders}
	if code == "PB:NEXTBOX" && w.bench.Last != "" {
		in.Found = w.find(string(w.bench.Last))
	}
	out := w.apply(in)
	if out.Verdict == nil {
		w.t.Fatalf("scan %q was judged without a verdict", code)
	}
	return *out.Verdict
}

// pack brings an order to its last rung at the bench.
func (w *world) pack(id OrderID) {
	w.t.Helper()
	w.expect(string(id), OrderOpened)
	for _, l := range w.orders[id].Lines {
		w.scan(string(l.SKU))
	}
	w.print()
	w.expect("TRACK"+string(id), Applied)
}

func TestUndoAtTheDockTakesParcelsOffOneByOne(t *testing.T) {
	w := newWorld(t)
	for _, id := range []OrderID{"1", "2", "3"} {
		w.order(id, ShippingSeller, "MUG")
		w.pack(id)
	}
	w.expect("PB:MODE:HANDOFF", CommandDone)
	for _, id := range []string{"1", "2"} {
		w.expect("TRACK"+id, Staged)
	}
	m := w.bench.Open[0]
	w.apply(Input{Photo: &PhotoTaken{PhotoWish: PhotoWish{Manifest: m.ID, OrderID: "2", PackageID: "P2"}, Hash: "photo", Camera: "dock"}})
	for i, id := range []OrderID{"2", "1"} {
		v := w.said("PB:UNDO")
		if v.Code != CommandDone || v.Why != WhyOffManifest || v.OrderID != id || v.Name != "TRACK"+string(id) || v.Got != 1-i {
			t.Fatalf("undo %d: %+v", i, v)
		}
		if p := w.orders[id].Packages[0]; p.Rung != RungApplied || p.Manifest != "" {
			t.Errorf("order %s is at %s on %q", id, p.Rung, p.Manifest)
		}
	}
	if last := w.events[len(w.events)-2]; last.Kind != EventUnstaged || !cmp.Equal(last.Body.(map[string]any)["photos"], []Hash{"photo"}) {
		t.Errorf("the photo is not kept: %+v", last)
	}
	if v := w.said("PB:UNDO"); v.Code != Refused || v.Why != WhyEmptyManifest {
		t.Errorf("nothing is left, and undo says %+v", v)
	}
	w.expect("TRACK1", Staged)
	w.expect("TRACK2", Staged)
	w.expect("PB:SEAL", HandedOver)
	if v := w.said("PB:UNDO"); v.Code != Refused || w.rung("2") != RungHandedOver {
		t.Errorf("a sealed manifest was touched: %+v, order 2 at %s", v, w.rung("2"))
	}
	if len(w.outbox) != 2 {
		t.Errorf("%d reports for 2 parcels that left", len(w.outbox))
	}
}

func TestUndoAtTheDockNeverClaimsWhatWasNotDone(t *testing.T) {
	w := newWorld(t)
	w.order("1", ShippingSeller, "MUG")
	w.bench.Mode, w.bench.Supervisor = ModeHandoff, true
	w.expect("TRACK1", NotPacked)
	w.expect("TRACK1", Staged) // a supervisor accepts a parcel that nobody packed here
	if v := w.said("PB:UNDO"); v.Why != WhyOffManifest || w.rung("1") != RungToPack || w.bench.Below != nil {
		t.Errorf("%+v, order at %s, noted %v", v, w.rung("1"), w.bench.Below)
	}
}

func TestUndoAtTheDockStaysWithTheCarrierInSight(t *testing.T) {
	w := newWorld(t)
	for _, id := range []OrderID{"1", "2"} {
		o := w.order(id, ShippingSeller, "MUG")
		o.Packages[0].Carrier = "Carrier " + string(id)
		w.pack(id)
	}
	w.expect("PB:MODE:HANDOFF", CommandDone)
	w.expect("TRACK1", Staged)
	w.expect("TRACK2", Staged)
	w.expect("PB:CARRIER:CARRIER1", CommandDone)
	if v := w.said("PB:UNDO"); v.OrderID != "1" || w.rung("2") != RungStaged {
		t.Errorf("took off order %s; order 2 at %s", v.OrderID, w.rung("2"))
	}
}

// Whatever is scanned on and taken off: a manifest holds exactly the staged parcels, and a sealed one never changes.
func TestManifestsAndPackagesAgree(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t)
		var ids []OrderID
		for i := range 5 {
			id := OrderID(fmt.Sprint(i + 1))
			o := w.order(id, ShippingSeller, "MUG")
			o.Packages[0].Carrier = fmt.Sprintf("Carrier %d", i%2)
			ids = append(ids, id)
			w.pack(id)
		}
		w.expect("PB:MODE:HANDOFF", CommandDone)
		sealed := map[ManifestID]int{}
		for range rapid.IntRange(1, 40).Draw(rt, "steps") {
			code := rapid.SampledFrom([]string{"TRACK1", "TRACK2", "TRACK3", "TRACK4", "TRACK5", "PB:UNDO", "PB:UNDO", "PB:SEAL", "PB:CARRIER:CARRIER0",
				"PB:MODE:HANDOFF"}).Draw(rt, "code")
			out := w.apply(Input{Scan: &Scan{Code: code}, Found: w.find(code), Staged: w.orders, Carriers: []string{"Carrier 0"}})
			for _, m := range out.Manifests {
				if n, ok := sealed[m.ID]; ok {
					rt.Fatalf("sealed manifest %s with %d parcels was written again by %s", m.ID, n, code)
				}
				if !m.Open() {
					sealed[m.ID] = m.Count()
				}
			}
			on := map[OrderID]bool{}
			for _, m := range w.bench.Open {
				for _, p := range m.Parcels {
					on[p.OrderID] = true
				}
			}
			for _, id := range ids {
				p := w.orders[id].Packages[0]
				if on[id] != (p.Rung == RungStaged) || on[id] && p.Manifest == "" || p.Rung == RungApplied && p.Manifest != "" {
					rt.Fatalf("after %s order %s is at %s on %q, on an open manifest: %v", code, id, p.Rung, p.Manifest, on[id])
				}
			}
		}
	})
}

func TestUndoWhilePackingNamesTheItem(t *testing.T) {
	w := newWorld(t)
	o := w.order("1", ShippingSeller, "MUG", "MUG", "MUG")
	for i := range o.Lines {
		o.Lines[i].SKUName = "Red"
	}
	w.expect("1", OrderOpened)
	w.scan("MUG")
	w.scan("MUG")
	w.scan("MUG")
	w.jobs = nil
	if v := w.said("PB:UNDO"); v.Why != WhyTooLate { // the label is on its way
		t.Fatalf("%+v", v)
	}
	w.order("2", ShippingSeller, "MUG", "MUG", "MUG")
	w.bench.Parcel = nil
	w.expect("2", OrderOpened)
	w.scan("MUG")
	w.scan("MUG")
	if v := w.said("PB:UNDO"); v.Code != CommandDone || v.Why != WhyItemBack || v.Name != "MUG" || v.Got != 1 || v.Need != 3 {
		t.Errorf("%+v", v)
	}
	it := Item{SKU: "M", Name: "Mug", Variant: "Red"}
	if it.Called() != "Mug, Red" {
		t.Errorf("an item is called %q", it.Called())
	}
}

func TestShortKeepsTheCounts(t *testing.T) {
	w := newWorld(t)
	w.order("1", ShippingSeller, "MUG", "MUG", "TEA")
	w.expect("1", OrderOpened)
	w.scan("MUG")
	v := w.said("PB:SHORT")
	if v.Code != CommandDone || v.Why != WhyMissing || v.Got != 1 || v.Need != 3 || v.Name != "1 × MUG, 1 × TEA" {
		t.Errorf("%+v", v)
	}
	var events []Event
	for _, d := range w.events {
		body, err := json.Marshal(d.Body)
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, Event{Kind: d.Kind, Body: body, Operator: "Packer One"})
	}
	s := StoryOf(events)
	want := []MissingItem{{SKU: "MUG", Name: "MUG", Got: 1, Need: 2}, {SKU: "TEA", Name: "TEA", Got: 0, Need: 1}}
	if s.Held != EventShort || s.By != "Packer One" || s.Got != 1 || s.Need != 3 || !cmp.Equal(s.Missing, want) {
		t.Errorf("the events tell %+v", s)
	}
	if s = StoryOf(append(events, Event{Kind: EventReleased})); s.Held != "" {
		t.Errorf("released, and still %+v", s)
	}
	old := append(slices.Clone(events), Event{Kind: EventHeld, Body: json.RawMessage(`{"missing":["MUG"]}`)})
	if s = StoryOf(old); s.Held != EventHeld {
		t.Errorf("an event of an older form tells %+v", s)
	}
}

func TestStoryOfAParcelWithoutALabel(t *testing.T) {
	trouble := Event{Kind: EventPrintTrouble, Body: json.RawMessage(`{"reason":"paper is out"}`)}
	for _, c := range []struct {
		events []Event
		want   Story
	}{
		{nil, Story{}},
		{[]Event{{Kind: EventOrderOpened}, trouble, {Kind: EventSkipped}}, Story{PrintWhy: "paper is out", Skipped: true}},
		{[]Event{{Kind: EventSkipped}, {Kind: EventOrderOpened}}, Story{}},
		{[]Event{trouble, {Kind: EventLabelPrinted}}, Story{}},
	} {
		if got := StoryOf(c.events); !cmp.Equal(got, c.want) {
			t.Errorf("%v tell %+v, want %+v", c.events, got, c.want)
		}
	}
}

func TestOnlyKnownCarriersNarrowTheHandoff(t *testing.T) {
	for _, c := range []struct {
		name, code string
		known      []string
		want       VerdictCode
		says       string
	}{
		{"a carrier of a parcel", "PB:CARRIER:ROYALMAIL", []string{"Royal Mail", "Evri"}, CommandDone, "Royal Mail"},
		{"nobody's", "PB:CARRIER:UPS", []string{"Royal Mail", "Evri", "Royal Mail"}, Refused, "Evri, Royal Mail"},
		{"a shop without any", "PB:CARRIER:UPS", []string{}, Refused, ""},
		{"no letters", "PB:CARRIER:---", nil, Refused, ""},
		{"it cannot be known", "PB:CARRIER:UPS", nil, CommandDone, "UPS"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.expect("PB:MODE:HANDOFF", CommandDone)
			out := w.apply(Input{Scan: &Scan{Code: c.code}, Carriers: c.known})
			if v := out.Verdict; v.Code != c.want || v.Name != c.says {
				t.Errorf("%+v", v)
			}
			if (out.Next.Carrier != "") != (c.want == CommandDone) || out.Next.Carrier != "" && out.Next.CarrierName != c.says {
				t.Errorf("narrowed to %q %q", out.Next.Carrier, out.Next.CarrierName)
			}
		})
	}
}

// A parcel that is cancelled on an open manifest lies on the truck: the word is to take it off and scan it, and its scan says how it
// comes off the manifest.
func TestACancellationOnTheManifestSaysWhereTheParcelLies(t *testing.T) {
	w := newWorld(t)
	w.order("1", ShippingSeller, "MUG")
	w.pack("1")
	w.scan("PB:MODE:HANDOFF")
	w.expect("TRACK1", Staged)
	out := w.tell("1", func(o *Order) { o.Status = StatusCancelled })
	if v := out.Verdict; v == nil || v.Code != Cancelled || v.Why != WhyOnTheTruck || v.OrderID != "1" {
		t.Fatalf("%+v", v)
	}
	if v := w.said("TRACK1"); v.Code != Cancelled || v.Why != WhyTakeOff {
		t.Errorf("its scan: %+v", v)
	}
	w.expect("PB:UNDO", CommandDone)
	if w.rung("1") == RungStaged {
		t.Error("it is still on the manifest")
	}
}

// A tired hand touches UNDO for the item that was refused a moment ago. It was never counted, so nothing right may come off for it.
func TestUndoRightAfterARefusedItem(t *testing.T) {
	weigh := func(w *world) { w.apply(Input{Weight: &Weight{Stable: true}}) }
	read := func(w *world) { // a bench as the disk has it
		text, err := json.Marshal(w.bench)
		if err != nil {
			w.t.Fatal(err)
		}
		w.bench = Bench{}
		if err := json.Unmarshal(text, &w.bench); err != nil {
			w.t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name    string
		refused string
		code    VerdictCode
		between func(*world)
		want    Why
	}{
		{"a wrong item", "TIN", WrongItem, nil, WhyNotCounted},
		{"one too many", "MUG", TooMany, nil, WhyNotCounted},
		{"an unknown code", "4999999999", UnknownCode, nil, WhyCodeNotCounted},
		{"the scale speaks", "TIN", WrongItem, weigh, WhyNotCounted},
		{"the platform changes the order", "TIN", WrongItem, func(w *world) { w.tell("1", func(o *Order) { o.BuyerMessage = "Thank you" }) }, WhyNotCounted},
		{"a right item after it", "TIN", WrongItem, func(w *world) { w.expect("TEA", ItemOK) }, WhyItemBack},
		{"a badge after it", "TIN", WrongItem, func(w *world) { w.badge("Demo Packer", false) }, WhyItemBack},
		{"the program was started anew", "TIN", WrongItem, read, WhyItemBack},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.order("1", ShippingSeller, "MUG", "TEA", "TEA")
			w.expect("1", OrderOpened)
			w.expect("MUG", ItemOK)
			w.expect(c.refused, c.code)
			if c.between != nil {
				c.between(w)
			}
			left := w.bench.Parcel.Left()
			v := w.said("PB:UNDO")
			if v.Why != c.want {
				t.Fatalf("undo says %+v", v)
			}
			if v.Why == WhyItemBack {
				return
			}
			if v.Code != Refused || w.bench.Parcel.Left() != left || w.events[len(w.events)-1].Kind != EventRefused {
				t.Fatalf("undo took something off: %+v, %d left", v, w.bench.Parcel.Left())
			}
			if v = w.said("PB:UNDO"); v.Code != CommandDone || v.Why != WhyItemBack || w.bench.Parcel.Left() != left+1 {
				t.Errorf("the second undo: %+v", v)
			}
		})
	}
	w := newWorld(t)
	w.order("1", ShippingSeller, "MUG")
	w.expect("1", OrderOpened)
	w.expect("TIN", WrongItem)
	if v := w.said("PB:UNDO"); v.Why != WhyNothingToUndo {
		t.Errorf("nothing was counted yet: %+v", v)
	}
}
