package syncer_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"packbench/cmd/sandbox/shop"
	"packbench/fulfillment"
	"packbench/fulfillment/sellercenter"
	"packbench/fulfillment/station"
	"packbench/fulfillment/syncer"
)

// workbench is a station over a floor: it hears what the syncer hears, and a printer that never fails stands beside it.
type workbench struct {
	f    *floor
	s    *station.Station
	mu   sync.Mutex
	view station.View
}

func (f *floor) workbench() *workbench {
	f.t.Helper()
	w := &workbench{f: f}
	w.s = station.New(station.Options{ID: "PACK-01", Operator: "Test Packer", Store: f.store, Log: slog.New(slog.DiscardHandler),
		Operators:  []fulfillment.Operator{{Badge: "9", Name: "Test Lead", Supervisor: true}},
		Policy:     fulfillment.Policy{Verify: fulfillment.PolicyBlock, HasPrinter: true, ApplyScan: true, ArrangeAt: "ahead"},
		Candidates: func(string) []fulfillment.Tracking { return nil }, Refresh: f.sync.Refresh,
		NewID: func() string { return uuid.Must(uuid.NewV7()).String() },
		Show: func(v station.View) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.view = v
		}})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.s.Run(ctx) }()
	f.t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			f.t.Error(err)
		}
	})
	return w
}

func (w *workbench) now() station.View {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.view
}

// scan hands in a code and waits for its verdict.
func (w *workbench) scan(code string, want fulfillment.VerdictCode) fulfillment.Verdict {
	w.f.t.Helper()
	before := w.now().VerdictSeq
	if err := w.s.Submit(w.f.t.Context(), fulfillment.Scan{ID: uuid.NewString(), Code: code, At: time.Now()}); err != nil {
		w.f.t.Fatal(err)
	}
	w.f.until("a verdict on "+code, func() string {
		if v := w.now(); v.VerdictSeq == before || v.Verdict.Scan != code {
			return "none yet"
		}
		return ""
	})
	v := *w.now().Verdict
	if v.Code != want {
		w.f.t.Fatalf("scan %q: got %+v, want %s", code, v, want)
	}
	return v
}

// pack scans every item of the parcel in hand, lets the label come out and sticks it on.
func (w *workbench) pack(code string) {
	w.f.t.Helper()
	w.scan(code, fulfillment.OrderOpened)
	for _, it := range w.now().Parcel.Items {
		for range it.Need {
			want := fulfillment.ItemOK
			if w.now().Parcel.Left() == 1 {
				want = fulfillment.ItemComplete
			}
			w.scan(string(it.SKU), want)
		}
	}
	job, ok, err := w.f.store.NextJob(w.f.t.Context())
	if err != nil || !ok {
		w.f.t.Fatalf("no label is to be printed: %v", err)
	}
	job.State = fulfillment.JobDone
	if err := w.f.store.SaveJob(w.f.t.Context(), job); err != nil {
		w.f.t.Fatal(err)
	}
	if err := w.s.Printed(w.f.t.Context(), job); err != nil {
		w.f.t.Fatal(err)
	}
	if _, more, err := w.f.store.NextJob(w.f.t.Context()); more || err != nil {
		w.f.t.Fatalf("a second label is printed, %v", err)
	}
	w.scan(string(job.Tracking), fulfillment.Applied)
}

// sound: the chain is whole and the tables are what it says.
func (w *workbench) sound() {
	w.f.t.Helper()
	if r, err := w.f.store.CompareState(w.f.t.Context()); err != nil || !r.OK() {
		w.f.t.Errorf("the tables are not what the events say: %v, %v", r.Differences, err)
	}
	if _, err := w.f.store.VerifyChain(w.f.t.Context(), "PACK-01"); err != nil {
		w.f.t.Error(err)
	}
}

