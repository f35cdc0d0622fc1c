package storage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
)

// What the packer saw comes back after a restart: the parcel with its counts, order, products and manifests read anew.
func TestRestoreBringsTheBenchBack(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir)
	o := testOrder("100", "MUG", "MUG", "TEE")
	o.Lines[2].Bundle = []fulfillment.BundlePart{{SKU: "TEE-S", SKUID: "id-s", Count: 2}, {SKU: "CAP", Count: 1}}
	pull(t, s, o)
	o = mustOrder(t, s, "100")
	parcel := fulfillment.NewParcel(o, o.Packages[0], nil, t0)
	parcel.Items[0].Got, parcel.Items[1].Got, parcel.Done = 1, 2, []int{0, 1, 1}
	parcel.Box, parcel.Print, parcel.PrintWhy, parcel.Job, parcel.WeighBy = "B2", fulfillment.PrintAsk, "cover open", "job", t0.Add(time.Minute)
	bench := fulfillment.Bench{Mode: fulfillment.ModeHandoff, Operator: "Test Packer", Supervisor: true, Carrier: "DEMO", ScaleZeroed: true, Parcel: &parcel, Live: 12}
	left := fulfillment.Verdict{Code: fulfillment.Cancelled, Why: fulfillment.WhyStaysHere, OrderID: "100", PackageID: "P100", Name: "T1", At: t0}
	gone := left
	gone.OrderID = "99" // its time is over: no scan could find it and answer
	bench.Behind = []fulfillment.Verdict{left, gone}
	m := fulfillment.Manifest{ID: "m1", Station: "PACK-01", Carrier: "Demo Carrier", OpenedAt: t0,
		Parcels: []fulfillment.ManifestParcel{{OrderID: "100", PackageID: "P100", Tracking: "T1", WeightG: 300, At: t0}}}
	record(t, s, station.Commit{Bench: bench, Events: event(fulfillment.EventOrderOpened, o), Manifests: []fulfillment.Manifest{m},
		Photo: &station.Photo{Hash: "h1", Manifest: "m1", OrderID: "100", PackageID: "P100", Camera: "dock", TakenAt: t0}})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openTest(t, dir)
	got, err := s.Restore(t.Context(), "PACK-01")
	if err != nil {
		t.Fatal(err)
	}
	want := bench
	want.Live = 0
	m.Parcels[0].Photos = []fulfillment.Hash{"h1"}
	want.Open, want.Behind = []fulfillment.Manifest{m}, []fulfillment.Verdict{left}
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		t.Errorf("bench (-want +got):\n%s", d)
	}
	if b, err := s.Restore(t.Context(), "PACK-99"); err != nil || b.Mode != fulfillment.ModePack || b.Parcel != nil {
		t.Errorf("a station without a past: got %+v, %v", b, err)
	}
}

func TestRestoreCountsOnlyWhatIsStillWanted(t *testing.T) {
	s := openTest(t, t.TempDir())
	o := testOrder("100", "MUG", "MUG", "TEE")
	pull(t, s, o)
	parcel := fulfillment.NewParcel(o, o.Packages[0], nil, t0)
	parcel.Items[0].Got, parcel.Items[1].Got, parcel.Done = 2, 1, []int{0, 0, 1}
	record(t, s, station.Commit{Bench: fulfillment.Bench{Parcel: &parcel}})
	o.Lines[0].Status = fulfillment.StatusCancelled
	o.UpdatedAt = o.UpdatedAt.Add(time.Second)
	pull(t, s, o)
	b, err := s.Restore(t.Context(), "PACK-01")
	if err != nil || b.Parcel == nil {
		t.Fatalf("got %+v, %v", b, err)
	}
	if it := b.Parcel.Items; it[0].Need != 1 || it[0].Got != 1 || it[1].Got != 1 || b.Parcel.Done != nil {
		t.Errorf("got items %+v, done %v", it, b.Parcel.Done)
	}
}

