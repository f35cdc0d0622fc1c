package fulfillment

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestItemCodes(t *testing.T) {
	for _, c := range []struct {
		name, aim, code string
		want            []string // beside the code itself
	}{
		{"EAN-13", "]E0", "5901234123457", []string{"05901234123457"}},
		{"UPC-A as EAN-13", "]E0", "0036000291452", []string{"036000291452", "00036000291452"}},
		{"UPC-A as it is printed", "", "036000291452", []string{"0036000291452", "00036000291452"}},
		{"a wrong check digit", "]E0", "5901234123458", nil},
		{"EAN-8", "]E4", "73513537", []string{"000073513537", "0000073513537", "00000073513537"}},
		{"a GTIN in a GS1 Data Matrix", "]d2", "01059012341234571726123110B7", []string{"05901234123457", "5901234123457"}},
		{"a GTIN in a GS1-128 whose identifier the scanner does not send", "", "0105901234123457", []string{"05901234123457", "5901234123457"}},
		{"the case of twelve is not the unit", "]C1", "0115901234123454", []string{"15901234123454"}},
		{"a parcel's number in a GS1-128", "]C1", "00340123450000000018", nil},
		{"a Code 128 that begins like a GTIN", "]C0", "0105901234123457", nil},
		{"letters", "", "MUG-RED", nil},
		{"nothing", "", "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Scan{Code: c.code, AIM: c.aim}.ItemCodes()
			if got[0] != c.code || !slices.Equal(got[1:], c.want) {
				t.Errorf("got %q, want %q", got[1:], c.want)
			}
		})
	}
}

// Whatever the length in which a GTIN was read, the same forms come of it, each once.
func TestFormsOfAGTINAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body := fmt.Sprintf("%013d", rapid.Int64Range(0, 9_999_999_999_999).Draw(t, "number"))
		whole := body
		for d := range 10 {
			if isGTIN(body + fmt.Sprint(d)) {
				whole = body + fmt.Sprint(d)
			}
		}
		if len(whole) != 14 {
			t.Fatalf("no check digit for %s", body)
		}
		want := slices.Sorted(slices.Values(Scan{Code: whole}.ItemCodes()))
		if len(slices.Compact(slices.Clone(want))) != len(want) {
			t.Fatalf("twice the same: %q", want)
		}
		for _, form := range want {
			if got := slices.Sorted(slices.Values(Scan{Code: form, AIM: "]E0"}.ItemCodes())); !slices.Equal(got, want) {
				t.Fatalf("%q gives %q, %q gives %q", form, got, whole, want)
			}
		}
		if strings.HasPrefix(whole, "0") != slices.Contains(want, whole[1:]) {
			t.Fatalf("%q of %q", want, whole)
		}
	})
}
