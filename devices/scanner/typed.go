package scanner

import (
	"fmt"
	"sync"
	"time"

	"packbench/devices"
	"packbench/devices/hid"
	"packbench/fulfillment"
)

// KeyboardDevice is the identity of the window's own keys.
const KeyboardDevice = "keyboard"

// TypedConfig describes a scanner that types into the window.
type TypedConfig struct {
	Prefix   string
	Scanner  *hid.Layout // its country setting; nil: the same as the computer's
	Computer *hid.Layout // with which the computer reads keys; nil: US
}

// Typed makes scans of what a scanner has typed into the window. Another country setting than the computer's exchanges characters;
// where both are known, from the configuration or from the calibration barcode, that is undone.
//
// There is no guard against a scanner that fires twice, as the other transports have: keys reach a window in batches, so two
// readings of two units may arrive at one moment, and a unit that does not count is worse than one that is taken back by UNDO.
//
// A Typed may be used by several goroutines.
type Typed struct {
	prefix string
	report devices.Report

	mu             sync.Mutex
	scanner, reads *hid.Layout // nil: nothing to undo
}

// NewTyped says at once that typed codes are taken; it starts nothing.
func NewTyped(cfg TypedConfig, report devices.Report) *Typed {
	t := &Typed{prefix: cfg.Prefix, report: report}
	if cfg.Scanner != nil {
		t.set(cfg.Scanner, cfg.Computer)
		return t
	}
	t.say(devices.Ready, "The window takes scans typed like a keyboard")
	return t
}

// Scan is the code without prefix and AIM identifier; ok is false for the calibration barcode, which sets the layouts, and
// where nothing is left. at is UTC.
func (t *Typed) Scan(text string, at time.Time) (s fulfillment.Scan, ok bool) {
	if t.calibrated(text) {
		return s, false
	}
	t.mu.Lock()
	typed, reads := t.scanner, t.reads
	t.mu.Unlock()
	if typed != nil {
		if meant, ok := hid.Mend(typed, reads, text); ok {
			text = meant
		}
	}
	c := split(text, t.prefix)
	return newScan(c, at, KeyboardDevice), c.Text != ""
}

// calibrated reports whether the text is the calibration barcode, whatever the two layouts are.
func (t *Typed) calibrated(text string) bool {
	for _, name := range hid.Layouts() {
		reads, err := hid.ParseLayout(name)
		if err != nil {
			continue
		}
		typed, caps, is := hid.Calibrated(reads, text)
		switch {
		case !is:
			continue
		case caps:
			t.say(devices.Attention, "The scanner exchanges capitals and small letters. Switch Caps Lock off, and scan the layout barcode again.")
		default:
			t.set(typed, reads)
		}
		return true
	}
	return false
}

func (t *Typed) set(typed, reads *hid.Layout) {
	if reads == nil {
		reads, _ = hid.ParseLayout("") // a constant
	}
	t.mu.Lock()
	t.scanner, t.reads = typed, reads
	if typed.Name() == reads.Name() {
		t.scanner, t.reads = nil, nil
	}
	mending := t.scanner != nil
	t.mu.Unlock()
	if !mending {
		t.say(devices.Ready, "The window takes scans typed like a keyboard; the keyboard layout is right.")
		return
	}
	t.say(devices.Ready, fmt.Sprintf("The window takes typed scans. The scanner types on layout %s, the computer reads with %s: letters are put right.", typed.Name(), reads.Name()))
}

func (t *Typed) say(state devices.State, text string) {
	t.report(devices.Health{Kind: devices.Scanner, ID: KeyboardDevice, Transport: "keyboard", State: state, Text: text, At: time.Now().UTC()})
}
