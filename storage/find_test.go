package storage

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
)

func TestFindKnowsEveryCodeOfAnOrder(t *testing.T) {
	s := openTest(t, t.TempDir())
	o := testOrder("100", "MUG", "TEE")
	o.Packages[0].ID, o.Packages[0].Tracking = "100-1", "1Z999"
	o.Lines[1].Bundle = []fulfillment.BundlePart{{SKU: "TEE-S", SKUID: "id-part", Count: 2}}
	noSKU := testOrder("200", "")
	noSKU.Lines[0].SKUID = "17299"
	pull(t, s, o, noSKU)
	products := "seller_sku,barcode,name,weight_g\nMUG,4012345678901,Mug,300\nMUG,4012345678902,,\nTEE-S,4099999999999,Small tee,120\nOTHER,4012345678901,,\n"
	if _, err := s.ImportProducts(t.Context(), strings.NewReader(products)); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name, code string
		candidates []fulfillment.Tracking
		order      fulfillment.OrderID
		by         fulfillment.Class
		pkg        fulfillment.PackageID
		skus       []fulfillment.SKU
	}{
		{"order id", "100", nil, "100", fulfillment.ClassOrder, "", nil},
		{"our package id", "100-1", nil, "100", fulfillment.ClassPackage, "100-1", nil},
		{"the platform's package id", "P100", nil, "100", fulfillment.ClassPackage, "100-1", nil},
		{"tracking number", "1Z999", nil, "100", fulfillment.ClassTracking, "100-1", nil},
		{"tracking number inside a routing code", "4209021092001Z999", []fulfillment.Tracking{"nope", "1Z999"}, "100", fulfillment.ClassTracking, "100-1", nil},
		{"a barcode of two products", "4012345678901", nil, "", "", "", []fulfillment.SKU{"MUG", "OTHER"}},
		{"a second barcode", "4012345678902", nil, "", "", "", []fulfillment.SKU{"MUG"}},
		{"seller_sku in the catalogue only", "OTHER", nil, "", "", "", []fulfillment.SKU{"OTHER"}},
		{"sku_id of a line", "id-MUG", nil, "", "", "", []fulfillment.SKU{"MUG"}},
		{"sku_id of a bundle's part", "id-part", nil, "", "", "", []fulfillment.SKU{"TEE-S"}},
		{"sku_id of a line without seller_sku", "17299", nil, "", "", "", []fulfillment.SKU{"17299"}},
		{"nothing", "nobody knows", nil, "", "", "", nil},
		{"empty", "", nil, "", "", "", nil},
		{"SQL", "' OR 1=1 --", nil, "", "", "", nil},
		{"wildcards", "%", nil, "", "", "", nil},
		{"a NUL", "100\x00", nil, "", "", "", nil},
		{"not UTF-8", "\xff\xfe", nil, "", "", "", nil},
		{"too long", strings.Repeat("1", fulfillment.MaxScan+1), nil, "", "", "", nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := s.Find(t.Context(), c.code, c.candidates)
			if err != nil {
				t.Fatal(err)
			}
			if c.order == "" {
				if got.Order != nil {
					t.Errorf("got order %s, want none", got.Order.ID)
				}
			} else if got.Order == nil || got.Order.ID != c.order || got.By != c.by || got.Package != c.pkg {
				t.Errorf("got %+v, want %s by %s, package %s", got, c.order, c.by, c.pkg)
			}
			if !slices.Equal(got.SKUs, c.skus) {
				t.Errorf("SKUs: got %v, want %v", got.SKUs, c.skus)
			}
		})
	}
	got, err := s.Find(t.Context(), "100", nil)
	if err != nil || len(got.Order.Lines) != 2 || len(got.Order.Packages) != 1 || got.Products["MUG"].WeightG != 300 || got.Products["TEE-S"].Name != "Small tee" ||
		!slices.Equal(got.Products["MUG"].Barcodes, []string{"4012345678901", "4012345678902"}) {
		t.Errorf("complete order: got %+v, products %+v, %v", got.Order, got.Products, err)
	}
}

