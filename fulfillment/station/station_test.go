package station

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"packbench/fulfillment"
)

// disk is a store in memory that complains about a commit it could not have made, and can be full.
type disk struct {
	t       testing.TB
	mu      sync.Mutex
	orders  map[fulfillment.OrderID]fulfillment.Order
	commits []Commit
	jobs    []fulfillment.PrintJob
	full    bool
	torn    bool   // a commit fails once it has its turn
	gone    bool   // no row is parked any more
	saves   int    // so many SaveJob calls fail
	cold    bool   // no label is in memory
	blind   int    // so many Order calls fail
	claims  int    // ClaimJob calls
	after   func() // is called once, behind the next commit
}

var errFull = errors.New("database or disk is full")

func newDisk(t testing.TB, ids ...fulfillment.OrderID) *disk {
	d := &disk{t: t, orders: map[fulfillment.OrderID]fulfillment.Order{}}
	for _, id := range ids {
		d.orders[id] = fulfillment.Order{ID: id, Source: fulfillment.SourceCSV, Status: fulfillment.StatusAwaitingShipment, ShippingType: fulfillment.ShippingSeller,
			Lines:    []fulfillment.LineItem{{ID: "l1", SKU: "MUG"}, {ID: "l2", SKU: "MUG"}},
			Packages: []fulfillment.Package{{ID: fulfillment.PackageID(id) + "-1", OrderID: id, Rung: fulfillment.RungToPack, Label: "label", Tracking: fulfillment.Tracking("T" + id)}}}
	}
	return d
}

func (d *disk) Restore(context.Context, string) (fulfillment.Bench, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if n := len(d.commits); n > 0 {
		return d.commits[n-1].Bench, nil
	}
	return fulfillment.Bench{Mode: fulfillment.ModePack}, nil
}

func (d *disk) Find(_ context.Context, code string, _ []fulfillment.Tracking) (fulfillment.Found, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, o := range d.orders {
		switch code {
		case string(o.ID):
			return fulfillment.Found{Order: &o, By: fulfillment.ClassOrder}, nil
		case string(o.Packages[0].Tracking):
			return fulfillment.Found{Order: &o, By: fulfillment.ClassTracking, Package: o.Packages[0].ID}, nil
		}
	}
	return fulfillment.Found{}, nil
}

func (d *disk) Order(_ context.Context, id fulfillment.OrderID) (fulfillment.Order, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.blind--; d.blind >= 0 {
		return fulfillment.Order{}, errors.New("disk I/O error")
	}
	o, ok := d.orders[id]
	if !ok {
		return o, fulfillment.ErrNotFound
	}
	return o, nil
}

func (d *disk) Record(_ context.Context, c Commit) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.full {
		return errFull
	}
	if d.gone && len(c.Decisions) > 0 {
		return fmt.Errorf("decision: %w", fulfillment.ErrNotFound)
	}
	if d.torn {
		if c.Seen != nil {
			c.Seen(d.orders[c.See], nil)
		}
		return errFull
	}
	if c.At.IsZero() || c.Station == "" || len(c.Events) == 0 {
		d.t.Errorf("commit without time, station or events: %+v", c)
	}
	for _, r := range c.Outbox {
		if r.ID == "" || r.State != fulfillment.OutboxQueued {
			d.t.Errorf("outbox row %+v is not ready to be stored", r)
		}
	}
	d.commits = append(d.commits, c)
	for _, p := range c.Packages {
		o := d.orders[p.OrderID]
		o.Packages = []fulfillment.Package{p}
		d.orders[p.OrderID] = o
	}
	if d.after != nil {
		d.after()
		d.after = nil
	}
	if c.Seen != nil {
		err := error(nil)
		if d.blind > 0 {
			d.blind, err = d.blind-1, errFull
		}
		c.Seen(d.orders[c.See], err)
	}
	for _, j := range c.Jobs {
		i := slices.IndexFunc(d.jobs, func(x fulfillment.PrintJob) bool { return x.ID == j.ID })
		if i < 0 {
			d.jobs = append(d.jobs, j)
		} else {
			d.jobs[i].State = j.State
		}
	}
	return nil
}

func (d *disk) NextJob(context.Context) (fulfillment.PrintJob, bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, j := range d.jobs {
		if j.State == fulfillment.JobQueued {
			return j, true, nil
		}
	}
	return fulfillment.PrintJob{}, false, nil
}

func (d *disk) ClaimJob(_ context.Context, id fulfillment.JobID) (bool, error) {
	d.mu.Lock()
	d.claims++
	d.mu.Unlock()
	return d.setJob(id, fulfillment.JobQueued, fulfillment.JobSending), nil
}

