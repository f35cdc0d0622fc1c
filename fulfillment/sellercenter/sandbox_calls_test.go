package sellercenter_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"packbench/cmd/sandbox/shop"
	"packbench/fulfillment"
	"packbench/fulfillment/sellercenter"
)

// lockedTokens makes a tokenBox safe for concurrent use.
type lockedTokens struct{ b *tokenBox }

var tokenLock sync.Mutex

func (l lockedTokens) Tokens(context.Context) (sellercenter.Tokens, error) {
	tokenLock.Lock()
	defer tokenLock.Unlock()
	if !l.b.has {
		return sellercenter.Tokens{}, fulfillment.ErrNotFound
	}
	return l.b.t, nil
}

func (l lockedTokens) StoreTokens(_ context.Context, t sellercenter.Tokens) error {
	tokenLock.Lock()
	defer tokenLock.Unlock()
	l.b.t, l.b.has = t, true
	return nil
}

// The sandbox computes each signature by itself from the bytes that arrive: it agrees on texts of every kind.
func TestSandboxAgreesOnSignatures(t *testing.T) {
	s := newSandbox(t, shop.Options{Market: "GB", Orders: 5})
	wild := rapid.StringOfN(rapid.RuneFrom([]rune("aZ09+/=, &%?#é漢\"'\\<>{}~")), 0, 40, -1)
	rapid.Check(t, func(rt *rapid.T) {
		var err error
		if rapid.Bool().Draw(rt, "in the query") {
			_, err = s.ValidateTracking(t.Context(), s.shop, fulfillment.Tracking("x"+wild.Draw(rt, "tracking")))
		} else {
			_, err = s.SearchOrders(t.Context(), s.shop, sellercenter.OrderFilter{BuyerUserID: wild.Draw(rt, "buyer")}, wild.Draw(rt, "page"))
		}
		if errors.Is(err, fulfillment.ErrMisconfigured) || errors.Is(err, fulfillment.ErrUnauthorized) {
			rt.Fatal(err)
		}
	})
}

func TestSandboxOrdersAndPackages(t *testing.T) {
	s := newSandbox(t, shop.Options{Market: "VN", Orders: 40})
	page, err := s.SearchOrders(t.Context(), s.shop, sellercenter.OrderFilter{Status: fulfillment.StatusAwaitingShipment, ShippingType: "TIKTOK"}, "")
	s.ok(err)
	for _, o := range page.Orders {
		if o.Status != fulfillment.StatusAwaitingShipment || o.ShippingType != "TIKTOK" {
			t.Errorf("the filter let %s through: %s, %s", o.ID, o.Status, o.ShippingType)
		}
	}
	if len(page.Orders) == 0 || len(page.Unreadable) > 0 {
		t.Errorf("%d orders, %v", len(page.Orders), page.Unreadable)
	}
	waiting, err := s.SearchOrders(t.Context(), s.shop, sellercenter.OrderFilter{CancelRequested: true}, "")
	s.ok(err)
	for _, o := range waiting.Orders {
		if !o.CancelRequested {
			t.Errorf("%s waits for nothing", o.ID)
		}
	}
	o := s.one("to be shipped", mayShip("TIKTOK"))
	s.ok(s.Ship(t.Context(), s.shop, sellercenter.Ship{Package: o.Packages[0].PlatformID, Handover: sellercenter.DropOff}))
	p, err := s.Package(t.Context(), s.shop, o.Packages[0].PlatformID)
	if err != nil || p.Status != sellercenter.PackageProcessing || !p.Status.Known() || p.Tracking == "" || p.Orders[0] != o.ID || len(p.Lines) != len(o.Packages[0].Lines) || p.UpdatedAt.IsZero() {
		t.Errorf("%+v, %v", p, err)
	}
	all, err := s.SearchPackages(t.Context(), s.shop, sellercenter.PackageFilter{Status: sellercenter.PackageProcessing})
	s.ok(err)
	found := false
	for _, x := range all {
		found = found || x.ID == p.ID
		if x.Status != sellercenter.PackageProcessing {
			t.Errorf("the filter let %s through: %s", x.ID, x.Status)
		}
	}
	if !found {
		t.Errorf("package %s is not among the %d", p.ID, len(all))
	}
	if steps, err := s.Client.Tracking(t.Context(), s.shop, o.ID); err != nil {
		t.Errorf("%v, %v", steps, err)
	}
	if slots, err := s.PackageSlots(t.Context(), s.shop, p.ID); err != nil || !slots.CanDropOff && !slots.CanPickup {
		t.Errorf("%+v, %v", slots, err)
	}
}

