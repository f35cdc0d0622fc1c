package storage

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
)

// TestMain turns the test binary into the child of the kill harness, or the station of a power cut, where the environment says so.
func TestMain(m *testing.M) {
	if dir := os.Getenv(cutDirEnv); dir != "" {
		if err := cutChild(context.Background(), dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if dir := os.Getenv(killDirEnv); dir != "" {
		child := killChild
		if os.Getenv(killFaultEnv) == importOnly {
			child = importChild
		}
		if os.Getenv(killFaultEnv) == stageOnly {
			child = stageChild
		}
		if err := child(context.Background(), dir, os.Getenv(killFaultEnv)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

var t0 = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func openTest(tb testing.TB, dir string) *Store {
	tb.Helper()
	s, err := Open(tb.Context(), dir, Options{Station: "PACK-01", Market: "US", Now: func() time.Time { return t0 }})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return s
}

// testOrder is a platform-shipped order with one package and one unit of each SKU.
func testOrder(id string, skus ...fulfillment.SKU) fulfillment.Order {
	o := fulfillment.Order{ID: fulfillment.OrderID(id), Shop: "shop", Market: "US", Source: fulfillment.SourcePlatform,
		Status: fulfillment.StatusAwaitingShipment, ShippingType: fulfillment.ShippingPlatform, FulfillmentType: fulfillment.FulfillmentBySeller,
		CreatedAt: t0.Add(-3 * time.Hour), PaidAt: t0.Add(-2 * time.Hour), UpdatedAt: t0.Add(-time.Hour), CheckedAt: t0, OnHoldOrder: true,
		Deadlines: []fulfillment.Deadline{{Name: "rts_sla_time", At: t0.Add(24 * time.Hour), Source: "order"}}}
	p := fulfillment.Package{ID: fulfillment.PackageID("P" + id), PlatformID: fulfillment.PackageID("P" + id), OrderID: o.ID, Rung: fulfillment.RungToPack,
		PlatformStatus: "TO_FULFILL"}
	for i, sku := range skus {
		l := fulfillment.LineItem{ID: fulfillment.LineID(fmt.Sprintf("%s/%d", id, i)), SKU: sku, SKUID: fulfillment.SKUID("id-" + sku),
			ProductName: "Example " + string(sku), PackageID: p.ID, Status: fulfillment.StatusAwaitingShipment}
		o.Lines, p.Lines = append(o.Lines, l), append(p.Lines, l.ID)
	}
	o.Packages = []fulfillment.Package{p}
	return o
}

func pull(tb testing.TB, s *Store, orders ...fulfillment.Order) []fulfillment.OrderID {
	tb.Helper()
	changed, err := s.ApplyPulled(tb.Context(), "shop", orders, time.Time{})
	if err != nil {
		tb.Fatal(err)
	}
	return changed
}

func mustOrder(tb testing.TB, s *Store, id fulfillment.OrderID) fulfillment.Order {
	tb.Helper()
	o, err := s.Order(tb.Context(), id)
	if err != nil {
		tb.Fatal(err)
	}
	return o
}

func record(tb testing.TB, s *Store, c station.Commit) {
	tb.Helper()
	if c.Station == "" {
		c.Station, c.At = "PACK-01", t0
	}
	if err := s.Record(tb.Context(), c); err != nil {
		tb.Fatal(err)
	}
}

func event(kind fulfillment.EventKind, o fulfillment.Order) []fulfillment.EventDraft {
	return []fulfillment.EventDraft{{Kind: kind, OrderID: o.ID, PackageID: o.Packages[0].ID, Body: map[string]any{"rung": o.Packages[0].Rung}}}
}
