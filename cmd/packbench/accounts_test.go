package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"packbench/cmd/sandbox/shop"
	"packbench/fulfillment"
	"packbench/fulfillment/syncer"
)

// platform is one Seller Center with the sellers of several accounts: each knows its own tokens only, and a call goes to the seller
// whose token it carries, as it does at the platform.
type platform struct {
	sellers []*shop.Server
	mu      sync.Mutex
	whose   map[string]int // codes and tokens
	unknown []string       // calls with a token of nobody
}

func (p *platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	p.mu.Lock()
	at, known := -1, false
	for _, key := range []string{q.Get("auth_code"), q.Get("refresh_token"), r.Header.Get("x-tts-access-token")} {
		if i, ok := p.whose[key]; ok && key != "" {
			at, known = i, true
		}
	}
	if !known && !strings.HasPrefix(r.URL.Path, "/doc/") {
		p.unknown = append(p.unknown, r.Method+" "+r.URL.Path)
	}
	p.mu.Unlock()
	said := httptest.NewRecorder()
	for i, s := range p.sellers { // a document's address says by itself whose it is
		if known && i != at {
			continue
		}
		said = httptest.NewRecorder()
		s.ServeHTTP(said, r.Clone(r.Context()))
		if said.Code < 400 || known {
			break
		}
	}
	if strings.HasPrefix(r.URL.Path, "/api/v2/token/") && known {
		p.issued(at, said.Body.Bytes())
	}
	maps.Copy(w.Header(), said.Header())
	w.WriteHeader(said.Code)
	_, _ = w.Write(said.Body.Bytes())
}

// issued notes whose the tokens of an answer are.
func (p *platform) issued(at int, body []byte) {
	var a struct {
		Data struct {
			Access  string `json:"access_token"`
			Refresh string `json:"refresh_token"`
		}
	}
	if json.Unmarshal(body, &a) != nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.whose[a.Data.Access], p.whose[a.Data.Refresh] = at, at
}

// authorized is a new code of a seller.
func (p *platform) authorized(at int, code string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.whose[code] = at
	return code
}

// newTwoAccounts is a station that is connected to shops of two sellers, each with an authorization of its own; the twoShops it
// returns differ in the seller whom they look at.
func newTwoAccounts(t *testing.T) (p *platform, sellers [2]*twoShops) {
	t.Helper()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	p = &platform{whose: map[string]int{}}
	for i, market := range []string{"GB", "VN"} {
		s, err := shop.New(shop.Options{Market: market, Seed: uint64(11 + i), Orders: 30, AppKey: "sbxapp", AppSecret: "one app for both sellers", ShopID: fmt.Sprint(7494049642642441700 + i), CarrierAfter: -1})
		if err != nil {
			t.Fatal(err)
		}
		p.sellers = append(p.sellers, s)
		p.authorized(i, s.Credentials().AuthCode)
	}
	front := httptest.NewServer(p)
	t.Cleanup(front.Close)
	b := &connectBed{server: p.sellers[0], http: front, redirect: "http://127.0.0.1:47819/connected", env: []string{envSecret + "=" + p.sellers[0].Credentials().AppSecret}}
	b.testStation = newStation(t, "", b.shopTable())
	for _, s := range p.sellers {
		if _, said, code := b.packbench(t, s.Credentials().AuthCode+"\n", "shop", "connect", "--auth-code", "-", "--shop", "all"); code != 0 {
			t.Fatal(said)
		}
	}
	e, err := (&call{dir: b.dir, config: filepath.Join(b.dir, "station.toml")}).open(t.Context(), readOnlyNo)
	if err != nil {
		t.Fatal(err)
	}
	lines := &shopLines{env: e, failed: func(part string, err error) { t.Errorf("%s: %v", part, err) }, more: func(o *syncer.Options) {
		o.Poll, o.Settle, o.Probe, o.SetupPause, o.BackoffBase = 300*time.Millisecond, 300*time.Millisecond, 300*time.Millisecond, time.Second, 20*time.Millisecond
	}}
	t.Cleanup(func() {
		lines.stop()
		if err := e.close(); err != nil {
			t.Error(err)
		}
	})
	for i, s := range p.sellers {
		own := httptest.NewServer(s) // for what only the tests ask
		t.Cleanup(own.Close)
		sellers[i] = &twoShops{connectBed: &connectBed{testStation: b.testStation, server: s, http: own}, env: e, lines: lines}
		if _, err := e.store.ImportProducts(t.Context(), strings.NewReader(sellers[i].get(t, "/admin/products.csv"))); err != nil {
			t.Fatal(err)
		}
	}
	return p, sellers
}

