package label

import (
	"slices"
	"strings"
	"testing"
)

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
