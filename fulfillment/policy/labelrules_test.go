package policy_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"packbench/assets"
	"packbench/fulfillment/policy"
)

func rules(t testing.TB) *policy.LabelRules {
	t.Helper()
	r, err := policy.ReadLabelRules(assets.LabelRules)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var today = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

func TestTheBundledPackNamesWhatALabelMayNotCarry(t *testing.T) {
	tests := []struct {
		name, market, text string
		decoded            []string
		want               string // part of a finding, "" for none
	}{
		{"order information", "VN", "SHIP TO: SAMPLE PERSON\n1 EXAMPLE STREET", []string{"1Z999AA10123456784"}, ""},
		{"the carrier's own site", "US", "Track at https://www.ups.com/track or www.usps.com.", nil, ""},
		{"a site that only ends like a carrier's", "US", "www.not-ups.com", nil, "link: www.not-ups.com"},
		{"a site that only begins like a carrier's", "US", "https://ups.com@shop.example/", nil, "shop.example"},
		{"shop's link", "VN", "Visit https://shop.example/sale!", nil, "https://shop.example/sale"},
		{"e-mail", "TH", "Questions: help@shop.example.com", nil, "help@shop.example.com"},
		{"promotion", "US", "10% OFF your next\norder", nil, "next order"},
		{"review", "US", "Please leave a review", nil, "asking for a review"},
		{"Vietnamese", "VN", "Giảm giá 20K", nil, "promotion"},
		{"Vietnamese in Thailand is not looked for", "TH", "Giảm giá 20K", nil, ""},
		{"Thai, written without spaces", "TH", "รับส่วนลดวันนี้", nil, "promotion"},
		{"social network", "ID", "Follow us on Instagram", nil, "outside the platform"},
		{"part of another word", "VN", "COUPONVILLE STREET", nil, ""},
		{"QR code with a link", "VN", "SHIP TO", []string{"https://shop.example/review"}, "leads to a web page"},
		{"QR code of the carrier", "VN", "SHIP TO", []string{"https://jtexpress.vn/track?id=8"}, ""},
		{"QR code with a contact", "VN", "SHIP TO", []string{"BEGIN:VCARD\nFN:Sample"}, "holds a contact"},
		{"QR code that starts a chat", "GB", "SHIP TO", []string{"wa.me/440000000"}, "holds a contact"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := rules(t).Check(tt.market, today, tt.text, tt.decoded)
			if tt.want == "" && len(got) > 0 || !strings.Contains(strings.Join(got, "\n"), tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// A rule holds from its date on; where no document of the market was read the finding says so.
func TestRulesAreDatedAndByMarket(t *testing.T) {
	r, text := rules(t), "one coupon"
	for _, tt := range []struct {
		market string
		at     string
		want   string
	}{
		{"TH", "2025-12-17", "(a rule of other markets)"}, {"TH", "2025-12-18", "promotion."}, {"VN", "2025-06-17", ""},
		{"VN", "2025-06-18", "promotion."}, {"US", "2026-11-22", "(a rule of other markets)"}, {"XX", "2026-11-22", "(a rule of other markets)"},
	} {
		at, err := time.Parse(time.DateOnly, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		got := r.Check(tt.market, at, text, nil)
		if len(got) > 1 || (len(got) == 1) != (tt.want != "") || !strings.Contains(strings.Join(got, ""), tt.want) {
			t.Errorf("%s on %s: got %q, want %q", tt.market, tt.at, got, tt.want)
		}
	}
}

func TestAPackWithAMistakeIsRefusedWithASentence(t *testing.T) {
	good := "format = 1\nchecked = 2026-01-01\n[sources]\nA = \"a document\"\n[[rule]]\nid = \"a\"\nkind = \"phrase\"\nsays = \"x\"\nmarkets = [\"*\"]\nfrom = 2026-01-01\nsource = \"A\"\nwords = [\"w\"]\n"
	if _, err := policy.ReadLabelRules([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for old, want := range map[string]string{
		"format = 1":          "format",
		"from = 2026-01-01\n": "no date",
		"source = \"A\"":      "no source",
		"words = [\"w\"]":     "words",
		"kind = \"phrase\"":   "kind",
		"markets = [\"*\"]":   "no market",
		"says = \"x\"":        "say",
		"id = \"a\"":          "no id",
	} {
		if _, err := policy.ReadLabelRules([]byte(strings.Replace(good, old, "", 1))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("without %q: got %v", old, err)
		}
	}
	for _, more := range []string{"colour = 1\n", "until = 2025-01-01\n", "["} {
		if _, err := policy.ReadLabelRules([]byte(good + more)); err == nil {
			t.Errorf("with %q: taken", more)
		}
	}
	if _, err := policy.ReadLabelRules([]byte(good + good[strings.Index(good, "[[rule]]"):])); err == nil || !strings.Contains(err.Error(), "two rules") {
		t.Errorf("got %v", err)
	}
}

// What an address is made of is never a finding by itself.
func TestPlainAddressesAreClean(t *testing.T) {
	r := rules(t)
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.StringMatching(`[A-Z][a-z]{2,8} [A-Z][a-z]{2,8}\n[0-9]{1,4} [A-Z][a-z]{3,9} Road\n[0-9]{5} [A-Z][a-z]{3,9}town`).Draw(rt, "address")
		for _, market := range []string{"US", "VN", "TH", "GB"} {
			if got := r.Check(market, today, text, []string{"9205590164917312751089"}); len(got) > 0 {
				rt.Fatalf("%q: %q", text, got)
			}
		}
	})
}

func FuzzReadLabelRules(f *testing.F) {
	f.Add(assets.LabelRules)
	f.Add([]byte("format = 1\n[[rule]]\nid=\"a\"\n"))
	f.Fuzz(func(t *testing.T, pack []byte) {
		if r, err := policy.ReadLabelRules(pack); err == nil {
			r.Check("US", today, "a coupon at www.example.com", []string{"tel:1"})
		}
	})
}