func TestSandboxBatch(t *testing.T) {
	s := newSandbox(t, shop.Options{Market: "VN", Orders: 40})
	var list []sellercenter.Ship
	for _, id := range s.where(mayShip("TIKTOK"))[:3] {
		list = append(list, sellercenter.Ship{Package: s.read(id).Packages[0].PlatformID, Handover: sellercenter.DropOff})
	}
	list = append(list, sellercenter.Ship{Package: "4000000000000000001", Handover: sellercenter.DropOff})
	failed, err := s.ShipBatch(t.Context(), s.shop, list)
	s.ok(err)
	var no *fulfillment.RejectedError
	if len(failed) != 1 || failed[0].Package != "4000000000000000001" || !errors.As(failed[0].Err, &no) || no.Code == 0 || no.RequestID == "" {
		t.Errorf("%v", failed)
	}
	for _, x := range list[:3] {
		if p, err := s.Package(t.Context(), s.shop, x.Package); err != nil || p.Status != sellercenter.PackageProcessing {
			t.Errorf("%+v, %v", p, err)
		}
	}
	failed, err = s.ShipBatch(t.Context(), s.shop, list[:1]) // once more: refused, not shipped twice
	if err != nil || len(failed) != 1 {
		t.Errorf("%v, %v", failed, err)
	}
}

func TestSandboxSplitAndCombine(t *testing.T) {
	s := newSandbox(t, shop.Options{Market: "VN", Orders: 80})
	o := s.one("of several SKUs", func(st shop.OrderState) bool {
		return mayShip("TIKTOK")(st) && len(st.Lines) > 1 && st.Lines[0].Bundle == "" && st.Lines[1].Bundle == ""
	})
	rules, err := s.SplitRules(t.Context(), s.shop, []fulfillment.OrderID{o.ID})
	if err != nil || len(rules) != 1 || rules[0].Order != o.ID || !rules[0].May {
		t.Fatalf("%+v, %v", rules, err)
	}
	groups := []sellercenter.SplitGroup{{Name: "A"}, {Name: "B"}}
	for _, l := range o.Lines {
		g := &groups[1]
		if l.SKUID == o.Lines[0].SKUID {
			g = &groups[0]
		}
		g.Lines = append(g.Lines, l.ID)
	}
	made, err := s.Split(t.Context(), s.shop, o.ID, groups)
	if err != nil || len(made) != 2 || made["A"] == made["B"] {
		t.Fatalf("%v, %v", made, err)
	}
	if again := s.read(o.ID); len(again.Packages) != 2 {
		t.Errorf("read again: %+v", again.Packages)
	}
	list, err := s.Combinable(t.Context(), s.shop)
	s.ok(err)
	if len(list) == 0 {
		t.Fatal("this shop has nothing to combine")
	}
	combined, failed, err := s.Combine(t.Context(), s.shop, list[:1])
	if err != nil || len(failed) > 0 || len(combined) != 1 {
		t.Fatalf("%v, %v, %v", combined, failed, err)
	}
	apart, err := s.Uncombine(t.Context(), s.shop, combined[0].ID, list[0].Orders[:1])
	if err != nil || len(apart) < 2 {
		t.Errorf("%v, %v", apart, err)
	}
}