func TestRecordIsOneTransaction(t *testing.T) {
	s := openTest(t, t.TempDir())
	o := testOrder("100", "MUG")
	pull(t, s, o)
	before := mustOrder(t, s, "100")
	pkg := o.Packages[0]
	pkg.Rung = fulfillment.RungHandedOver
	err := s.Record(t.Context(), station.Commit{Station: "PACK-01", At: t0, Events: event(fulfillment.EventHandedOver, o),
		Packages: []fulfillment.Package{pkg}, Outbox: []fulfillment.OutboxRow{{Kind: fulfillment.OutboxReportShipped, OrderID: "100", PackageID: "P100"}},
		Orders: []fulfillment.OrderHold{{OrderID: "nobody", Holds: []fulfillment.Hold{fulfillment.HoldHeld}}}})
	if !errors.Is(err, fulfillment.ErrNotFound) {
		t.Fatalf("got %v, want %v", err, fulfillment.ErrNotFound)
	}
	if d := cmp.Diff(before, mustOrder(t, s, "100")); d != "" {
		t.Errorf("the order changed (-before +after):\n%s", d)
	}
	rows, err := s.Outbox(t.Context())
	events, err2 := s.Events(t.Context(), "100")
	if len(rows) != 0 || len(events) != 0 || err != nil || err2 != nil {
		t.Errorf("left of a failed commit: %d rows, %d events, %v, %v", len(rows), len(events), err, err2)
	}
	// The chain goes on without a gap after the failure.
	record(t, s, station.Commit{Events: event(fulfillment.EventHandedOver, o)})
	if n, err := s.VerifyChain(t.Context(), "PACK-01"); n != 1 || err != nil {
		t.Errorf("VerifyChain: got %d, %v, want 1", n, err)
	}
}

// The bench may hold a package that is older than a label or tracking number that has just been stored.
func TestRecordKeepsWhatArrivedMeanwhile(t *testing.T) {
	s := openTest(t, t.TempDir())
	o := testOrder("100", "MUG")
	pull(t, s, o)
	stale := o.Packages[0]
	h, err := s.StoreLabel(t.Context(), "P100", []byte("%PDF-label"), "TRACK-1")
	if err != nil {
		t.Fatal(err)
	}
	stale.Rung, stale.WeightG = fulfillment.RungWeighed, 420
	record(t, s, station.Commit{Packages: []fulfillment.Package{stale}})
	p := mustOrder(t, s, "100").Packages[0]
	if p.Label != h || p.Tracking != "TRACK-1" || p.Rung != fulfillment.RungWeighed || p.WeightG != 420 {
		t.Errorf("got %+v", p)
	}
}

func TestHoldsOfThePlatformAndOursGoTheirOwnWays(t *testing.T) {
	s := openTest(t, t.TempDir())
	o := testOrder("100", "MUG")
	o.CancelRequested = true
	pull(t, s, o)
	record(t, s, station.Commit{Orders: []fulfillment.OrderHold{{OrderID: "100", Holds: []fulfillment.Hold{fulfillment.HoldCancelRequested, fulfillment.HoldHeld}}}})
	check := func(when string, want ...fulfillment.Hold) {
		t.Helper()
		if got := mustOrder(t, s, "100").Holds; !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", when, got, want)
		}
	}
	check("both", fulfillment.HoldCancelRequested, fulfillment.HoldHeld)
	o.CancelRequested = false
	pull(t, s, o)
	check("taken back by the platform", fulfillment.HoldHeld)
	record(t, s, station.Commit{Orders: []fulfillment.OrderHold{{OrderID: "100"}}})
	check("released here")
}

