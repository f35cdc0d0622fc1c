package printer_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"packbench/devices/devicetest"
	"packbench/devices/printer"
	"packbench/devices/usb"
	"packbench/fulfillment"
)

// lateEnd is a printer in whose buffers everything has room: it takes bytes at once, works them off one after the other, and
// its answers come late. It is a usb.Bus and a usb.Device for tests with a clock of their own.
type lateEnd struct {
	delay time.Duration // of every answer
	draw  time.Duration // of a label
	mute  time.Time     // what it reads before that it leaves unanswered
	knows string        // the questions that it answers

	mu     sync.Mutex
	buf    []byte
	busy   time.Time   // until then it works
	out    []time.Time // when labels came out
	speech []spoken
}

type spoken struct {
	at   time.Time
	text string
}

func (e *lateEnd) Open(context.Context, usb.Want) (usb.Device, error) { return e, nil }
func (e *lateEnd) Close() error                                       { return nil }
func (e *lateEnd) Info() usb.Info                                     { return usb.Info{PacketIn: 64, PacketOut: 64} }
func (e *lateEnd) Control(context.Context, usb.Request, []byte) (int, error) {
	return 0, usb.ErrStall
}

func (e *lateEnd) Write(_ context.Context, p []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	answers := map[string]string{"~HI": "\x02ZD421-203dpi,V93.21.26Z,8,8192KB\x03\r\n",
		"~HS":   "\x02030,0,0,1245,000,0,0,0,000,0,0,0\x03\r\n\x02000,0,0,0,0,2,4,0,00000000,1,000\x03\r\n\x021234,0\x03\r\n",
		"~HQES": "\x02\r\n\r\nPRINTER STATUS            \r\n   ERRORS:          0 00000000 00000000  \r\n   WARNINGS:        0 00000000 00000000   \r\n\x03"}
	for _, b := range p {
		e.buf = append(e.buf, b)
		if now := time.Now(); e.busy.Before(now) {
			e.busy = now
		}
		if bytes.HasSuffix(e.buf, []byte("^XZ")) {
			e.busy = e.busy.Add(e.draw)
			e.out, e.buf = append(e.out, e.busy), nil
		}
		for q, a := range answers {
			if bytes.HasSuffix(e.buf, []byte(q)) {
				e.buf = nil
				if !e.busy.Before(e.mute) && strings.Contains(e.knows, q) {
					e.speech = append(e.speech, spoken{e.busy.Add(e.delay), a})
				}
			}
		}
	}
	return len(p), nil
}

func (e *lateEnd) Read(ctx context.Context, p []byte) (int, error) {
	for {
		e.mu.Lock()
		if len(e.speech) > 0 && !e.speech[0].at.After(time.Now()) {
			n := copy(p, e.speech[0].text)
			if e.speech[0].text = e.speech[0].text[n:]; e.speech[0].text == "" {
				e.speech = e.speech[1:]
			}
			e.mu.Unlock()
			return n, nil
		}
		e.mu.Unlock()
		select {
		case <-ctx.Done():
			return 0, usb.Ended(ctx)
		case <-time.After(time.Millisecond):
		}
	}
}

// came is how many labels are out.
func (e *lateEnd) came() (n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, at := range e.out {
		if !at.After(time.Now()) {
			n++
		}
	}
	return n
}

// However late the answers come and whichever are left out, a label that is said to be printed is out, and answers that come
// within the limits are enough to print.
func TestNoAnswerCountsForALaterQuestion(t *testing.T) {
	tiny := fulfillment.Media{DPI: 203, WidthMM: 20, HeightMM: 20}
	for _, knows := range []string{"~HS ~HQES ~HI", "~HS", "~HQES", "~HS ~HI"} {
		for _, draw := range []time.Duration{0, 900 * time.Millisecond} {
			for delay := time.Duration(0); delay <= 2600*time.Millisecond; delay += 100 * time.Millisecond {
				for _, mute := range []time.Duration{0, 1500 * time.Millisecond} {
					synctest.Test(t, func(t *testing.T) {
						name := fmt.Sprintf("answers %s, draws %v, late %v, mute %v", knows, draw, delay, mute)
						end := &lateEnd{delay: delay, draw: draw, knows: knows, mute: time.Now().Add(mute)}
						cfg := printer.USBConfig{Device: usb.ID{Vendor: 1, Product: 2}, Language: printer.ZPL{Compression: printer.Auto}, Media: tiny,
							Timeouts: printer.Timeouts{Status: 400 * time.Millisecond, Stall: 400 * time.Millisecond, After: 3 * time.Second, Fresh: time.Nanosecond}}
						u := printer.NewUSB(cfg, end, ignore, quiet)
						well := 0
						for i := range 6 {
							end.mu.Lock()
							sent := len(end.out)
							end.mu.Unlock()
							res, err := u.Print(t.Context(), devicetest.Checkerboard(tiny, i))
							if err == nil {
								well++
							}
							if err == nil && end.came() != len(end.out) || err == nil && !res.Complete {
								t.Errorf("%s: job %d is said to be printed, and %d of %d labels are out", name, i, end.came(), len(end.out))
							}
							if !res.Complete && len(end.out) != sent {
								t.Errorf("%s: job %d certainly did not come out, and it will", name, i)
							}
							time.Sleep(time.Duration(i) * 200 * time.Millisecond)
						}
						if delay <= 300*time.Millisecond && well < 4 {
							t.Errorf("%s: %d of 6 labels were printed", name, well)
						}
					})
				}
			}
		}
	}
}
