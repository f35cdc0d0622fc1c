package label

import (
	"slices"
	"strings"
	"testing"
)

func TestLintNamesWhatALabelMayNotCarry(t *testing.T) {
	tests := []struct {
		name, text string
		decoded    []string
		want       string // part of a finding, "" for none
	}{
		{"order information", "SHIP TO: SAMPLE PERSON\n1 EXAMPLE STREET", []string{upsNumber}, ""},
		{"the carrier's own site", "Track at https://www.ups.com/track or www.usps.com.", nil, ""},
		{"a site that only ends like a carrier's", "www.not-ups.com", nil, "link: www.not-ups.com"},
		{"shop's link", "Visit https://shop.example/sale!", nil, "https://shop.example/sale"},
		{"e-mail", "Questions: help@shop.example.com", nil, "help@shop.example.com"},
		{"promotion", "10% OFF your next\norder", nil, "next order"},
		{"review", "Please leave a review", nil, "asking for a review"},
		{"Vietnamese", "Giảm giá 20K", nil, "promotion"},
		{"Thai, written without spaces", "รับส่วนลดวันนี้", nil, "promotion"},
		{"social network", "Follow us on Instagram", nil, "outside the platform"},
		{"part of another word", "COUPONVILLE STREET", nil, ""},
		{"QR code with a link", "SHIP TO", []string{"https://shop.example/review"}, "leads to a web page"},
		{"picture", " \n", nil, "is a picture"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := lintLabel(tt.text, tt.decoded)
			if tt.want == "" && len(got) > 0 || !strings.Contains(strings.Join(got, "\n"), tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestLintOfARealPage(t *testing.T) {
	s := carrierSheet(upsNumber)
	s.elements = append(s.elements, element{kind: "text", text: "5 star? coupon at https://shop.example", x: 5, y: 120},
		element{kind: "qr", text: "https://shop.example/gift", x: 60, y: 118, w: 25, h: 25},
		element{kind: "code128", text: otherNumber, x: 4, y: 124, w: 52, h: 12})
	proof, _ := prove(t, s.pdf(t), upsNumber, stock300)
	all := strings.Join(proof.Lint, "\n")
	for _, want := range []string{"coupon", "5 star", "https://shop.example", "leads to a web page: https://shop.example/gift", "also carries " + otherNumber} {
		if !strings.Contains(all, want) {
			t.Errorf("no finding says %q: %q; read %q", want, proof.Lint, proof.Decoded)
		}
	}
	if proof.Verdict != "print" {
		t.Errorf("findings are warnings, got %q %q", proof.Verdict, proof.Reason)
	}
	if !slices.Contains(proof.Decoded, "https://shop.example/gift") {
		t.Errorf("read %q", proof.Decoded)
	}
}
