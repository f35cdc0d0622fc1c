package printer_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"runtime"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"packbench/devices"
	"packbench/devices/devicetest"
	"packbench/devices/printer"
	"packbench/fulfillment"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	quiet = slog.New(slog.DiscardHandler)
	media = fulfillment.Media{DPI: 203, WidthMM: 102, HeightMM: 152}
	// shortLabel takes a slow line less long.
	shortLabel = fulfillment.Media{DPI: media.DPI, WidthMM: 60, HeightMM: 40}
	short      = printer.Timeouts{Dial: 2 * time.Second, Stall: 400 * time.Millisecond, Status: 400 * time.Millisecond,
		After: 2 * time.Second, Poll: 100 * time.Millisecond, Retry: 30 * time.Millisecond, Fresh: 5 * time.Second}
)

func newEnd(t testing.TB) *devicetest.Printer {
	t.Helper()
	end, err := devicetest.NewPrinter("", media.DPI)
	if err != nil {
		t.Fatal(err)
	}
	devicetest.Start(t, "the virtual printer", end.Run)
	return end
}

func config(end *devicetest.Printer) printer.NetworkConfig {
	return printer.NetworkConfig{Address: end.Address(), Role: "label", Language: printer.ZPL{}, Media: media, Timeouts: short}
}

func TestNetwork(t *testing.T) {
	devicetest.RunPrinter(t, func(t *testing.T, report devices.Report) (devicetest.PrinterEnd, devicetest.PrinterDriver) {
		end := newEnd(t)
		cfg := config(end)
		if t.Name() == "TestNetwork/trouble_behind_the_last_byte_may_mean_a_label" {
			cfg.Timeouts.Poll = time.Hour // so that trouble is not seen before the job
		}
		return end, printer.NewNetwork(cfg, report, quiet)
	})
}

func TestAllCompressionsPrint(t *testing.T) {
	for name, c := range compressions {
		t.Run(name, func(t *testing.T) {
			end := newEnd(t)
			cfg := config(end)
			cfg.Language = printer.ZPL{Compression: c}
			b := devicetest.Checkerboard(media, 5)
			if res, err := printer.NewNetwork(cfg, func(devices.Health) {}, quiet).Print(t.Context(), b); err != nil {
				t.Fatal(res, err)
			}
			l := end.Labels()
			if len(l) != 1 || !bytes.Equal(l[0].Bitmap.Bits, b.Bits) {
				t.Fatalf("%d labels came out, or another one", len(l))
			}
			if png, err := l[0].PNG(); err != nil || len(png) == 0 {
				t.Error("no picture of the label:", err)
			}
		})
	}
}

// A job whose whole length fits into what the two systems keep is taken at once, even by a printer that is stuck: then it
// cannot be known, and Complete must say so.
func TestStuckAtTheVeryEndMayHavePrinted(t *testing.T) {
	end := newEnd(t)
	cfg := config(end)
	cfg.Timeouts.After = 300 * time.Millisecond
	n := printer.NewNetwork(cfg, func(devices.Health) {}, quiet)
	b := fulfillment.NewBitmap(fits(media))
	end.StuckAfter(20)
	res, err := n.Print(t.Context(), b)
	if err == nil || !res.Complete || res.Sent != res.Total {
		t.Fatalf("Print = %+v, %v, want complete and in doubt", res, err)
	}
	if !errors.Is(err, devices.ErrTimeout) {
		t.Errorf("error %v", err)
	}
	end.Clear()
	for len(end.Labels()) == 0 { // it does come out
		time.Sleep(time.Millisecond)
	}
}

// A job does not wait for a look that waits for a printer.
func TestAJobBreaksOffALook(t *testing.T) {
	end := newEnd(t)
	end.Silent(true)
	cfg := config(end)
	cfg.Timeouts.Status = 10 * devicetest.Patience
	n := printer.NewNetwork(cfg, func(h devices.Health) {
		if h.State != devices.Ready {
			t.Errorf("a look that was broken off says %+v", h)
		}
	}, quiet)
	devicetest.Start(t, "Run", n.Run)
	for end.Asked() == 0 {
		time.Sleep(time.Millisecond)
	}
	end.Silent(false)
	ctx, cancel := context.WithTimeout(t.Context(), devicetest.Patience)
	defer cancel()
	if res, err := n.Print(ctx, fulfillment.NewBitmap(fits(media))); err != nil {
		t.Errorf("Print = %+v, %v", res, err)
	}
}

