package setup

import (
	"context"
	"fmt"
	"slices"
	"time"

	"packbench/devices"
	"packbench/fulfillment"
	"packbench/ui/text"
)

// Choice is one device that could be used.
type Choice struct {
	Key    string // the program's own word for it
	Kind   devices.Kind
	Name   string
	Detail string // where it is plugged in
	Bound  bool   // stands in station.toml
	Doubt  bool   // it may be something else, such as the keyboard of this PC: it is kept only when it has proved itself
	Turns  []Turn // what is chosen with it, by touch
}

// Turn is a setting with a few values, of which a touch takes the next.
type Turn struct {
	Name   string   // key of the setting: language, dpi, stock, protocol, unit, crop
	Values []string // as they are shown
	At     int
}

// which is the device beside the name of its step.
func (c Choice) which() string {
	switch {
	case c.Detail == "":
		return c.Name
	case c.Name == Name(c.Kind):
		return c.Detail
	}
	return c.Name + " " + c.Detail
}

// Value is the one chosen; empty where there is none of that name.
func (c Choice) Value(name string) string {
	for _, t := range c.Turns {
		if t.Name == name && t.At < len(t.Values) {
			return t.Values[t.At]
		}
	}
	return ""
}

// Turned returns the choice with the next value of a setting; it shares nothing with c.
func (c Choice) Turned(name string) Choice {
	turns := slices.Clone(c.Turns)
	for i, t := range turns {
		if t.Name == name {
			turns[i].At = (t.At + 1) % len(t.Values)
		}
	}
	c.Turns = turns
	return c
}

// Set returns the choice with a value of a setting, if it is one of its values; it shares nothing with c.
func (c Choice) Set(name, value string) Choice {
	turns := slices.Clone(c.Turns)
	for i, t := range turns {
		if at := slices.Index(t.Values, value); t.Name == name && at >= 0 {
			turns[i].At = at
		}
	}
	c.Turns = turns
	return c
}

// Shown is the value chosen in words.
func (t Turn) Shown() string {
	if t.Name == "layout" {
		return layout(t.Values[t.At])
	}
	return t.Values[t.At]
}

// Sheet is a label of our own.
type Sheet string

const (
	SheetTest        Sheet = "test"
	SheetCalibration Sheet = "calibration"
)

// Desk is the program's side of the setup. Its methods may take long; they are called in the background, one at a time. Errors
// are sentences for a person.
type Desk interface {
	// Find names the devices of a kind: first the one in use, then what is plugged in.
	Find(ctx context.Context, kind devices.Kind) ([]Choice, error)
	// Address is the device of a kind at an address that a person typed or scanned.
	Address(kind devices.Kind, address string) (Choice, error)
	// Try uses a device apart from the bench until the next Try; a Choice without Key only ends the trial. What the device
	// gives comes as News.
	Try(ctx context.Context, c Choice) error
	// Print sends a label or a page to the printer that is tried, on the way that all labels and papers go.
	Print(ctx context.Context, s Sheet) error
	// Keep has the station work with the device, or without it, from now on, and writes it into station.toml; before is the name of
	// the file as it was, empty if there was none. A device that cannot be opened is refused, and nothing changes.
	Keep(ctx context.Context, c Choice, use bool) (before string, err error)
}

// News is one thing that a device under trial has given; one field is set.
type News struct {
	Reading *Reading
	Weight  *fulfillment.Weight
	Health  *devices.Health
}

// Reading is one code that was read.
type Reading struct {
	Code        string
	Calibration bool   // it is the calibration barcode, whatever became of it on the way
	Typed, Read string // country settings of the scanner and of the reading side where they differ; empty: they agree
	Caps        bool   // capitals and small letters are exchanged
	Mended      bool   // the program reads with the scanner's setting from now on
	Keys        bool   // the scanner types like a keyboard: its country setting counts
	Layout      string // the scanner's country setting, where the program reads with it and keeps it
	Other       bool   // another scanner than the one on trial read it
}

// Mark is how a trial stands.
type Mark int