func (d *disk) setJob(id fulfillment.JobID, from, to fulfillment.JobState) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := range d.jobs {
		if d.jobs[i].ID == id && (from == "" || d.jobs[i].State == from) {
			d.jobs[i].State = to
			return true
		}
	}
	return false
}

func (d *disk) SaveJob(_ context.Context, j fulfillment.PrintJob) error {
	d.mu.Lock()
	fails := d.saves > 0 || d.full
	d.saves--
	d.mu.Unlock()
	if fails {
		return errFull
	}
	d.setJob(j.ID, "", j.State)
	return nil
}

// bench runs a station and its print queue on a disk.
type bench struct {
	t     *testing.T
	s     *Station
	q     *PrintQueue
	views chan View
	n     int
	shown []fulfillment.VerdictCode // all so far
}

func startBench(t *testing.T, ctx context.Context, d *disk, p Printer) *bench {
	t.Helper()
	b := &bench{t: t, views: make(chan View, 1000)}
	var ids int
	var mu sync.Mutex
	b.s = New(Options{ID: "PACK-01", Store: d, Policy: fulfillment.Policy{Verify: fulfillment.PolicyBlock, HasPrinter: true, ApplyScan: true},
		Candidates: func(string) []fulfillment.Tracking { return nil }, Log: slog.New(slog.DiscardHandler),
		NewID:  func() string { mu.Lock(); defer mu.Unlock(); ids++; return fmt.Sprintf("id-%d", ids) },
		Show:   func(v View) { b.views <- v },
		Queued: func() { b.q.Wake() },
		Reserve: func(j fulfillment.PrintJob, of fulfillment.Shipment) (*Reservation, bool) {
			return b.q.Reserve(j, of)
		}})
	b.q = NewPrintQueue(PrintQueue{Store: d, Labels: proved{kept: !d.cold}, Printer: p, Back: b.s, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	var wg sync.WaitGroup
	for _, run := range []func(context.Context) error{b.s.Run, b.q.Run} {
		wg.Go(func() {
			if err := run(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	t.Cleanup(wg.Wait)
	return b
}

func (b *bench) scan(codes ...string) {
	for _, c := range codes {
		if err := b.s.Submit(b.t.Context(), fulfillment.Scan{Code: c}); err != nil {
			b.t.Error(err)
		}
	}
}

// verdicts are what was shown since the last call, once everything has settled.
func (b *bench) verdicts() (codes []fulfillment.VerdictCode, last View) {
	synctest.Wait()
	for {
		select {
		case v := <-b.views:
			if int(v.VerdictSeq) > b.n {
				codes, b.n = append(codes, v.Verdict.Code), int(v.VerdictSeq)
				b.shown = append(b.shown, v.Verdict.Code)
			}
			last = v
		default:
			return codes, last
		}
	}
}

type proved struct {
	proof fulfillment.Proof
	kept  bool // in memory
}

func (p proved) Proved(context.Context, fulfillment.Hash, fulfillment.Shipment, fulfillment.Media) (fulfillment.Proof, fulfillment.Bitmap, error) {
	if p.proof.Verdict == "" {
		p.proof.Verdict = fulfillment.LabelPrint
	}
	return p.proof, fulfillment.NewBitmap(8, 8, 203), nil
}

func (p proved) Kept(l fulfillment.Hash, of fulfillment.Shipment, m fulfillment.Media) (fulfillment.Proof, fulfillment.Bitmap, bool) {
	proof, bitmap, err := p.Proved(context.Background(), l, of, m)
	return proof, bitmap, err == nil && p.kept
}

// scriptedPrinter answers each job with the next of its results and complains when it is asked once too often.
type scriptedPrinter struct {
	t       testing.TB
	mu      sync.Mutex
	results []func() (PrintResult, error)
}

func (p *scriptedPrinter) Media() fulfillment.Media { return fulfillment.Media{DPI: 203} }

func (p *scriptedPrinter) Print(context.Context, fulfillment.Bitmap) (PrintResult, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.results) == 0 {
		p.t.Error("one label too many was sent")
		return PrintResult{}, nil
	}
	r := p.results[0]
	p.results = p.results[1:]
	return r()
}

func comesOut() (PrintResult, error) { return PrintResult{Sent: 9, Total: 9, Complete: true}, nil }
func isOff() (PrintResult, error)    { return PrintResult{Total: 9}, errors.New("printer is off") }
func stuck() (PrintResult, error) {
	return PrintResult{Sent: 4, Total: 9}, errors.New("printer took nothing more")
}
func breaksAfterLastByte() (PrintResult, error) {
	return PrintResult{Sent: 9, Total: 9, Complete: true}, errors.New("connection reset")
}

func script(t testing.TB, r ...func() (PrintResult, error)) *scriptedPrinter {
	p := &scriptedPrinter{t: t, results: r}
	t.Cleanup(func() {
		if len(p.results) > 0 {
			t.Errorf("%d expected labels were never sent", len(p.results))
		}
	})
	return p
}

func expect(t *testing.T, got []fulfillment.VerdictCode, want ...fulfillment.VerdictCode) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestScansAreJudgedInOrderAndShownAfterTheCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		d := newDisk(t, "1001")
		b := startBench(t, ctx, d, script(t, comesOut))
		b.scan("1001", "MUG", "??", "MUG")
		codes, last := b.verdicts()
		expect(t, codes, fulfillment.OrderOpened, fulfillment.ItemOK, fulfillment.UnknownCode, fulfillment.ItemComplete, fulfillment.LabelPrinted)
		if last.Prompt != PromptApply {
			t.Errorf("prompt %s, want apply", last.Prompt)
		}
		b.scan("T1001")
		codes, last = b.verdicts()
		expect(t, codes, fulfillment.Applied)
		if last.Parcel != nil || last.Prompt != PromptScanOrder {
			t.Errorf("view %+v", last)
		}
	})
}

func TestAFullDiskChangesNothingAndIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		d := newDisk(t, "1001")
		b := startBench(t, ctx, d, script(t))
		b.scan("1001")
		b.verdicts()
		d.mu.Lock()
		d.full = true
		d.mu.Unlock()
		b.scan("MUG")
		codes, last := b.verdicts()
		expect(t, codes, fulfillment.Refused)
		if last.Verdict.Why != fulfillment.WhyDisk || last.Parcel.Items[0].Got != 0 {
			t.Errorf("verdict %+v, count %d: a green count that is not on the disk", last.Verdict, last.Parcel.Items[0].Got)
		}
		d.mu.Lock()
		d.full = false
		d.mu.Unlock()
		b.scan("MUG")
		codes, last = b.verdicts()
		expect(t, codes, fulfillment.ItemOK)
		if last.Parcel.Items[0].Got != 1 {
			t.Errorf("count %d, want 1", last.Parcel.Items[0].Got)
		}
	})
}

