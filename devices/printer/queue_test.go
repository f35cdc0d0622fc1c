//go:build unix

package printer_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"packbench/devices/devicetest"
	"packbench/devices/printer"
	"packbench/fulfillment"
	"packbench/fulfillment/station"
	"packbench/storage"
)

var (
	cutSeed = flag.Uint64("cutseed", 0, "where jobs are cut off; 0: elsewhere each time")
	cutMore = flag.Int("cuts", 4, "random places where jobs are cut off, beside the edges")
)

// impatient driver: a fault must be found soon, and the queue must try again soon.
var impatient = printer.Timeouts{Dial: 2 * time.Second, Stall: 150 * time.Millisecond, Status: 300 * time.Millisecond,
	After: 600 * time.Millisecond, Poll: 50 * time.Millisecond, Retry: 20 * time.Millisecond, Fresh: 5 * time.Second}

// shift is a print queue on a real store with a driver and a printer at its end; the test is the packer beside it.
type shift struct {
	store *storage.Store
	queue *station.PrintQueue
	end   modelEnd
	media fulfillment.Media
	back  *devicetest.Inbox[fulfillment.PrintJob]
	jobs  int
	// proved is called for each job before it is sent.
	proved func(nth int)
}

func newShift(t *testing.T, end modelEnd, drv devicetest.PrinterDriver) *shift {
	t.Helper()
	store, err := storage.Open(t.Context(), t.TempDir(), storage.Options{Station: "PACK-01", Market: "US"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	s := &shift{store: store, end: end, media: drv.Media(), back: devicetest.NewInbox[fulfillment.PrintJob](), proved: func(int) {}}
	s.queue = station.NewPrintQueue(station.PrintQueue{Store: store, Labels: s, Printer: drv, Back: s, Now: time.Now, Log: quiet, Retry: 20 * time.Millisecond})
	devicetest.Start(t, "the driver", drv.Run)
	devicetest.Start(t, "the print queue", s.queue.Run)
	return s
}

// Proved gives the n-th label a picture of its own.
func (s *shift) Proved(_ context.Context, h fulfillment.Hash, _ fulfillment.Shipment, m fulfillment.Media) (fulfillment.Proof, fulfillment.Bitmap, error) {
	n, err := strconv.Atoi(string(h))
	s.proved(n)
	return fulfillment.Proof{Verdict: fulfillment.LabelPrint}, devicetest.Checkerboard(m, n), err
}

func (s *shift) Kept(fulfillment.Hash, fulfillment.Shipment, fulfillment.Media) (fulfillment.Proof, fulfillment.Bitmap, bool) {
	return fulfillment.Proof{}, fulfillment.Bitmap{}, false
}

func (s *shift) Printed(_ context.Context, j fulfillment.PrintJob) error { s.back.Put(j); return nil }
func (s *shift) Supervisor() bool                                        { return false }

// order commits a job for the next label, as the bench does.
func (s *shift) order(t testing.TB) fulfillment.PrintJob {
	t.Helper()
	_, j := s.commit(t)
	return j
}

// commit is order, with the time before the job was stored.
func (s *shift) commit(t testing.TB) (time.Time, fulfillment.PrintJob) {
	t.Helper()
	s.jobs++
	o := fulfillment.OrderID(fmt.Sprintf("5764614130387%05d", s.jobs))
	pulled := fulfillment.Order{ID: o, Shop: "shop", Market: "US", Source: fulfillment.SourcePlatform, Status: fulfillment.StatusAwaitingShipment,
		FulfillmentType: fulfillment.FulfillmentBySeller, CheckedAt: time.Now()}
	if _, err := s.store.ApplyPulled(t.Context(), "shop", []fulfillment.Order{pulled}, time.Time{}); err != nil {
		t.Fatal(err)
	}
	j := fulfillment.PrintJob{ID: fulfillment.JobID(fmt.Sprintf("J%05d", s.jobs)), OrderID: o, Label: fulfillment.Hash(strconv.Itoa(s.jobs)),
		Tracking: "TRACK" + fulfillment.Tracking(o), State: fulfillment.JobQueued, CreatedAt: time.Now()}
	began := time.Now()
	if err := s.store.SaveJob(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	s.queue.Wake()
	return began, j
}

// came is how many labels of the n-th job came out.
func (s *shift) came(n int) (count int) {
	want := devicetest.Checkerboard(s.media, n)
	for _, l := range s.end.Labels() {
		if bytes.Equal(l.Bitmap.Bits, want.Bits) {
			count++
		}
	}
	return count
}

// settled waits until a job is in one of the states and returns it.
func (s *shift) settled(t testing.TB, id fulfillment.JobID, states ...fulfillment.JobState) fulfillment.PrintJob {
	t.Helper()
	return s.back.Until(t, fmt.Sprintf("job %s to be %v", id, states), func(j fulfillment.PrintJob) bool {
		return j.ID == id && slices.Contains(states, j.State)
	})
}

// cut prints one label through a fault. The queue goes on by itself where it is certain that nothing came out; where it asks, the
// packer looks, and only prints again if there is no label. Whatever the fault: in the end there is exactly one. lost means that
// mending throws away what the printer has of the job.
func (s *shift) cut(t *testing.T, name string, lost bool, fault, mend func()) (asked bool) {
	t.Helper()
	incomplete := len(s.end.Labels())
	fault()
	j := s.order(t)
	first := s.settled(t, j.ID, fulfillment.JobQueued, fulfillment.JobAsk, fulfillment.JobDone)
	seen := []fulfillment.PrintJob{first}
	mend()
	if first.State == fulfillment.JobQueued {
		s.queue.Wake()
		first = s.settled(t, j.ID, fulfillment.JobAsk, fulfillment.JobDone)
		seen = append(seen, first)
	}
	n := s.jobs
	if first.State == fulfillment.JobAsk {
		asked = true
		// Whoever looks sees that the printer is at rest: what it has lost does not come, what it has kept does.
		for end := time.Now().Add(2 * time.Second); !lost && s.came(n) == 0 && time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		}
		if s.came(n) == 0 { // PB:REPRINT
			first.State = fulfillment.JobQueued
			if err := s.store.SaveJob(t.Context(), first); err != nil {
				t.Fatal(err)
			}
			s.queue.Wake()
			s.settled(t, j.ID, fulfillment.JobDone)
		}
	}
	// Of a printer that cannot be asked "done" means that the network took it.
	for end := time.Now().Add(2 * time.Second); s.came(n) == 0 && time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
	}
	if came, all := s.came(n), len(s.end.Labels())-incomplete; came != 1 || all != 1 {
		t.Fatalf("%s: %d labels of the job came out, %d in all, want one; %v", name, came, all, seen)
	}
	return asked
}

// impatientTransports are the three ways on which the driver itself talks to the printer.
func impatientTransports(t *testing.T) map[string]func(t *testing.T) (modelEnd, devicetest.PrinterDriver) {
	return map[string]func(t *testing.T) (modelEnd, devicetest.PrinterDriver){
		"network": func(t *testing.T) (modelEnd, devicetest.PrinterDriver) {
			end := newEnd(t)
			cfg := config(end)
			cfg.Media, cfg.Timeouts = shortLabel, impatient
			return end, printer.NewNetwork(cfg, ignore, quiet)
		},
		"usb": func(t *testing.T) (modelEnd, devicetest.PrinterDriver) {
			end := newUSBEnd(t)
			cfg := usbConfig(end)
			cfg.Media, cfg.Timeouts = shortLabel, impatient
			return end, printer.NewUSB(cfg, end, ignore, quiet)
		},
		"serial": func(t *testing.T) (modelEnd, devicetest.PrinterDriver) {
			end := newSerialEnd(t)
			cfg := serialConfig(end)
			cfg.Timeouts = impatient
			return end, printer.NewSerial(cfg, ignore, quiet)
		},
	}
}

// cutsOf are the places of a job: its edges, those of its end without which nothing comes out, and some at random.
func cutsOf(t *testing.T, total int) []int {
	seed := *cutSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("jobs of %d bytes; to cut them off at the same places: -cutseed %d", total, seed)
	r := rand.New(rand.NewPCG(seed, 1))
	ks := []int{0, 1, 3, total - 4, total - 3, total - 1}
	for range *cutMore {
		ks = append(ks, 4+r.IntN(total-8))
	}
	return ks
}

// cutWay is a transport with a language.
type cutWay struct {
	language printer.Language
	open     func(t *testing.T) (modelEnd, devicetest.PrinterDriver)
	// blind: the printer says nothing after a job. One that is stuck behind what the network took, and then switched off, loses a
	// label of which nobody can know.
	blind bool
}

// cutWays are the three ways in ZPL, and the other languages on the network.
func cutWays(t *testing.T) map[string]cutWay {
	ways := map[string]cutWay{}
	for name, open := range impatientTransports(t) {
		ways[name] = cutWay{language: printer.ZPL{}, open: open}
	}
	for _, l := range []printer.Language{printer.TSPL{}, printer.ESCPOS{}, printer.EPL{}} {
		ways["network "+l.Name()] = cutWay{blind: l.Ask() == nil, language: l, open: func(t *testing.T) (modelEnd, devicetest.PrinterDriver) {
			end, err := devicetest.NewRasterPrinter("", l.Name(), shortLabel)
			if err != nil {
				t.Fatal(err)
			}
			devicetest.Start(t, "the virtual printer", end.Run)
			cfg := config(end)
			cfg.Language, cfg.Media, cfg.Timeouts = l, shortLabel, impatient
			return end, printer.NewNetwork(cfg, ignore, quiet)
		}}
	}
	return ways
}

// Wherever a job is cut off, exactly one complete label comes out.
func TestExactlyOneLabelWhereverAJobIsCutOff(t *testing.T) {
	for name, way := range cutWays(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			end, drv := way.open(t)
			s := newShift(t, end, drv)
			asked := 0
			count := func(a bool) {
				if a {
					asked++
				}
			}
			off := func() { end.Off(); end.Clear() }
			on := func() {
				end.Clear()
				if err := end.On(); err != nil {
					t.Fatal(err)
				}
			}
			count(s.cut(t, "off before the job, and on", true, end.Off, on))
			count(s.cut(t, "slow", false, func() { end.Slow(40_000) }, end.Clear))
			total := len(way.language.Encode(devicetest.Checkerboard(drv.Media(), 1), drv.Media(), 1))
			for _, k := range cutsOf(t, total) {
				at := strconv.Itoa(k)
				count(s.cut(t, "stuck after "+at, false, func() { end.StuckAfter(k) }, end.Clear))
				count(s.cut(t, "broken off after "+at, true, func() { end.ResetAfter(k) }, end.Clear))
				if way.blind {
					continue
				}
				count(s.cut(t, "stuck after "+at+", switched off and on", true, func() { end.StuckAfter(k) }, func() { off(); on() }))
			}
			t.Logf("%d jobs, the packer was asked %d times", s.jobs, asked)
			for _, c := range end.Complaints() {
				t.Error("the printer complains: ", c)
			}
		})
	}
}

