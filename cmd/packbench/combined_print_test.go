package main

import (
	"sync/atomic"
	"testing"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
)

// An order of a combined parcel is cancelled after the bench has heard of it last and before the last item: whether the label is at
// hand or proved first, none comes out, for the last look counts and what the last scan packs counts with it.
func TestNoLabelForACombinedParcelWithACancelledOrder(t *testing.T) {
	for name, cold := range map[string]bool{"handed over": false, "queued": true} {
		t.Run(name, func(t *testing.T) {
			var prints atomic.Int32
			dropped := make(chan fulfillment.PrintJob, 10)
			c := &crashed{t: t, dir: t.TempDir(), cold: cold, told: func(j fulfillment.PrintJob) { dropped <- j },
				print: func() (station.PrintResult, error) {
					prints.Add(1)
					return station.PrintResult{Complete: true}, nil
				}}
			c.start()
			pair := combinedPair("100", "MUG", "200", "TEE")
			pull := func(orders ...fulfillment.Order) {
				t.Helper()
				if _, err := c.store.ApplyPulled(t.Context(), "shop", orders, time.Time{}); err != nil {
					t.Fatal(err)
				}
			}
			pull(pair...)
			if _, err := c.store.StoreLabel(t.Context(), "C1", []byte("%PDF-label"), "TRACK-C1"); err != nil {
				t.Fatal(err)
			}
			c.idle()
			c.scan("100", station.PromptScanItems)
			pair[1].Status, pair[1].UpdatedAt = fulfillment.StatusCancelled, time.Now().Add(time.Second)
			pull(pair[1])
			if err := c.s.Submit(t.Context(), fulfillment.Scan{Code: "MUG", At: time.Now()}); err != nil {
				t.Fatal(err)
			}
			if err := c.s.Submit(t.Context(), fulfillment.Scan{Code: "TEE", At: time.Now()}); err != nil {
				t.Fatal(err)
			}
			select {
			case j := <-dropped:
				if j.State != fulfillment.JobDropped || prints.Load() != 0 {
					t.Errorf("the job is %s (%s), %d labels came out", j.State, j.Reason, prints.Load())
				}
			case <-time.After(10 * time.Second):
				t.Fatal("no job has ended")
			}
		})
	}
}

// combinedPair are two orders of one item each in the package C1.
func combinedPair(a string, sku fulfillment.SKU, b string, other fulfillment.SKU) []fulfillment.Order {
	var pair []fulfillment.Order
	for id, sku := range map[string]fulfillment.SKU{a: sku, b: other} {
		line := fulfillment.LineID(id + "-1")
		pair = append(pair, fulfillment.Order{ID: fulfillment.OrderID(id), Shop: "shop", Market: "VN", Source: fulfillment.SourcePlatform, Combined: true,
			Status: fulfillment.StatusAwaitingCollection, ShippingType: fulfillment.ShippingPlatform, FulfillmentType: fulfillment.FulfillmentBySeller,
			PaidAt: time.Now().Add(-24 * time.Hour), UpdatedAt: time.Now(), CheckedAt: time.Now(),
			Lines: []fulfillment.LineItem{{ID: line, SKU: sku, PackageID: "C1"}},
			Packages: []fulfillment.Package{{ID: "C1", PlatformID: "C1", OrderID: fulfillment.OrderID(id), Lines: []fulfillment.LineID{line}, Carrier: "Demo Carrier",
				Arranged: true, PlatformStatus: "PROCESSING", Rung: fulfillment.RungToPack}}})
	}
	if pair[0].ID != fulfillment.OrderID(a) {
		pair[0], pair[1] = pair[1], pair[0]
	}
	return pair
}
