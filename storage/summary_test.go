package storage

import (
	"testing"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
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

func TestTheListClaimsWhatWasDone(t *testing.T) {
	line := func(status fulfillment.OrderStatus) []fulfillment.LineItem {
		return []fulfillment.LineItem{{ID: "a", SKU: "MUG", Status: status}, {ID: "b", SKU: "MUG", Status: status}}
	}
	for _, c := range []struct {
		name     string
		rung     fulfillment.Rung
		unpacked string
		status   fulfillment.OrderStatus
		verified int
		units    int
	}{
		{"packed", fulfillment.RungApplied, "", "", 2, 2},
		{"accepted unpacked", fulfillment.RungHandedOver, "Demo Supervisor", "", 0, 2},
		{"cancelled in its box", fulfillment.RungApplied, "", fulfillment.StatusCancelled, 2, 2},
		{"cancelled before", fulfillment.RungToPack, "", fulfillment.StatusCancelled, 0, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := fulfillment.Order{ID: "1", Lines: line(c.status), Packages: []fulfillment.Package{{ID: "P1", OrderID: "1", Rung: c.rung, Unpacked: c.unpacked}}}
			if s := summarise(o); s.Verified != c.verified || s.Units != c.units || s.Unpacked != c.unpacked {
				t.Errorf("%d of %d, unpacked %q", s.Verified, s.Units, s.Unpacked)
			}
		})
	}
}

func TestWhoAcceptedAParcelUnpackedIsStored(t *testing.T) {
	s := openTest(t, t.TempDir())
	o := testOrder("576461413038785752", "MUG")
	pull(t, s, o)
	p := o.Packages[0]
	for _, who := range []string{"Demo Supervisor", ""} {
		p.Rung, p.Unpacked = fulfillment.RungStaged, who
		c := station.Commit{Station: "PACK-01", At: t0, Events: []fulfillment.EventDraft{{Kind: fulfillment.EventStaged, OrderID: o.ID, PackageID: p.ID}},
			Packages: []fulfillment.Package{p}}
		if err := s.Record(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Order(t.Context(), o.ID); err != nil || got.Packages[0].Unpacked != who {
			t.Errorf("%v, unpacked by %q, want %q", err, got.Packages[0].Unpacked, who)
		}
	}
}
