package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"packbench/devices/devicetest"
)

const (
	// filmFor is half a film: long enough for half a dozen collections of what pictures leave behind, which are ten seconds apart. What is
	// resident is the most that there was between two of them, and that is reached by then: in the first half minute it may still take
	// one step (8 of 285 MB), though the same 45 MB are left after each collection, in five minutes as in one.
	filmFor = time.Minute
	// filmGrowth is how much more memory the program may hold after the second half of a film than after the first.
	filmGrowth = 1.03
)

// BenchmarkHandoffPreview is the processor time of the handoff screen with a live camera of 640×480 dots at fifteen pictures a
// second, beside a window of the toolkit that unpacks and shows pictures of that size at that rate and does nothing else. growth is
// the memory after twice the time, to that after once.
func BenchmarkHandoffPreview(b *testing.B) {
	s := newBenchStation(b, 5, 1)
	cam, err := devicetest.NewCamera(devicetest.CameraConfig{})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var filming sync.WaitGroup
	filming.Go(func() { _ = cam.Run(ctx) })
	b.Cleanup(func() { cancel(); filming.Wait() })
	f, err := os.OpenFile(s.prog.config, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		b.Fatal(err)
	}
	_, err = fmt.Fprintf(f, "\n[[camera]]\nname = \"dock\"\nurl = %q\n", cam.URL())
	if cerr := f.Close(); err != nil || cerr != nil {
		b.Fatal(err, cerr)
	}
	film := newMeasured(b, "film", filepath.Join(b.TempDir(), "film"))
	var ours, bare, half, full, pictures float64
	for b.Loop() {
		s.startOurs(b)
		s.startBare(b, film)
		s.ours.scan(b, "WARM-UP")
		film.scan(b, "WARM-UP")
		s.ours.scan(b, "PB:MODE:HANDOFF")
		time.Sleep(restBefore + 5*time.Second) // the labels are proved
		_, before, _ := cam.Next(0)
		o, p, began := s.ours.busy(b), film.busy(b), time.Now()
		time.Sleep(filmFor)
		half = s.ours.resident(b)
		time.Sleep(filmFor)
		wall := time.Since(began)
		ours, bare = percent(s.ours.busy(b)-o, wall), percent(film.busy(b)-p, wall)
		full = s.ours.resident(b)
		_, after, _ := cam.Next(0)
		pictures = float64(after-before) / wall.Seconds()
		s.ours.stop(b)
		film.stop(b)
	}
	b.ReportMetric(ours, "core-%")
	b.ReportMetric(bare, "bare-core-%")
	b.ReportMetric(full/1e6, "MB")
	b.ReportMetric(pictures, "camera-pictures/s")
	b.ReportMetric(ours/bare, "preview-ratio")
	b.ReportMetric(1.15, "preview-limit")
	b.ReportMetric(full/half, "growth-ratio")
	b.ReportMetric(filmGrowth, "growth-limit")
}