// combined is a floor in VN that has pulled once, and then two orders of one buyer, shipped in this way, were combined. tell passes on
// what the syncer says of changed orders.
func combined(t *testing.T, policy string, shipping fulfillment.ShippingType) (f *floor, c sellercenter.Combination, tell *func([]fulfillment.OrderID)) {
	t.Helper()
	tell = new(func([]fulfillment.OrderID))
	var mu sync.Mutex
	*tell = func([]fulfillment.OrderID) {}
	f = newFloorWith(t, "VN", setup{shop: shop.Options{Orders: 90}, change: func(o *syncer.Options) {
		o.Policy = "at_pack"
		o.Changed = func(ids []fulfillment.OrderID) {
			mu.Lock()
			defer mu.Unlock()
			(*tell)(ids)
		}
	}})
	if _, err := f.sync.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	groups, err := f.client.Combinable(t.Context(), f.cipher)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(groups, func(g sellercenter.Combination) bool {
		return !slices.ContainsFunc(g.Orders, func(id fulfillment.OrderID) bool {
			o := f.order(id)
			return o.ShippingType != shipping || len(fulfillment.HoldsOf(o)) > 0
		})
	})
	if i < 0 {
		t.Fatalf("nothing can be combined: %+v, %+v", groups, f.order(groups[0].Orders[0]))
	}
	g := groups[i]
	g.Orders = g.Orders[:2]
	made, failed, err := f.client.Combine(t.Context(), f.cipher, []sellercenter.Combination{g})
	if err != nil || len(failed) > 0 || len(made) != 1 {
		t.Fatal(made, failed, err)
	}
	o := f.options(f.client)
	o.Policy = policy
	o.Changed = func(ids []fulfillment.OrderID) {
		mu.Lock()
		defer mu.Unlock()
		(*tell)(ids)
	}
	if f.sync, err = syncer.New(o); err != nil {
		t.Fatal(err)
	}
	return f, made[0], tell
}

// shared waits until both orders are known to be in one package.
func (f *floor) shared(c sellercenter.Combination) func() string {
	return func() string {
		for _, id := range c.Orders {
			if o := f.order(id); len(o.Packages) != 1 || o.Packages[0].PlatformID != c.ID || len(o.With) != 1 {
				return fmt.Sprintf("%+v", o)
			}
		}
		return ""
	}
}

// TestCombinedWholeWay: two orders are combined, arranged by one call, packed as one parcel with one label; one is cancelled on the
// manifest, so the seal keeps the parcel here; a supervisor takes its items out, and the other order leaves.
func TestCombinedWholeWay(t *testing.T) {
	t.Parallel()
	f, c, tell := combined(t, "ahead", fulfillment.ShippingPlatform)
	a, b := c.Orders[0], c.Orders[1]
	w := f.workbench()
	*tell = func(ids []fulfillment.OrderID) {
		for _, id := range ids {
			if err := w.s.Changed(context.Background(), id); err != nil {
				t.Error(err)
			}
		}
	}
	f.start()
	f.until("both are in one package", f.shared(c))
	f.until("arranged and labelled", func() string {
		for _, id := range c.Orders {
			if p := f.order(id).Packages[0]; !p.Arranged || p.Label == "" || p.Tracking == "" {
				return fmt.Sprintf("%s: %+v", id, p)
			}
		}
		return ""
	})
	f.until("outbox empty", f.idle)
	if n := f.arrangedCalls(c); n != 1 {
		t.Errorf("the package was arranged by %d calls", n)
	}
	w.pack(string(b))
	tracking := string(f.order(a).Packages[0].Tracking)
	w.scan("PB:MODE:HANDOFF", fulfillment.CommandDone)
	w.scan(tracking, fulfillment.Staged)
	f.post("/admin/orders/"+string(b)+"/cancel", ``)
	f.until("the cancellation is said", func() string {
		if v := w.now(); v.Verdict.Code != fulfillment.Cancelled && len(v.Alarms) == 0 {
			return fmt.Sprintf("%+v", v.Verdict)
		}
		return ""
	})
	w.scan("PB:SEAL", fulfillment.Cancelled)
	for _, id := range c.Orders {
		if p := f.order(id).Packages[0]; p.Rung != fulfillment.RungApplied {
			t.Errorf("order %s is %s after the seal", id, p.Rung)
		}
	}
	w.sound()
	if v := w.scan(tracking, fulfillment.Cancelled); v.About != b {
		t.Errorf("not said which order: %+v", v)
	}
	w.scan("PB:USER:9", fulfillment.CommandDone)
	w.scan(tracking, fulfillment.Cancelled)
	time.Sleep(fulfillment.ConfirmAfter + 100*time.Millisecond)
	if v := w.scan(tracking, fulfillment.Staged); v.Why != fulfillment.WhyTakeOut || v.Name == "" {
		t.Errorf("not said what to take out: %+v", v)
	}
	w.scan("PB:SEAL", fulfillment.HandedOver)
	if r := f.order(a).Packages[0].Rung; r != fulfillment.RungHandedOver {
		t.Errorf("the other order is %s", r)
	}
	if r := f.order(b).Packages[0].Rung; r != fulfillment.RungToPack {
		t.Errorf("the cancelled order is %s", r)
	}
	w.sound()
	f.honest()
}