func TestPrinterTrouble(t *testing.T) {
	for _, c := range []struct {
		name    string
		printer []func() (PrintResult, error)
		want    []fulfillment.VerdictCode
		prompt  Prompt
	}{
		{"off, then it goes on by itself", []func() (PrintResult, error){isOff, isOff, comesOut},
			[]fulfillment.VerdictCode{fulfillment.PrinterTrouble, fulfillment.LabelPrinted}, PromptApply},
		{"stuck in the middle, then it goes on by itself", []func() (PrintResult, error){stuck, comesOut},
			[]fulfillment.VerdictCode{fulfillment.PrinterTrouble, fulfillment.LabelPrinted}, PromptApply},
		{"not certain: nobody prints again by guessing", []func() (PrintResult, error){breaksAfterLastByte},
			[]fulfillment.VerdictCode{fulfillment.PrinterTrouble}, PromptPrinterAsk},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				b := startBench(t, ctx, newDisk(t, "1001"), script(t, c.printer...))
				b.scan("1001", "MUG", "MUG")
				time.Sleep(time.Minute)
				_, last := b.verdicts()
				if last.Prompt != c.prompt {
					t.Errorf("prompt %s, want %s", last.Prompt, c.prompt)
				}
				if got := b.shown[3:]; !slices.Equal(got, c.want) {
					t.Errorf("got %v, want %v", got, c.want)
				}
			})
		})
	}
}

// A label came out and its end could not be written: it is written later, the bench hears of it, and no second label comes out.
func TestAFullDiskLosesNoPrintedLabel(t *testing.T) {
	for name, fill := range map[string]func(d *disk, full bool){
		"the job cannot be saved": func(d *disk, full bool) {
			if full {
				d.saves = 5
			}
		},
		"nothing can be written": func(d *disk, full bool) { d.full = full },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				d := newDisk(t, "1001")
				b := startBench(t, ctx, d, script(t, func() (PrintResult, error) {
					d.mu.Lock()
					defer d.mu.Unlock()
					fill(d, true)
					return comesOut()
				}))
				b.scan("1001", "MUG", "MUG")
				time.Sleep(2500 * time.Millisecond)
				if _, last := b.verdicts(); last.Prompt != PromptPrinting || d.jobs[0].State != fulfillment.JobSending {
					t.Fatalf("prompt %s, job %+v while nothing could be written", last.Prompt, d.jobs[0])
				}
				d.mu.Lock()
				fill(d, false)
				d.mu.Unlock()
				time.Sleep(10 * time.Second)
				codes, last := b.verdicts()
				expect(t, codes, fulfillment.LabelPrinted)
				if last.Prompt != PromptApply || d.jobs[0].State != fulfillment.JobDone {
					t.Errorf("prompt %s, job %+v", last.Prompt, d.jobs[0])
				}
			})
		})
	}
}