// FuzzFind: whatever a scanner reads is answered, never an error, and never takes anything for something else.
func FuzzFind(f *testing.F) {
	for _, seed := range []string{"100", "P100", "' OR '1'='1", "\x00", "\xff", "PB:UNDO", "id-MUG", "100\n", strings.Repeat("9", 600)} {
		f.Add(seed)
	}
	s := openTest(f, f.TempDir())
	pull(f, s, testOrder("100", "MUG"))
	f.Fuzz(func(t *testing.T, code string) {
		got, err := s.Find(t.Context(), code, []fulfillment.Tracking{fulfillment.Tracking(code)})
		if err != nil {
			t.Fatal(err)
		}
		if got.Order != nil && code != "100" && code != "P100" {
			t.Errorf("%q led to an order", code)
		}
		if len(got.SKUs) > 0 && code != "MUG" && code != "id-MUG" {
			t.Errorf("%q led to %v", code, got.SKUs)
		}
	})
}

func TestListOrdersGoesByShipBy(t *testing.T) {
	s := openTest(t, t.TempDir())
	var orders []fulfillment.Order
	for i, id := range []string{"30", "31", "32", "40"} {
		o := testOrder(id, "MUG", "TEE")
		o.Deadlines[0].At = t0.Add(time.Duration(10-i) * time.Hour)
		o.Packages[0].Tracking = fulfillment.Tracking("TR_" + id)
		orders = append(orders, o)
	}
	orders[3].Deadlines = nil
	orders[0].Status = fulfillment.StatusCancelled
	orders[1].Packages[0].Carrier = "Demo Carrier"
	orders[1].Packages[0].Holds = []fulfillment.Hold{fulfillment.HoldShort}
	orders[1].CancelRequested = true
	pull(t, s, orders...)
	parcel := fulfillment.NewParcel(orders[1], orders[1].Packages[0], nil, t0)
	parcel.Items[0].Got = 1
	record(t, s, station.Commit{Bench: fulfillment.Bench{Parcel: &parcel}})
	ids := func(query string, limit int) string {
		t.Helper()
		list, err := s.ListOrders(t.Context(), query, limit)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, o := range list {
			out = append(out, string(o.ID))
		}
		return strings.Join(out, " ")
	}
	for _, c := range []struct {
		query string
		limit int
		want  string
	}{{"", 10, "32 31 30 40"}, {"", 2, "32 31"}, {"3", 10, "32 31 30"}, {"_31", 10, "31"}, {"r_3", 10, "32 31 30"}, {"0", 10, "30 40"}, {"TR_31", 10, "31"}, {"P40", 10, "40"}, {"MU", 10, "32 31 30 40"}, {"%", 10, ""}, {"_4", 10, "40"}, {"nope", 10, ""}} {
		if got := ids(c.query, c.limit); got != c.want {
			t.Errorf("%q, %d: got %q, want %q", c.query, c.limit, got, c.want)
		}
	}
	list, err := s.ListOrders(t.Context(), "31", 1)
	if err != nil {
		t.Fatal(err)
	}
	if o := list[0]; o.Units != 2 || o.Verified != 1 || o.Rung != fulfillment.RungToPack || o.Carrier != "Demo Carrier" || o.Tracking != "TR_31" ||
		!slices.Equal(o.Holds, []fulfillment.Hold{fulfillment.HoldCancelRequested, fulfillment.HoldShort}) || !o.CheckedAt.Equal(t0) || o.ShippingType != fulfillment.ShippingPlatform {
		t.Errorf("summary: got %+v", o)
	}
}

func TestUnknownNamesAreNotFound(t *testing.T) {
	s := openTest(t, t.TempDir())
	ctx := t.Context()
	_, order := s.Order(ctx, "x")
	_, product := s.Product(ctx, "x")
	_, manifest := s.Manifest(ctx, "x")
	_, proof := s.Proof(ctx, "x", fulfillment.Shipment{}, fulfillment.Media{})
	_, label := s.StoreLabel(ctx, "x", []byte("%PDF"), "")
	for what, err := range map[string]error{"order": order, "product": product, "manifest": manifest, "proof": proof, "label": label,
		"mark": s.Mark(ctx, fulfillment.OutboxRow{ID: "x"}, nil), "requeue": s.Requeue(ctx, "x")} {
		if !errors.Is(err, fulfillment.ErrNotFound) {
			t.Errorf("%s: got %v, want %v", what, err, fulfillment.ErrNotFound)
		}
	}
	if v, err := s.Setting(ctx, "x"); v != "" || err != nil {
		t.Errorf("setting: got %q, %v", v, err)
	}
	if err := s.SetSetting(ctx, "x", "1"); err != nil {
		t.Fatal(err)
	}
	if v, err := s.Setting(ctx, "x"); v != "1" || err != nil {
		t.Errorf("setting: got %q, %v", v, err)
	}
}

