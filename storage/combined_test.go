package storage

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
	"packbench/storage/internal/queries"
)

// pairDesk is the rule over a real store: each thing that happens is judged and recorded, as the station does it.
type pairDesk struct {
	t     *testing.T
	s     *Store
	bench fulfillment.Bench
	jobs  []fulfillment.PrintJob
	at    time.Time
	n     int
}

var pairPolicy = fulfillment.Policy{Verify: fulfillment.PolicyBlock, HasPrinter: true, ApplyScan: true, Weigh: fulfillment.PolicyWarn, HasScale: true}

func (d *pairDesk) apply(in fulfillment.Input) fulfillment.VerdictCode {
	d.t.Helper()
	d.n++
	d.at = d.at.Add(2 * time.Second)
	in.Now, in.ID = d.at, fmt.Sprintf("id-%03d", d.n)
	out := fulfillment.Apply(d.bench, in, pairPolicy)
	for i := range out.Outbox {
		out.Outbox[i].ID = fmt.Sprintf("row-%03d-%d", d.n, i)
	}
	if len(out.Events) > 0 {
		record(d.t, d.s, station.Commit{Station: "PACK-01", Operator: out.By, At: d.at, Bench: out.Next, Events: out.Events, Packages: out.Packages,
			Orders: out.Orders, Manifests: out.Manifests, Outbox: out.Outbox, Jobs: out.Jobs})
	}
	d.bench, d.jobs = out.Next, append(d.jobs, out.Jobs...)
	if out.Verdict == nil {
		return ""
	}
	return out.Verdict.Code
}

