package sellercenter_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"packbench/cmd/sandbox/shop"
	"packbench/fulfillment"
	"packbench/fulfillment/sellercenter"
)

// sandbox is the client and a Seller Center on loopback that was written by somebody else from the same specification.
type sandbox struct {
	*sellercenter.Client
	*sellercenter.Adapter
	t      *testing.T
	server *shop.Server
	url    string
	shop   string // cipher
	market string
	tokens *tokenBox
	labels int // fetched
}

// tokenBox is a token store in memory.
type tokenBox struct {
	t   sellercenter.Tokens
	has bool
}

func newSandbox(t *testing.T, o shop.Options, wrap ...func(http.Handler) http.Handler) *sandbox {
	t.Helper()
	if o.Orders == 0 {
		o.Orders = 30
	}
	if o.CarrierAfter == 0 {
		o.CarrierAfter = -1
	}
	if o.RatePerSecond == 0 {
		o.RatePerSecond = 5000 // tests are faster than any station; those of the limit set their own
	}
	srv, err := shop.New(o)
	if err != nil {
		t.Fatal(err)
	}
	front := http.Handler(srv)
	for _, w := range wrap {
		front = w(front)
	}
	ts := httptest.NewServer(front)
	t.Cleanup(ts.Close)
	cred := srv.Credentials()
	s := &sandbox{t: t, server: srv, url: ts.URL, tokens: &tokenBox{}}
	s.Client, err = sellercenter.New(sellercenter.Config{APIURL: ts.URL, AuthURL: ts.URL, AppKey: cred.AppKey, AppSecret: cred.AppSecret,
		Tokens: lockedTokens{s.tokens}, ReadsPerSecond: 1000, WritesPerSecond: 1000})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Exchange(t.Context(), cred.AuthCode)
	s.ok(err)
	shops, err := s.Shops(t.Context())
	s.ok(err)
	if len(shops) != 1+len(o.Also) {
		t.Fatalf("%d shops", len(shops))
	}
	s.use(shops[0])
	return s
}

func (s *sandbox) use(x sellercenter.Shop) {
	s.shop, s.market = x.Cipher, x.Region
	s.Adapter = sellercenter.NewAdapter(s.Client, x.Cipher, x.Region)
}

func (s *sandbox) ok(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *sandbox) post(path, body string) {
	s.t.Helper()
	resp, err := http.Post(s.url+path, "application/json", strings.NewReader(body))
	s.ok(err)
	defer resp.Body.Close()
	if b, _ := io.ReadAll(resp.Body); resp.StatusCode != 200 {
		s.t.Fatalf("%s: HTTP %d %s", path, resp.StatusCode, b)
	}
}

// where are the ids of orders of this shop for which f holds.
func (s *sandbox) where(f func(shop.OrderState) bool) []fulfillment.OrderID {
	var out []fulfillment.OrderID
	for _, o := range s.server.State().Orders {
		if o.Market == s.market && f(o) {
			out = append(out, fulfillment.OrderID(o.ID))
		}
	}
	return out
}

// one reads the first order for which f holds.
func (s *sandbox) one(what string, f func(shop.OrderState) bool) fulfillment.Order {
	s.t.Helper()
	found := s.where(f)
	if len(found) == 0 {
		s.t.Fatalf("no order is %s", what)
	}
	return s.read(found[0])
}

func (s *sandbox) read(id fulfillment.OrderID) fulfillment.Order {
	s.t.Helper()
	os, err := s.ReadOrders(s.t.Context(), []fulfillment.OrderID{id})
	s.ok(err)
	if len(os) != 1 {
		s.t.Fatalf("order %s: %d answers", id, len(os))
	}
	return os[0]
}

func (s *sandbox) state(id fulfillment.OrderID) shop.OrderState {
	for _, o := range s.server.State().Orders {
		if o.ID == string(id) {
			return o
		}
	}
	s.t.Fatalf("order %s is gone", id)
	return shop.OrderState{}
}

func mayShip(shipping string) func(shop.OrderState) bool {
	return func(o shop.OrderState) bool { return o.MayShip && o.ShippingType == shipping && !o.CancelRequested }
}

