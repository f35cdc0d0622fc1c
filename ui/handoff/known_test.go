package handoff

import (
	"strings"
	"testing"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
)

// A manifest's card says how old the oldest knowledge about its orders is; one that is left off does not count.
func TestACardSaysTheAgeOfItsKnowledge(t *testing.T) {
	now := time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)
	v := station.View{Manifests: []fulfillment.Manifest{{ID: "M1", Carrier: "Demo", OpenedAt: now, Parcels: []fulfillment.ManifestParcel{
		{OrderID: "1", PackageID: "P1"}, {OrderID: "2", PackageID: "P2"}, {OrderID: "3", PackageID: "P3", LeftOff: true}, {OrderID: "file", PackageID: "P4"}}}},
		Checked: map[fulfillment.OrderID]time.Time{"1": now.Add(-2 * time.Minute), "2": now.Add(-7 * time.Minute), "3": now.Add(-time.Hour)}}
	if c := ModelOf(v, now).Cards[0]; c.Known != "checked 7 min ago" {
		t.Errorf("the card says %q", c.Known)
	}
	v.Checked = nil // orders from files
	if c := ModelOf(v, now).Cards[0]; c.Known != "" || strings.Contains(c.Since, "checked") {
		t.Errorf("the card says %q", c.Known)
	}
}
