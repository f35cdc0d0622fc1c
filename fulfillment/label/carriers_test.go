package label

import (
	"slices"
	"strings"
	"testing"

	"packbench/assets"
)

// A warehouse may say itself how a carrier's barcode carries the number.
func TestCarriersAreData(t *testing.T) {
	const pack = "format = 1\nchecked = 2026-11-29\n[sources]\nx = \"the carrier's sheet\"\n[[carrier]]\nname = \"Own\"\nwords = [\"OWN\"]\nsource = \"x\"\n" +
		"[[carrier.format]]\npattern = '^R\\d{5}(N\\d{8})$'\nexample = \"R12345N12345678\"\nmeans = \"N12345678\"\n"
	own, err := ReadCarriers([]byte(pack))
	if err != nil {
		t.Fatal(err)
	}
	if !own.Match([]string{"R00000N87654321"}, "N87654321", "") || own.Match([]string{"R0000N87654321"}, "N87654321", "") || carriers.Match([]string{"R00000N87654321"}, "N87654321", "") {
		t.Error("the pack's format is not what counts")
	}
	var none *Carriers
	if !none.Match([]string{"N87654321"}, "N87654321", "UPS") || none.Match([]string{"42045999" + uspsNumber}, uspsNumber, "") || none.certainly(upsNumber) != "" {
		t.Error("without carriers a code stands for itself only")
	}
	for name, change := range map[string][2]string{
		"misspelt key":             {"words", "word"},
		"no source":                {"source = \"x\"", "source = \"y\""},
		"unknown format":           {"format = 1", "format = 2"},
		"not the whole code":       {"'^R", "'R"},
		"text behind the number":   {")$'", ")..$'"},
		"no group":                 {"(N\\d{8})", "N\\d{8}"},
		"a pattern that is none":   {"\\d{5}", "\\d{5"},
		"an example that is wrong": {"means = \"N12345678\"", "means = \"N12345679\""},
		"an unknown check":         {"means", "check = \"mod9\"\nmeans"},
		"a check that fails":       {"means", "check = \"mod10\"\nmeans"},
		"certain without a check":  {"means", "certain = true\nmeans"},
		"no TOML":                  {"[sources]", "[sources"},
	} {
		if _, err := ReadCarriers([]byte(strings.Replace(pack, change[0], change[1], 1))); err == nil || !strings.Contains(err.Error(), "carriers") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Each format of the bundled pack is shown by an example, but for FedEx's variants of one; who has none is said to be exact only.
func TestBundledCarriers(t *testing.T) {
	without := 0
	for _, f := range carriers.formats {
		if f.Example == "" {
			without++
		}
	}
	if len(carriers.formats) < 15 || without > 2 {
		t.Errorf("%d formats, %d without an example", len(carriers.formats), without)
	}
	known, exact := carriers.Named("VN")
	if !slices.Contains(known, "SPX") || !slices.Contains(exact, "GHN") || slices.Contains(known, "UniUni") {
		t.Errorf("VN: known %q, exact %q", known, exact)
	}
	if _, err := ReadCarriers(assets.CarrierRules); err != nil || carriers.Checked() != "2026-11-29" {
		t.Error(err, carriers.Checked())
	}
}
