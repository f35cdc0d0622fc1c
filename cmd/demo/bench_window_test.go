package main

import (
	"testing"
	"time"
)

const starts = 5

// BenchmarkWindowReady is from starting the program to its window on the screen, and to the verdict of a code that was
// scanned before the start: ready for work. The peer is an empty window of the toolkit, started in turn with ours. The
// data folder has been used before and holds orders.
func BenchmarkWindowReady(b *testing.B) {
	s := newBenchStation(b, 20, 1)
	s.startOurs(b) // the first start makes the database and compiles the PDF renderer
	s.ready(b, s.ours)
	s.ours.stop(b)
	maps := watchMaps(b)
	var shown, worked, bareShown, bareWorked []time.Duration
	start := func(m *measured, run func(), shown, worked *[]time.Duration) {
		if err := m.scanner.Scan("BEFORE-THE-START"); err != nil {
			b.Fatal(err)
		}
		maps.forget()
		began := time.Now()
		run()
		*shown = append(*shown, maps.next(b, m).Sub(began))
		*worked = append(*worked, m.awaitScan(b, "BEFORE-THE-START").at.Sub(began))
		m.stop(b)
	}
	ours := func() { start(s.ours, func() { s.startOurs(b) }, &shown, &worked) }
	peer := func() { start(s.plain, func() { s.startBare(b, s.plain) }, &bareShown, &bareWorked) }
	for b.Loop() {
		ours()
		b.StopTimer()
		peer()
		b.StartTimer()
	}
	for len(shown) < starts {
		ours()
		peer()
	}
	b.ReportMetric(quantile(worked, 0.5), "p50-ms")
	b.ReportMetric(quantile(bareWorked, 0.5), "bare-p50-ms")
	b.ReportMetric(quantile(shown, 0.5), "shown-p50-ms")
	b.ReportMetric(quantile(bareShown, 0.5), "bare-shown-p50-ms")
	b.ReportMetric(quantile(shown, 0.5)/quantile(bareShown, 0.5), "shown-ratio")
	b.ReportMetric(2, "shown-limit")
	b.ReportMetric(quantile(worked, 0.5)/quantile(bareWorked, 0.5), "working-ratio")
	b.ReportMetric(2, "working-limit")
}

const (
	restBefore = 5 * time.Second
	restFor    = 20 * time.Second
	// idleMore is how many percent of a core the program may use beyond an empty window: it watches over the keyboard,
	// counts down deadlines and asks the printer how it is.
	idleMore = 3
)

// BenchmarkIdle is the memory that the program holds after five seconds without work, and the processor time that it uses
// in twenty seconds more, beside an empty window of the toolkit at the same time. first is the memory after the start on
// an empty data folder, which compiles the PDF renderer.
func BenchmarkIdle(b *testing.B) {
	s := newBenchStation(b, 20, 1)
	s.startOurs(b)
	s.ready(b, s.ours)
	time.Sleep(restBefore)
	first := s.ours.resident(b)
	s.ours.stop(b)
	var ours, bare, mem, bareMem float64
	for b.Loop() {
		s.startOurs(b)
		s.startBare(b, s.plain)
		s.ready(b, s.ours, s.plain)
		time.Sleep(restBefore)
		mem, bareMem = s.ours.resident(b), s.plain.resident(b)
		o, p, began := s.ours.busy(b), s.plain.busy(b), time.Now()
		time.Sleep(restFor)
		wall := time.Since(began)
		ours, bare = percent(s.ours.busy(b)-o, wall), percent(s.plain.busy(b)-p, wall)
		s.ours.stop(b)
		s.plain.stop(b)
	}
	const MB = 1e6
	b.ReportMetric(mem/MB, "MB")
	b.ReportMetric(bareMem/MB, "bare-MB")
	b.ReportMetric(first/MB, "first-MB")
	b.ReportMetric(ours, "core-%")
	b.ReportMetric(bare, "bare-core-%")
	b.ReportMetric(mem/bareMem, "memory-ratio")
	b.ReportMetric(2, "memory-limit")
	b.ReportMetric(first/bareMem, "memory-at-first-ratio")
	b.ReportMetric(4, "memory-at-first-limit")
	b.ReportMetric(ours/(bare+idleMore), "processor-ratio")
	b.ReportMetric(1, "processor-limit")
}

func percent(busy, wall time.Duration) float64 { return 100 * float64(busy) / float64(wall) }
