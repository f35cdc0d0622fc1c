package policy

import (
	"os"
	"strings"
	"testing"
	"time"
)

func TestBundledPrinterRules(t *testing.T) {
	pack, err := os.ReadFile("../../assets/rules/printers.toml")
	if err != nil {
		t.Fatal(err)
	}
	r, err := ReadPrinterRules(pack)
	if err != nil {
		t.Fatal(err)
	}
	after, before := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	if dpi, source, ok := r.LeastDPI("US", after); dpi != 300 || !ok || !strings.Contains(source, "2026-11-22") {
		t.Errorf("US: %d, %q, %v", dpi, source, ok)
	}
	if _, _, ok := r.LeastDPI("US", before); ok {
		t.Error("the rule holds before its date")
	}
	if _, _, ok := r.LeastDPI("GB", after); ok {
		t.Error("GB has no such rule")
	}
}

func TestPrinterRulesThatAreRefused(t *testing.T) {
	for _, pack := range []string{"", "format = 2", "format = 1\n[[rule]]\nmarkets=[\"US\"]", "format = 1\ncolour = 3",
		"format = 1\n[[rule]]\nmarkets=[\"US\"]\nleast_dpi=30\nfrom=2026-01-01\nsource=\"x\""} {
		if _, err := ReadPrinterRules([]byte(pack)); err == nil {
			t.Errorf("%q was taken", pack)
		}
	}
	r, err := ReadPrinterRules([]byte("format = 1\n[[rule]]\nmarkets=[\"US\"]\nleast_dpi=300\nfrom=2026-01-01\nuntil=2026-06-01\nsource=\"x\""))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, ok := r.LeastDPI("US", time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)); ok {
		t.Error("the rule holds after its end")
	}
}
