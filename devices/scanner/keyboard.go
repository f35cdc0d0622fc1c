package scanner

import (
	"context"
	"log/slog"
	"sync"
	"time"
	"unicode/utf8"

	"packbench/devices"
	"packbench/fulfillment"
)

// KeyboardDevice is the identity of the window's own keys.
const KeyboardDevice = "keyboard"

// Keyboard makes scans of the window's own keys: of a scanner that types, or of a person who types a code and presses
// Enter.
//
// Keys faster than a person can type are a scanner; if it sends no Enter, a pause ends its code. What a person began to
// type and left is forgotten after a while, so that it never leads the next scan.
type Keyboard struct {
	out    func(context.Context, fulfillment.Scan) error
	report devices.Report
	log    *slog.Logger
	prefix string

	mu   sync.Mutex
	keys []keystroke
	wake chan struct{}
}

type keystroke struct {
	r  rune
	at time.Time
}

const (
	// scannerPace is the longest gap between two keys of a scanner that types; fast typists stay above 60 ms.
	scannerPace = 40 * time.Millisecond
	// scannerLeast is how many keys in a row must come at that pace to be taken for a scanner.
	scannerLeast = 6
	// forgetAfter is how long a person may think between two keys.
	forgetAfter = 10 * time.Second
)

// NewKeyboard returns a reader of typed keys; prefix is taken off as for a serial scanner. Nothing happens before Run.
func NewKeyboard(prefix string, out func(context.Context, fulfillment.Scan) error, report devices.Report, log *slog.Logger) *Keyboard {
	return &Keyboard{out: out, report: report, log: log, prefix: prefix, wake: make(chan struct{}, 1)}
}

// Type takes one typed character; '\r' or '\n' for Enter and 0x1D for GS. It never blocks and drops nothing, so the
// window's goroutine may call it. It may be called concurrently; the order is that of the calls.
func (k *Keyboard) Type(r rune) {
	k.mu.Lock()
	k.keys = append(k.keys, keystroke{r, time.Now()})
	k.mu.Unlock()
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

func (k *Keyboard) take() []keystroke {
	k.mu.Lock()
	defer k.mu.Unlock()
	keys := k.keys
	k.keys = nil
	return keys
}

// typing is what Run knows of the code being typed.
type typing struct {
	d    *Decoder
	fast int // keys in a row at a scanner's pace
	n    int // keys of this code
	last time.Time
}

// Run gives every typed code to out, in order, until ctx ends, and then returns nil.
func (k *Keyboard) Run(ctx context.Context) error {
	k.report(devices.Health{Kind: devices.Scanner, ID: KeyboardDevice, Transport: "keyboard", State: devices.Ready,
		Text: "Keys typed in this window are read.", At: time.Now().UTC()})
	t := typing{d: NewDecoder(k.prefix)}
	pause := time.NewTimer(time.Hour)
	defer pause.Stop()
	for {
		pause.Stop()
		if t.d.Pending() {
			pause.Reset(t.patience())
		}
		select {
		case <-ctx.Done():
			return nil
		case <-k.wake:
			for _, key := range k.take() {
				k.key(ctx, &t, key)
			}
		case now := <-pause.C:
			c, ok := t.d.Flush()
			if ok && t.scanner() {
				k.give(ctx, c, now)
			}
			t.fast, t.n = 0, 0
		}
	}
}

func (t *typing) scanner() bool { return t.n >= scannerLeast && t.fast == t.n-1 }

// patience is how long to wait for the next key.
func (t *typing) patience() time.Duration {
	if t.scanner() {
		return defaultIdleGap
	}
	return forgetAfter
}

func (k *Keyboard) key(ctx context.Context, t *typing, key keystroke) {
	if t.d.Pending() && key.at.Sub(t.last) <= scannerPace {
		t.fast++
	}
	t.n++
	t.last = key.at
	var b [utf8.UTFMax]byte
	for _, c := range t.d.Feed(b[:utf8.EncodeRune(b[:], key.r)]) {
		k.give(ctx, c, key.at)
	}
	if !t.d.Pending() {
		t.fast, t.n = 0, 0
	}
}

func (k *Keyboard) give(ctx context.Context, c Code, at time.Time) {
	if err := k.out(ctx, newScan(c, at, KeyboardDevice)); err != nil && ctx.Err() == nil {
		k.log.Error("Scan not taken", "port", KeyboardDevice, "error", err)
	}
}