func (d *pairDesk) scan(code string, want fulfillment.VerdictCode) {
	d.t.Helper()
	found, err := d.s.Find(d.t.Context(), code, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	in := fulfillment.Input{Scan: &fulfillment.Scan{Code: code}, Found: found, Staged: map[fulfillment.OrderID]fulfillment.Order{}}
	for _, m := range d.bench.Open {
		for _, p := range m.Parcels {
			in.Staged[p.OrderID] = mustOrder(d.t, d.s, p.OrderID)
		}
	}
	if got := d.apply(in); got != want {
		d.t.Fatalf("scan %q: got %s, want %s", code, got, want)
	}
	d.sound()
}

// sound: the chain is whole, the tables are what it says, and the bench would come back as it is.
func (d *pairDesk) sound() {
	d.t.Helper()
	if r, err := d.s.CompareState(d.t.Context()); err != nil || !r.OK() {
		d.t.Fatalf("the tables are not what the events say: %+v, %v", r.Differences, err)
	}
	if _, err := d.s.VerifyChain(d.t.Context(), "PACK-01"); err != nil {
		d.t.Fatal(err)
	}
	b, err := d.s.Restore(d.t.Context(), "PACK-01")
	if err != nil {
		d.t.Fatal(err)
	}
	counts := func(b fulfillment.Bench) (list []string) {
		if b.Parcel != nil {
			for _, it := range b.Parcel.Items {
				list = append(list, fmt.Sprintf("%s of %q: %d/%d %t", it.SKU, it.Order, it.Got, it.Need, it.Out))
			}
		}
		return list
	}
	if diff := cmp.Diff(counts(d.bench), counts(b), cmpopts.EquateEmpty()); diff != "" {
		d.t.Fatalf("the bench does not come back (-was +restored):\n%s", diff)
	}
	if diff := cmp.Diff(leaving(d.bench), leaving(b), cmpopts.EquateEmpty()); diff != "" {
		d.t.Fatalf("the manifests do not come back (-was +restored):\n%s", diff)
	}
}

// leaving are the parcels that are to leave with open manifests.
func leaving(b fulfillment.Bench) (list []fulfillment.ManifestParcel) {
	for _, m := range b.Open {
		for _, p := range m.Parcels {
			if !p.LeftOff {
				list = append(list, p)
			}
		}
	}
	return list
}

// combinedPair are two orders in the package C1, with their label.
func combinedPair(t *testing.T, s *Store, change func(orders []fulfillment.Order)) {
	t.Helper()
	pair := []fulfillment.Order{testOrder("100", "MUG"), testOrder("200", "TEE", "MUG")}
	for i := range pair {
		o := &pair[i]
		o.Combined, o.Market = true, "VN"
		p := &o.Packages[0]
		p.ID, p.PlatformID, p.Carrier, p.Arranged, p.PlatformStatus = "C1", "C1", "Demo Carrier", true, "PROCESSING"
		for j := range o.Lines {
			o.Lines[j].PackageID = "C1"
		}
		o.Status = fulfillment.StatusAwaitingCollection
	}
	if change != nil {
		change(pair)
	}
	pull(t, s, pair...)
}

func packCombined(t *testing.T) *pairDesk {
	t.Helper()
	s := openTest(t, t.TempDir())
	combinedPair(t, s, nil)
	if _, err := s.StoreLabel(t.Context(), "C1", []byte("%PDF-label"), "TRACK-C1"); err != nil {
		t.Fatal(err)
	}
	return &pairDesk{t: t, s: s, at: t0, bench: fulfillment.Bench{Mode: fulfillment.ModePack, Operator: "Test Packer"}}
}

func (d *pairDesk) toLabel(open string) {
	d.t.Helper()
	d.scan(open, fulfillment.OrderOpened)
	d.scan("MUG", fulfillment.ItemOK)
	d.scan("TEE", fulfillment.ItemOK)
	d.scan("MUG", fulfillment.ItemComplete)
	d.apply(fulfillment.Input{Weight: &fulfillment.Weight{Stable: true}})
	d.apply(fulfillment.Input{Weight: &fulfillment.Weight{Stable: true, Grams: 420}})
	if len(d.jobs) != 1 {
		d.t.Fatalf("%d labels are printed, want one", len(d.jobs))
	}
	j := d.jobs[0]
	j.State = fulfillment.JobDone
	if got := d.apply(fulfillment.Input{Printed: &j}); got != fulfillment.LabelPrinted {
		d.t.Fatalf("printed: %s", got)
	}
	d.sound()
}

// TestCombinedParcelOnDisk: one parcel, one label and one line on the manifest, by whichever code it is opened; both orders climb
// together, with their own events, and the chain tells the same.
func TestCombinedParcelOnDisk(t *testing.T) {
	for _, open := range []string{"100", "200", "C1", "TRACK-C1"} {
		t.Run(open, func(t *testing.T) {
			d := packCombined(t)
			d.toLabel(open)
			d.scan("TRACK-C1", fulfillment.Applied)
			d.scan("PB:MODE:HANDOFF", fulfillment.CommandDone)
			d.scan("TRACK-C1", fulfillment.Staged)
			d.scan("PB:UNDO", fulfillment.CommandDone)
			d.scan("TRACK-C1", fulfillment.Staged)
			d.scan("PB:SEAL", fulfillment.HandedOver)
			all, err := d.s.Manifests(t.Context())
			if err != nil || len(all) != 1 || all[0].Count() != 1 || !all[0].Parcels[0].IsOf("100") || !all[0].Parcels[0].IsOf("200") {
				t.Errorf("manifests %+v, %v", all, err)
			}
			for _, id := range []fulfillment.OrderID{"100", "200"} {
				p := mustOrder(t, d.s, id).Packages[0]
				if p.Rung != fulfillment.RungHandedOver || p.WeightG != 420 || p.Manifest == "" {
					t.Errorf("order %s: %+v", id, p)
				}
				d.hasEvents(id)
			}
			list, err := d.s.ListOrders(t.Context(), "", 10)
			if err != nil || len(list) != 2 || list[0].Verified != list[0].Units || list[1].Verified != list[1].Units {
				t.Errorf("the list: %+v, %v", list, err)
			}
		})
	}
}

func (d *pairDesk) hasEvents(id fulfillment.OrderID) {
	d.t.Helper()
	events, err := d.s.Events(d.t.Context(), id)
	if err != nil {
		d.t.Fatal(err)
	}
	scanned := 0
	for _, want := range []fulfillment.EventKind{fulfillment.EventOrderOpened, fulfillment.EventVerified, fulfillment.EventWeighed, fulfillment.EventLabelQueued,
		fulfillment.EventLabelPrinted, fulfillment.EventApplied, fulfillment.EventStaged, fulfillment.EventUnstaged, fulfillment.EventHandedOver} {
		if !slices.ContainsFunc(events, func(e fulfillment.Event) bool { return e.Kind == want }) {
			d.t.Errorf("order %s has no event %s", id, want)
		}
	}
	for _, e := range events {
		if e.OrderID != id {
			d.t.Errorf("event %d of order %s is among those of %s", e.Seq, e.OrderID, id)
		}
		if e.Kind == fulfillment.EventItemScanned {
			scanned++
		}
		if len(e.Body) > 0 && !json.Valid(e.Body) {
			d.t.Errorf("body %s", e.Body)
		}
	}
	if units := len(mustOrder(d.t, d.s, id).Lines); scanned != units {
		d.t.Errorf("order %s: %d scans of items, %d units", id, scanned, units)
	}
}

// TestCombinedCancelledOnDisk: one of the orders is cancelled before the seal. The parcel stays here until a supervisor takes its
// items out; then it leaves for the other order alone.
func TestCombinedCancelledOnDisk(t *testing.T) {
	d := packCombined(t)
	d.toLabel("200")
	d.scan("TRACK-C1", fulfillment.Applied)
	d.scan("PB:MODE:HANDOFF", fulfillment.CommandDone)
	d.scan("TRACK-C1", fulfillment.Staged)
	cancelled := mustOrder(t, d.s, "200")
	cancelled.Status, cancelled.Packages, cancelled.With = fulfillment.StatusCancelled, nil, nil // the platform takes it out of the package
	cancelled.UpdatedAt = cancelled.UpdatedAt.Add(time.Minute)
	cancelled.Lines = slices.Clone(cancelled.Lines)
	for i := range cancelled.Lines {
		cancelled.Lines[i].Status = fulfillment.StatusCancelled
	}
	pull(t, d.s, cancelled)
	lead := mustOrder(t, d.s, d.bench.Leads("200"))
	if got := d.apply(fulfillment.Input{Changed: &lead}); got != fulfillment.Cancelled {
		t.Errorf("told while it is on the manifest: %s", got)
	}
	d.scan("PB:SEAL", fulfillment.Cancelled)
	for _, id := range []fulfillment.OrderID{"100", "200"} {
		if p := mustOrder(t, d.s, id).Packages[0]; p.Rung != fulfillment.RungApplied || p.Manifest != "" {
			t.Errorf("order %s after the seal: %+v", id, p)
		}
	}
	d.scan("TRACK-C1", fulfillment.Cancelled)
	var parked []fulfillment.OutboxRow
	for i, kind := range []fulfillment.OutboxKind{fulfillment.OutboxArrange, fulfillment.OutboxCorrect} {
		parked = append(parked, fulfillment.OutboxRow{ID: fmt.Sprint("parked-", i), Kind: kind, OrderID: "100", PackageID: "C1", State: fulfillment.OutboxParked,
			Reason: fulfillment.InSameParcel([]fulfillment.OrderID{"200", "201"}[i], fulfillment.ParkedCancelled)})
	}
	if err := d.s.Add(t.Context(), parked); err != nil {
		t.Fatal(err)
	}
	d.bench.Supervisor, d.bench.SupervisorAt, d.bench.Operator = true, d.at, "Test Lead"
	d.scan("TRACK-C1", fulfillment.Cancelled) // once more
	d.scan("TRACK-C1", fulfillment.Staged)
	rows, err := d.s.Outbox(t.Context())
	if err != nil || len(rows) != 2 || rows[0].State != fulfillment.OutboxQueued || rows[1].State != fulfillment.OutboxParked {
		t.Errorf("what waited for the items to be taken out: %+v, %v", rows, err)
	}
	d.scan("PB:SEAL", fulfillment.HandedOver)
	if a, b := mustOrder(t, d.s, "100").Packages[0], mustOrder(t, d.s, "200").Packages[0]; a.Rung != fulfillment.RungHandedOver || b.Rung != fulfillment.RungToPack {
		t.Errorf("order 100 is %s, the cancelled order 200 is %s", a.Rung, b.Rung)
	}
	events, err := d.s.Events(t.Context(), "200")
	if err != nil || !slices.ContainsFunc(events, func(e fulfillment.Event) bool {
		return e.Kind == fulfillment.EventTakenOut && e.Operator == "Test Lead"
	}) {
		t.Errorf("no event says who took it out: %v", err)
	}
}

// TestOneRowForACombinedPackage: it is arranged once, for all its orders, and not while one of them may not ship; what the platform
// answers is stored for each.
func TestOneRowForACombinedPackage(t *testing.T) {
	waiting := func(orders []fulfillment.Order) {
		for i := range orders {
			o := &orders[i]
			o.Status = fulfillment.StatusAwaitingShipment
			o.Packages[0].Arranged, o.Packages[0].PlatformStatus = false, "TO_FULFILL"
		}
	}
	for name, c := range map[string]struct {
		change func(b *fulfillment.Order)
		rows   int
	}{
		"both may ship":  {func(*fulfillment.Order) {}, 2}, // listed for each; the second is not added
		"with own ids":   {func(b *fulfillment.Order) { b.Packages[0].ID = "200-1" }, 2},
		"one asks":       {func(b *fulfillment.Order) { b.CancelRequested = true }, 0},
		"one is on hold": {func(b *fulfillment.Order) { b.Status = fulfillment.StatusOnHold }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := openTest(t, t.TempDir())
			combinedPair(t, s, func(orders []fulfillment.Order) { waiting(orders); c.change(&orders[1]) })
			rows, err := s.Shop("shop").ToArrange(t.Context(), 10)
			if err != nil || len(rows) != c.rows {
				t.Fatalf("got %d rows, %v, want %d", len(rows), err, c.rows)
			}
			if len(rows) == 0 {
				return
			}
			if err := s.Add(t.Context(), rows); err != nil {
				t.Fatal(err)
			}
			queued, err := s.Outbox(t.Context())
			if err != nil || len(queued) != 1 {
				t.Fatalf("queued %+v, %v, want one row", queued, err)
			}
			if with, err := s.CombinedWith(t.Context(), queued[0].OrderID, "C1"); err != nil || len(with) != 1 {
				t.Errorf("combined with %v, %v", with, err)
			}
			row := queued[0]
			row.State = fulfillment.OutboxDone
			if err := s.Mark(t.Context(), row, &fulfillment.PackageNews{Tracking: "TRACK-C1", Arranged: true}); err != nil {
				t.Fatal(err)
			}
			for _, id := range []fulfillment.OrderID{"100", "200"} {
				if p := mustOrder(t, s, id).Packages[0]; !p.Arranged || p.Tracking != "TRACK-C1" {
					t.Errorf("order %s: %+v", id, p)
				}
			}
			if err := s.write(t.Context(), func(ctx context.Context, q *queries.Queries) error { return q.GiveUpOutbox(ctx, row.ID) }); err != nil {
				t.Fatal(err)
			}
			other := map[fulfillment.OrderID]fulfillment.OrderID{"100": "200", "200": "100"}[row.OrderID]
			p := mustOrder(t, s, other).Packages[0]
			if err := s.Add(t.Context(), []fulfillment.OutboxRow{{Kind: fulfillment.OutboxArrange, OrderID: other, PackageID: p.ID, Lines: p.Lines}}); err != nil {
				t.Fatal(err)
			}
			if rows, err := s.Outbox(t.Context()); err != nil || len(rows) != 1 || rows[0].OrderID != other {
				t.Errorf("asked for again under the other order: %+v, %v", rows, err)
			}
			if again, err := s.Shop("shop").ToArrange(t.Context(), 10); err != nil || len(again) != 0 {
				t.Errorf("to arrange once more: %+v, %v", again, err)
			}
		})
	}
}