func TestASealedManifestNeverChanges(t *testing.T) {
	s := openTest(t, t.TempDir())
	m := fulfillment.Manifest{ID: "m1", Station: "PACK-01", Carrier: "Demo Carrier", OpenedAt: t0}
	for i := range 3 {
		m.Parcels = append(slices.Clone(m.Parcels), fulfillment.ManifestParcel{OrderID: "1", PackageID: fulfillment.PackageID(fmt.Sprint("p", i)), At: t0})
		record(t, s, station.Commit{Manifests: []fulfillment.Manifest{m}})
	}
	m.Parcels = m.Parcels[1:] // taken off again
	record(t, s, station.Commit{Manifests: []fulfillment.Manifest{m}})
	m.Parcels = slices.Clone(m.Parcels)
	m.Parcels[1].LeftOff = true
	m.SealedAt, m.SealedBy = t0.Add(time.Hour), "Test Packer"
	record(t, s, station.Commit{Manifests: []fulfillment.Manifest{m}})
	got, err := s.Manifest(t.Context(), "m1")
	if d := cmp.Diff(m, got, cmpopts.EquateEmpty()); d != "" || err != nil {
		t.Errorf("sealed (-want +got):\n%s%v", d, err)
	}
	record(t, s, station.Commit{Manifests: []fulfillment.Manifest{m}}) // the same again says nothing new
	m.Parcels = m.Parcels[:1]
	if err := s.Record(t.Context(), station.Commit{Station: "PACK-01", At: t0, Manifests: []fulfillment.Manifest{m}}); !errors.Is(err, ErrSealed) {
		t.Errorf("got %v, want %v", err, ErrSealed)
	}
	for _, text := range []string{"DELETE FROM manifest_parcels", "UPDATE manifest_parcels SET weight_g = 1", "UPDATE manifests SET sealed_by = ''",
		"INSERT INTO manifest_parcels VALUES ('m1', 'x', 9, '', '', 0, 0, 0, '[]')", "DELETE FROM events", "UPDATE events SET scan = ''"} {
		record(t, s, station.Commit{Events: []fulfillment.EventDraft{{Kind: fulfillment.EventSealed}}})
		if _, err := s.one.conn.ExecContext(t.Context(), text); err == nil {
			t.Errorf("%s: the database let it pass", text)
		}
	}
	list, err := s.Manifests(t.Context())
	if err != nil || len(list) != 1 || list[0].Open() {
		t.Errorf("Manifests: got %+v, %v", list, err)
	}
}

func TestTheChainFindsWhatSQLiteDoesNot(t *testing.T) {
	s := openTest(t, t.TempDir())
	o := testOrder("100", "MUG")
	pull(t, s, o)
	for range 5 {
		record(t, s, station.Commit{Events: event(fulfillment.EventItemScanned, o)})
	}
	if n, err := s.VerifyChain(t.Context(), "PACK-01"); n != 5 || err != nil {
		t.Fatalf("got %d, %v, want 5", n, err)
	}
	forge := func(text string) *ChainError {
		t.Helper()
		ctx := t.Context()
		for _, x := range []string{"SAVEPOINT forge", "DROP TRIGGER events_are_never_changed", "DROP TRIGGER events_are_never_deleted", text} {
			if _, err := s.one.conn.ExecContext(ctx, x); err != nil {
				t.Fatal(err)
			}
		}
		defer func() {
			if _, err := s.one.conn.ExecContext(ctx, "ROLLBACK"); err != nil {
				t.Fatal(err)
			}
		}()
		_, err := verifyChain(ctx, s.one.q, "PACK-01")
		var fault *ChainError
		if !errors.As(err, &fault) {
			t.Fatalf("%s: got %v, want a ChainError", text, err)
		}
		return fault
	}
	for text, seq := range map[string]int64{
		"UPDATE events SET scan = 'other' WHERE seq = 3":                                     3,
		"UPDATE events SET at = at + 1 WHERE seq = 2":                                        2,
		"UPDATE events SET body = '{\"rung\":\"verified\"}' WHERE seq = 4":                   4,
		"DELETE FROM events WHERE seq = 3":                                                   3,
		"UPDATE events SET prev = (SELECT hash FROM events WHERE seq = 1) WHERE seq = 5":     5,
		"DELETE FROM events WHERE seq = 1":                                                   1,
		"UPDATE events SET operator = 'Somebody Else' WHERE seq = 5 AND station = 'PACK-01'": 5,
	} {
		if f := forge(text); f.Seq != seq {
			t.Errorf("%s: found at %d, want %d", text, f.Seq, seq)
		}
	}
}

