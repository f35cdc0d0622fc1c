package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
	"packbench/storage"
)

// The policy's days are the clock: what was closed before them is wiped at the start.
func TestBuyerDataLeavesOnThePolicysClock(t *testing.T) {
	dir := t.TempDir()
	then := time.Now().Add(-20 * 24 * time.Hour)
	past, err := storage.Open(t.Context(), dir, storage.Options{Station: "PACK-01", Now: func() time.Time { return then }})
	if err != nil {
		t.Fatal(err)
	}
	o := fulfillment.Order{ID: "100", Status: fulfillment.StatusAwaitingShipment, UpdatedAt: then, BuyerMessage: "ring twice",
		Lines:    []fulfillment.LineItem{{ID: "1", SKU: "MUG"}},
		Packages: []fulfillment.Package{{ID: "P100", OrderID: "100", Lines: []fulfillment.LineID{"1"}}}}
	if _, err := past.ApplyPulled(t.Context(), "shop", []fulfillment.Order{o}, time.Time{}); err != nil {
		t.Fatal(err)
	}
	label, err := past.StoreLabel(t.Context(), "P100", []byte("%PDF label"), "")
	if err != nil {
		t.Fatal(err)
	}
	o.Packages[0].Rung = fulfillment.RungHandedOver
	if err := errors.Join(past.Record(t.Context(), station.Commit{Station: "PACK-01", At: then, Packages: o.Packages}), past.Close()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		days int
		kept bool
	}{{21, true}, {19, false}} {
		store, err := storage.Open(t.Context(), dir, storage.Options{Station: "PACK-01"})
		if err != nil {
			t.Fatal(err)
		}
		e := &env{cfg: defaultConfig(), store: store, log: slog.New(slog.DiscardHandler)}
		e.cfg.Policy.BuyerDataDays = c.days
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- e.keepRetention(ctx) }()
		kept := true
		for begin := time.Now(); kept && (!c.kept || time.Since(begin) < 300*time.Millisecond); time.Sleep(5 * time.Millisecond) {
			if time.Since(begin) > 20*time.Second {
				t.Fatal("nothing was wiped")
			}
			_, err := store.Get(t.Context(), label)
			kept = err == nil
		}
		stop()
		if err := errors.Join(<-done, store.Close()); err != nil {
			t.Error(err)
		}
		if kept != c.kept {
			t.Errorf("buyer_data_days = %d, closed 20 days ago: the label is there: %t", c.days, kept)
		}
	}
}

// An order that left and was cancelled then shows both, with what was in it.
func TestACancelledOrderKeepsItsLines(t *testing.T) {
	o := fulfillment.Order{ID: "100", Status: fulfillment.StatusCancelled, Holds: []fulfillment.Hold{fulfillment.HoldCancelled},
		Lines:    []fulfillment.LineItem{{ID: "1", SKU: "MUG", ProductName: "Mug", Status: fulfillment.StatusCancelled}},
		Packages: []fulfillment.Package{{ID: "P100", Rung: fulfillment.RungHandedOver, WeightG: 420, Lines: []fulfillment.LineID{"1"}}}}
	var out bytes.Buffer
	c := &call{out: &out}
	if err := c.json(orderJSON(o, nil, nil, fulfillment.Bench{})); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"rung":"handed_over"`, `"holds":["cancelled"]`, `"lines":[{"cancelled":true,"name":"Mug","quantity":1,"seller_sku":"MUG","verified":1}]`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %s in %s", want, out.String())
		}
	}
}

// TestOrderOfACombinedParcel: each order tells its own lines and counts, and which others are in its parcel.
func TestOrderOfACombinedParcel(t *testing.T) {
	order := func(id fulfillment.OrderID, sku fulfillment.SKU) fulfillment.Order {
		return fulfillment.Order{ID: id, Status: fulfillment.StatusAwaitingCollection, Combined: true,
			Lines:    []fulfillment.LineItem{{ID: fulfillment.LineID("L" + id), SKU: sku, PackageID: "C1"}},
			Packages: []fulfillment.Package{{ID: "C1", PlatformID: "C1", OrderID: id, Rung: fulfillment.RungToPack}}}
	}
	a, b := order("1", "MUG"), order("2", "TEA")
	lead := a
	lead.With = []fulfillment.Order{b}
	parcel := fulfillment.NewParcel(lead, lead.Packages[0], nil, time.Time{})
	parcel.Items[1].Got = 1
	bench := fulfillment.Bench{Parcel: &parcel}
	other := b
	other.With = []fulfillment.Order{a}
	for _, c := range []struct {
		order fulfillment.Order
		want  string
	}{
		{lead, `[{"combined_with":["2"],"id":"C1","rung":"to_pack","tracking":"","weight_g":0}] [{"name":"MUG","quantity":1,"seller_sku":"MUG","verified":0}]`},
		{other, `[{"combined_with":["1"],"id":"C1","rung":"to_pack","tracking":"","weight_g":0}] [{"name":"TEA","quantity":1,"seller_sku":"TEA","verified":1}]`},
	} {
		got := orderJSON(c.order, nil, nil, bench)
		packages, err := json.Marshal(got["packages"])
		lines, err2 := json.Marshal(got["lines"])
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		text := string(packages) + " " + strings.ReplaceAll(string(lines), `"name":""`, `"name":"`+string(c.order.Lines[0].SKU)+`"`)
		if text != c.want {
			t.Errorf("order %s:\n got %s\nwant %s", c.order.ID, text, c.want)
		}
	}
}