// TestTakenApartOnDisk: orders that leave a combined package that was begun are held; one that waits just gets its own.
func TestTakenApartOnDisk(t *testing.T) {
	apart := func(d *pairDesk) {
		for i, id := range []fulfillment.OrderID{"100", "200"} {
			o := mustOrder(d.t, d.s, id)
			o.With, o.Combined, o.UpdatedAt = nil, false, o.UpdatedAt.Add(time.Minute)
			p := o.Packages[0]
			p.ID = fulfillment.PackageID(fmt.Sprintf("D%d", i))
			p = fulfillment.Package{ID: p.ID, PlatformID: p.ID, Lines: p.Lines, Rung: fulfillment.RungToPack}
			o.Packages, o.Holds = []fulfillment.Package{p}, nil
			o.Lines = slices.Clone(o.Lines)
			for j := range o.Lines {
				o.Lines[j].PackageID = p.ID
			}
			pull(d.t, d.s, o)
		}
	}
	s := openTest(t, t.TempDir())
	combinedPair(t, s, func(orders []fulfillment.Order) {
		for i := range orders {
			orders[i].Packages[0].Arranged = false
		}
	})
	waits := &pairDesk{t: t, s: s, at: t0, bench: fulfillment.Bench{Mode: fulfillment.ModePack}}
	apart(waits)
	if o := mustOrder(t, s, "100"); len(o.Packages) != 1 || len(o.With) != 0 || len(o.Holds) != 0 {
		t.Errorf("waiting: %+v", o)
	}
	waits.scan("100", fulfillment.OrderOpened)
	if n := waits.bench.Parcel.Left(); n != 1 {
		t.Errorf("%d units wanted", n)
	}
	begun := packCombined(t)
	begun.toLabel("100")
	begun.scan("TRACK-C1", fulfillment.Applied)
	apart(begun)
	for _, code := range []string{"100", "200", "TRACK-C1", "D0", "D1"} {
		begun.scan(code, map[bool]fulfillment.VerdictCode{true: fulfillment.AlreadyPacked, false: fulfillment.NeedsSupervisor}[code == "TRACK-C1"])
	}
	begun.scan("PB:MODE:HANDOFF", fulfillment.CommandDone)
	begun.scan("TRACK-C1", fulfillment.NeedsSupervisor)
}

