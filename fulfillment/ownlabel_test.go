package fulfillment_test

import (
	"testing"
	"time"

	"packbench/fulfillment"
)

func TestMayOwnLabel(t *testing.T) {
	now := time.Date(2026, 11, 29, 9, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		change func(*fulfillment.Order, *fulfillment.Package)
		want   fulfillment.NoOwnLabel
	}{
		"the seller ships":        {func(*fulfillment.Order, *fulfillment.Package) {}, fulfillment.OwnLabelAllowed},
		"packed already":          {func(_ *fulfillment.Order, p *fulfillment.Package) { p.Rung = fulfillment.RungWeighed }, fulfillment.OwnLabelAllowed},
		"the platform ships":      {func(o *fulfillment.Order, _ *fulfillment.Package) { o.ShippingType = fulfillment.ShippingPlatform }, fulfillment.OwnLabelPlatform},
		"nobody said who ships":   {func(o *fulfillment.Order, _ *fulfillment.Package) { o.ShippingType = "" }, fulfillment.OwnLabelPlatform},
		"the platform's own shed": {func(o *fulfillment.Order, _ *fulfillment.Package) { o.FulfillmentType = "FULFILLMENT_BY_TIKTOK" }, fulfillment.OwnLabelPlatform},
		"has one":                 {func(_ *fulfillment.Order, p *fulfillment.Package) { p.Label = "ab" }, fulfillment.OwnLabelThere},
		"cancelled":               {func(o *fulfillment.Order, _ *fulfillment.Package) { o.Status = fulfillment.StatusCancelled }, fulfillment.OwnLabelStopped},
		"the buyer wants out":     {func(o *fulfillment.Order, _ *fulfillment.Package) { o.CancelRequested = true }, fulfillment.OwnLabelStopped},
		"held":                    {func(_ *fulfillment.Order, p *fulfillment.Package) { p.Holds = []fulfillment.Hold{fulfillment.HoldHeld} }, fulfillment.OwnLabelStopped},
		"handed over":             {func(_ *fulfillment.Order, p *fulfillment.Package) { p.Rung = fulfillment.RungHandedOver }, fulfillment.OwnLabelLeft},
	} {
		o := fulfillment.Order{ID: "1", Source: fulfillment.SourcePlatform, Status: fulfillment.StatusAwaitingShipment, ShippingType: fulfillment.ShippingSeller,
			FulfillmentType: fulfillment.FulfillmentBySeller, PaidAt: now.Add(-5 * time.Hour)}
		p := fulfillment.Package{ID: "P", Rung: fulfillment.RungToPack}
		tt.change(&o, &p)
		if got := fulfillment.MayOwnLabel(o, p, now); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}
