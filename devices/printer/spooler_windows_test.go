package printer_test

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	winprinter "github.com/alexbrainman/printer"

	"packbench/devices"
	"packbench/devices/devicetest"
	"packbench/devices/printer"
)

// TestWindowsQueue prints through Windows' own spooler to a virtual printer. It needs a queue that passes everything on as it is to a
// port of this computer, which only an administrator can make: PACKBENCH_TEST_QUEUE=NAME,127.0.0.1:PORT names it.
func TestWindowsQueue(t *testing.T) {
	queue, address, ok := strings.Cut(os.Getenv("PACKBENCH_TEST_QUEUE"), ",")
	if !ok {
		t.Skip("no queue to print on: PACKBENCH_TEST_QUEUE=NAME,127.0.0.1:PORT names a raw queue to that port")
	}
	end, err := devicetest.NewPrinter(address, media.DPI)
	if err != nil {
		t.Fatal(err)
	}
	devicetest.Start(t, "the virtual printer", end.Run)
	names, err := printer.Queues(t.Context())
	if err != nil || !slices.Contains(names, queue) {
		t.Fatalf("queues %q, %v", names, err)
	}
	follows := listsJobs(t, queue)
	states := devicetest.NewInbox[devices.Health]()
	s := printer.NewSpooler(printer.SpoolerConfig{Queue: queue, Media: media, Done: 5 * time.Second, Poll: 300 * time.Millisecond}, states.Put, quiet)
	devicetest.Start(t, "Run", s.Run)
	states.Until(t, "ready", func(h devices.Health) bool { return h.State == devices.Ready && h.Transport == "spooler" })
	for i := range 3 {
		b := devicetest.Checkerboard(media, i)
		res, err := s.Print(t.Context(), b)
		if !res.Complete || res.Sent != res.Total || (err == nil) != follows {
			t.Fatalf("Print = %+v, %v (%v)", res, err, errors.Unwrap(err))
		}
		for until := time.Now().Add(devicetest.Patience); len(end.Labels()) <= i && time.Now().Before(until); {
			time.Sleep(10 * time.Millisecond)
		}
		if l := end.Labels(); len(l) != i+1 || !bytes.Equal(l[i].Bitmap.Bits, b.Bits) {
			t.Fatalf("%d labels came out after %d, or another one", len(l), i+1)
		}
	}
	if c := end.Complaints(); len(c) > 0 {
		t.Errorf("complaints %q", c)
	}
}

// listsJobs is false on Wine 8, whose EnumJobs is a stub: a label comes out there, and what became of it is not known.
func listsJobs(t *testing.T, queue string) bool {
	t.Helper()
	p, err := winprinter.Open(queue)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if _, err := p.Jobs(); err != nil {
		t.Log("this system does not list the jobs of a queue: ", err)
		return false
	}
	return true
}

// TestWindowsQueueThatIsNotThere: the spooler itself says so, and nothing counts as sent.
func TestWindowsQueueThatIsNotThere(t *testing.T) {
	states := devicetest.NewInbox[devices.Health]()
	s := printer.NewSpooler(printer.SpoolerConfig{Queue: "no such queue", Media: media}, states.Put, quiet)
	res, err := s.Print(t.Context(), devicetest.Checkerboard(media, 1))
	if res.Sent != 0 || res.Complete || !errors.Is(err, devices.ErrAbsent) || !strings.Contains(err.Error(), "There is no printer no such queue") {
		t.Errorf("Print = %+v, %v", res, err)
	}
	states.Until(t, "absent", func(h devices.Health) bool { return h.State == devices.Absent })
}