// A job that fits into the system's own buffer, but not also into the printer's, is "written" while the printer is stuck at
// its beginning. Its end is not given out then, so that it is known not to have come out.
func TestStuckBeforeTheEndHasNotPrinted(t *testing.T) {
	end := newEnd(t)
	n := printer.NewNetwork(config(end), func(devices.Health) {}, quiet)
	b := fulfillment.NewBitmap(fits(media))
	for y := range 60 {
		for x := range b.W {
			if (x*x+y)%7 < 3 {
				b.SetBlack(x, y)
			}
		}
	}
	end.StuckAfter(20)
	res, err := n.Print(t.Context(), b)
	if err == nil || res.Complete || res.Sent == 0 || res.Sent >= res.Total {
		t.Fatalf("Print = %+v, %v, want a job that was cut off", res, err)
	}
	if runtime.GOOS != "linux" {
		t.Skip("this system does not tell what the printer has taken")
	}
	end.Clear()
	for end.Incomplete() == 0 {
		time.Sleep(time.Millisecond)
	}
	if len(end.Labels()) != 0 {
		t.Error("a job that was reported as cut off came out")
	}
}

func fits(m fulfillment.Media) (w, h, dpi int) {
	w, h = m.Dots()
	return w, h, m.DPI
}

func TestStatusOff(t *testing.T) {
	end := newEnd(t)
	end.Silent(true)
	cfg := config(end)
	cfg.Status = printer.StatusOff
	states := devicetest.NewInbox[devices.Health]()
	n := printer.NewNetwork(cfg, states.Put, quiet)
	devicetest.Start(t, "Run", n.Run)
	states.Until(t, "ready", func(h devices.Health) bool { return h.State == devices.Ready })
	b := devicetest.Checkerboard(media, 5)
	if res, err := n.Print(t.Context(), b); err != nil || !res.Complete {
		t.Fatalf("Print = %+v, %v", res, err)
	}
	for len(end.Labels()) == 0 {
		time.Sleep(time.Millisecond)
	}
	end.ResetAfter(4000)
	if res, err := n.Print(t.Context(), b); err == nil || res.Complete {
		t.Errorf("Print into a reset = %+v, %v", res, err)
	}
}

// A far end that answers ~HS with endless nonsense must not hold the driver.
func TestEndlessNonsense(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	devicetest.Start(t, "nonsense", func(ctx context.Context) error {
		defer context.AfterFunc(ctx, func() { ln.Close() })()
		for {
			c, err := ln.Accept()
			if err != nil {
				return nil
			}
			for err == nil {
				_, err = c.Write([]byte("\x02030,HTTP/1.1 400 Bad Request\r\n"))
				time.Sleep(time.Millisecond)
			}
			c.Close()
		}
	})
	cfg := printer.NetworkConfig{Address: ln.Addr().String(), Media: media, Timeouts: short}
	res, err := printer.NewNetwork(cfg, func(devices.Health) {}, quiet).Print(t.Context(), devicetest.Checkerboard(media, 1))
	if err == nil || res.Sent != 0 {
		t.Errorf("Print = %+v, %v", res, err)
	}
}

func TestDefaultPort(t *testing.T) {
	n := printer.NewNetwork(printer.NetworkConfig{Address: "127.0.0.2", Media: media}, func(devices.Health) {}, quiet)
	_, err := n.Print(t.Context(), devicetest.Checkerboard(media, 1))
	var op *net.OpError
	if !errors.As(err, &op) || op.Addr.String() != "127.0.0.2:9100" {
		t.Errorf("dialled %v (%v), want port 9100", op, err)
	}
}