const (
	Untried Mark = iota
	Going        // something is still to be done
	Good
	Bad
	Skipped
)

// Say is what is shown about a trial; Head and Text are sentences.
type Say struct {
	Mark       Mark
	Head, Text string
}

func say(m Mark, key string, pairs ...string) Say {
	return Say{m, text.T("setup."+key+".head", pairs...), text.T("setup."+key+".text", pairs...)}
}

// Document is the step of the printer of papers: a devices.Printer with the role document.
const Document devices.Kind = "document"

// Steps are the devices in the order in which they are set up.
var Steps = [...]devices.Kind{devices.Scanner, devices.Scale, devices.Printer, Document, devices.Camera}

// Name is a step's device in words.
func Name(kind devices.Kind) string {
	switch kind {
	case devices.Printer:
		return text.T("setup.labels")
	case Document:
		return text.T("setup.document")
	}
	return text.Device(kind)
}

// isOf reports whether a health is of a step's device: printers of labels and of papers are two.
func isOf(h devices.Health, kind devices.Kind) bool {
	if h.Kind == devices.Printer && h.Role == "document" {
		return kind == Document
	}
	return h.Kind == kind
}

// Ask is what a step says before anything was tried.
func Ask(kind devices.Kind, chosen bool) Say {
	if !chosen {
		return say(Untried, string(kind)+".choose")
	}
	return say(Going, string(kind)+".try")
}

// JudgeReading says whether a scanner can be used as it is.
func JudgeReading(r Reading) Say {
	code := text.Code(r.Code)
	switch {
	case r.Other:
		return say(Going, "read.other", "code", code)
	case r.Caps:
		return say(Bad, "read.caps", "code", code)
	case r.Mended:
		return say(Good, "read.mended", "typed", layout(r.Typed))
	case r.Typed != "":
		return say(Bad, "read.layout", "typed", layout(r.Typed), "read", layout(r.Read), "code", code)
	case r.Calibration:
		return say(Good, "read.good", "code", code)
	case r.Keys: // digits stand in one place on most keyboards: only the calibration barcode proves the letters
		return say(Going, "read.keys", "code", code)
	}
	return say(Good, "read.code", "code", code)
}

// layout is a country setting in words.
func layout(name string) string { return text.T("setup.layout." + name) }

// Weighing is what has been seen of a scale: something lay still on it, and it went back to zero.
type Weighing struct{ full, done bool }

// nearZero is what an empty scale may show, grams.
const nearZero = 5

// Judge takes one weight into account.
func (w *Weighing) Judge(g fulfillment.Weight) Say {
	grams := text.Grams(g.Grams)
	empty := g.Grams >= -nearZero && g.Grams <= nearZero
	switch {
	case w.done && g.Stable:
		return say(Good, "weigh.good", "weight", grams)
	case !g.Stable:
		return say(Going, "weigh.moving", "weight", grams)
	case g.Grams < -nearZero:
		return say(Bad, "weigh.below", "weight", grams)
	case w.full && empty:
		w.done = true
		return say(Good, "weigh.good", "weight", grams)
	case empty:
		return say(Going, "weigh.put", "weight", grams)
	}
	w.full = true
	return say(Going, "weigh.off", "weight", grams)
}

// Done reports whether the scale has proved itself.
func (w *Weighing) Done() bool { return w.done }

// JudgeHealth says what a device under trial says of itself; ok is false where that says nothing new.
func JudgeHealth(h devices.Health) (s Say, ok bool) {
	if h.State == devices.Ready {
		return Say{}, false
	}
	return Say{Bad, text.T("setup.trouble." + string(h.State)), text.Sentence(h.Text)}, true
}

// JudgePicture says whether a camera's picture is live.
func JudgePicture(at, now time.Time) Say {
	switch age := now.Sub(at); {
	case at.IsZero():
		return say(Going, "film.wait")
	case age > 3*time.Second:
		return say(Bad, "film.still", "span", fmt.Sprintf("%d s", int(age.Seconds())))
	}
	return say(Good, "film.good")
}
