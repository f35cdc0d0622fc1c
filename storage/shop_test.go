package storage

import (
	"errors"
	"slices"
	"testing"
	"time"

	"packbench/fulfillment"
)

// ofShop is a platform-shipped order as one shop tells it, opened at this bench, with a row that waits.
func ofShop(t *testing.T, s *Store, shop, id string) {
	t.Helper()
	o := testOrder(id, "MUG")
	o.Shop, o.Market, o.ShippingType = shop, "GB", fulfillment.ShippingPlatform
	o.Packages = []fulfillment.Package{{ID: fulfillment.PackageID("P" + id), PlatformID: fulfillment.PackageID("P" + id), Lines: []fulfillment.LineID{o.Lines[0].ID}}}
	if _, err := s.ApplyPulled(t.Context(), shop, []fulfillment.Order{o}, time.Time{}); err != nil {
		t.Fatal(err)
	}
}

func rowOf(id, kind string) fulfillment.OutboxRow {
	return fulfillment.OutboxRow{ID: "row-" + id, Kind: fulfillment.OutboxKind(kind), OrderID: fulfillment.OrderID(id), PackageID: fulfillment.PackageID("P" + id), Lines: []fulfillment.LineID{"l"}}
}

// What one shop has told never reaches another shop's syncer: neither to be read, nor to be told, nor its label to be asked for.
func TestAShopSeesItsOwn(t *testing.T) {
	s := openTest(t, t.TempDir())
	ctx := t.Context()
	for _, x := range [][2]string{{"A", "1"}, {"A", "2"}, {"B", "3"}, {"", "4"}} { // the last of before shops were noted
		ofShop(t, s, x[0], x[1])
	}
	if _, err := s.ImportOrders(ctx, stringsReader("order_id,seller_sku,quantity\nFILE,MUG,1\n"), t.TempDir()); err != nil {
		t.Fatal(err)
	}
	if err := s.Add(ctx, []fulfillment.OutboxRow{rowOf("1", "report_shipped"), rowOf("3", "report_shipped"), rowOf("4", "report_shipped"), rowOf("FILE", "report_shipped")}); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		keys                  []string
		due, watched, arrange []string
	}{
		"A":                     {[]string{"A"}, []string{"1"}, []string{"1"}, []string{"1", "2"}},
		"B":                     {[]string{"B"}, []string{"3"}, []string{"3"}, []string{"3"}},
		"the first, also older": {[]string{"A", "was A", ""}, []string{"1", "4"}, []string{"1", "4"}, []string{"1", "2", "4"}},
		"nobody":                {nil, nil, nil, nil},
	} {
		view := s.Shop(tt.keys...)
		due, err1 := view.Due(ctx, t0.Add(time.Hour), 10)
		here, gone, err2 := view.Watched(ctx)
		watched := slices.Sorted(slices.Values(slices.Concat(here, gone)))
		arrange, err3 := view.ToArrange(ctx, 10)
		counts, _, err4 := view.OutboxCounts(ctx)
		if err := errors.Join(err1, err2, err3, err4); err != nil {
			t.Fatal(err)
		}
		var dueOf, arrangeOf, watchedOf []string
		for _, r := range due {
			dueOf = append(dueOf, string(r.OrderID))
		}
		for _, r := range arrange {
			arrangeOf = append(arrangeOf, string(r.OrderID))
		}
		for _, id := range watched {
			watchedOf = append(watchedOf, string(id))
		}
		if !slices.Equal(dueOf, tt.due) || !slices.Equal(watchedOf, tt.watched) || !slices.Equal(arrangeOf, tt.arrange) || counts[fulfillment.OutboxQueued] != len(tt.due) {
			t.Errorf("%s: due %v, watched %v, to arrange %v, counted %v", name, dueOf, watchedOf, arrangeOf, counts)
		}
	}
	for _, tt := range []struct {
		keys []string
		want []fulfillment.OrderID
	}{{[]string{"A", "B"}, []fulfillment.OrderID{"4", "FILE"}}, {[]string{"B", ""}, []fulfillment.OrderID{"1", "FILE"}}, {nil, []fulfillment.OrderID{"1", "3", "4", "FILE"}}} {
		strange, err := s.Strange(ctx, tt.keys)
		slices.Sort(strange)
		if err != nil || !slices.Equal(strange, tt.want) {
			t.Errorf("strange to %v: %v, %v", tt.keys, strange, err)
		}
	}
	if key, err := s.ShopOf(ctx, "3"); key != "B" || err != nil {
		t.Errorf("shop of 3: %q, %v", key, err)
	}
	if _, err := s.ShopOf(ctx, "FILE"); !errors.Is(err, fulfillment.ErrNotFound) {
		t.Errorf("shop of an order from a file: %v", err)
	}
}

// A label is asked for with the cipher of its own shop, and only a shop's own calls that a crash has cut off become uncertain
// when its syncer starts: another's may be under way right now.
func TestRecoverAndFetchByShop(t *testing.T) {
	s := openTest(t, t.TempDir())
	ctx := t.Context()
	for _, x := range [][2]string{{"A", "1"}, {"B", "3"}} {
		ofShop(t, s, x[0], x[1])
		if err := s.Add(ctx, []fulfillment.OutboxRow{rowOf(x[1], "arrange")}); err != nil {
			t.Fatal(err)
		}
		if err := s.Mark(ctx, fulfillment.OutboxRow{ID: "row-" + x[1], State: fulfillment.OutboxInFlight, Attempts: 1}, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Shop("A").Recover(ctx); err != nil {
		t.Fatal(err)
	}
	rows, err := s.Outbox(ctx)
	if err != nil || len(rows) != 2 || rows[0].State != fulfillment.OutboxUncertain || rows[1].State != fulfillment.OutboxInFlight {
		t.Fatalf("%+v, %v", rows, err)
	}
	for _, r := range rows {
		r.State = fulfillment.OutboxDone
		if err := s.Mark(ctx, r, &fulfillment.PackageNews{Tracking: fulfillment.Tracking("T" + r.OrderID), Arranged: true}); err != nil {
			t.Fatal(err)
		}
	}
	for shop, want := range map[string]fulfillment.PackageID{"A": "P1", "B": "P3"} {
		got, err := s.Shop(shop).ToFetch(ctx, 10)
		if err != nil || len(got) != 1 || got[0].ID != want {
			t.Errorf("%s fetches %+v, %v", shop, got, err)
		}
	}
}
