package label

import (
	"io"
	"strings"
	"testing"
	"time"

	"packbench/fulfillment"
)

func TestTheManifestClaimsNoCheckThatWasNotMade(t *testing.T) {
	m := sampleManifest(3)
	extra := sampleExtra()
	extra.Location = time.FixedZone("EST", -5*3600)
	extra.Unpacked = map[fulfillment.PackageID]Unpacked{m.Parcels[1].PackageID: {By: "Sample Supervisor", Units: 3}}
	text := strings.Join(pageTexts(t, written(t, func(w io.Writer) error { return ManifestPDF(w, m, extra) })), " ")
	want := string(m.Parcels[1].PackageID) + ": 0 of 3 items verified here, accepted unpacked by Sample Supervisor."
	if !strings.Contains(text, want) || strings.Count(text, "accepted unpacked") != 1 {
		t.Errorf("%q is not in %q", want, text)
	}
	if local := m.Parcels[0].At.UTC().Format("01-02 15:04:05") + m.Parcels[0].At.In(extra.Location).Format(" (15:04)"); !strings.Contains(text, local) {
		t.Errorf("%q is not in %q", local, text)
	}
}

// A parcel of several orders counts once, and each of its orders stands on the paper.
func TestTheManifestNamesEveryOrderOfACombinedParcel(t *testing.T) {
	m := sampleManifest(3)
	m.Parcels[1].With = []fulfillment.OrderID{"576461413038799001", "576461413038799777"}
	text := strings.Join(pageTexts(t, written(t, func(w io.Writer) error { return ManifestPDF(w, m, sampleExtra()) })), " ")
	for _, want := range []string{"576461413038799001", "576461413038799777", string(m.Parcels[1].OrderID) + " +2"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not on the paper", want)
		}
	}
}
