package main

import (
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"
)

// quantile is the q-th part of the sorted times, in milliseconds.
func quantile(times []time.Duration, q float64) float64 {
	slices.Sort(times)
	return float64(times[min(len(times)-1, int(q*float64(len(times))))]) / float64(time.Millisecond)
}

// breather is the pause before a scan: up to two frames, so that scans meet the display at every moment of its beat and
// not only right after a frame. It is part of the work, not of what is measured.
type breather struct{ *rand.Rand }

func newBreather() breather { return breather{rand.New(rand.NewPCG(1, 2))} }

func (r breather) pause() { time.Sleep(time.Duration(r.IntN(33_000)) * time.Microsecond) }

// rawDisk commits as little as anybody who promises durability must: one page to a file that has its blocks, flushed.
type rawDisk struct {
	f  *os.File
	at int64
}

const rawPages = 256

func newRawDisk(b *testing.B, dir string) *rawDisk {
	b.Helper()
	f, err := os.Create(filepath.Join(dir, "raw"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = f.Close() })
	if _, err := f.Write(make([]byte, rawPages*4096)); err != nil {
		b.Fatal(err)
	}
	if err := f.Sync(); err != nil {
		b.Fatal(err)
	}
	return &rawDisk{f: f}
}

func (d *rawDisk) commit(b *testing.B) time.Duration {
	b.Helper()
	page := make([]byte, 4096)
	page[0] = byte(d.at)
	start := time.Now()
	if _, err := d.f.WriteAt(page, d.at%rawPages*4096); err != nil {
		b.Fatal(err)
	}
	if err := syscall.Fdatasync(int(d.f.Fd())); err != nil {
		b.Fatal(err)
	}
	d.at++
	return time.Since(start)
}

const (
	leastScans  = 200
	leastLabels = 100
)

// BenchmarkScanToVerdict is from a code on the scanner's line to its verdict on the screen: read, judged, committed,
// drawn. The peers, after each scan of ours, are bare windows that draw the code itself: full has as much on it as ours,
// and a raw commit is added; plain has nothing on it, so where the processor draws it tells what the furniture costs. The
// budget is what a packer notices; it has no limit here because it depends on the machine.
func BenchmarkScanToVerdict(b *testing.B) {
	const units = 3
	work := &benchWork{orders: (leastScans + 50) / (units + 2), units: units}
	s := newBenchStation(b, work.orders, units)
	s.startOurs(b)
	s.startBare(b, s.plain)
	s.startBare(b, s.full)
	s.ready(b, s.ours, s.plain, s.full)
	disk, breath := newRawDisk(b, s.prog.data), newBreather()
	var ours, plain, full, raw []time.Duration
	one := func() {
		code, want, _ := work.next()
		breath.pause()
		sent, d := s.ours.scan(b, code)
		if string(d.Verdict) != want {
			b.Fatalf("scan %d, %s: got %s (%s), want %s", len(ours), code, d.Verdict, d.Text, want)
		}
		ours = append(ours, d.at.Sub(sent))
	}
	peers := func() {
		breath.pause()
		sent, d := s.plain.scan(b, benchItem)
		plain = append(plain, d.at.Sub(sent))
		breath.pause()
		sent, d = s.full.scan(b, benchItem)
		full, raw = append(full, d.at.Sub(sent)), append(raw, disk.commit(b))
	}
	for b.Loop() {
		one()
		b.StopTimer()
		peers()
		b.StartTimer()
	}
	for len(ours) < leastScans {
		one()
		peers()
	}
	s.ours.stop(b)
	p50, plain50, full50, raw50 := quantile(ours, 0.5), quantile(plain, 0.5), quantile(full, 0.5), quantile(raw, 0.5)
	b.ReportMetric(p50, "p50-ms")
	b.ReportMetric(quantile(ours, 0.99), "p99-ms")
	b.ReportMetric(plain50, "plain-p50-ms")
	b.ReportMetric(full50, "full-p50-ms")
	b.ReportMetric(quantile(full, 0.99), "full-p99-ms")
	b.ReportMetric(raw50, "commit-p50-ms")
	b.ReportMetric(p50/(full50+raw50), "full-window-ratio")
	b.ReportMetric(1.6, "full-window-limit")
	b.ReportMetric(p50/plain50, "plain-window-ratio")
	b.ReportMetric(p50/scanBudget, "budget-ratio")
}