// withoutOldVersions is a platform that has retired the first version of the calls that have two.
func withoutOldVersions(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/order/202309/orders" || r.URL.Path == "/fulfillment/202309/packages" {
			_, _ = io.WriteString(w, `{"code":36009014,"message":"Invalid API version.","request_id":"R"}`)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Labels are bought by both versions of the call; the newer says what is a whole order and what a part.
func TestSandboxLabelPurchase(t *testing.T) {
	box := sellercenter.Parcel{WeightG: 350, LengthMM: 200, WidthMM: 155, HeightMM: 100}
	for name, wrap := range map[string][]func(http.Handler) http.Handler{"older": nil, "newer": {withoutOldVersions}} {
		t.Run(name, func(t *testing.T) {
			s := newSandbox(t, shop.Options{Market: "US", Orders: 60}, wrap...)
			parts := 0
			for _, id := range s.where(mayShip("TIKTOK")) {
				o := s.read(id)
				lines := ids(o)
				part := len(lines) > 1 && parts == 0
				if part {
					lines, parts = lines[:1], parts+1
				}
				if slots, err := s.OrderSlots(t.Context(), s.shop, id, lines); err != nil || !slots.CanDropOff && !slots.CanPickup {
					t.Errorf("%+v, %v", slots, err)
				}
				services, err := s.Services(t.Context(), s.shop, id, lines, box)
				s.ok(err)
				service, ok := sellercenter.ChooseService(services)
				if !ok || service.Price == "" || service.Currency != "USD" {
					t.Fatalf("%+v", services)
				}
				got, err := s.CreatePackage(t.Context(), s.shop, sellercenter.Buy{Order: id, Lines: lines, Part: part, Parcel: box, Service: service.ID})
				if err != nil || got.Package == "" {
					t.Fatalf("%+v, %v", got, err)
				}
				p, err := s.Package(t.Context(), s.shop, got.Package)
				if err != nil || p.WeightG != 350 || p.LengthMM != 200 || p.WidthMM != 155 || p.HeightMM != 100 || len(p.Lines) != len(lines) {
					t.Errorf("%+v, %v", p, err)
				}
				if v, err := s.ValidateTracking(t.Context(), s.shop, p.Tracking); err != nil || !v.PlatformShipping {
					t.Errorf("%+v, %v", v, err)
				}
				if again := s.read(id); part && again.Status != fulfillment.StatusPartiallyShipping {
					t.Errorf("a part was shipped, the order is %s", again.Status)
				}
			}
			if parts == 0 {
				t.Error("no order was shipped in part")
			}
		})
	}
}

func TestSandboxDocuments(t *testing.T) {
	for _, market := range []string{"GB", "BR", "MX"} {
		s := newSandbox(t, shop.Options{Market: market, Orders: 40})
		o := s.one("to be shipped", mayShip("TIKTOK"))
		s.shipAll(o)
		id := s.read(o.ID).Packages[0].PlatformID
		for _, d := range []struct {
			kind   sellercenter.DocumentKind
			size   sellercenter.DocumentSize
			format sellercenter.DocumentFormat
			head   string
			only   string
		}{
			{sellercenter.DocLabel, "", "", "%PDF-", ""}, {sellercenter.DocLabel, sellercenter.SizeA5, sellercenter.FormatPDF, "%PDF-", ""},
			{sellercenter.DocSlip, "", "", "%PDF-", ""}, {sellercenter.DocLabelAndSlip, sellercenter.SizeA6, "", "%PDF-", ""},
			{sellercenter.DocLabelPicture, "", "", "\x89PNG", ""}, {sellercenter.DocInvoice, "", "", "%PDF-", "BR"},
			{sellercenter.DocLabel, "", sellercenter.FormatZPL, "^XA", "BR MX"},
		} {
			p, err := s.Document(t.Context(), s.shop, id, d.kind, d.size, d.format)
			if allowed := d.only == "" || strings.Contains(d.only, market); !allowed {
				if err == nil {
					t.Errorf("%s: %s %s came", market, d.kind, d.format)
				}
				continue
			}
			if err != nil || !strings.HasPrefix(string(p.Bytes), d.head) {
				t.Errorf("%s: %s %s %s: %.10q, %v", market, d.kind, d.size, d.format, p.Bytes, err)
			}
		}
	}
}

func TestSandboxCorrections(t *testing.T) {
	s := newSandbox(t, shop.Options{Market: "GB", Orders: 40})
	o := s.one("to be shipped", mayShip("SELLER"))
	c, tracking := s.carrier(o, 0)
	m, err := s.MarkShipped(t.Context(), s.shop, o.ID, ids(o), tracking, c.ID)
	s.ok(err)
	list, err := s.Providers(t.Context(), s.shop, o.DeliveryOptionID)
	s.ok(err)
	other := list[len(list)-1]
	s.ok(s.CorrectOrder(t.Context(), s.shop, o.ID, "PB00000000000001", other.ID))
	if p, err := s.Package(t.Context(), s.shop, m.Package); err != nil || p.Tracking != "PB00000000000001" || p.ProviderID != other.ID {
		t.Errorf("%+v, %v", p, err)
	}
	s.post("/admin/advance", `{"seconds":260000}`) // more than 72 hours
	var no *fulfillment.RejectedError
	if err := s.CorrectPackage(t.Context(), s.shop, m.Package, "PB00000000000002", other.ID); !errors.As(err, &no) || no.Code != 21011049 {
		t.Errorf("after 72 hours: %v", err)
	}
}

// The platform's doubt about a tracking number reaches the operator.
func TestSandboxWarning(t *testing.T) {
	s := newSandbox(t, shop.Options{Market: "US", Orders: 40})
	o := s.one("to be shipped", mayShip("SELLER"))
	list, err := s.Providers(t.Context(), s.shop, o.DeliveryOptionID)
	s.ok(err)
	row := fulfillment.OutboxRow{Kind: fulfillment.OutboxReportShipped, OrderID: o.ID, PackageID: o.Packages[0].ID, Lines: o.Packages[0].Lines,
		Carrier: list[0].Name, Tracking: "UNKNOWN0000001"}
	news, err := s.Send(t.Context(), row, o)
	if err != nil || !news.Arranged || news.Warning == "" {
		t.Errorf("%+v, %v", news, err)
	}
}
