package storage

import (
	"testing"

	"packbench/fulfillment"
)

func TestAPackedParcelWithoutItsLabelIsKnown(t *testing.T) {
	for _, c := range []struct {
		rung  fulfillment.Rung
		label fulfillment.Hash
		want  bool
	}{
		{fulfillment.RungToPack, "", false},
		{fulfillment.RungVerified, "", true},
		{fulfillment.RungWeighed, "", true},
		{fulfillment.RungVerified, "label", false},
		{fulfillment.RungApplied, "", false}, // the carrier's own label is on it
	} {
		o := fulfillment.Order{ID: "1", Packages: []fulfillment.Package{{ID: "P1", OrderID: "1", Rung: c.rung, Label: c.label}}}
		if got := summarise(o).NoLabel; got != c.want {
			t.Errorf("at %s with label %q: %v", c.rung, c.label, got)
		}
	}
}
