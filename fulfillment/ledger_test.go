package fulfillment

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// fold makes a chain of drafts, as the store does, and folds it.
func fold(t rapid.TB, drafts []EventDraft) *Ledger {
	l := NewLedger()
	for i, d := range drafts {
		body, err := json.Marshal(d.Body)
		if err != nil {
			t.Fatal(err)
		}
		e := Event{Station: "PACK-01", Seq: int64(i + 1), Kind: d.Kind, OrderID: d.OrderID, PackageID: d.PackageID, Body: body}
		if err := l.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

// ledgerCodes are what can happen in a ledger's world.
var ledgerCodes = []string{"1", "2", "3", "4", "TRACK1", "TRACK2", "TRACK3", "TRACK4", "MUG", "TEA", "MUG", "TEA", "PB:UNDO", "PB:SKIP", "PB:HOLD",
	"PB:SHORT", "PB:FINISH", "PB:REPRINT", "PB:REPRINT:SPOILED", "PB:REPRINT:LOST", "PB:CONFIRM:NUMBER", "refuse", "refuse", "PB:MODE:PACK", "PB:MODE:HANDOFF",
	"PB:SEAL", "print", "weigh", "cancel", "news", "pack", "pack", "leave", "unstage", "reopen", "badge", "accept", "confirm", "confirm"}

func ledgerWorld(t testing.TB, applyScan, scale, supervisor bool, verify Strictness) *world {
	w := newWorld(t)
	w.pol.ApplyScan, w.pol.HasScale, w.pol.Verify, w.bench.Supervisor = applyScan, scale, verify, supervisor
	for i := range 4 {
		o := w.order(OrderID(fmt.Sprint(i+1)), []ShippingType{ShippingSeller, ShippingPlatform}[i%2], "MUG", "TEA")
		o.Packages[0].Carrier = fmt.Sprintf("Carrier %d", i/3)
	}
	return w
}

// Whatever is scanned, weighed, printed and cancelled: the events alone say where every parcel stands.
func TestTheEventsSayWhereEveryParcelStands(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := ledgerWorld(t, rapid.Bool().Draw(rt, "apply scan"), rapid.Bool().Draw(rt, "scale"), rapid.Bool().Draw(rt, "supervisor"),
			rapid.SampledFrom([]Strictness{PolicyBlock, PolicyWarn}).Draw(rt, "verify"))
		for i := range rapid.IntRange(1, 60).Draw(rt, "steps") {
			ledgerStep(w, rapid.SampledFrom(ledgerCodes).Draw(rt, "code"), i)
		}
		checkLedger(rt, w)
	})
}

// TestTheLedgersWorldComesToEveryRung: what the test above draws reaches every rung and kind of event. The draws are the same in
// every run, because a random hundred misses one of the rare kinds in about one run of thirty.
func TestTheLedgersWorldComesToEveryRung(t *testing.T) {
	reached := map[Rung]int{}
	kinds := map[EventKind]int{}
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		w := ledgerWorld(t, r.IntN(2) == 0, r.IntN(2) == 0, r.IntN(2) == 0, []Strictness{PolicyBlock, PolicyWarn}[r.IntN(2)])
		for i := range 60 {
			ledgerStep(w, ledgerCodes[r.IntN(len(ledgerCodes))], i)
		}
		checkLedger(t, w)
		for _, o := range w.orders {
			reached[o.Packages[0].Rung]++
		}
		for _, e := range w.events {
			kinds[e.Kind]++
		}
	}
	for _, r := range []Rung{RungToPack, RungVerified, RungApplied, RungStaged, RungHandedOver} {
		if reached[r] == 0 {
			t.Errorf("no parcel came to %s: the test proves nothing about it", r)
		}
	}
	for _, k := range []EventKind{EventUndone, EventLeftOff, EventUnstaged, EventReopened, EventHeld, EventReleased, EventSealed, EventWeighed, EventSpoiled, EventDestroyed, EventConfirmed, EventPrintTrouble} {
		if kinds[k] == 0 {
			t.Errorf("no %s happened: the test proves nothing about it", k)
		}
	}
}

// checkLedger compares every parcel with what the events say of it.
func checkLedger(rt rapid.TB, w *world) {
	l := fold(rt, w.events)
	for _, o := range w.orders {
		p := o.Packages[0]
		got := l.Packages[PackageKey{o.ID, p.ID}]
		if got.Rung.Height() != p.Rung.Height() || got.Manifest != p.Manifest || got.WeightG != p.WeightG || got.Reprints != p.Reprints || got.Unsure {
			rt.Fatalf("order %s: the events say %+v, it is at %s on %q, %d g, %d reprints\n%+v", o.ID, got, p.Rung, p.Manifest, p.WeightG, p.Reprints, w.events)
		}
		own := slices.DeleteFunc(slices.Clone(o.Holds), func(h Hold) bool { return h != HoldHeld && h != HoldShort })
		if !slices.Equal(own, l.Holds[o.ID]) && len(own)+len(l.Holds[o.ID]) > 0 {
			rt.Fatalf("order %s: the events say %v, it has %v", o.ID, l.Holds[o.ID], own)
		}
	}
	checkHand(rt, w, l)
}

