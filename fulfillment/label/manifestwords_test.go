package label

import (
	"testing"
	"time"
)

func TestManifestSaysATimeOnceAndCountsInWords(t *testing.T) {
	at := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		where *time.Location
		want  string
	}{
		{nil, "2026-07-01 12:00:00 UTC"},
		{time.UTC, "2026-07-01 12:00:00 UTC"},
		{time.FixedZone("UTC", 0), "2026-07-01 12:00:00 UTC"}, // a warehouse computer set to UTC
		{time.FixedZone("EST", -5*3600), "2026-07-01 12:00:00 UTC  ·  2026-07-01 07:00:00 EST (-05:00)"},
	} {
		d := manifestDoc{extra: ManifestExtra{Location: c.where}}
		if got := d.at(at); got != c.want {
			t.Errorf("in %v: %q, want %q", c.where, got, c.want)
		}
	}
	if parcels(1) != "1 parcel" || parcels(2) != "2 parcels" || parcels(0) != "0 parcels" {
		t.Errorf("%q, %q", parcels(1), parcels(2))
	}
}