// What a packer must not notice, milliseconds: a scan's answer, and the label after the last scan.
const (
	scanBudget  = 50
	labelBudget = 300
)

// BenchmarkLastScanToLabel is from the code of the last piece on the scanner's line to the first byte of its label at the
// printer, the label being stored and proved. The peer is one raw commit and a connection with one byte.
func BenchmarkLastScanToLabel(b *testing.B) {
	work := &benchWork{orders: leastLabels + 20, units: 1}
	s := newBenchStation(b, work.orders, 1)
	s.startOurs(b)
	s.ready(b, s.ours)
	disk, wire, breath := newRawDisk(b, s.prog.data), newRawPrinter(b), newBreather()
	var ours, raw []time.Duration
	packed := func() {
		for last := false; !last; {
			code, want, print := work.next()
			if work.at > work.orders*(work.units+2) {
				b.Fatalf("all %d orders are packed: choose a shorter -benchtime", work.orders)
			}
			if !print {
				s.expect(b, code, want)
				continue
			}
			breath.pause()
			last = true
			sent := s.expect(b, code, want)
			ours = append(ours, s.awaitLabel(b, len(ours)+1).Sub(sent))
		}
		code, want, _ := work.next()
		s.expect(b, code, want)
	}
	peer := func() { raw = append(raw, disk.commit(b)+wire.send(b)) }
	for b.Loop() {
		packed()
		b.StopTimer()
		peer()
		b.StartTimer()
	}
	for len(ours) < leastLabels {
		packed()
		peer()
	}
	s.ours.stop(b)
	for _, c := range s.printer.Complaints() {
		b.Errorf("the printer complains: %s", c)
	}
	p50, p99, raw50 := quantile(ours, 0.5), quantile(ours, 0.99), quantile(raw, 0.5)
	b.ReportMetric(p50, "p50-ms")
	b.ReportMetric(p99, "p99-ms")
	b.ReportMetric(raw50, "raw-p50-ms")
	b.ReportMetric(p50/raw50, "raw-ratio")
	b.ReportMetric(20, "raw-limit")
	b.ReportMetric(p99/labelBudget, "budget-ratio")
	b.ReportMetric(1, "budget-limit")
}

// expect scans at our program, wants a verdict, and returns when the code was sent.
func (s *benchStation) expect(b *testing.B, code, want string) time.Time {
	b.Helper()
	sent, d := s.ours.scan(b, code)
	if string(d.Verdict) != want {
		b.Fatalf("%s: got %s (%s), want %s", code, d.Verdict, d.Text, want)
	}
	return sent
}

// awaitLabel waits for the n-th label and the bench's word of it, and returns when its first byte arrived.
func (s *benchStation) awaitLabel(b *testing.B, n int) time.Time {
	b.Helper()
	select {
	case d := <-s.ours.lines:
		if d.Verdict != "label_printed" {
			b.Fatalf("after the last scan: got %s (%s), want a label", d.Verdict, d.Text)
		}
	case <-time.After(time.Minute):
		b.Fatalf("no label within a minute\n%s", tail(s.ours.log, 2000))
	}
	all := s.printer.Labels()
	if len(all) != n {
		b.Fatalf("%d labels came out, want %d", len(all), n)
	}
	return all[n-1].First
}

// rawPrinter notes when the first byte of a connection arrives.
type rawPrinter struct {
	ln    net.Listener
	first chan time.Time
}

func newRawPrinter(b *testing.B) *rawPrinter {
	b.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	w := &rawPrinter{ln: ln, first: make(chan time.Time, 1)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			_, _ = io.ReadFull(c, make([]byte, 1))
			w.first <- time.Now()
			_ = c.Close()
		}
	}()
	b.Cleanup(func() { _ = ln.Close(); <-done })
	return w
}

func (w *rawPrinter) send(b *testing.B) time.Duration {
	b.Helper()
	start := time.Now()
	c, err := net.Dial("tcp", w.ln.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write([]byte{'^'}); err != nil {
		b.Fatal(err)
	}
	return (<-w.first).Sub(start)
}
