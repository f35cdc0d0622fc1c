package label

import (
	"regexp"
	"slices"
	"strings"

	"packbench/fulfillment"
)

// carrierFormat is how one carrier's barcodes carry the tracking number. For big carriers the barcode is not the number:
// it is a routing code that contains it at a fixed place. A number is only ever taken from such a place; a barcode that
// merely contains the digits somewhere proves nothing.
type carrierFormat struct {
	name     string
	carriers []string // words in the carrier's display name, as CarrierCode writes them
	// extract returns the tracking numbers at this format's fixed places, most trustworthy first.
	extract func(code string) []string
	// whole reports that the code itself is beyond doubt a tracking number of this carrier (check digit).
	whole func(code string) bool
}

// carrierFormats are the formats as they are publicly described: USPS routing 420 + ZIP and a number of 20 to 34 digits
// beginning with 9 with a mod-10 check digit; UPS 1Z with its check digit; FedEx 34-digit and 22-digit Ground labels; the
// data identifier J; UPU S10. The carriers' own specifications were not at hand: a format that proves wrong is mended here.
var carrierFormats = []carrierFormat{
	// Consolidators hand over to USPS and use its barcode.
	{"USPS", []string{"USPS", "MAILINNOVATIONS", "SMARTPOST", "GROUNDECONOMY", "DHLECOMMERCE", "OSM", "PITNEY", "ASENDIA"}, uspsTracking, uspsWhole},
	{"UPS", []string{"UPS"}, nil, upsWhole},
	{"FedEx", []string{"FEDEX"}, fedexTracking, nil},
	{"DHL", []string{"DHL", "DEUTSCHEPOST"}, dhlTracking, nil},
	{"S10", nil, nil, s10Whole},
}

// Candidates returns the tracking numbers that a barcode may stand for: the code itself, then what carriers' routing
// codes contain at fixed places. It is pure; the code may be anything that was scanned.
func Candidates(code string) []fulfillment.Tracking {
	return candidates(code, "")
}

func candidates(code, carrier string) []fulfillment.Tracking {
	code = normal(code)
	if code == "" || len(code) > fulfillment.MaxScan {
		return nil
	}
	found := []fulfillment.Tracking{fulfillment.Tracking(code)}
	for _, f := range formatsOf(carrier) {
		if f.extract == nil {
			continue
		}
		for _, s := range f.extract(code) {
			if t := fulfillment.Tracking(s); !slices.Contains(found, t) {
				found = append(found, t)
			}
		}
	}
	return found
}

// formatsOf returns the formats of a carrier known by its display name, all of them for any other carrier.
func formatsOf(carrier string) []carrierFormat {
	code := fulfillment.CarrierCode(carrier)
	var named []carrierFormat
	for _, f := range carrierFormats {
		if code != "" && slices.ContainsFunc(f.carriers, func(word string) bool {
			// "UPS" is part of "USPS" only by its letters' order, but it begins many names: compare whole prefixes.
			return strings.HasPrefix(code, word) || len(word) > 3 && strings.Contains(code, word)
		}) {
			named = append(named, f)
		}
	}
	if named == nil {
		return carrierFormats
	}
	return named
}

// Match reports whether one of the decoded barcodes stands for the tracking number. Upper and lower case and spaces do
// not matter; nothing else is forgiven. carrier is the display name, or empty for any.
func Match(decoded []string, want fulfillment.Tracking, carrier string) bool {
	number := fulfillment.Tracking(normal(string(want)))
	if number == "" {
		return false
	}
	return slices.ContainsFunc(decoded, func(code string) bool {
		return slices.Contains(candidates(code, carrier), number)
	})
}

var (
	genericTracking = regexp.MustCompile(`^[A-Z0-9-]{8,40}$`)
	routingOnly     = regexp.MustCompile(`^420(\d{5}|\d{9})$`) // a ZIP code's barcode, as on UPS and FedEx labels
)

// LooksLikeTracking reports whether the barcode could be a tracking number: a carrier's format, or 8 to 40 capitals,
// digits and hyphens with at least six digits. Links, free text and ZIP codes are not.
func LooksLikeTracking(code string) bool {
	code = normal(code)
	if code == "" || routingOnly.MatchString(code) {
		return false
	}
	if len(candidates(code, "")) > 1 || isWhole(code) {
		return true
	}
	digits := 0
	for _, r := range code {
		if r >= '0' && r <= '9' {
			digits++
		}
	}
	return digits >= 6 && genericTracking.MatchString(code)
}

