package storage

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
)

// desk packs by the real rules on a real store, as the station does.
type desk struct {
	t     *testing.T
	s     *Store
	bench fulfillment.Bench
	jobs  []fulfillment.PrintJob
	n     int
}

var deskPolicy = fulfillment.Policy{Verify: fulfillment.PolicyBlock, Weigh: fulfillment.PolicyWarn, HasScale: true, HasPrinter: true, ApplyScan: true,
	MarkShipped: "handover", ArrangeAt: "ahead"}

func (d *desk) apply(in fulfillment.Input) fulfillment.Outcome {
	d.t.Helper()
	d.n++
	in.Now, in.ID = t0.Add(time.Duration(d.n)*time.Second), fmt.Sprintf("id-%s-%d", d.s.opt.Station, d.n)
	out := fulfillment.Apply(d.bench, in, deskPolicy)
	c := station.Commit{Station: d.s.opt.Station, Operator: out.Next.Operator, At: in.Now, Bench: out.Next, Events: out.Events, Packages: out.Packages,
		Orders: out.Orders, Manifests: out.Manifests, Outbox: out.Outbox, Jobs: out.Jobs}
	if p := in.Photo; p != nil {
		c.Photo = &station.Photo{Hash: p.Hash, Manifest: p.Manifest, OrderID: p.OrderID, PackageID: p.PackageID, Camera: p.Camera, TakenAt: p.At}
	}
	if err := d.s.Record(d.t.Context(), c); err != nil {
		d.t.Fatal(err)
	}
	d.bench, d.jobs = out.Next, append(d.jobs, out.Jobs...)
	return out
}

// scan scans one code after the other; "weigh" and "print" are what the devices do.
func (d *desk) scan(codes ...string) {
	d.t.Helper()
	for _, code := range codes {
		switch code {
		case "weigh":
			d.apply(fulfillment.Input{Weight: &fulfillment.Weight{Stable: true}})
			d.apply(fulfillment.Input{Weight: &fulfillment.Weight{Grams: 420, Stable: true}})
			continue
		case "print":
			j := d.jobs[len(d.jobs)-1]
			j.State = fulfillment.JobDone
			d.apply(fulfillment.Input{Printed: &j})
			continue
		}
		found, err := d.s.Find(d.t.Context(), code, nil)
		if err != nil {
			d.t.Fatal(err)
		}
		staged := map[fulfillment.OrderID]fulfillment.Order{}
		for _, m := range d.bench.Open {
			for _, p := range m.Parcels {
				staged[p.OrderID] = mustOrder(d.t, d.s, p.OrderID)
			}
		}
		out := d.apply(fulfillment.Input{Scan: &fulfillment.Scan{Code: code}, Found: found, Staged: staged})
		if out.Verdict == nil || !out.Verdict.Code.Accepted() {
			d.t.Fatalf("scan %q: got %+v", code, out.Verdict)
		}
	}
}