// arrangedCalls counts the outbox rows that arranged the package.
func (f *floor) arrangedCalls(c sellercenter.Combination) int {
	f.t.Helper()
	n := 0
	for _, id := range c.Orders {
		events, err := f.store.Events(f.t.Context(), id)
		if err != nil {
			f.t.Fatal(err)
		}
		for _, e := range events {
			if e.Kind == fulfillment.EventReported && e.PackageID == c.ID {
				n++
			}
		}
	}
	return n
}

// TestCombinedIsNotArrangedOverARequest: one of the orders asks to be cancelled. The parcel is not arranged for either, whether the
// row was made before or after that became known.
func TestCombinedIsNotArrangedOverARequest(t *testing.T) {
	t.Run("known before", func(t *testing.T) {
		t.Parallel()
		f, c, _ := combined(t, "ahead", fulfillment.ShippingPlatform)
		f.post("/admin/orders/"+string(c.Orders[1])+"/request-cancel", ``)
		f.start()
		f.until("both are in one package", f.shared(c))
		time.Sleep(5 * f.poll())
		if f.order(c.Orders[0]).Packages[0].Arranged {
			t.Error("it was arranged")
		}
		f.honest()
	})
	t.Run("while the row waits", func(t *testing.T) {
		t.Parallel()
		f, c, _ := combined(t, "at_pack", fulfillment.ShippingPlatform)
		if _, err := f.sync.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
		row := fulfillment.OutboxRow{ID: "0000-row", Kind: fulfillment.OutboxArrange, OrderID: c.Orders[0], PackageID: c.ID, CreatedAt: time.Now(),
			Lines: f.order(c.Orders[0]).Packages[0].Lines}
		if err := f.store.Add(t.Context(), []fulfillment.OutboxRow{row}); err != nil {
			t.Fatal(err)
		}
		f.post("/admin/orders/"+string(c.Orders[1])+"/request-cancel", ``)
		f.start()
		f.until("a person is asked", func() string {
			rows, err := f.store.Outbox(t.Context())
			if err != nil || len(rows) != 1 || rows[0].State != fulfillment.OutboxParked || !strings.Contains(rows[0].Reason, string(c.Orders[1])) {
				return fmt.Sprintf("%+v, %v", rows, err)
			}
			return ""
		})
		f.honest()
	})
	for _, answer := range []fulfillment.OutboxKind{fulfillment.OutboxReject, fulfillment.OutboxApprove} {
		t.Run("and goes on by itself after "+string(answer), func(t *testing.T) {
			t.Parallel()
			f, c, _ := combined(t, "at_pack", fulfillment.ShippingPlatform)
			if _, err := f.sync.Once(t.Context()); err != nil {
				t.Fatal(err)
			}
			row := fulfillment.OutboxRow{ID: "0000-row", Kind: fulfillment.OutboxArrange, OrderID: c.Orders[0], PackageID: c.ID, CreatedAt: time.Now(),
				Lines: f.order(c.Orders[0]).Packages[0].Lines}
			if err := f.store.Add(t.Context(), []fulfillment.OutboxRow{row}); err != nil {
				t.Fatal(err)
			}
			f.post("/admin/orders/"+string(c.Orders[1])+"/request-cancel", ``)
			f.start()
			f.until("a person is asked", func() string {
				if rows, err := f.store.Outbox(t.Context()); err != nil || len(rows) != 1 || rows[0].State != fulfillment.OutboxParked {
					return fmt.Sprintf("%+v, %v", rows, err)
				}
				return ""
			})
			f.until("the request is known", func() string {
				if f.order(c.Orders[1]).Request.ID == "" {
					return "not yet"
				}
				return ""
			})
			f.answered(c.Orders[1], answer)
			f.until("the row went on", f.idle)
			f.until("arranged", func() string {
				if p := f.order(c.Orders[0]).Packages[0]; !p.Arranged {
					return fmt.Sprintf("%+v", p)
				}
				return ""
			})
			f.honest()
		})
	}
}

