package label

import (
	"regexp"
	"slices"
	"strings"

	"packbench/fulfillment"
)

// Candidates returns the tracking numbers that a barcode may stand for: the code itself, then what carriers' routing codes hold
// at fixed places, those with a right check digit first. The code may be anything that was scanned.
func (c *Carriers) Candidates(code string) []fulfillment.Tracking { return c.candidates(code, "") }

func (c *Carriers) candidates(code, carrier string) []fulfillment.Tracking {
	code = normal(code)
	if code == "" || len(code) > fulfillment.MaxScan {
		return nil
	}
	found, unsure := []fulfillment.Tracking{fulfillment.Tracking(code)}, []fulfillment.Tracking(nil)
	for _, f := range c.formatsOf(carrier) {
		number, right := f.number(code)
		switch t := fulfillment.Tracking(number); {
		case number == "" || slices.Contains(found, t):
		case right:
			found = append(found, t)
		case !slices.Contains(unsure, t):
			unsure = append(unsure, t)
		}
	}
	for _, t := range unsure {
		if !slices.Contains(found, t) {
			found = append(found, t)
		}
	}
	return found
}

// formatsOf returns the formats of a carrier known by its display name, all of them for any other carrier.
func (c *Carriers) formatsOf(carrier string) []*carrierFormat {
	if c == nil {
		return nil
	}
	code := fulfillment.CarrierCode(carrier)
	var named []*carrierFormat
	known := false
	for _, x := range c.list {
		if code != "" && slices.ContainsFunc(x.Words, func(word string) bool {
			// "UPS" is part of "USPS" only by its letters' order, but it begins many names: compare whole prefixes.
			return strings.HasPrefix(code, word) || len(word) > 3 && strings.Contains(code, word)
		}) {
			known = true
			named = append(named, x.formats...)
		}
	}
	if !known {
		return c.formats
	}
	return named
}

// Match reports whether one of the decoded barcodes stands for the tracking number. Upper and lower case and spaces do
// not matter; nothing else is forgiven. carrier is the display name, or empty for any.
func (c *Carriers) Match(decoded []string, want fulfillment.Tracking, carrier string) bool {
	number := fulfillment.Tracking(normal(string(want)))
	if number == "" {
		return false
	}
	return slices.ContainsFunc(decoded, func(code string) bool {
		return slices.Contains(c.candidates(code, carrier), number)
	})
}

// certainly returns the number of a barcode that is beyond doubt a tracking number, else "".
func (c *Carriers) certainly(code string) string {
	code = normal(code)
	for _, f := range c.formatsOf("") {
		if number, right := f.number(code); f.Certain && right {
			return number
		}
	}
	return ""
}

var (
	genericTracking = regexp.MustCompile(`^[A-Z0-9-]{8,48}$`)
	routingOnly     = regexp.MustCompile(`^420(\d{5}|\d{9})$`) // a ZIP code's barcode, as on UPS and FedEx labels
)

// LooksLikeTracking reports whether the barcode could be a tracking number or hold one: 8 to 48 capitals, digits and hyphens with
// at least six digits, FNC1 between them or not. Links, free text and ZIP codes are not.
func LooksLikeTracking(code string) bool {
	code = strings.ReplaceAll(normal(code), "\x1d", "")
	digits := 0
	for _, r := range code {
		if r >= '0' && r <= '9' {
			digits++
		}
	}
	return digits >= 6 && genericTracking.MatchString(code) && !routingOnly.MatchString(code)
}

// normal is the form in which codes are compared: capitals, no spaces, no AIM identifier, no leading or trailing GS.
func normal(code string) string {
	code = strings.TrimPrefix(code, "]C1")
	code = strings.Trim(code, "\x1d\r\n\t ")
	return strings.ToUpper(strings.ReplaceAll(code, " ", ""))
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