func ids(o fulfillment.Order) []fulfillment.LineID {
	var out []fulfillment.LineID
	for _, l := range o.Lines {
		if l.Status != fulfillment.StatusCancelled {
			out = append(out, l.ID)
		}
	}
	return out
}

// carrier is one that the order allows, with a tracking number that the sandbox takes for it.
func (s *sandbox) carrier(o fulfillment.Order, n int) (sellercenter.Provider, fulfillment.Tracking) {
	s.t.Helper()
	st := s.state(o.ID)
	list, err := s.Providers(s.t.Context(), s.shop, o.DeliveryOptionID)
	s.ok(err)
	for _, p := range list {
		if p.Name == st.Carrier && st.Tracking != "" && n == 0 {
			return p, fulfillment.Tracking(st.Tracking)
		}
	}
	if len(list) == 0 {
		s.t.Fatalf("order %s has no carrier", o.ID)
	}
	return list[0], fulfillment.Tracking(fmt.Sprintf("PB%s%03d", string(o.ID)[8:], n))
}

func picture(side int) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, side, side))); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// In every market each order that may be shipped is, by the way of its row, once; each other is left alone. The ways are
// the client's table and the sandbox's own; they must agree.
func TestSandboxEveryMarket(t *testing.T) {
	for _, market := range shop.Markets() {
		t.Run(market, func(t *testing.T) {
			t.Parallel()
			s := newSandbox(t, shop.Options{Market: market, Orders: 26})
			sent := map[fulfillment.ShippingType]int{}
			var orders []fulfillment.Order
			s.ok(s.PullOrders(t.Context(), time.Time{}, func(read fulfillment.PulledPage) error {
				page := read.Orders
				orders = append(orders, page...)
				return nil
			}))
			if len(orders) != 26 {
				t.Fatalf("%d orders", len(orders))
			}
			for _, o := range orders {
				st := s.state(o.ID)
				if st.MayShip && !st.CancelRequested {
					s.shipAll(o)
					sent[o.ShippingType]++
				}
			}
			if sent["TIKTOK"] < 2 || sent["SELLER"] < 2 {
				t.Errorf("shipped %v: this test proves little", sent)
			}
			if c := s.server.State().Counts; c.DuplicateAttempts != 0 || c.ShippedCancelled != 0 || c.ShipCancelledAttempts != 0 {
				t.Errorf("%+v", c)
			}
		})
	}
}

// shipAll sends every package of the order and looks at both ends.
func (s *sandbox) shipAll(o fulfillment.Order) {
	t := s.t
	t.Helper()
	plan, ok := s.Plan(o)
	if !ok || !plan.Written {
		t.Errorf("%s order %s by %s may be shipped, but there is no way: %+v", o.ShippingType, o.ID, o.FulfillmentType, plan)
		return
	}
	for n, p := range o.Packages {
		if p.Arranged {
			continue
		}
		row := fulfillment.OutboxRow{Kind: fulfillment.OutboxArrange, OrderID: o.ID, PackageID: p.ID, Lines: p.Lines, WeightG: 350, LengthMM: 200, WidthMM: 155, HeightMM: 100}
		if o.ShippingType == fulfillment.ShippingSeller {
			c, tracking := s.carrier(o, n)
			row.Kind, row.Carrier, row.Tracking = fulfillment.OutboxReportShipped, c.Name, tracking
		}
		if plan.NeedsInvoice {
			s.invoice(o, p)
		}
		news, err := s.Send(t.Context(), row, s.read(o.ID))
		var no *fulfillment.RejectedError
		if errors.As(err, &no) && no.Code == 0 && strings.Contains(no.Message, "must be split") { // known before the call
			rules, err := s.SplitRules(t.Context(), s.shop, []fulfillment.OrderID{o.ID})
			if err != nil || len(rules) != 1 || !rules[0].Must || len(rules[0].Limits) == 0 || news.Arranged {
				t.Errorf("order %s must be split, it is said: %+v, %v", o.ID, rules, err)
			}
			return
		}
		if err != nil || !news.Arranged || news.PlatformID == "" || news.Tracking == "" || news.Carrier == "" {
			t.Errorf("%s order %s (%s): %+v, %v", o.ShippingType, o.ID, plan.Name, news, err)
			return
		}
		if o.ShippingType == fulfillment.ShippingPlatform && s.labels < 2 { // they take long to draw
			s.labels++
			doc, tracking, err := s.Label(t.Context(), fulfillment.Package{ID: news.PlatformID})
			if err != nil || len(doc) < 100 || tracking != news.Tracking {
				t.Errorf("label of %s: %d bytes, %q, %v", o.ID, len(doc), tracking, err)
			}
		}
	}
	if st := s.state(o.ID); !st.Shipped {
		t.Errorf("%s order %s: the platform has %+v", o.ShippingType, o.ID, st)
	}
	again := s.read(o.ID)
	for _, p := range again.Packages {
		if !p.Arranged || p.Tracking == "" || p.Rung != fulfillment.RungToPack {
			t.Errorf("read again: %+v", p)
		}
	}
}

