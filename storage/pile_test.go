package storage

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
)

// The dock's list names every parcel by itself, and what must come out of the pile before everything else.
func TestThePileIsListedByParcel(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*fulfillment.Order)
		pack   func(*fulfillment.Package)
		want   []string
	}{
		{"two boxes", nil, nil, []string{"P-1 T-1 1/2 ", "P-2 T-2 2/2 "}},
		{"one on a manifest", nil, func(p *fulfillment.Package) {
			if p.ID == "P-1" {
				p.Rung = fulfillment.RungStaged
			}
		}, []string{"P-2 T-2 2/2 "}},
		{"one held", nil, func(p *fulfillment.Package) {
			if p.ID == "P-2" {
				p.Holds = []fulfillment.Hold{fulfillment.HoldHeld}
			}
		}, []string{"P-1 T-1 1/2 "}},
		{"cancelled", func(o *fulfillment.Order) { o.Status = fulfillment.StatusCancelled }, nil, []string{"P-1 T-1 1/2 cancelled", "P-2 T-2 2/2 cancelled"}},
		{"the buyer asks", func(o *fulfillment.Order) { o.CancelRequested = true }, nil, []string{"P-1 T-1 1/2 cancel_requested", "P-2 T-2 2/2 cancel_requested"}},
		{"cancelled, one taken out", func(o *fulfillment.Order) { o.Status = fulfillment.StatusCancelled }, func(p *fulfillment.Package) {
			if p.ID == "P-1" {
				p.Holds = []fulfillment.Hold{fulfillment.HoldCancelled}
			}
		}, []string{"P-2 T-2 2/2 cancelled"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := openTest(t, t.TempDir())
			o := testOrder("1", "MUG", "TEA")
			o.Packages = nil
			for i := range 2 {
				id := fulfillment.PackageID(fmt.Sprintf("P-%d", i+1))
				o.Lines[i].PackageID = id
				o.Packages = append(o.Packages, fulfillment.Package{ID: id, PlatformID: id, OrderID: o.ID, Rung: fulfillment.RungToPack, Carrier: "UPS",
					Tracking: fulfillment.Tracking(fmt.Sprintf("T-%d", i+1)), Lines: []fulfillment.LineID{o.Lines[i].ID}})
			}
			pull(t, s, o)
			packed := mustOrder(t, s, o.ID).Packages
			for i := range packed {
				packed[i].Rung = fulfillment.RungApplied
				if c.pack != nil {
					c.pack(&packed[i])
				}
			}
			record(t, s, station.Commit{Events: event(fulfillment.EventApplied, o), Packages: packed})
			if c.change != nil {
				c.change(&o)
				o.UpdatedAt = o.UpdatedAt.Add(time.Minute)
				pull(t, s, o)
			}
			list, err := s.PackedNotHandedOver(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, l := range list {
				got = append(got, fmt.Sprintf("%s %s %d/%d %s", l.PackageID, l.Tracking, l.Box, l.Boxes, l.Stop))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("listed %q, want %q", got, c.want)
			}
		})
	}
}