// People read out the last digits, a part of a tracking number, or what the thing is called.
func TestSearchFindsWhatIsContained(t *testing.T) {
	s := openTest(t, t.TempDir())
	mug, tee := testOrder("576461413038785752", "MUG-RED"), testOrder("576461413038784411", "TEE-S")
	mug.Packages[0].Tracking, mug.Lines[0].ProductName, mug.Lines[0].SKUName = "1Z999AA10123456784", "Enamel Mug 350 ml", "Red"
	tee.Packages[0].Tracking, tee.Lines[0].ProductName = "JD0002210000117", "Größe S Hemd"
	tee.Status = fulfillment.StatusCancelled // closed
	pull(t, s, mug, tee)
	if _, err := s.ImportProducts(t.Context(), strings.NewReader("seller_sku,name\nTEE-S,Cotton shirt\n")); err != nil {
		t.Fatal(err)
	}
	const a, b = "576461413038785752", "576461413038784411"
	for query, want := range map[string]string{"5752": a, "4411": b, "30387": a + " " + b, "56784": a, "aa10": a, "1Z 999 AA1": a, "117": b, "red": a, "enamel MUG": a,
		"350 ml": a, "-s": b, "größe": b, "Größe": b, "cotton SHIRT": b, "ug-r": a, "%": "", "_": "", "'": "", "nothing": ""} {
		list, err := s.ListOrders(t.Context(), query, 10)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, o := range list {
			got = append(got, string(o.ID))
		}
		slices.Sort(got)
		slices.Reverse(got)
		if strings.Join(got, " ") != want {
			t.Errorf("%q: got %v, want %q", query, got, want)
		}
	}
}

// fillOrders writes n orders of two lines as fast as SQLite can; the first open ones have work left.
func fillOrders(tb testing.TB, s *Store, n, open int) {
	tb.Helper()
	for _, text := range []string{
		"WITH RECURSIVE c (i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM c WHERE i + 1 < ?1) INSERT INTO orders SELECT printf('5764614130%08d', i), 'shop', 'US', " +
			"'platform', 'AWAITING_SHIPMENT', 'TIKTOK', 'FULFILLMENT_BY_SELLER', '', '', '', '', '', 1, 1, 1, 1, 0, 0, 0, '[]', 1000 + i, '[]', '[]', 0, 0, " +
			"CASE WHEN i < ?2 THEN 0 ELSE 1000 + i END, '', 0, '' FROM c",
		"INSERT INTO packages SELECT id, 'P' || id, 0, 'P' || id, '[]', '1ZTRACK' || substr(id, 8), '', 'Demo Carrier', '', 1, 'to_pack', 0, '[]', 0, '', '', 0, '', '' FROM orders",
		"INSERT INTO line_items SELECT o.id, k.n, o.id || k.n, 'SKU-' || (o.ship_by % 500) || '-' || k.n, '', '', 'A thing with a long name for sale, number ' || (o.ship_by % 500), " +
			"'Colour and size', '', 'P' || o.id, '', 0, 0, '[]' FROM orders o, (SELECT 0 AS n UNION SELECT 1) k",
	} {
		args := []any{n, open}[:strings.Count(text, "?")]
		if _, err := s.one.conn.ExecContext(tb.Context(), text, args...); err != nil {
			tb.Fatal(err)
		}
	}
}

// BenchmarkSearch reads 50,000 orders with work left and the closed ones behind them for what only the last order holds,
// and for what none holds. The limit: what a person does not wait for.
func BenchmarkSearch(b *testing.B) {
	s := openTest(b, b.TempDir())
	fillOrders(b, s, 80_000, 50_000)
	for name, query := range map[string]string{"last digits": "49999", "name": "number 499", "nothing": "zzzz", "begins": "576461413000040"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.ListOrders(b.Context(), query, 100); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(250, "limit-ms")
		})
	}
}