// day is a station after a day's work: three parcels handed over, one on an open manifest, one short, one in hand.
func day(t *testing.T, s *Store) *desk {
	t.Helper()
	d := &desk{t: t, s: s, bench: fulfillment.Bench{Mode: fulfillment.ModePack, Operator: "Test Packer", Supervisor: true}}
	id := func(i int) string { return fmt.Sprintf("%s-%d", s.opt.Station, i) }
	for i := range 7 {
		o := testOrder(id(i), []fulfillment.SKU{"MUG", "TEE", "TIN"}[:2+i/6]...)
		o.Packages[0].Tracking, o.Packages[0].Carrier = fulfillment.Tracking("T"+id(i)), "Demo Carrier"
		pull(t, s, o)
		if _, err := s.StoreLabel(t.Context(), o.Packages[0].ID, []byte("%PDF "+id(i)), ""); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 5 {
		d.scan("PB:MODE:PACK", id(i), "MUG", "TEE", "weigh", "print", "T"+id(i))
		d.scan("PB:MODE:HANDOFF", "T"+id(i))
		m := d.bench.Open[0]
		d.apply(fulfillment.Input{Photo: &fulfillment.PhotoTaken{PhotoWish: fulfillment.PhotoWish{Manifest: m.ID, OrderID: fulfillment.OrderID(id(i)),
			PackageID: fulfillment.PackageID("P" + id(i))}, Hash: fulfillment.Hash("photo" + id(i)), Camera: "dock", At: t0}})
		if i == 2 {
			cancelled := testOrder(id(1), "MUG", "TEE")
			cancelled.Status, cancelled.UpdatedAt = fulfillment.StatusCancelled, t0
			pull(t, s, cancelled) // it is left off
			d.scan("PB:SEAL")
		}
	}
	d.scan("PB:UNDO", "PB:MODE:PACK", id(5), "MUG", "TEE", "PB:UNDO", "PB:SHORT", id(6), "MUG", "PB:UNDO", "TEE")
	return d
}

func TestTheTablesAreWhatTheEventsSay(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir)
	day(t, s)
	second, err := Open(t.Context(), dir, Options{Station: "PACK-02", Now: s.opt.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	day(t, second)
	r, err := s.CompareState(t.Context())
	if err != nil || !r.OK() || r.Packages != 14 || r.Manifests != 4 || r.Events < 100 || r.Unsure != 0 {
		t.Fatalf("got %+v, %v", r, err)
	}
	carried := testOrder("PACK-01-0", "MUG", "TEE") // what the carrier is seen to do stands in no event
	carried.Packages[0].Rung, carried.UpdatedAt = fulfillment.RungCarrierScanned, t0.Add(time.Hour)
	pull(t, s, carried)
	if r, err := s.CompareState(t.Context()); err != nil || !r.OK() || r.Observed != 1 {
		t.Errorf("after the carrier's scan: got %+v, %v", r, err)
	}
}

func TestADifferenceFromTheEventsIsFound(t *testing.T) {
	cases := []struct{ name, change, says string }{
		{"a rung", "UPDATE packages SET rung = 'handed_over', height = 6 WHERE id = 'PPACK-01-5'", "it is handed_over, the events say to_pack"},
		{"a rung lower", "UPDATE packages SET rung = 'labelled', height = 3 WHERE id = 'PPACK-01-0'", "it is labelled, the events say handed_over"},
		{"a weight", "UPDATE packages SET weight_g = 5 WHERE id = 'PPACK-01-0'", "it weighs 5 g, the events say 420 g"},
		{"a manifest of a package", "UPDATE packages SET manifest = '' WHERE id = 'PPACK-01-3'", `it is on manifest ""`},
		{"reprints", "UPDATE packages SET reprints = 2 WHERE id = 'PPACK-01-0'", "2 labels were printed again"},
		{"a hold taken away", "UPDATE orders SET own_holds = '[]' WHERE id = 'PACK-01-5'", `the hold "short" is set: false`},
		{"a hold put on", `UPDATE orders SET own_holds = '["held"]' WHERE id = 'PACK-01-4'`, `the hold "held" is set: true`},
		{"a package gone", "DELETE FROM packages WHERE id = 'PPACK-01-0'", "it is not stored"},
		{"an order gone", "DELETE FROM orders WHERE id = 'PACK-01-5'", "not stored"},
		{"a parcel off an open manifest", "DELETE FROM manifest_parcels WHERE package_id = 'PPACK-01-3'", "is in the events only"},
		{"a parcel put on one", "INSERT INTO manifest_parcels SELECT id, 'PX', 9, 'X', '', 0, 0, 0, '[]' FROM manifests WHERE sealed_at = 0", "is not so in the events"},
		{"a sealed manifest's weight", "DROP TRIGGER sealed_manifests_keep_parcels; UPDATE manifest_parcels SET weight_g = 1 WHERE package_id = 'PPACK-01-0'", "is not so in the events"},
		{"a seal taken off", "DROP TRIGGER sealed_manifests_never_change; UPDATE manifests SET sealed_at = 0", "it is sealed: false, by the events: true"},
		{"a photo nobody took", "INSERT INTO photos SELECT h.column1, id, 'PX', 'X', '', 0, 0 FROM manifests, (VALUES ('h'), ('i')) h WHERE sealed_at = 0", "photos, the events say"},
		{"another order in hand", "UPDATE bench_state SET state = replace(state, 'PACK-01-6', 'PACK-01-5')", "the events have another one there"},
		{"more units in hand", `UPDATE bench_state SET state = replace(state, '"id":"id-MUG","need":1,"got":0', '"id":"id-MUG","need":1,"got":1')`, "2 units of order PACK-01-6 are counted, the events say 1"},
	}
	s := openTest(t, t.TempDir())
	day(t, s)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := s.copyDatabase(t.Context(), filepath.Join(dir, dbName)); err != nil {
				t.Fatal(err)
			}
			changed, err := Open(t.Context(), dir, Options{Station: "PACK-01", noGrow: true})
			if err != nil {
				t.Fatal(err)
			}
			defer changed.Close()
			if r, err := changed.CompareState(t.Context()); err != nil || !r.OK() {
				t.Fatalf("before: got %+v, %v", r, err)
			}
			if _, err := changed.one.conn.ExecContext(t.Context(), c.change); err != nil {
				t.Fatal(err)
			}
			r, err := changed.CompareState(t.Context())
			if err != nil || r.OK() || !strings.Contains(strings.Join(r.Differences, "\n"), c.says) {
				t.Errorf("got %+v, %v, want it to say %q", r, err, c.says)
			}
		})
	}
}
