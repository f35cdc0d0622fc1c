package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"packbench/cmd/sandbox/shop"
	"packbench/fulfillment"
	"packbench/fulfillment/sellercenter"
	"packbench/fulfillment/station"
	"packbench/fulfillment/syncer"
	"packbench/ui"
)

// twoShops is a station whose shops are all connected and at work, as in the window but without one.
type twoShops struct {
	*connectBed
	env   *env
	lines *shopLines
}

// newTwoShops connects the shops of one seller, in the order in which the sandbox lists them.
func newTwoShops(t *testing.T, o shop.Options) *twoShops {
	t.Helper()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	o.CarrierAfter = -1
	b := newConnectBed(t, o)
	if _, said, code := b.packbench(t, b.server.Credentials().AuthCode+"\n", "shop", "connect", "--auth-code", "-", "--shop", "all"); code != 0 {
		t.Fatal(said)
	}
	c := &call{dir: b.dir, config: filepath.Join(b.dir, "station.toml")}
	e, err := c.open(t.Context(), readOnlyNo)
	if err != nil {
		t.Fatal(err)
	}
	s := &twoShops{connectBed: b, env: e, lines: &shopLines{env: e, failed: func(part string, err error) { t.Errorf("%s: %v", part, err) }, more: func(o *syncer.Options) {
		o.Poll, o.Settle, o.Probe, o.SetupPause, o.BackoffBase = 300*time.Millisecond, 300*time.Millisecond, 300*time.Millisecond, time.Second, 20*time.Millisecond
	}}}
	t.Cleanup(func() {
		s.lines.stop()
		if err := e.close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := e.store.ImportProducts(t.Context(), strings.NewReader(s.get(t, "/admin/products.csv"))); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *twoShops) get(t *testing.T, path string) string {
	t.Helper()
	res, err := http.Get(s.http.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	return bodyOf(t, res)
}

func (s *twoShops) admin(t *testing.T, path, body string) {
	t.Helper()
	res, err := http.Post(s.http.URL+"/admin/"+path, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if text := bodyOf(t, res); res.StatusCode != 200 {
		t.Fatalf("%s: %d %s", path, res.StatusCode, text)
	}
}

// start begins the work and waits for the first pull of every shop.
func (s *twoShops) start(t *testing.T) {
	t.Helper()
	if err := s.lines.follow(nil); err != nil {
		t.Fatal(err)
	}
	eventually(t, "every shop was pulled", func() bool {
		return !slices.ContainsFunc(s.lines.list(), func(x *shopLine) bool { return x.sync.Status().LastPull.IsZero() })
	})
}

// journalCall is one call that the sandbox got.
type journalCall struct {
	N       int
	Path    string
	Shop    string
	Code    int64
	Order   string
	Foreign []string
}

// journal is every call that the sandbox got.
func (s *twoShops) journal(t *testing.T) (calls []journalCall) {
	t.Helper()
	if err := json.Unmarshal([]byte(s.get(t, "/admin/journal")), &calls); err != nil {
		t.Fatal(err)
	}
	return calls
}

// honest fails where a shop was asked about another shop's order or package, a row was parked, or what must not be was sent.
func (s *twoShops) honest(t *testing.T) {
	t.Helper()
	for _, c := range s.journal(t) {
		if c.Foreign != nil {
			t.Errorf("call %d, %s of the %s shop, names %v of another shop", c.N, c.Path, c.Shop, c.Foreign)
		}
	}
	rows, err := s.env.store.Outbox(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if r.State == fulfillment.OutboxParked {
			t.Errorf("%s of order %s is parked: %s", r.Kind, r.OrderID, r.Reason)
		}
	}
	if c := s.server.State().Counts; c.DuplicateAttempts != 0 || c.ShipCancelledAttempts != 0 || c.ShippedCancelled != 0 {
		t.Errorf("%+v", c)
	}
}

func (s *twoShops) orders(market, shipping string) (ids []string) {
	for _, o := range s.server.State().Orders {
		if o.Market == market && o.MayShip && !o.CancelRequested && o.ShippingType == shipping {
			ids = append(ids, o.ID)
		}
	}
	return ids
}

func (s *twoShops) order(t *testing.T, id string) fulfillment.Order {
	t.Helper()
	o, err := s.env.store.Order(t.Context(), fulfillment.OrderID(id))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// report queues the report of seller-shipped orders with the labels that were bought for them, as the bench does after the handover.
func (s *twoShops) report(t *testing.T, ids ...string) {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(s.get(t, "/admin/labels.csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		at := slices.IndexFunc(rows, func(r []string) bool { return r[0] == id })
		if at < 0 {
			t.Fatalf("no label was bought for %s", id)
		}
		o := s.order(t, id)
		p := o.Packages[0]
		row := fulfillment.OutboxRow{Kind: fulfillment.OutboxReportShipped, OrderID: o.ID, PackageID: p.ID, Lines: p.Lines,
			Tracking: fulfillment.Tracking(rows[at][5]), Carrier: rows[at][4], Deadline: o.ShipBy()}
		if err := s.env.store.Add(t.Context(), []fulfillment.OutboxRow{row}); err != nil {
			t.Fatal(err)
		}
	}
	s.lines.wake()
}

// opened notes that the order is in work here.
func (s *twoShops) opened(t *testing.T, id string) {
	t.Helper()
	err := s.env.store.Record(t.Context(), station.Commit{Station: "PACK-01", At: time.Now().UTC(),
		Events: []fulfillment.EventDraft{{Kind: fulfillment.EventOrderOpened, OrderID: fulfillment.OrderID(id)}}})
	if err != nil {
		t.Fatal(err)
	}
}

func (s *twoShops) shippedAtThePlatform(ids []string) bool {
	for _, o := range s.server.State().Orders {
		if slices.Contains(ids, o.ID) && !o.Shipped {
			return false
		}
	}
	return true
}

// Two shops of one seller: labels of both are arranged and fetched, parcels of both are reported, and a cancellation is seen
// in the one that was connected first as in the other, each with the cipher of its own shop and no other.
func TestTwoShopsAtOneStation(t *testing.T) {
	s := newTwoShops(t, shop.Options{Market: "GB", Also: []string{"VN"}, Orders: 30})
	s.start(t)
	lines := s.lines.list()
	if len(lines) != 2 || lines[0].client != lines[1].client {
		t.Fatalf("%d lines; shops of one authorization must have one refresher of its tokens", len(lines))
	}
	var platform, seller []string
	for _, market := range []string{"GB", "VN"} {
		a, b := s.orders(market, "TIKTOK"), s.orders(market, "SELLER")
		if len(a) == 0 {
			t.Fatalf("no order to arrange in %s", market)
		}
		platform, seller = append(platform, a...), append(seller, b[:min(3, len(b))]...)
	}
	s.report(t, seller...)
	eventually(t, "both shops' labels are here", func() bool {
		return !slices.ContainsFunc(platform, func(id string) bool {
			return slices.ContainsFunc(s.order(t, id).Packages, func(p fulfillment.Package) bool { return p.Label == "" })
		})
	})
	eventually(t, "both shops' parcels are reported", func() bool { return s.shippedAtThePlatform(seller) && s.shippedAtThePlatform(platform) })
	for _, market := range []string{"GB", "VN"} { // the first is the older
		id := s.orders(market, "SELLER")
		if len(id) == 0 {
			id = s.orders(market, "TIKTOK")
		}
		if len(id) == 0 {
			t.Logf("%s has no order left to cancel", market)
			id = s.shippedOf(market)
		}
		s.opened(t, id[0])
		s.admin(t, "orders/"+id[0]+"/cancel", "")
		eventually(t, "a cancellation in "+market+" is seen", func() bool { return s.order(t, id[0]).Status == fulfillment.StatusCancelled })
	}
	s.honest(t)
}

func (s *twoShops) shippedOf(market string) (ids []string) {
	for _, o := range s.server.State().Orders {
		if o.Market == market && o.Shipped && o.Status == string(fulfillment.StatusAwaitingCollection) {
			ids = append(ids, o.ID)
		}
	}
	return ids
}

// What is shown of an order is its own shop's: the line of one shop that is down makes the other look neither older nor
// younger, and the last look before a seal asks each shop about its own orders only.
func TestTheAgeOfKnowledgeIsTheShopsOwn(t *testing.T) {
	s := newTwoShops(t, shop.Options{Market: "GB", Also: []string{"VN"}, Orders: 12})
	s.start(t)
	gb, vn := s.order(t, s.orders("GB", "TIKTOK")[0]), s.order(t, s.orders("VN", "TIKTOK")[0])
	if err := s.lines.refresh(t.Context(), []fulfillment.OrderID{gb.ID, vn.ID, "FROM-A-FILE"}); err != nil {
		t.Fatal(err)
	}
	list := s.lines.list()
	states := func() (all ui.SyncStatus) {
		var shops []ui.ShopState
		for _, x := range list {
			shops = append(shops, x.state(t.Context(), s.env, time.Now()))
		}
		return ui.SyncOf(shops)
	}
	if x := states(); !x.Online || x.Offline() != 0 || len(x.Shops) != 2 || !strings.Contains(x.Shops[0].Name+x.Shops[1].Name, "(VN)") {
		t.Errorf("%+v", x)
	}
	older := list[1] // the shop connected first; its work ends here, as if its line were down
	older.group.stop()
	before := older.sync.Status().LastPull
	eventually(t, "the other is pulled on", func() bool { return list[0].sync.Status().LastPull.After(before.Add(time.Second)) })
	x := states()
	if got := x.Shops[1].LastPull; !got.Equal(before) {
		t.Errorf("the silent shop looks as if pulled at %v, it was at %v", got, before)
	}
	if got := x.Shops[0].LastPull; !got.After(before) {
		t.Errorf("the other looks as old as the silent one: %v", got)
	}
	x.Shops[1].OfflineSince = before // as if its line were down
	if x.OfflineOf(older.keys[0]) != before || !x.OfflineOf(list[0].keys[0]).IsZero() {
		t.Error("an order is shown with the line of another shop")
	}
	if !x.LastPull.Equal(before) {
		t.Errorf("all together are as old as the oldest: %v, want %v", x.LastPull, before)
	}
	s.honest(t)
}

// A shop that is disconnected is asked for nothing any more, at once; what it has still to be told waits and is called so.
func TestDisconnectedWhileAtWork(t *testing.T) {
	s := newTwoShops(t, shop.Options{Market: "GB", Also: []string{"VN"}, Orders: 12})
	s.start(t)
	gone, stays := s.lines.list()[0], s.lines.list()[1]
	if _, err := disconnect(s.env.cfg, s.env.secrets, gone.shop.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.lines.follow(nil); err != nil {
		t.Fatal(err)
	}
	if left := s.lines.list(); len(left) != 1 || left[0] != stays {
		t.Fatalf("at work: %+v; the other shop's work must go on undisturbed", left)
	}
	calls := len(s.journal(t))
	market := gone.shop.Region
	id := s.orders(market, "TIKTOK")[0]
	if err := s.env.store.Add(t.Context(), []fulfillment.OutboxRow{{Kind: fulfillment.OutboxReportShipped, OrderID: fulfillment.OrderID(id), PackageID: s.order(t, id).Packages[0].ID}}); err != nil {
		t.Fatal(err)
	}
	s.lines.wake()
	if err := s.lines.refresh(t.Context(), []fulfillment.OrderID{fulfillment.OrderID(id)}); err == nil {
		t.Error("an order of a shop that is not connected counts as looked at")
	}
	before := stays.sync.Status().LastPull
	eventually(t, "the other shop is pulled twice", func() bool { return stays.sync.Status().LastPull.After(before.Add(700 * time.Millisecond)) })
	for _, c := range s.journal(t)[calls:] {
		if c.Shop == market {
			t.Errorf("%s of the shop that is gone", c.Path)
		}
	}
	strange, err := s.env.store.Strange(t.Context(), s.lines.keys())
	if err != nil || !slices.Contains(strange, fulfillment.OrderID(id)) {
		t.Errorf("rows of nobody: %v, %v", strange, err)
	}
	if out, said, code := s.packbench(t, "", "outbox"); code != 0 || !strings.Contains(out, `"order_id":"`+id+`"`) || !strings.Contains(out, "its shop is not connected") {
		t.Errorf("outbox: %d %s %s", code, out, said)
	}
	s.honest(t)
}

// A shop keeps its orders when the platform gives it another cipher.
func TestANewCipher(t *testing.T) {
	had := []connectedShop{{ID: "1", Cipher: "old", Region: "GB"}, {ID: "2", Cipher: "b", Region: "US"}}
	got := joined(Config{}, had, []sellercenter.Shop{{ID: "1", Cipher: "new"}, {ID: "2", Cipher: "b"}}, []sellercenter.Shop{{ID: "1", Cipher: "new"}}, "")
	if len(got) != 2 || fmt.Sprint(keysOf(got[0], false)) != "[new old]" || fmt.Sprint(keysOf(got[1], true)) != "[b ]" {
		t.Errorf("%+v", got)
	}
	again := joined(Config{}, got, []sellercenter.Shop{{ID: "1", Cipher: "newest"}}, []sellercenter.Shop{{ID: "1", Cipher: "newest"}}, "")
	if fmt.Sprint(keysOf(again[0], false)) != "[newest old new]" {
		t.Errorf("%+v", again)
	}
}

// A webhook says that a masked address was changed: the label of before is taken away, so that it is fetched anew.
func TestWebhookOfAnAddress(t *testing.T) {
	s := newTwoShops(t, shop.Options{Market: "GB", Orders: 24})
	s.start(t)
	id := fulfillment.OrderID(s.orders("GB", "TIKTOK")[0])
	var o fulfillment.Order
	eventually(t, "the order is here with its label", func() bool {
		var err error
		o, err = s.env.store.Order(t.Context(), id)
		return err == nil && len(o.Packages) == 1 && o.Packages[0].Label != ""
	})
	cred := s.server.Credentials()
	body := fmt.Sprintf(`{"type":3,"tts_notification_id":"1","shop_id":"%s","timestamp":%d,"data":{"order_id":"%s"}}`, cred.ShopID, time.Now().Add(time.Minute).Unix(), id)
	act, err := s.lines.webhook(shop.WebhookSign(cred.AppKey, cred.AppSecret, []byte(body)), []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	act()
	events, err := s.env.store.Events(t.Context(), id)
	if err != nil || !slices.ContainsFunc(events, func(e fulfillment.Event) bool {
		return e.Kind == fulfillment.EventOrderChanged && strings.Contains(string(e.Body), "address")
	}) {
		t.Errorf("no event says that the address was changed: %v, %+v", err, events)
	}
	eventually(t, "the label is here again", func() bool {
		o, err := s.env.store.Order(t.Context(), id)
		return err == nil && o.Packages[0].Label != ""
	})
}