// TestUncombined: orders that are taken apart while they wait are two parcels again; of one that was packed a person must see to the
// box.
func TestUncombined(t *testing.T) {
	for _, begun := range []bool{false, true} {
		t.Run(fmt.Sprint(begun), func(t *testing.T) {
			t.Parallel()
			f, c, _ := combined(t, "at_pack", fulfillment.ShippingPlatform)
			f.start()
			f.until("both are in one package", f.shared(c))
			if begun {
				for _, id := range c.Orders {
					f.begun(f.order(id).Packages[0], fulfillment.RungVerified)
				}
			}
			if _, err := f.client.Uncombine(t.Context(), f.cipher, c.ID, c.Orders[:1]); err != nil {
				t.Fatal(err)
			}
			f.until("taken apart", func() string {
				for _, id := range c.Orders {
					o := f.order(id)
					last := o.Packages[len(o.Packages)-1]
					if o.Combined || !begun && (len(o.Packages) != 1 || last.PlatformID == c.ID || len(o.With) > 0) || begun && len(o.Packages) != 2 {
						return fmt.Sprintf("%+v", o)
					}
				}
				return ""
			})
			for _, id := range c.Orders {
				o := f.order(id)
				v, _, _ := fulfillment.GateParcel(o, o.Packages[0], false, time.Now())
				if want := map[bool]fulfillment.VerdictCode{true: fulfillment.NeedsSupervisor}[begun]; v != want {
					t.Errorf("order %s: gate %q, want %q", id, v, want)
				}
			}
		})
	}
}

// TestCombinedIsReportedOnce: seller-shipped orders in one package are handed over and reported by one call; both count as told.
func TestCombinedIsReportedOnce(t *testing.T) {
	t.Parallel()
	f, c, _ := combined(t, "ahead", fulfillment.ShippingSeller)
	f.start()
	f.until("both are in one package", f.shared(c))
	rows, err := csv.NewReader(f.get("/admin/labels.csv")).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(rows, func(r []string) bool { return r[0] == string(c.Orders[0]) })
	p := f.order(c.Orders[0]).Packages[0]
	p.Tracking, p.Carrier = fulfillment.Tracking(rows[i][5]), rows[i][4]
	if _, err := f.store.StoreLabel(t.Context(), c.ID, []byte("%PDF-bought"), p.Tracking); err != nil {
		t.Fatal(err)
	}
	for _, id := range c.Orders {
		q := f.order(id).Packages[0]
		q.Carrier = p.Carrier
		if err := f.store.Record(t.Context(), station.Commit{Station: "PACK-01", At: time.Now().UTC(), Packages: []fulfillment.Package{q}}); err != nil {
			t.Fatal(err)
		}
	}
	w := f.workbench()
	w.pack(string(p.Tracking))
	w.scan("PB:MODE:HANDOFF", fulfillment.CommandDone)
	w.scan(string(p.Tracking), fulfillment.Staged)
	w.scan("PB:SEAL", fulfillment.HandedOver)
	f.sync.Wake()
	f.until("both are told", func() string {
		for _, id := range c.Orders {
			if o := f.order(id); o.ReportedShippedAt.IsZero() || o.Packages[0].Rung != fulfillment.RungHandedOver {
				return fmt.Sprintf("%+v", o)
			}
		}
		return ""
	})
	f.until("outbox empty", f.idle)
	f.until("both are shipped", f.shipped([]string{string(c.Orders[0]), string(c.Orders[1])}))
	if n := f.arrangedCalls(c); n != 1 {
		t.Errorf("told by %d rows", n)
	}
	w.sound()
	f.honest()
}
