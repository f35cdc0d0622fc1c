package sellercenter

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"packbench/fulfillment"
)

func ctx() context.Context { return context.Background() }

func TestExchange(t *testing.T) {
	f := newFakeShop(t)
	f.store.has = false
	f.on("GET /api/v2/token/get", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if q.Get("grant_type") != "authorized_code" || q.Get("app_secret") != testSecret || q.Get("auth_code") != "TTP_code" || r.Header.Get("x-tts-access-token") != "" {
			t.Errorf("query %v", q)
		}
		ok(w, tokenAnswer("tok-1", "ref-1", 7*24*time.Hour))
	})
	f.answer(shopsRoute, shopsData)
	c := f.client()
	if _, err := c.Shops(ctx()); !errors.Is(err, fulfillment.ErrUnauthorized) {
		t.Errorf("before connecting: %v", err)
	}
	got, err := c.Exchange(ctx(), "TTP_code")
	if err != nil {
		t.Fatal(err)
	}
	if life := time.Until(got.AccessExpires); life < 7*24*time.Hour-time.Minute || life > 7*24*time.Hour+time.Minute {
		t.Errorf("the expiry is absolute, got a life of %v", life)
	}
	if f.store.t.Refresh != "ref-1" {
		t.Error("not stored")
	}
	if _, err := c.Shops(ctx()); err != nil {
		t.Error(err)
	}
}

// Many calls with an expired token refresh once, and are all replayed with a new sign.
func TestExpiredTokenRefreshedOnce(t *testing.T) {
	f := newFakeShop(t)
	f.setTokens("tok-2", "tok-1")
	f.on(refreshRoute, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("refresh_token") != "ref-1" || r.URL.Query().Get("grant_type") != "refresh_token" {
			t.Errorf("refresh with %v", r.URL.Query())
		}
		ok(w, tokenAnswer("tok-2", "ref-2", 7*24*time.Hour))
	})
	f.on(shopsRoute, func(w http.ResponseWriter, r *http.Request) {
		if got, _ := f.store.Tokens(ctx()); got.Access != "tok-2" {
			t.Error("the new token was used before it was stored")
		}
		ok(w, shopsData)
	})
	c := f.client()
	var all sync.WaitGroup
	for range 12 {
		all.Go(func() {
			if _, err := c.Shops(ctx()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := f.count(refreshRoute); n != 1 {
		t.Errorf("%d refreshes", n)
	}
}

func TestRefreshEarly(t *testing.T) {
	for _, tc := range []struct {
		name       string
		life, left time.Duration
		want       int
	}{
		{"fresh", 7 * 24 * time.Hour, 6 * 24 * time.Hour, 0},
		{"a fifth left", 7 * 24 * time.Hour, 33 * time.Hour, 1},
		{"a day left", 3 * 24 * time.Hour, 23 * time.Hour, 1},
		{"short-lived, fresh", time.Hour, 50 * time.Minute, 0},
		{"short-lived, old", time.Hour, 10 * time.Minute, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFakeShop(t)
			f.store.t.AccessExpires = time.Now().Add(tc.left)
			f.store.t.ObtainedAt = f.store.t.AccessExpires.Add(-tc.life)
			f.on(refreshRoute, func(w http.ResponseWriter, _ *http.Request) {
				f.setTokens("tok-2", "")
				ok(w, tokenAnswer("tok-2", "ref-2", tc.life))
			})
			f.answer(shopsRoute, shopsData)
			c := f.client()
			if _, err := c.Shops(ctx()); err != nil {
				t.Fatal(err)
			}
			if n := f.count(refreshRoute); n != tc.want {
				t.Errorf("%d refreshes, want %d", n, tc.want)
			}
		})
	}
}

// An early refresh that fails does not stop work while the old token is good.
func TestEarlyRefreshMayFail(t *testing.T) {
	f := newFakeShop(t)
	f.store.t.AccessExpires = time.Now().Add(time.Hour)
	f.store.t.ObtainedAt = time.Now().Add(-7 * 24 * time.Hour)
	f.on(refreshRoute, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) })
	f.answer(shopsRoute, shopsData)
	c := f.client()
	for range 3 {
		if _, err := c.Shops(ctx()); err != nil {
			t.Fatal(err)
		}
	}
	if n := f.count(refreshRoute); n != 2 { // one, and once more because the answer may have been lost
		t.Errorf("%d refreshes", n)
	}
}

