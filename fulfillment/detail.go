package fulfillment

import (
	"encoding/json"
	"fmt"
	"strings"
)

// detailBody is what Detail reads of event bodies.
type detailBody struct {
	Over      string        `json:"over"`
	Holds     []Hold        `json:"holds"`
	Action    string        `json:"action"`
	Reason    string        `json:"reason"`
	Verdict   string        `json:"verdict"`
	Why       string        `json:"why"`
	How       string        `json:"how"`
	Insisted  string        `json:"insisted"`
	Name      string        `json:"name"`
	Box       string        `json:"box"`
	SKU       string        `json:"sku"`
	Status    string        `json:"status"`
	Carrier   string        `json:"carrier"`
	Tracking  Tracking      `json:"tracking"`
	Manifest  string        `json:"manifest"`
	Camera    string        `json:"camera"`
	Super     bool          `json:"supervisor"`
	G         int           `json:"g"`
	ExpectedG int           `json:"expected_g"`
	LeastG    int           `json:"least_g"`
	MostG     int           `json:"most_g"`
	Reprint   int           `json:"reprint"`
	Reprints  int           `json:"reprints"`
	Got       int           `json:"got"`
	Need      int           `json:"need"`
	Missing   []MissingItem `json:"missing"`

	Bitmap      Hash   `json:"bitmap"`
	SentHash    Hash   `json:"sent_hash"`
	Language    string `json:"language"`
	Compression string `json:"compression"`
	DPI         int    `json:"dpi"`
	Sent        int    `json:"sent"`
	Total       int    `json:"total"`
}

// Detail says in a few words what the event's kind leaves open: what a supervisor went over, what was decided and why, how
// many grams, why a label came out again. Empty where the kind says it all or the body cannot be read.
func Detail(e Event) string {
	var b detailBody
	if len(e.Body) == 0 || json.Unmarshal(e.Body, &b) != nil {
		return ""
	}
	switch e.Kind {
	case EventOverride:
		return words("over " + b.Over)
	case EventReleased:
		return words("from " + joined(b.Holds))
	case EventDecided:
		return words(b.Action, b.Reason)
	case EventRefused:
		return words(b.Verdict, b.Why)
	case EventLeftOff:
		return words(b.Verdict, "manifest "+b.Manifest)
	case EventWeighed:
		return weighedDetail(b)
	case EventVerified:
		return words(b.How)
	case EventItemScanned:
		return fmt.Sprintf("%s, %d of %d", b.SKU, b.Got, b.Need)
	case EventUndone:
		if b.SKU != "" {
			return fmt.Sprintf("%s, %d of %d", b.SKU, b.Got, b.Need)
		}
	case EventLabelQueued:
		return words(b.copyOf(), b.Reason)
	case EventLabelPrinted:
		return strings.Join(nonEmpty(words(b.copyOf(), b.Reason), b.sentWords()), ", ")
	case EventConfirmed:
		return words(b.Reason, "picture "+b.Bitmap.Short())
	case EventReopened:
		return words(fmt.Sprintf("reprint %d", b.Reprints+1), b.Reason)
	case EventHeld, EventShort, EventSkipped:
		return strings.Join(nonEmpty(fmt.Sprintf("%d of %d in", b.Got, b.Need), missingWords(b.Missing)), "; missing ")
	case EventOperator:
		if b.Super {
			return words(b.Name, "supervisor")
		}
		return words(b.Name)
	default:
		return words(b.Status, b.Verdict, b.Box, b.Carrier, string(b.Tracking), b.Camera, b.Reason)
	}
	return ""
}

// copyOf names a copy; the first label is none.
func (b detailBody) copyOf() string {
	if b.Reprint == 0 {
		return ""
	}
	return fmt.Sprintf("reprint %d", b.Reprint)
}

// sentWords are what went to the printer: how it was written, how much, and the hashes of the picture and of the bytes.
func (b detailBody) sentWords() string {
	if b.SentHash == "" {
		return ""
	}
	return strings.Join(nonEmpty(strings.Join(nonEmpty(b.Language, b.Compression), " "), fmt.Sprintf("%d dpi", b.DPI), fmt.Sprintf("%d of %d bytes", b.Sent, b.Total),
		"picture "+b.Bitmap.Short(), "bytes "+b.SentHash.Short()), ", ")
}

func weighedDetail(b detailBody) string {
	s := fmt.Sprintf("%d g", b.G)
	if b.ExpectedG > 0 {
		s += fmt.Sprintf(", %d g expected", b.ExpectedG)
	}
	if b.MostG > 0 {
		s += fmt.Sprintf(", %d to %d g allowed", b.LeastG, b.MostG)
	}
	if b.Insisted != "" {
		s += ", insisted by " + b.Insisted
	}
	return s
}

func joined(holds []Hold) string {
	var s []string
	for _, h := range holds {
		s = append(s, string(h))
	}
	return strings.Join(s, ", ")
}

// words joins what is there.
func words(parts ...string) string { return strings.Join(nonEmpty(parts...), ": ") }

func nonEmpty(parts ...string) []string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return out
}