// The window, the syncer and a command of another process write and read at once.
func TestManyWritersKeepOneChain(t *testing.T) {
	dir := t.TempDir()
	window, command := openTest(t, dir), openTest(t, dir)
	o := testOrder("100", "MUG")
	pull(t, window, o)
	const each = 25
	var wg sync.WaitGroup
	for _, s := range []*Store{window, window, command} {
		wg.Go(func() {
			for range each {
				if err := s.Record(t.Context(), station.Commit{Station: "PACK-01", At: t0, Events: append(event(fulfillment.EventItemScanned, o), event(fulfillment.EventVerified, o)...)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Go(func() {
		for i := range each {
			next := testOrder(fmt.Sprint("2", i), "MUG")
			if _, err := window.ApplyPulled(t.Context(), "shop", []fulfillment.Order{next}, t0); err != nil {
				t.Error(err)
			}
			if _, err := window.Find(t.Context(), string(next.ID), nil); err != nil {
				t.Error(err)
			}
			if _, err := window.ListOrders(t.Context(), "", 10); err != nil {
				t.Error(err)
			}
		}
	})
	wg.Wait()
	if n, err := command.VerifyChain(t.Context(), "PACK-01"); n != 3*each*2 || err != nil {
		t.Errorf("VerifyChain: got %d, %v, want %d", n, err, 3*each*2)
	}
}

func TestPrintJobsSurviveARestart(t *testing.T) {
	s := openTest(t, t.TempDir())
	ctx := t.Context()
	for i, id := range []fulfillment.JobID{"a", "b", "c"} {
		record(t, s, station.Commit{Jobs: []fulfillment.PrintJob{{ID: id, OrderID: "1", PackageID: "p", Label: "l", CreatedAt: t0.Add(time.Duration(i))}}})
	}
	next := func() fulfillment.JobID {
		t.Helper()
		j, ok, err := s.NextJob(ctx)
		if err != nil || !ok {
			return ""
		}
		return j.ID
	}
	if got := next(); got != "a" {
		t.Errorf("next: got %q, want a", got)
	}
	for _, want := range []bool{true, false} {
		if got, err := s.ClaimJob(ctx, "a"); got != want || err != nil {
			t.Errorf("ClaimJob: got %v, %v, want %v", got, err, want)
		}
	}
	record(t, s, station.Commit{Jobs: []fulfillment.PrintJob{{ID: "b", State: fulfillment.JobDropped}}})
	if err := s.SaveJob(ctx, fulfillment.PrintJob{ID: "b", State: fulfillment.JobQueued}); err != nil {
		t.Fatal(err)
	}
	if j, err := s.Job(ctx, "b"); j.State != fulfillment.JobDropped || j.Label != "l" || err != nil {
		t.Errorf("a dropped job: got %+v, %v", j, err)
	}
	jobs, err := s.UnfinishedJobs(ctx)
	if err != nil || len(jobs) != 2 || jobs[0].State != fulfillment.JobAsk || jobs[1].State != fulfillment.JobQueued {
		t.Errorf("UnfinishedJobs: got %+v, %v", jobs, err)
	}
	if got := next(); got != "c" {
		t.Errorf("next after restart: got %q, want c", got)
	}
	if _, err := s.Job(context.Background(), "none"); !errors.Is(err, fulfillment.ErrNotFound) {
		t.Errorf("got %v, want %v", err, fulfillment.ErrNotFound)
	}
}

// What was sent stays on the job, also when the bench, which does not know it, writes the job's end.
func TestAPrintJobKeepsWhatWasSent(t *testing.T) {
	s := openTest(t, t.TempDir())
	j := fulfillment.PrintJob{ID: "j", OrderID: "100", PackageID: "P100", Label: "label", Tracking: "T1", Reprint: 1, State: fulfillment.JobAsk, Sent: 40, Reason: "broken off",
		CreatedAt: t0, Bitmap: "picture", Confirmed: "picture", SentHash: "bytes", Total: 41, Language: "zpl", Compression: "z64", DPI: 300}
	if err := s.SaveJob(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	record(t, s, station.Commit{Jobs: []fulfillment.PrintJob{{ID: "j", OrderID: "100", PackageID: "P100", Reprint: 1, State: fulfillment.JobDone, Reason: "scanned"}}})
	j.State, j.Reason = fulfillment.JobDone, "scanned"
	got, err := s.Job(t.Context(), "j")
	if d := cmp.Diff(j, got); d != "" || err != nil {
		t.Errorf("job (-want +got):\n%s%v", d, err)
	}
}

// What a commit sees of an order is what others wrote before it and what it writes itself. From then on nobody else writes until it has
// ended, in this process or another.
func TestNothingIsWrittenBetweenSeenAndTheCommit(t *testing.T) {
	dir := t.TempDir()
	s, other := openTest(t, dir), openTest(t, dir)
	o := testOrder("100", "MUG")
	pull(t, s, o)
	mustOrder(t, s, "100")
	held, cancelled := o, o
	held.OnHoldOrder, held.UpdatedAt = false, o.UpdatedAt.Add(time.Minute)
	if _, err := other.ApplyPulled(t.Context(), "shop", []fulfillment.Order{held}, time.Time{}); err != nil {
		t.Fatal(err)
	}
	cancelled.Status, cancelled.UpdatedAt = fulfillment.StatusCancelled, held.UpdatedAt.Add(time.Minute)
	var ended sync.WaitGroup
	var wrote atomic.Int32
	times := 0
	p := o.Packages[0]
	p.Rung = fulfillment.RungVerified
	c := station.Commit{Station: "PACK-01", Operator: "Test Packer", At: t0, Bench: fulfillment.Bench{Mode: fulfillment.ModePack}, See: "100",
		Packages: []fulfillment.Package{p}, Events: []fulfillment.EventDraft{{Kind: fulfillment.EventOrderOpened, OrderID: "100"}}}
	c.Seen = func(saw fulfillment.Order, err error) {
		times++
		if err != nil || saw.OnHoldOrder || saw.Packages[0].Rung != p.Rung || saw.Status != o.Status {
			t.Errorf("the commit sees %+v, %v", saw, err)
		}
		for _, x := range []*Store{s, other} {
			ended.Go(func() {
				if _, err := x.ApplyPulled(t.Context(), "shop", []fulfillment.Order{cancelled}, time.Time{}); err != nil {
					t.Error(err)
				}
				wrote.Add(1)
			})
		}
		time.Sleep(100 * time.Millisecond)
		if wrote.Load() != 0 {
			t.Errorf("%d have written before the commit", wrote.Load())
		}
	}
	if err := s.Record(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	ended.Wait()
	if got := mustOrder(t, s, "100"); times != 1 || got.Status != cancelled.Status {
		t.Errorf("seen %d times, then the order is %s", times, got.Status)
	}
	c.See, c.Seen = "404", func(_ fulfillment.Order, err error) {
		if times++; !errors.Is(err, fulfillment.ErrNotFound) {
			t.Errorf("an order that is not stored: %v", err)
		}
	}
	if err := s.Record(t.Context(), c); err != nil || times != 2 {
		t.Errorf("seen %d times, %v", times, err)
	}
}

// Whatever was written between the scan that found an order and the commit that looks at it again, and by whom: the commit sees what is
// stored. mustOrder after it reads everything anew.
func TestACommitSeesWhatIsStored(t *testing.T) {
	label := func(o *fulfillment.Order) { o.Packages[0].Tracking = "T2" }
	cancel := func(o *fulfillment.Order) { o.Status = fulfillment.StatusCancelled }
	for name, between := range map[string]func(t *testing.T, s, other *Store, o fulfillment.Order){
		"nothing":          func(*testing.T, *Store, *Store, fulfillment.Order) {},
		"a pull here":      func(t *testing.T, s, _ *Store, o fulfillment.Order) { cancel(&o); pull(t, s, later(o)) },
		"a pull elsewhere": func(t *testing.T, _, s *Store, o fulfillment.Order) { cancel(&o); pull(t, s, later(o)) },
		"a number":         func(t *testing.T, _, s *Store, o fulfillment.Order) { label(&o); pull(t, s, later(o)) },
		"an item": func(t *testing.T, s, _ *Store, o fulfillment.Order) {
			record(t, s, station.Commit{Events: event(fulfillment.EventItemScanned, o)})
		},
		"a hold": func(t *testing.T, s, _ *Store, o fulfillment.Order) {
			record(t, s, station.Commit{Events: event(fulfillment.EventHeld, o), Orders: []fulfillment.OrderHold{{OrderID: o.ID, Holds: []fulfillment.Hold{fulfillment.HoldHeld}}}})
		},
		"a weight": func(t *testing.T, s, _ *Store, o fulfillment.Order) {
			p := o.Packages[0]
			p.Tracking, p.WeightG, p.Holds = "", 12, []fulfillment.Hold{fulfillment.HoldShort}
			record(t, s, station.Commit{Events: event(fulfillment.EventWeighed, o), Packages: []fulfillment.Package{p}})
		},
		"a label": func(t *testing.T, s, _ *Store, o fulfillment.Order) {
			if _, err := s.StoreLabel(t.Context(), o.Packages[0].ID, []byte("another"), "T1"); err != nil {
				t.Fatal(err)
			}
		},
		"the log is folded": func(t *testing.T, s, _ *Store, o fulfillment.Order) {
			if err := s.checkpoint(t.Context()); err != nil {
				t.Fatal(err)
			}
		},
		"another scan": func(t *testing.T, s, _ *Store, o fulfillment.Order) {
			if _, err := s.Find(t.Context(), "200", nil); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s, other := openTest(t, dir), openTest(t, dir)
			o := testOrder("100", "MUG", "TEA")
			o.Packages[0].Tracking = "T1"
			pull(t, s, o, testOrder("200", "MUG"))
			if f, err := s.Find(t.Context(), "100", nil); err != nil || f.Order == nil {
				t.Fatal(f, err)
			}
			between(t, s, other, o)
			for i, change := range []func(p *fulfillment.Package){
				func(p *fulfillment.Package) { p.Rung, p.LabelJob, p.Arranged = fulfillment.RungVerified, "j", true },
				func(p *fulfillment.Package) { p.ProviderID, p.Rung = "provider", "" },
				func(p *fulfillment.Package) { p.Holds, p.WeightG = []fulfillment.Hold{fulfillment.HoldHeld}, 500 },
				func(p *fulfillment.Package) { p.WeightG = 501 },
				func(p *fulfillment.Package) { p.ID = "NEW" },
			} {
				p := o.Packages[0]
				change(&p)
				var saw fulfillment.Order
				var holds []fulfillment.OrderHold
				if p.WeightG == 501 {
					holds = append(holds, fulfillment.OrderHold{OrderID: "100", Holds: []fulfillment.Hold{fulfillment.HoldHeld}})
				}
				record(t, s, station.Commit{See: "100", Packages: []fulfillment.Package{p}, Orders: holds, Events: event(fulfillment.EventVerified, o),
					Seen: func(o fulfillment.Order, err error) {
						if saw = o; err != nil {
							t.Error(err)
						}
					}})
				if d := cmp.Diff(mustOrder(t, other, "100"), saw); d != "" {
					t.Errorf("commit %d (-stored +seen):\n%s", i, d)
				}
				if _, err := s.Find(t.Context(), "100", nil); err != nil { // from now on it is at hand
					t.Fatal(err)
				}
			}
		})
	}
}

func later(o fulfillment.Order) fulfillment.Order {
	o.UpdatedAt = o.UpdatedAt.Add(time.Hour)
	return o
}