// checkHand compares the open manifests and the parcel in hand with the events.
func checkHand(rt rapid.TB, w *world, l *Ledger) {
	for _, m := range w.bench.Open {
		var left, listed int
		for _, p := range m.Parcels {
			left += 1 - map[bool]int{true: 1}[p.LeftOff]
		}
		for _, p := range l.Manifests[m.ID].Parcels {
			listed += 1 - map[bool]int{true: 1}[p.LeftOff]
		}
		if left != listed {
			rt.Fatalf("manifest %s: %d parcels, the events say %d", m.ID, left, listed)
		}
	}
	if p := w.bench.Parcel; p != nil {
		n := 0
		for _, it := range p.Items {
			n += it.Got
		}
		if h := l.Hands["PACK-01"]; h.Order != p.Order.ID || !h.Settled && h.Units != n {
			rt.Fatalf("%d units in hand of order %s, the events say %+v", n, p.Order.ID, h)
		}
	}
}

func ledgerStep(w *world, code string, i int) {
	switch code {
	case "print":
		if len(w.jobs) > 0 && w.jobs[len(w.jobs)-1].State == JobQueued {
			w.printJob(len(w.jobs) - 1)
		}
	case "refuse": // nothing proves the label
		if n := len(w.jobs); n > 0 && w.jobs[n-1].State == JobQueued {
			w.unproved("bitmap")
		}
	case "weigh":
		w.apply(Input{Weight: &Weight{Grams: 0, Stable: true}})
		w.apply(Input{Weight: &Weight{Grams: 250, Stable: true}})
	case "cancel", "news":
		id := OrderID(fmt.Sprint(i%4 + 1))
		o := w.orders[id]
		if code == "cancel" && i%3 == 0 {
			o.Status = StatusCancelled
		} else {
			o.Lines = append(slices.Clone(o.Lines), LineItem{ID: LineID(fmt.Sprint("n", i)), SKU: "TIN", PackageID: o.Packages[0].ID})
			o.Packages = slices.Clone(o.Packages)
			o.Packages[0].Lines = append(slices.Clone(o.Packages[0].Lines), LineID(fmt.Sprint("n", i)))
		}
		w.orders[id] = o
		w.apply(Input{Changed: &o})
	case "leave": // a parcel on a manifest is cancelled before the truck comes
		if len(w.bench.Open) > 0 && len(w.bench.Open[0].Parcels) > 0 {
			o := w.orders[w.bench.Open[0].Parcels[0].OrderID]
			o.Status = StatusCancelled
			w.orders[o.ID] = o
			w.apply(Input{Changed: &o})
			w.scan("PB:MODE:HANDOFF")
			w.scan("PB:SEAL")
		}
	case "pack", "unstage", "reopen": // one order all the way, so that what comes late happens too
		id := fmt.Sprint(i%4 + 1)
		codes := []string{"PB:MODE:PACK", id, "MUG", "TEA", "TIN", "print", "TRACK" + id}
		if code == "reopen" {
			codes = append(codes, []string{"PB:REPRINT:SPOILED", "PB:REPRINT:LOST"}[i/4%2], []string{id, "TRACK" + id}[i/8%2], []string{"print", "refuse"}[i/16%2], "TRACK"+id)
		} else {
			codes = append(codes, "PB:MODE:HANDOFF", "TRACK"+id)
		}
		if code == "unstage" {
			codes = append(codes, "PB:UNDO")
		}
		for _, c := range codes {
			if c == "print" || c == "refuse" {
				ledgerStep(w, c, i)
				continue
			}
			w.scan(c)
		}
	case "confirm": // a label that no barcode proves
		id := fmt.Sprint(i%4 + 1)
		for _, c := range []string{"PB:MODE:PACK", id, "MUG", "TEA", "TIN", "PB:FINISH", "refuse", "badge", "PB:CONFIRM:NUMBER", "print", "PB:FINISH"} {
			if c == "print" || c == "refuse" || c == "badge" {
				ledgerStep(w, c, i)
				continue
			}
			w.scan(c)
		}
	case "badge":
		w.badge("Demo Supervisor", true)
	case "accept": // one that nobody finished
		w.badge("Demo Supervisor", true)
		for _, c := range []string{"PB:MODE:HANDOFF", fmt.Sprint("TRACK", i%4+1), fmt.Sprint("TRACK", i%4+1)} {
			w.scan(c)
		}
	default:
		w.scan(code)
	}
}

// printJob lets a job come out, in hand or elsewhere.
func (w *world) printJob(i int) {
	j := w.jobs[i]
	j.State = JobDone
	w.jobs[i].State = JobDone
	o := w.orders[j.OrderID]
	w.apply(Input{Printed: &j, Order: &o})
}

func TestALedgerSaysWhatItCannotRead(t *testing.T) {
	l := NewLedger()
	if err := l.Add(Event{Kind: EventWeighed, OrderID: "1", PackageID: "P1", Body: []byte(`{"g":"heavy"}`)}); err == nil {
		t.Error("got no error")
	}
	if err := l.Add(Event{Kind: EventRefused, Body: []byte(`["anything"]`)}); err != nil {
		t.Errorf("a kind that does not count: %v", err)
	}
	for _, e := range []Event{{Kind: EventStaged, Body: []byte(`{"manifest":"m"}`)}, {Kind: EventLeftOff, Body: []byte(`{"manifest":"m"}`)}} {
		e.OrderID, e.PackageID = "1", "P1"
		if err := l.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	if !l.Packages[PackageKey{"1", "P1"}].Unsure {
		t.Error("an older event that does not name the rung was taken for an answer")
	}
}