func TestLostRefreshIsTriedOnceMore(t *testing.T) {
	f := newFakeShop(t)
	f.setTokens("tok-3", "tok-1")
	var n atomic.Int32
	f.on(refreshRoute, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("refresh_token") != "ref-1" {
			t.Errorf("not the old pair: %v", r.URL.Query().Get("refresh_token"))
		}
		if n.Add(1) == 1 {
			hangUp(t, w)
			return
		}
		ok(w, tokenAnswer("tok-3", "ref-3", 7*24*time.Hour))
	})
	f.answer(shopsRoute, shopsData)
	if _, err := f.client().Shops(ctx()); err != nil {
		t.Fatal(err)
	}
	if f.store.t.Refresh != "ref-3" {
		t.Errorf("stored %q", f.store.t.Refresh)
	}
}

// A pair that cannot be stored is not used; when the disk is back it is stored, not refreshed again.
func TestNewPairIsStoredBeforeUse(t *testing.T) {
	f := newFakeShop(t)
	f.setTokens("tok-2", "tok-1")
	f.answer(refreshRoute, tokenAnswer("tok-2", "ref-2", 7*24*time.Hour))
	f.answer(shopsRoute, shopsData)
	f.store.setFail(errors.New("disk full"))
	c := f.client()
	for range 2 {
		if _, err := c.Shops(ctx()); err == nil {
			t.Fatal("worked with a pair that is nowhere stored")
		}
	}
	f.store.setFail(nil)
	if _, err := c.Shops(ctx()); err != nil {
		t.Fatal(err)
	}
	if n := f.count(refreshRoute); n != 1 {
		t.Errorf("%d refreshes", n)
	}
}

func TestDeadAuthorization(t *testing.T) {
	f := newFakeShop(t)
	f.setTokens("tok-9", "tok-1")
	f.on(refreshRoute, func(w http.ResponseWriter, _ *http.Request) {
		say(w, 200, codeRefreshDead, "rt has expired", "null")
	})
	f.answer(shopsRoute, shopsData)
	c := f.client()
	for range 3 {
		if _, err := c.Shops(ctx()); !errors.Is(err, fulfillment.ErrUnauthorized) {
			t.Fatal(err)
		}
	}
	if n := f.count(refreshRoute); n != 1 {
		t.Errorf("%d refreshes of a dead pair", n)
	}
	// Another program of this computer connects the shop again.
	if err := f.store.StoreTokens(ctx(), Tokens{Access: "tok-9", Refresh: "ref-9", AccessExpires: time.Now().Add(7 * 24 * time.Hour), ObtainedAt: time.Now()}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Shops(ctx()); err != nil {
		t.Errorf("after connecting again: %v", err)
	}
}

// Another process on the same store was faster: its pair is taken over.
func TestPairOfAnotherProcess(t *testing.T) {
	f := newFakeShop(t)
	f.answer(shopsRoute, shopsData)
	c := f.client()
	if _, err := c.Shops(ctx()); err != nil {
		t.Fatal(err)
	}
	_ = f.store.StoreTokens(ctx(), Tokens{Access: "tok-2", Refresh: "ref-2", AccessExpires: time.Now().Add(7 * 24 * time.Hour), ObtainedAt: time.Now()})
	f.setTokens("tok-2", "tok-1")
	if _, err := c.Shops(ctx()); err != nil {
		t.Fatal(err)
	}
	if n := f.count(refreshRoute); n != 0 {
		t.Errorf("%d refreshes", n)
	}
}
