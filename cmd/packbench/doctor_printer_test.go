package main

import (
	"strings"
	"testing"
)

// TestDoctorTellsOfACoarsePrinter: where the market's procedure asks for more dots, and only there.
func TestDoctorTellsOfACoarsePrinter(t *testing.T) {
	for market, want := range map[string]bool{"US": true, "GB": false} {
		cfg := defaultConfig()
		cfg.Station.Market = market
		cfg.Printers = []PrinterConfig{usualPrinter(PrinterConfig{Transport: "network", Address: "127.0.0.1:1"})}
		d := &doctor{c: &call{dir: t.TempDir()}, cfg: cfg}
		d.devices(t.Context())
		told := false
		for _, k := range d.checks {
			told = told || k.what == "printer resolution" && k.state == "warn" && strings.Contains(k.text, "203") && strings.Contains(k.text, "300")
		}
		if told != want {
			t.Errorf("%s: told %v\n%+v", market, told, d.checks)
		}
	}
}
