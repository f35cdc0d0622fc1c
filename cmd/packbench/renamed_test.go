package main

import (
	"os"
	"strings"
	"testing"

	"packbench/devices"
)

// TestAChangedStationIDIsAskedAbout: the setup takes no other id over in passing; a second touch does, as a person was told.
func TestAChangedStationIDIsAskedAbout(t *testing.T) {
	p := runTCPPrinter(t, 203)
	b := newLiveBench(t, "", 1)
	text, err := os.ReadFile(b.a.config)
	b.must(err)
	const head = "[station]\n"
	was := b.a.env.cfg.Station.ID
	changed := strings.Replace(string(text), `"`+was+`"`, `"PACK-99"`, 1)
	if changed == string(text) {
		changed = head + "id = \"PACK-99\"\n" + strings.TrimPrefix(changed, head)
	}
	b.must(os.WriteFile(b.a.config, []byte(changed), 0o600))
	c := b.address(devices.Printer, p.Address())
	err = b.bind(c)
	if err == nil || !strings.Contains(err.Error(), "PACK-99, it works as "+was) || len(err.Error()) > 164 {
		t.Fatalf("got %v", err)
	}
	if now, err := os.ReadFile(b.a.config); err != nil || string(now) != changed || b.toml().labelPrinter() != nil {
		t.Errorf("something was changed: %s, %v", now, err)
	}
	b.must(b.bind(c))
	if b.toml().labelPrinter() == nil || !b.told.LabelPrinter {
		t.Error("the second touch did not count")
	}
}