// Between two labels of a batch the printer is asked: the ones behind a trouble are not sent into it.
func TestTheStatusIsAskedBetweenTwoLabels(t *testing.T) {
	for name, open := range impatientTransports(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			end, drv := open(t)
			s := newShift(t, end, drv)
			trouble := 3
			s.proved = func(n int) {
				if n == trouble {
					trouble = 0
					end.PaperOut(true) // in the moment in which the job is sent: the last word was "ready"
				}
			}
			var jobs []fulfillment.PrintJob
			for range 6 {
				jobs = append(jobs, s.order(t))
			}
			third := s.settled(t, jobs[2].ID, fulfillment.JobAsk, fulfillment.JobQueued)
			if third.State == fulfillment.JobAsk { // else it was refused before a byte of it was sent, and stands before the fourth
				if fourth := s.settled(t, jobs[3].ID, fulfillment.JobQueued); fourth.Sent != 0 {
					t.Errorf("%d bytes of the fourth label were sent to a printer without labels", fourth.Sent)
				}
			}
			end.PaperOut(false)
			s.queue.Wake()
			s.settled(t, jobs[5].ID, fulfillment.JobDone)
			for n := range 6 {
				if got := s.came(n + 1); got != 1 {
					t.Errorf("%d labels of job %d", got, n+1)
				}
			}
			if asked, ok := end.(interface{ Asked() int }); ok && asked.Asked() < 6 {
				t.Errorf("the printer was asked %d times in a batch of 6", asked.Asked())
			}
		})
	}
}