// invoice brings a Brazilian order so far that it may be arranged; before that nothing may be sent.
func (s *sandbox) invoice(o fulfillment.Order, p fulfillment.Package) {
	t := s.t
	t.Helper()
	row := fulfillment.OutboxRow{Kind: fulfillment.OutboxArrange, OrderID: o.ID, PackageID: p.ID, Lines: p.Lines}
	_, err := s.Send(t.Context(), row, o)
	if err == nil {
		t.Errorf("order %s was arranged without its invoice", o.ID)
	}
	var no *fulfillment.RejectedError
	if !errors.As(err, &no) || no.Code != 0 {
		return // no invoice is needed, or something else is wrong: what follows tells
	}
	failed, err := s.UploadInvoices(t.Context(), s.shop, []sellercenter.Invoice{{Package: p.PlatformID, Orders: []fulfillment.OrderID{o.ID},
		XML: []byte(`<?xml version="1.0"?><nfeProc xmlns="http://www.portalfiscal.inf.br/nfe"><NFe><infNFe Id="NFe1"/></NFe></nfeProc>`)}})
	if err != nil || len(failed) > 0 {
		t.Fatalf("invoice of %s: %v, %v", o.ID, failed, err)
	}
	if _, err := s.Send(t.Context(), row, o); !errors.Is(err, fulfillment.ErrNotYet) {
		t.Errorf("while the invoice is checked: %v", err)
	}
	s.post("/admin/advance", `{"seconds":60}`)
}

// One authorization, several shops: each is read and written with its own cipher.
func TestSandboxSeveralShops(t *testing.T) {
	s := newSandbox(t, shop.Options{Market: "GB", Also: []string{"DE", "VN"}, Orders: 12})
	shops, err := s.Shops(t.Context())
	s.ok(err)
	seen := map[fulfillment.OrderID]string{}
	for _, x := range shops {
		s.use(x)
		n := 0
		s.ok(s.PullOrders(t.Context(), time.Time{}, func(read fulfillment.PulledPage) error {
			page := read.Orders
			for _, o := range page {
				if o.Shop != x.Cipher || seen[o.ID] != "" {
					t.Errorf("order %s of %s is also %q's", o.ID, x.Region, seen[o.ID])
				}
				seen[o.ID] = x.Region
				n++
			}
			return nil
		}))
		if n == 0 {
			t.Errorf("%s has no orders", x.Region)
		}
	}
	regions := []string{shops[0].Region, shops[1].Region, shops[2].Region}
	slices.Sort(regions)
	if !slices.Equal(regions, []string{"DE", "GB", "VN"}) {
		t.Errorf("%v", regions)
	}
	s.use(shops[0])
	wrong := s.where(mayShip("SELLER"))[0]
	if os, _, err := s.Orders(t.Context(), shops[1].Cipher, []fulfillment.OrderID{wrong}); err != nil || len(os) != 0 {
		t.Errorf("an order of %s was read as one of %s: %v, %v", shops[0].Region, shops[1].Region, os, err)
	}
}
