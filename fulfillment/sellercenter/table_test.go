package sellercenter

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"packbench/fulfillment"
)

// The platform's table, row by row, spelled out for every market it names.
func TestWayTable(t *testing.T) {
	const (
		mark   = "Get Shipping Providers, Mark Package As Shipped"
		self   = "Get Shipping Providers, Ship Package with self_shipment"
		create = "Get Eligible Shipping Service, Create Packages, Get Shipping Document"
		ship   = "Ship Package, Get Shipping Document"
		billed = "Upload Invoice, Ship Package, Get Shipping Document"
	)
	type row struct {
		ships, markets, calls              string
		sizes, pack, tracking, invoice     bool
		toPack, labelled, handedOver, seen Act
	}
	for _, r := range []row{
		{ships: "SELLER", markets: "US GB UK IE ES IT DE FR JP", calls: mark, tracking: true, labelled: ActMayTell, handedOver: ActReport, seen: ActWatch},
		{ships: "SELLER", markets: "VN TH ID MY PH SG MX BR", calls: self, tracking: true, pack: true, labelled: ActMayTell, handedOver: ActReport, seen: ActWatch},
		{ships: "TIKTOK", markets: "US JP", calls: create, sizes: true, toPack: ActArrange, seen: ActWatch},
		{ships: "TIKTOK", markets: "VN TH ID MY PH SG GB UK IE ES IT DE FR MX", calls: ship, pack: true, toPack: ActArrange, seen: ActWatch},
		{ships: "TIKTOK", markets: "BR", calls: billed, pack: true, invoice: true, toPack: ActArrange, seen: ActWatch},
	} {
		for market := range strings.FieldsSeq(r.markets) {
			a := NewAdapter(nil, testShop, "")
			o := fulfillment.Order{Market: market, ShippingType: fulfillment.ShippingType(r.ships), FulfillmentType: fulfillment.FulfillmentBySeller}
			p, ok := a.Plan(o)
			if !ok || !p.Written || p.Calls != r.calls {
				t.Errorf("%s in %s: %+v", r.ships, market, p)
				continue
			}
			if p.NeedsSizes != r.sizes || p.NeedsPackage != r.pack || p.NeedsTracking != r.tracking || p.NeedsInvoice != r.invoice {
				t.Errorf("%s in %s needs %+v", r.ships, market, p)
			}
			for rung, want := range map[fulfillment.Rung]Act{fulfillment.RungToPack: r.toPack, fulfillment.RungVerified: ActNone, fulfillment.RungWeighed: ActNone,
				fulfillment.RungLabelled: r.labelled, fulfillment.RungApplied: ActNone, fulfillment.RungStaged: ActNone, fulfillment.RungHandedOver: r.handedOver,
				fulfillment.RungCarrierScanned: r.seen, fulfillment.RungDelivered: r.seen} {
				if p.At(rung) != want {
					t.Errorf("%s in %s at %s: %q, want %q", r.ships, market, rung, p.At(rung), want)
				}
			}
			if o.NeedsSizes() != r.sizes {
				t.Errorf("the bench thinks that %s in %s needs sizes: %v", r.ships, market, o.NeedsSizes())
			}
			for _, by := range []string{"FULFILLMENT_BY_TIKTOK", "FULFILLMENT_BY_DILAYANI_TOKOPEDIA", "SOMETHING_NEW", ""} {
				o.FulfillmentType = by
				if p, ok := a.Plan(o); !ok || p.Written || p.At(fulfillment.RungToPack) != ActNone || p.At(fulfillment.RungHandedOver) != ActNone || p.At(fulfillment.RungDelivered) != ActWatch {
					t.Errorf("%s by %q: %+v", market, by, p)
				}
			}
		}
	}
	for _, o := range []fulfillment.Order{{Market: "XX", ShippingType: "TIKTOK"}, {Market: "", ShippingType: "SELLER"}, {Market: "GB", ShippingType: "TIKTOK_DIGITAL"}, {Market: "GB"}} {
		o.FulfillmentType = fulfillment.FulfillmentBySeller
		if p, ok := NewAdapter(nil, testShop, "").Plan(o); ok {
			t.Errorf("%+v: %+v", o, p)
		}
	}
}

// Brazil: nothing is arranged before the invoice is known to be accepted.
func TestBrazilInvoice(t *testing.T) {
	for _, tc := range []struct {
		state string
		sent  bool
		later bool
	}{
		{"NEED_INVOICE", false, false}, {"INVOICE_PROCESSING", false, true}, {"INVOICE_UPLOADED", true, false}, {"NO_NEED", true, false},
		{"UNKNOWN", false, false}, {"SOMETHING_NEW", false, false}, {"", false, false},
	} {
		f := newFakeShop(t)
		order := platformOrder("BR", "TIKTOK", "P1")
		f.on(ordersRoute, func(w http.ResponseWriter, _ *http.Request) {
			ok(w, `{"orders":[`+strings.Replace(order, `{"id"`, fmt.Sprintf(`{"need_upload_invoice":%q,"id"`, tc.state), 1)+`]}`)
		})
		f.answer(shipRoute, `{}`)
		f.answer(detailRoute, `{"package_id":"P1","package_status":"PROCESSING"}`)
		o := convert(t, order)
		news, err := NewAdapter(f.client(), testShop, "BR").Send(ctx(), fulfillment.OutboxRow{Kind: fulfillment.OutboxArrange, OrderID: o.ID, Lines: []fulfillment.LineID{"L1"}}, o)
		if n := f.count(shipRoute); (n == 1) != tc.sent || news.Arranged != tc.sent || (err == nil) != tc.sent || errors.Is(err, fulfillment.ErrNotYet) != tc.later {
			t.Errorf("%q: sent %d times, %+v, %v", tc.state, n, news, err)
		}
	}
}
