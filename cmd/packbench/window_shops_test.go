package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"packbench/cmd/sandbox/shop"
	"packbench/devices/devicetest"
	"packbench/fulfillment"
)

// packable is a platform-shipped order of a market without anything special about it.
func packable(t *testing.T, s *shop.Server, market string) shop.OrderState {
	t.Helper()
	for _, o := range s.State().Orders {
		if o.Market == market && o.MayShip && o.Trap == "" && !o.CancelRequested && o.ShippingType == "TIKTOK" && o.Label == "good" && o.FulfillmentType == fulfillment.FulfillmentBySeller {
			return o
		}
	}
	t.Fatalf("no plain order in %s", market)
	return shop.OrderState{}
}

// TestOrdersOfTwoShopsArePacked: parcels of two shops are packed one after the other at one bench; each gets the label of its own
// shop. The labels come from calls with the right cipher only.
func TestOrdersOfTwoShopsArePacked(t *testing.T) {
	display := newDisplay(t)
	b := newConnectBed(t, shop.Options{Market: "GB", Also: []string{"VN"}, Orders: 16, CarrierAfter: -1})
	b.display = display
	printer, err := devicetest.NewPrinter("", 203)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = printer.Run(ctx) })
	t.Cleanup(func() { stop(); running.Wait() })
	scanner, devices := newScanner(t)
	b.write(t, filepath.Join(b.dir, "station.toml"), "[station]\nid = \"PACK-01\"\nmarket = \"GB\"\noperator = \"Tester\"\n"+b.shopTable()+"poll = \"1s\"\n"+devices+
		"[[printer]]\nrole = \"label\"\ntransport = \"network\"\naddress = \""+printer.Address()+"\"\nlanguage = \"zpl\"\ndpi = 203\nwidth_mm = 102\nheight_mm = 152\n")
	if _, said, code := b.packbench(t, b.server.Credentials().AuthCode+"\n", "shop", "connect", "--auth-code", "-", "--shop", "all"); code != 0 {
		t.Fatal(said)
	}
	s := &twoShops{connectBed: b}
	products := filepath.Join(b.files, "products.csv")
	b.write(t, products, s.get(t, "/admin/products.csv"))
	b.run(t, "products", "import", products)
	orders := []shop.OrderState{packable(t, b.server, "GB"), packable(t, b.server, "VN")} // before they are arranged
	w := b.start(t)
	w.shown(t)
	var numbers []string
	for n, o := range orders {
		market := o.Market
		eventually(t, "the order of "+market+" is here with its number", func() bool {
			out, _, code := b.packbench(t, "", "order", o.ID)
			var told struct{ Packages []struct{ Tracking string } }
			return code == 0 && json.Unmarshal([]byte(out), &told) == nil && len(told.Packages) == 1 && told.Packages[0].Tracking != ""
		})
		w.want(t, scanner, o.ID, "order_opened")
		for _, l := range o.Lines {
			for range l.Qty {
				if got := w.scan(t, scanner, l.Barcode); !got.Accepted {
					t.Fatalf("%s: %s %s", l.Barcode, got.Verdict, got.Text)
				}
			}
		}
		eventually(t, "the label of "+market+" comes out", func() bool {
			said, err := os.ReadFile(b.trace())
			return err == nil && strings.Count(string(said), `"label_printed"`) == n+1
		})
		if got := len(printer.Labels()); got != n+1 {
			t.Fatalf("%d labels after %d parcels", got, n+1)
		}
		tracking := ""
		for _, x := range b.server.State().Orders {
			if x.ID == o.ID {
				tracking = x.Tracking
			}
		}
		w.want(t, scanner, tracking, "applied")
		numbers = append(numbers, tracking)
	}
	w.want(t, scanner, "PB:MODE:HANDOFF", "command_done") // the last look before a seal asks both shops
	for n, tracking := range numbers {
		if got := w.scan(t, scanner, tracking); !got.Accepted {
			t.Fatalf("%s is not taken at the dock: %s %s", orders[n].ID, got.Verdict, got.Text)
		}
	}
	looks := len(s.journal(t))
	if got := w.scan(t, scanner, "PB:SEAL"); !got.Accepted {
		t.Fatalf("sealed: %s %s", got.Verdict, got.Text)
	}
	for _, market := range []string{"GB", "VN"} {
		if !slices.ContainsFunc(s.journal(t)[looks:], func(c journalCall) bool { return c.Shop == market }) {
			t.Errorf("the seal did not look at the %s shop", market)
		}
	}
	for _, c := range s.journal(t) {
		if c.Foreign != nil {
			t.Errorf("%s of the %s shop names %v of the other", c.Path, c.Shop, c.Foreign)
		}
	}
	if out := b.run(t, "outbox"); strings.Contains(out, "parked") {
		t.Errorf("outbox: %s", out)
	}
	w.close(t)
}