// The job's end is saved, and only the bench cannot record it: it tries again by itself, and says the trouble once.
func TestTheBenchHearsOfALabelWhenTheDiskHasRoomAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		d := newDisk(t, "1001")
		b := startBench(t, ctx, d, script(t))
		b.scan("1001", "MUG")
		b.verdicts()
		d.mu.Lock()
		d.full = true
		d.mu.Unlock()
		job := fulfillment.PrintJob{ID: "elsewhere", OrderID: "1001", PackageID: "1001-1", State: fulfillment.JobDone}
		d.mu.Lock()
		o := d.orders["1001"]
		o.Packages = slices.Clone(o.Packages)
		o.Packages[0].LabelJob = job.ID
		d.orders["1001"] = o
		d.mu.Unlock()
		if err := b.s.Printed(ctx, job); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second)
		codes, _ := b.verdicts()
		expect(t, codes, fulfillment.Refused)
		d.mu.Lock()
		d.full = false
		d.mu.Unlock()
		time.Sleep(2 * time.Second)
		codes, _ = b.verdicts()
		expect(t, codes, fulfillment.LabelPrinted)
		if c := d.commits[len(d.commits)-1]; c.Told != job.ID {
			t.Errorf("told %q, want the job", c.Told)
		}
	})
}

func TestAfterARestartTheSameOrderIsOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk(t, "1001")
		ctx, cancel := context.WithCancel(t.Context())
		b := startBench(t, ctx, d, script(t))
		b.scan("1001", "MUG")
		b.verdicts()
		cancel()
		synctest.Wait()
		ctx, cancel = context.WithCancel(t.Context())
		defer cancel()
		again := startBench(t, ctx, d, script(t))
		_, last := again.verdicts()
		if last.Parcel == nil || last.Parcel.Order.ID != "1001" || last.Parcel.Items[0].Got != 1 {
			t.Fatalf("view %+v", last.Parcel)
		}
	})
}

// A product's number is found in whatever form the scanner gives it, and a product's barcode never becomes a carrier's label.
func TestProductsAreFoundByAnyFormOfTheirNumber(t *testing.T) {
	s := &Station{o: Options{Store: products{"036000291452": "MUG"}, Candidates: func(code string) []fulfillment.Tracking { return []fulfillment.Tracking{fulfillment.Tracking(code)} }}}
	for _, c := range []struct {
		scan    fulfillment.Scan
		found   bool
		matches int
	}{
		{fulfillment.Scan{Code: "0036000291452", AIM: "]E0"}, true, 0},
		{fulfillment.Scan{Code: "0100036000291452", AIM: "]d2"}, true, 1},
		{fulfillment.Scan{Code: "036000291452"}, true, 1},
		{fulfillment.Scan{Code: "5901234123457", AIM: "]E0"}, false, 0},
		{fulfillment.Scan{Code: "5901234123457", AIM: "]C0"}, false, 1},
	} {
		var in fulfillment.Input
		if err := s.lookUp(t.Context(), c.scan, &in); err != nil {
			t.Fatal(err)
		}
		if got := len(in.Found.SKUs) == 1 && in.Found.SKUs[0] == "MUG"; got != c.found || len(in.Match) != c.matches {
			t.Errorf("%+v: %+v, %q", c.scan, in.Found, in.Match)
		}
	}
}

// products is a store that knows barcodes and nothing else.
type products map[string]fulfillment.SKU

func (p products) Find(_ context.Context, code string, _ []fulfillment.Tracking) (f fulfillment.Found, err error) {
	if sku, ok := p[code]; ok {
		f.SKUs = []fulfillment.SKU{sku}
	}
	return f, nil
}
func (products) Restore(context.Context, string) (b fulfillment.Bench, err error) { return b, nil }
func (products) Order(context.Context, fulfillment.OrderID) (o fulfillment.Order, err error) {
	return o, fulfillment.ErrNotFound
}
func (products) Record(context.Context, Commit) error { return nil }

// Only what names an order can be looked up; a badge is a badge even where an order has its number.
func TestNamesOfAnOrder(t *testing.T) {
	s := New(Options{Store: newDisk(t, "1001", "S1"), Operators: []fulfillment.Operator{{Name: "Demo Supervisor", Badge: "S1"}}, Log: slog.New(slog.DiscardHandler),
		Candidates: func(string) []fulfillment.Tracking { return nil }})
	for code, want := range map[string]fulfillment.OrderID{"1001": "1001", "T1001": "1001", "S1": "", "PB:USER:S1": "", "PB:NONSENSE": "", "MUG": "", "": ""} {
		if got, err := s.Names(t.Context(), fulfillment.Scan{Code: code}); got != want || err != nil {
			t.Errorf("%q names %q, %v, want %q", code, got, err, want)
		}
	}
}
