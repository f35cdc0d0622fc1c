package label

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"packbench/fulfillment"
)

func TestMatch(t *testing.T) {
	const gs = "\x1d"
	tests := []struct {
		name, code, want, carrier string
		match                     bool
	}{
		{"the code itself", "JX1234567890", "JX1234567890", "", true},
		{"lower case", "jx1234567890", "JX1234567890", "", true},
		{"spaces", "1Z 999 AA1 01 2345 6784", upsNumber, "UPS", true},
		{"USPS ZIP with GS", "42045999" + gs + uspsNumber, uspsNumber, "USPS", true},
		{"USPS ZIP+4 with GS", "420459991234" + gs + uspsNumber, uspsNumber, "", true},
		{"USPS ZIP without GS", "42045999" + uspsNumber, uspsNumber, "", true},
		{"USPS ZIP+4 without GS", "420459991234" + uspsNumber, uspsNumber, "USPS Ground Advantage", true},
		{"AIM identifier left in by a scanner", "]C142045999" + gs + uspsNumber, uspsNumber, "", true},
		{"leading GS for FNC1", gs + "42045999" + gs + uspsNumber, uspsNumber, "", true},
		{"USPS barcode of a consolidator", "42045999" + gs + uspsNumber, uspsNumber, "DHL eCommerce", true},
		{"UPS label has no USPS routing", "42045999" + uspsNumber, uspsNumber, "UPS", false},
		{"ZIP of four digits", "4204599" + gs + uspsNumber, uspsNumber, "", false},
		{"suffix of the number", "42045999" + gs + uspsNumber, uspsNumber[2:], "", false},
		{"bare substring", "XX" + upsNumber + "YY", upsNumber, "", false},
		{"prefix", upsNumber + "1", upsNumber, "", false},
		{"FedEx 34 digits", "1001901781990001000300776543219990", "776543219990", "FedEx", true},
		{"FedEx 34 digits for another carrier", "1001901781990001000300776543219990", "776543219990", "UPS", false},
		{"FedEx Ground 22 digits", "9611020987654312345672", "987654312345672", "FedEx Ground", true},
		{"FedEx, other last digit", "1001901781990001000300776543219991", "776543219990", "", false},
		{"USPS with 34 digits is not FedEx", "420459991234" + uspsNumber, uspsNumber[10:], "", false},
		{"DHL licence plate", "JJD0146000123456789", "JD0146000123456789", "DHL", true},
		{"link with the number in it", "https://example.com/track?n=" + upsNumber, upsNumber, "", false},
		{"FedEx, a number of 14 digits", "1001901781990001000312776543219990", "12776543219990", "FedEx", true},
		{"GHN has no format: exactly", "GHN12345678", "GHN12345678", "GHN", true},
		{"GHN has no format: nothing else", "JJD0146000123456789", "JD0146000123456789", "GHN", false},
		{"J&T is called JT in capitals", "JX8009962760", "JX8009962760", "J&T Express", true},
		{"no number", "JX1234567890", "", "", false},
		{"empty code and number", "", "", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := carriers.Match([]string{"0", tt.code}, fulfillment.Tracking(tt.want), tt.carrier); got != tt.match {
				t.Errorf("got %v; candidates %q", got, carriers.candidates(tt.code, tt.carrier))
			}
		})
	}
}

func TestCandidatesPutTheRightZIPFirst(t *testing.T) {
	got := carriers.Candidates("420459991234" + uspsNumber)
	want := []fulfillment.Tracking{fulfillment.Tracking("420459991234" + uspsNumber), uspsNumber}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := carriers.Candidates(strings.Repeat("9", fulfillment.MaxScan+1)); got != nil {
		t.Errorf("a code that is too long has candidates: %q", got)
	}
}

func TestCheckDigits(t *testing.T) {
	tests := []struct {
		name  string
		check func(string) bool
		code  string
	}{
		{"UPS", upsDigit, upsNumber}, {"UPS with letters", upsDigit, "1Z5R89390357567127"}, {"USPS", mod10Digit, uspsNumber}, {"S10", s10Digit, "RR473124829GB"},
		{"FedEx", fedexDigit, "986578788855"},
	}
	for _, tt := range tests {
		if !tt.check(tt.code) {
			t.Errorf("%s: %s is refused", tt.name, tt.code)
		}
		for i := range len(tt.code) {
			changed := []byte(tt.code)
			if changed[i] < '0' || changed[i] > '9' {
				continue
			}
			changed[i] = '0' + (changed[i]-'0'+1)%10
			if tt.check(string(changed)) {
				t.Errorf("%s: %s with a wrong digit is accepted", tt.name, changed)
			}
		}
	}
}

// FedEx's digit is taken modulo 11 and then 10, so 0 stands for two rests, and DHL's modulo 7: some wrong digits pass. Real numbers do.
func TestCheckDigitsThatForgive(t *testing.T) {
	for number, check := range map[string]func(string) bool{"00776632517510": fedexDigit, "00779017972697": fedexDigit, "477179081230": fedexDigit, "3318810025": mod7Digit, "8487135506": mod7Digit} {
		if !check(number) || check(number[:len(number)-1]+string('0'+(number[len(number)-1]-'0'+1)%10)) {
			t.Errorf("%s", number)
		}
	}
	for name, check := range checkDigits {
		for _, s := range []string{"", "1", "x", "1Z", "12345678901x"} {
			if check(s) {
				t.Errorf("%s takes %q", name, s)
			}
		}
	}
}

func TestLooksLikeTracking(t *testing.T) {
	for code, want := range map[string]bool{
		upsNumber: true, uspsNumber: true, "JX1234567890": true, "42045999": false, "420459991234": false,
		"https://example.com/123456789": false, "SAMPLE TEXT": false, "SORT-A1": false, "": false, "42045999\x1d" + uspsNumber: true,
		"2LUS45999+48000000": false, "<xml>12345678</xml>": false,
	} {
		if got := LooksLikeTracking(code); got != want {
			t.Errorf("%q: got %v", code, got)
		}
	}
}

// Whatever surrounds a number, it is found only at a carrier's fixed places.
func TestSurroundedNumbersAreNotTaken(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		number := rapid.StringMatching(`[A-Z]{2}[0-9]{10,14}`).Draw(rt, "number")
		before := rapid.StringMatching(`[A-Z0-9]{0,6}`).Draw(rt, "before")
		after := rapid.StringMatching(`[A-Z0-9]{0,6}`).Draw(rt, "after")
		if before+after == "" {
			rt.Skip()
		}
		if before == "J" && strings.HasPrefix(number, "JD") && after == "" {
			rt.Skip("that is DHL's data identifier")
		}
		if carriers.Match([]string{before + number + after}, fulfillment.Tracking(number), "") {
			rt.Errorf("%s was found in %s", number, before+number+after)
		}
	})
}

func FuzzCandidates(f *testing.F) {
	for _, s := range []string{"420459991234" + uspsNumber, upsNumber, "1001901781990001000300776543219990", "JJD0146000123456789", "\x1d", "]C1", "420", "ñ420", "RB123456785GB"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, code string) {
		for i, c := range carriers.Candidates(code) {
			if c == "" || !strings.HasSuffix(normal(code), string(c)) {
				t.Errorf("candidate %q of %q is not its end", c, code)
			}
			if i > 0 && len(c) < 12 {
				t.Errorf("candidate %q of %q is too short for a tracking number", c, code)
			}
			if !carriers.Match([]string{code}, c, "") {
				t.Errorf("%q does not match its own candidate %q", code, c)
			}
		}
		LooksLikeTracking(code)
		carriers.certainly(code)
	})
}
