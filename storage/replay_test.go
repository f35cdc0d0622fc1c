package storage

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
)

// A scan of an item writes its event and not the whole bench: whatever is scanned, and wherever the program ends, the
// bench that comes back is the one that was in hand.
func TestRestoreAfterAnyScans(t *testing.T) {
	s := openTest(t, t.TempDir())
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		n++
		id := fmt.Sprintf("PACK-%d", n)
		o := testOrder(fmt.Sprint(n), "MUG", "MUG", "TEE", "CAP", "CAP", "CAP", "PEN")
		pull(t, s, o)
		o = mustOrder(t, s, o.ID)
		parcel := fulfillment.NewParcel(o, o.Packages[0], nil, t0)
		bench := fulfillment.Bench{Mode: fulfillment.ModePack, Operator: "Test Packer", Parcel: &parcel}
		record(t, s, station.Commit{Station: id, At: t0, Bench: bench, Events: event(fulfillment.EventOrderOpened, o)})
		for i := range rapid.IntRange(1, 12).Draw(r, "scans") {
			code := rapid.SampledFrom([]string{"MUG", "TEE", "CAP", "PEN", "HAT", "PB:UNDO", "nothing known"}).Draw(r, "code")
			in := fulfillment.Input{Now: t0.Add(time.Duration(i) * time.Second), Scan: &fulfillment.Scan{Code: code}}
			if len(code) == 3 {
				in.Found.SKUs = []fulfillment.SKU{fulfillment.SKU(code)}
			}
			out := fulfillment.Apply(bench, in, fulfillment.Policy{Verify: fulfillment.PolicyBlock, Weigh: fulfillment.PolicyOff})
			if rapid.IntRange(0, 4).Draw(r, "starts anew") == 0 {
				clear(s.benches)
			}
			record(t, s, station.Commit{Station: id, At: in.Now, Bench: out.Next, Events: out.Events, Packages: out.Packages,
				Orders: out.Orders, Manifests: out.Manifests, Outbox: out.Outbox, Jobs: out.Jobs})
			bench = out.Next
			got, err := s.Restore(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			want := bench
			if want.Parcel != nil { // the order is read anew
				p := *want.Parcel
				p.Order.Packages = got.Parcel.Order.Packages
				want.Parcel = &p
			}
			// A restart takes back what InsistAt and NotCounted stand for.
			if d := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(fulfillment.Bench{}, "Live"), cmpopts.IgnoreFields(fulfillment.Parcel{}, "InsistAt", "NotCounted")); d != "" {
				r.Fatalf("after %s: bench (-in hand +restored):\n%s", code, d)
			}
		}
		if _, err := s.VerifyChain(t.Context(), id); err != nil {
			r.Error(err)
		}
	})
}

// Another process that writes to the chain takes the number this one had in mind.
func TestAScanAfterAnotherProcessWrote(t *testing.T) {
	dir := t.TempDir()
	s, other := openTest(t, dir), openTest(t, dir)
	o := testOrder("100", "MUG", "MUG", "MUG")
	pull(t, s, o)
	o = mustOrder(t, s, "100")
	parcel := fulfillment.NewParcel(o, o.Packages[0], nil, t0)
	bench := fulfillment.Bench{Mode: fulfillment.ModePack, Parcel: &parcel}
	record(t, s, station.Commit{Bench: bench, Events: event(fulfillment.EventOrderOpened, o)})
	for range 2 {
		out := fulfillment.Apply(bench, fulfillment.Input{Now: t0, Scan: &fulfillment.Scan{Code: "MUG"}, Found: fulfillment.Found{SKUs: []fulfillment.SKU{"MUG"}}},
			fulfillment.Policy{Verify: fulfillment.PolicyBlock})
		pull(t, other, testOrder("200", "TEE"))
		record(t, other, station.Commit{Station: "PACK-01", At: t0, Bench: bench, Events: event(fulfillment.EventImported, o)})
		record(t, s, station.Commit{Station: "PACK-01", At: t0, Bench: out.Next, Events: out.Events})
		bench = out.Next
	}
	if n, err := s.VerifyChain(t.Context(), "PACK-01"); err != nil || n != 5 {
		t.Errorf("chain: got %d events, %v, want 5", n, err)
	}
}
