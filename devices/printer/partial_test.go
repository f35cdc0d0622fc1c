package printer_test

import (
	"bytes"
	"errors"
	"net"
	"testing"
	"time"

	"packbench/devices"
	"packbench/devices/devicetest"
	"packbench/devices/printer"
)

// send leaves the beginning of a label in the printer, as another computer that went away does.
func send(t *testing.T, end *devicetest.Printer, half []byte) {
	t.Helper()
	c, err := net.Dial("tcp", end.Address())
	if err != nil {
		t.Fatal(err)
	}
	before := end.Incomplete()
	if _, err := c.Write(half); err != nil {
		t.Fatal(err)
	}
	_ = c.Close()
	for end.Incomplete() == before {
		time.Sleep(time.Millisecond)
	}
}

// A printer that keeps the beginning of a label over connections would swallow the next one in it.
func TestTheBeginningOfAnotherLabelIsThrownAwayFirst(t *testing.T) {
	for name, leave := range map[string]func(t *testing.T, end *devicetest.Printer, drv *printer.Network){
		"a job of this driver": func(t *testing.T, end *devicetest.Printer, drv *printer.Network) {
			end.ResetAfter(700)
			if res, err := drv.Print(t.Context(), devicetest.Checkerboard(shortLabel, 3)); err == nil || res.Complete {
				t.Fatalf("Print = %+v, %v, want it cut off", res, err)
			}
			end.Clear() // and the job is dropped
		},
		"a job of this driver, and the printer never says so": func(t *testing.T, end *devicetest.Printer, drv *printer.Network) {
			end.ResetAfter(700)
			if res, err := drv.Print(t.Context(), devicetest.Checkerboard(shortLabel, 3)); err == nil || res.Complete {
				t.Fatalf("Print = %+v, %v, want it cut off", res, err)
			}
			end.Clear()
			end.NoHostStatus(true)
		},
		"another computer's": func(t *testing.T, end *devicetest.Printer, _ *printer.Network) {
			send(t, end, printer.ZPL{}.Encode(devicetest.Checkerboard(shortLabel, 9), shortLabel, 1)[:700])
		},
		"another computer's, cut off at its start": func(t *testing.T, end *devicetest.Printer, _ *printer.Network) { send(t, end, []byte("^XA")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			end := newEnd(t)
			end.KeepsHalf(true)
			cfg := config(end)
			cfg.Media = shortLabel
			drv := printer.NewNetwork(cfg, func(devices.Health) {}, quiet)
			leave(t, end, drv)
			want := devicetest.Checkerboard(shortLabel, 4)
			if res, err := drv.Print(t.Context(), want); err != nil || !res.Complete {
				t.Fatalf("Print = %+v, %v", res, err)
			}
			labels := end.Labels()
			if len(labels) != 1 || !bytes.Equal(labels[0].Bitmap.Bits, want.Bits) {
				t.Fatalf("%d labels came out, or another one", len(labels))
			}
			for _, c := range end.Complaints() {
				t.Error("the printer complains: ", c)
			}
		})
	}
}

// A beginning that came in the moment between the printer's last word and the job cannot be seen before it. The label is then not
// said to be out.
func TestALabelThatAnotherOneSwallowedIsNotCalledPrinted(t *testing.T) {
	end := newEnd(t)
	end.KeepsHalf(true)
	cfg := config(end)
	cfg.Media = shortLabel
	cfg.Timeouts.Fresh, cfg.Timeouts.Poll = time.Hour, time.Hour
	ready := make(chan struct{}, 10)
	drv := printer.NewNetwork(cfg, func(h devices.Health) {
		if h.State == devices.Ready {
			ready <- struct{}{}
		}
	}, quiet)
	devicetest.Start(t, "Run", drv.Run)
	<-ready
	send(t, end, []byte("^XA^FO0,0^GFB,900000,900000,60,"))
	res, err := drv.Print(t.Context(), devicetest.Checkerboard(shortLabel, 2))
	if n := len(end.Labels()); n != 0 || !res.Complete || !errors.Is(err, printer.ErrTrouble) {
		t.Fatalf("Print = %+v, %v, and %d labels came out; want a question", res, err, n)
	}
	want := devicetest.Checkerboard(shortLabel, 4) // PB:REPRINT
	if res, err := drv.Print(t.Context(), want); err != nil || !res.Complete {
		t.Fatalf("Print = %+v, %v", res, err)
	}
	if labels := end.Labels(); len(labels) != 1 || !bytes.Equal(labels[0].Bitmap.Bits, want.Bits) {
		t.Fatalf("%d labels came out, or another one", len(labels))
	}
}