func isWhole(code string) bool {
	return slices.ContainsFunc(carrierFormats, func(f carrierFormat) bool { return f.whole != nil && f.whole(code) })
}

// certainly returns the number of a barcode that is beyond doubt a tracking number, else "".
func certainly(code string) string {
	code = normal(code)
	if isWhole(code) {
		return code
	}
	for _, s := range uspsTracking(code) {
		if uspsWhole(s) {
			return s
		}
	}
	return ""
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

// uspsTracking reads 420 + ZIP (5 or 9 digits) + tracking, with or without the GS that stands for FNC1. Without it both
// lengths of the ZIP are possible; the one whose check digit is right comes first.
func uspsTracking(code string) []string {
	rest, ok := strings.CutPrefix(code, "420")
	if !ok {
		return nil
	}
	zip, number, separated := strings.Cut(rest, "\x1d")
	if separated {
		if (len(zip) == 5 || len(zip) == 9) && digits(zip) && uspsShape(number) {
			return []string{number}
		}
		return nil
	}
	var sure, maybe []string
	for _, n := range []int{5, 9} {
		if len(rest) <= n || !digits(rest) || !uspsShape(rest[n:]) {
			continue
		}
		if uspsWhole(rest[n:]) {
			sure = append(sure, rest[n:])
		} else {
			maybe = append(maybe, rest[n:])
		}
	}
	return append(sure, maybe...)
}

func uspsShape(s string) bool {
	return len(s) >= 20 && len(s) <= 34 && s[0] == '9' && digits(s)
}

func uspsWhole(s string) bool {
	return len(s) >= 20 && len(s) <= 34 && s[0] == '9' && s[1] >= '1' && s[1] <= '5' && digits(s) && mod10(s)
}

// mod10 checks the GS1 check digit: weights 3, 1, 3 … from the right.
func mod10(s string) bool {
	sum := 0
	for i := range len(s) - 1 {
		weight := 1
		if (len(s)-2-i)%2 == 0 {
			weight = 3
		}
		sum += int(s[i]-'0') * weight
	}
	return (10-sum%10)%10 == int(s[len(s)-1]-'0')
}

// upsWhole checks 1Z + 16: letters count as in UPS's table (A = 2, B = 3 … taken modulo 10), every second character
// twice.
func upsWhole(s string) bool {
	if len(s) != 18 || !strings.HasPrefix(s, "1Z") {
		return false
	}
	sum := 0
	for i := range 15 {
		c, value := s[2+i], 0
		switch {
		case c >= '0' && c <= '9':
			value = int(c - '0')
		case c >= 'A' && c <= 'Z':
			value = int(c-'A'+2) % 10
		default:
			return false
		}
		if i%2 == 1 {
			value *= 2
		}
		sum += value
	}
	last := s[17]
	return last >= '0' && last <= '9' && (10-sum%10)%10 == int(last-'0')
}

// fedexTracking reads the 34 digits of current labels, whose last 12 are the tracking number (the last 14 where the two
// before are not zero), and the 22 digits of Ground labels beginning with 96, whose last 15 are.
func fedexTracking(code string) []string {
	switch {
	case !digits(code), strings.HasPrefix(code, "420"):
		return nil
	case len(code) == 34:
		if found := []string{code[22:]}; code[20:22] == "00" {
			return found
		}
		return []string{code[22:], code[20:]}
	case len(code) == 22 && strings.HasPrefix(code, "96"):
		return []string{code[7:]}
	}
	return nil
}

// dhlTracking takes the data identifier J from a licence plate: JJD01… stands for JD01….
func dhlTracking(code string) []string {
	if rest, ok := strings.CutPrefix(code, "J"); ok && strings.HasPrefix(rest, "JD") && len(rest) >= 12 {
		return []string{rest}
	}
	return nil
}

// s10Whole checks the Universal Postal Union's international number: RA123456785US.
func s10Whole(s string) bool {
	if len(s) != 13 || !digits(s[2:11]) {
		return false
	}
	for _, i := range []int{0, 1, 11, 12} {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	sum := 0
	for i, weight := range []int{8, 6, 4, 2, 3, 5, 9, 7} {
		sum += int(s[2+i]-'0') * weight
	}
	check := 11 - sum%11
	switch check {
	case 10:
		check = 0
	case 11:
		check = 5
	}
	return check == int(s[10]-'0')
}