// TestOrdersWithOnePackageMustSayThatTheyAreCombined: an order that claims the package of another is held, and neither becomes part
// of the other's parcel – also where only one of the two is told to be combined.
func TestOrdersWithOnePackageMustSayThatTheyAreCombined(t *testing.T) {
	s := openTest(t, t.TempDir())
	combinedPair(t, s, func(orders []fulfillment.Order) { orders[0].Combined = false })
	for _, id := range []fulfillment.OrderID{"100", "200"} {
		if o := mustOrder(t, s, id); len(o.With) > 0 || !isHeld(o) {
			t.Errorf("order %s: %+v", id, o)
		}
	}
	combinedPair(t, s, func(orders []fulfillment.Order) {
		for i := range orders {
			orders[i].UpdatedAt = orders[i].UpdatedAt.Add(time.Minute)
		}
	})
	for _, id := range []fulfillment.OrderID{"100", "200"} {
		if o := mustOrder(t, s, id); len(o.With) != 1 || isHeld(o) {
			t.Errorf("order %s after the truth: %+v", id, o)
		}
	}
}

// TestItemOfACombinedParcelIsOneEvent: the scan that the packer waits for is told by its event alone, as in any other parcel.
func TestItemOfACombinedParcelIsOneEvent(t *testing.T) {
	for _, open := range []string{"100", "300"} {
		d := packCombined(t)
		pull(t, d.s, testOrder("300", "MUG", "TEE"))
		d.scan(open, fulfillment.OrderOpened)
		var before, after string
		at := func(into *string) {
			if err := d.s.r.QueryRowContext(t.Context(), "SELECT seq || state FROM bench_state").Scan(into); err != nil {
				t.Fatal(err)
			}
		}
		at(&before)
		d.scan("MUG", fulfillment.ItemOK)
		if at(&after); before != after {
			t.Errorf("order %s: the whole bench was written", open)
		}
	}
}

func TestTheListMarksCombinedParcels(t *testing.T) {
	s := openTest(t, t.TempDir())
	combinedPair(t, s, nil)
	list, err := s.ListOrders(t.Context(), "", 50)
	if err != nil || len(list) != 2 {
		t.Fatalf("%d orders, %v", len(list), err)
	}
	for i, o := range list {
		if !o.Combined || !slices.Equal(o.With, []fulfillment.OrderID{list[1-i].ID}) {
			t.Errorf("%s: combined %t, with %v", o.ID, o.Combined, o.With)
		}
	}
}