// BenchmarkFirstByte measures from Print to the first byte of the job at a ready printer's side.
func BenchmarkFirstByte(b *testing.B) {
	end := newEnd(b)
	ready := make(chan struct{}, 1)
	n := printer.NewNetwork(config(end), func(h devices.Health) {
		if h.State == devices.Ready {
			ready <- struct{}{}
		}
	}, quiet)
	devicetest.Start(b, "Run", n.Run)
	<-ready
	bmp := fulfillment.NewBitmap(fits(media))
	for y := 100; y < 300; y++ {
		for x := 80; x < 700; x += 1 + x%5 {
			bmp.SetBlack(x, y)
		}
	}
	var took, whole []time.Duration
	for b.Loop() {
		began := time.Now()
		if _, err := n.Print(context.Background(), bmp); err != nil {
			b.Fatal(err)
		}
		whole = append(whole, time.Since(began))
		l := end.Labels()
		took = append(took, l[len(l)-1].First.Sub(began))
	}
	for name, d := range map[string][]time.Duration{"first": took, "whole": whole} {
		slices.Sort(d)
		b.ReportMetric(float64(d[len(d)/2].Microseconds()), name+"-p50-µs")
		b.ReportMetric(float64(d[len(d)*99/100].Microseconds()), name+"-p99-µs")
	}
}

// The answer to a question that was given up comes behind the job: it says nothing about the job.
func TestNetworkAnswerOfALaterQuestion(t *testing.T) {
	end := newEnd(t)
	cfg := config(end)
	cfg.Timeouts.Status, cfg.Timeouts.Fresh = 500*time.Millisecond, time.Nanosecond
	n := printer.NewNetwork(cfg, ignore, quiet)
	total := len(printer.ZPL{}.Encode(devicetest.Checkerboard(media, 1), media, 1))
	end.AnswersLate(700 * time.Millisecond) // the answer to ~HS is the first one, and that to ~HQES comes behind the job
	end.StuckAfter(total - 1)
	res, err := n.Print(t.Context(), devicetest.Checkerboard(media, 1))
	if err == nil || !res.Complete || len(end.Labels()) != 0 {
		t.Errorf("a job that is stuck in the printer: %+v, %v, %d labels", res, err, len(end.Labels()))
	}
	end.Clear()
}

// A job that waits for something: nobody knocks at the printer before that, however long it takes, and not at all where it fails.
func TestNothingIsDialledBeforeTheLastWord(t *testing.T) {
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	tcp := ln.(*net.TCPListener)
	knocked := func(within time.Duration) bool {
		_ = tcp.SetDeadline(time.Now().Add(within))
		c, err := ln.Accept()
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	}
	said := make(chan devices.Health, 10)
	cfg := printer.NetworkConfig{Address: ln.Addr().String(), Media: media, Status: printer.StatusOff, Timeouts: short}
	cfg.Timeouts.Dial = 200 * time.Millisecond
	n := printer.NewNetwork(cfg, func(h devices.Health) { said <- h }, quiet)
	b := fulfillment.NewBitmap(fits(media))
	no := errors.New("the commit has failed")
	if res, err := n.PrintAfter(t.Context(), b, func() error { return no }); err != no || res.Sent != 0 || res.Complete { //nolint:errorlint // as it is
		t.Errorf("PrintAfter = %+v, %v", res, err)
	}
	got := make(chan int64, 1)
	calls := 0
	res, err := n.PrintAfter(t.Context(), b, func() error {
		if calls++; knocked(2*cfg.Timeouts.Dial) || len(said) != 0 {
			t.Errorf("somebody knocked, or %d words were said about the printer", len(said))
		}
		_ = tcp.SetDeadline(time.Time{})
		go func() {
			c, err := ln.Accept()
			if err != nil {
				got <- -1
				return
			}
			n, _ := io.Copy(io.Discard, c)
			_ = c.Close()
			got <- n
		}()
		return nil
	})
	if err != nil || !res.Complete || calls != 1 {
		t.Errorf("PrintAfter = %+v, %v after %d calls", res, err, calls)
	}
	if took := <-got; took != int64(res.Total) {
		t.Errorf("%d of %d bytes came", took, res.Total)
	}
}