// line is the connected shop of a market.
func (s *twoShops) line(t *testing.T, market string) *shopLine {
	t.Helper()
	all := s.lines.list()
	i := slices.IndexFunc(all, func(x *shopLine) bool { return x.shop.Region == market })
	if i < 0 {
		t.Fatalf("no shop in %s is connected", market)
	}
	return all[i]
}

// Two sellers with an account each at one station: labels are fetched and parcels reported for both, each with its own tokens; one
// account that loses its authorization stops nothing of the other, and goes on when it is authorized again.
func TestTwoAccountsAtOneStation(t *testing.T) {
	p, sellers := newTwoAccounts(t)
	gb, vn := sellers[0], sellers[1]
	markets := [2]string{"GB", "VN"}
	var arranged, reported [2][]string
	for i, s := range sellers { // as they are before the station begins
		arranged[i], reported[i] = s.orders(markets[i], "TIKTOK"), s.orders(markets[i], "SELLER")
		if len(arranged[i]) == 0 || len(reported[i]) < 4 {
			t.Fatalf("%s: %d labels, %d reports: this test proves little", markets[i], len(arranged[i]), len(reported[i]))
		}
	}
	gb.start(t)
	if a, b := gb.line(t, "GB"), gb.line(t, "VN"); a.shop.Account == b.shop.Account || a.client == b.client {
		t.Fatalf("accounts %q and %q: two sellers share their tokens", a.shop.Account, b.shop.Account)
	}
	for i, s := range sellers {
		eventually(t, "the labels of "+markets[i]+" are here", func() bool {
			return !slices.ContainsFunc(arranged[i], func(id string) bool { return s.order(t, id).Packages[0].Label == "" })
		})
		s.report(t, reported[i][:2]...)
		eventually(t, "parcels of "+markets[i]+" are reported", func() bool { return s.shippedAtThePlatform(reported[i][:2]) })
	}

	vn.admin(t, "deauthorize", "")
	vn.report(t, reported[1][2:4]...)
	eventually(t, "one account is dead and the other works", func() bool {
		now := time.Now()
		a, b := gb.line(t, "GB").state(t.Context(), gb.env, now), gb.line(t, "VN").state(t.Context(), gb.env, now)
		return !a.Dead && a.Online && a.Renew == "" && b.Dead && strings.Contains(b.Renew, "connect the shop again")
	})
	gb.report(t, reported[0][2:4]...)
	eventually(t, "the other seller's parcels are reported meanwhile", func() bool { return gb.shippedAtThePlatform(reported[0][2:4]) })
	if vn.shippedAtThePlatform(reported[1][2:4]) {
		t.Error("a parcel was reported without an authorization")
	}

	res, err := http.Post(vn.http.URL+"/admin/authorize", "application/json", nil)
	if err != nil {
		t.Fatal(err)
	}
	var fresh struct {
		Code string `json:"auth_code"`
	}
	if err := json.Unmarshal([]byte(bodyOf(t, res)), &fresh); err != nil {
		t.Fatal(err)
	}
	offered, err := authorize(t.Context(), vn.env.cfg, vn.env.secrets, p.authorized(1, fresh.Code), vn.env.log)
	if err != nil {
		t.Fatal(err)
	}
	account, err := settle(vn.env.cfg, vn.env.secrets, offered, offered)
	if err != nil {
		t.Fatal(err)
	}
	if want := gb.line(t, "VN").shop.Account; account != want {
		t.Errorf("the authorization of %q was renewed, want %q", account, want)
	}
	if err := gb.lines.follow(&account); err != nil {
		t.Fatal(err)
	}
	eventually(t, "what waited is reported", func() bool { return vn.shippedAtThePlatform(reported[1][2:4]) })
	for i, s := range sellers {
		s.honest(t)
		for _, c := range s.journal(t) {
			if c.Order != "" {
				if o, err := s.env.store.Order(t.Context(), fulfillment.OrderID(c.Order)); err == nil && o.Market != markets[i] {
					t.Errorf("seller %d was asked about order %s of %s", i, c.Order, o.Market)
				}
			}
		}
	}
	if len(p.unknown) > 0 {
		t.Error(fmt.Sprint("calls with a token of nobody: ", p.unknown))
	}
}
