package fulfillment

import (
	"cmp"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"
)

// MissingItem is an item of which not every unit was in the box when the order was put aside.
type MissingItem struct {
	SKU  SKU    `json:"sku"`
	Name string `json:"name"`
	Got  int    `json:"got"`
	Need int    `json:"need"`
}

// missing are the items that are not complete, and how many units are in of how many.
func (p Parcel) missing() (items []MissingItem, got, need int) {
	for _, it := range p.Items {
		got, need = got+it.Got, need+it.Need
		if it.Got < it.Need {
			items = append(items, MissingItem{SKU: it.SKU, Name: it.Called(), Got: it.Got, Need: it.Need})
		}
	}
	return items, got, need
}

// Called is the item's name with its variant, the SKU where it has no name.
func (it Item) Called() string {
	name := it.Name
	if name == "" {
		name = string(it.SKU)
	}
	if it.Variant != "" {
		name += ", " + it.Variant
	}
	return name
}

// Room for what is missing, in characters: a name, and all of them.
const (
	missingName = 30
	missingRoom = 58
)

// missingWords counts what is missing: "1 × Red mug, 2 × Tea". Whole items only: what has no room is counted.
func missingWords(items []MissingItem) string {
	words := ""
	for i, it := range items {
		name := []rune(it.Name)
		if len(name) > missingName {
			name = append(name[:missingName-1:missingName-1], '…')
		}
		word := fmt.Sprintf("%d × %s", it.Need-it.Got, string(name))
		switch {
		case i == 0:
			words = word
		case utf8.RuneCountInString(words)+utf8.RuneCountInString(word) > missingRoom:
			return fmt.Sprintf("%s and %d more", words, len(items)-i)
		default:
			words += ", " + word
		}
	}
	return words
}

// Story is why an order stands where it stands, as its events tell it.
type Story struct {
	Held     EventKind // held or short while it is put aside by a person; empty: it is not
	By       string    // who put it aside
	At       time.Time // when, UTC
	Got      int       // units that were in the box then, of Need
	Need     int
	Missing  []MissingItem
	Print    PrintState // where the label was then
	PrintWhy string     // the printer's or the label's trouble at its last word; empty after a label came out
	Skipped  bool       // put back unfinished, and nobody has opened it since
	Warning  string     // what the platform doubts about a parcel that it took as shipped
	Off      OffWeight  // the wrong weight that it went on with
	// Way is what the carrier told last, newest first; no event tells it.
	Way []TrackingStep
}

// OffWeight is a weight that cannot be right and that somebody insisted on; the zero value: there is none.
type OffWeight struct {
	G   int // grams
	Why Why // WhyTooLight or WhyTooHeavy
	By  string
}

// OffWeightOf reads it off an EventWeighed.
func OffWeightOf(e Event) OffWeight {
	var body struct {
		G        int    `json:"g"`
		Over     Why    `json:"over"`
		Insisted string `json:"insisted"`
	}
	if e.Kind != EventWeighed || json.Unmarshal(e.Body, &body) != nil || body.Over == "" {
		return OffWeight{}
	}
	return OffWeight{G: body.G, Why: body.Over, By: cmp.Or(body.Insisted, e.Operator)}
}

// StoryOf reads an order's events, oldest first. A body that cannot be read says nothing.
func StoryOf(events []Event) Story {
	var s Story
	for _, e := range events {
		switch e.Kind {
		case EventHeld, EventShort:
			var body struct {
				Missing  []MissingItem `json:"missing"`
				Got      int           `json:"got"`
				Need     int           `json:"need"`
				Print    PrintState    `json:"print"`
				PrintWhy string        `json:"print_why"`
			}
			_ = json.Unmarshal(e.Body, &body)
			s.Held, s.By, s.At = e.Kind, e.Operator, e.At
			s.Missing, s.Got, s.Need, s.Print = body.Missing, body.Got, body.Need, body.Print
			if body.PrintWhy != "" {
				s.PrintWhy = body.PrintWhy
			}
		case EventReleased:
			s = Story{PrintWhy: s.PrintWhy, Warning: s.Warning, Off: s.Off}
		case EventWeighed:
			s.Off = OffWeightOf(e)
		case EventSkipped:
			s.Skipped = true
		case EventOrderOpened, EventReopened:
			s.Skipped = false
		case EventPrintTrouble:
			var body struct{ Reason string }
			_ = json.Unmarshal(e.Body, &body)
			s.PrintWhy = body.Reason
		case EventReported:
			var body struct{ Warning string }
			_ = json.Unmarshal(e.Body, &body)
			if body.Warning != "" {
				s.Warning = body.Warning
			}
		case EventLabelPrinted, EventApplied:
			s.PrintWhy = ""
		}
	}
	return s
}
