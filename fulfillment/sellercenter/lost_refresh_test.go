package sellercenter

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"packbench/fulfillment"
)

// authHost is an authorization host whose refresh tokens work once. It can lose answers after their effect.
type authHost struct {
	f *fakeShop

	mu   sync.Mutex
	now  time.Time
	live string // the refresh token that works
	n    int
	lose int // answers to lose after the rotation
}

const week = 7 * 24 * time.Hour

func newAuthHost(t *testing.T) *authHost {
	f := newFakeShop(t)
	a := &authHost{f: f, live: "ref-1", now: fakeNow(), n: 1}
	f.now = a.clock
	f.store.t = Tokens{Access: "tok-1", Refresh: "ref-1", ObtainedAt: fakeNow(), AccessExpires: fakeNow().Add(week)}
	f.on(refreshRoute, a.refresh)
	f.on("GET /api/v2/token/get", func(w http.ResponseWriter, _ *http.Request) { a.answer(w) })
	f.answer(shopsRoute, shopsData)
	return a
}

func (a *authHost) client() *Client { return a.f.client(func(c *Config) { c.Now = a.clock }) }

func (a *authHost) clock() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.now
}

func (a *authHost) add(d time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.now = a.now.Add(d)
}

func (a *authHost) refresh(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	good := r.URL.Query().Get("refresh_token") == a.live
	lose := good && a.lose > 0
	if lose {
		a.lose--
		a.rotate()
	}
	a.mu.Unlock()
	switch {
	case !good:
		say(w, 200, codeNoAuthRecord, "can not find related auth record", "null")
	case lose:
		hangUp(a.f.t, w)
	default:
		a.answer(w)
	}
}

// rotate needs the lock. The old access token stays good: it has a life of its own.
func (a *authHost) rotate() (access, refresh string) {
	a.n++
	a.live = fmt.Sprintf("ref-%d", a.n)
	return fmt.Sprintf("tok-%d", a.n), a.live
}

func (a *authHost) answer(w http.ResponseWriter) {
	a.mu.Lock()
	access, refresh := a.rotate()
	ends := a.now.Add(week)
	a.mu.Unlock()
	a.f.setTokens(access, "")
	ok(w, fmt.Sprintf(`{"access_token":%q,"access_token_expire_in":%d,"refresh_token":%q,"refresh_token_expire_in":%d,"user_type":0}`,
		access, ends.Unix(), refresh, ends.Add(365*24*time.Hour).Unix()))
}

// The platform rotated, the answer was lost, and the old refresh token is dead: work goes on with the old access token
// until its own end, a person is told from the start, and a new authorization heals it.
func TestLostRotation(t *testing.T) {
	a := newAuthHost(t)
	c := a.client()
	must := func(when string) {
		t.Helper()
		if _, err := c.Shops(ctx()); err != nil {
			t.Fatalf("%s: %v", when, err)
		}
	}
	must("fresh")
	if s, err := c.Authorization(ctx()); err != nil || s.Say != "" || !s.AccessUntil.Equal(fakeNow().Add(week)) {
		t.Errorf("fresh: %+v, %v", s, err)
	}
	a.add(week - 30*time.Hour) // less than a fifth is left
	a.lose = 1
	must("the refresh is lost")
	s, err := c.Authorization(ctx())
	if err != nil || !strings.Contains(s.Say, "lost on the way") || !strings.Contains(s.Say, "work goes on until") || !strings.Contains(s.Say, "connect the shop again") || !s.Refused || s.Dead {
		t.Errorf("a person is not told: %+v, %v", s, err)
	}
	for range 5 {
		must("while the access token lives")
	}
	if n := a.f.count(refreshRoute); n != 2 { // one, and one with the old refresh token
		t.Errorf("%d refreshes in a moment", n)
	}
	c = a.client() // the program is started again
	must("after a restart")
	a.add(31 * time.Hour)
	a.f.setTokens("none", "tok-1")
	if _, err := c.Shops(ctx()); !errors.Is(err, fulfillment.ErrUnauthorized) {
		t.Errorf("after its end: %v", err)
	}
	if s, _ := c.Authorization(ctx()); !strings.Contains(s.Say, "connect the shop again") || !s.Dead {
		t.Errorf("after its end: %+v", s)
	}
	if _, err := c.Exchange(ctx(), "TTP_code"); err != nil {
		t.Fatal(err)
	}
	must("authorized again")
	if s, _ := c.Authorization(ctx()); s.Say != "" {
		t.Errorf("authorized again: %+v", s)
	}
}

// Where the platform lets the old refresh token live, a lost answer costs nothing.
func TestLostAnswerOldRefreshTokenLives(t *testing.T) {
	a := newAuthHost(t)
	n := 0
	a.f.on(refreshRoute, func(w http.ResponseWriter, r *http.Request) {
		if n++; n == 1 {
			hangUp(t, w)
			return
		}
		if r.URL.Query().Get("refresh_token") != "ref-1" {
			t.Errorf("not the old refresh token: %v", r.URL.Query())
		}
		a.answer(w)
	})
	a.add(week - 30*time.Hour)
	c := a.client()
	if _, err := c.Shops(ctx()); err != nil {
		t.Fatal(err)
	}
	s, err := c.Authorization(ctx())
	if got, _ := a.f.store.Tokens(ctx()); err != nil || s.Say != "" || got.Access != "tok-2" {
		t.Errorf("%+v, %v, stored %q", s, err, got.Access)
	}
}

// The pair before is kept until the new one has worked once, and then forgotten.
func TestOldPairIsKeptUntilTheNewOneWorks(t *testing.T) {
	a := newAuthHost(t)
	a.add(week - 30*time.Hour)
	seen := ""
	a.f.on(shopsRoute, func(w http.ResponseWriter, _ *http.Request) {
		if got, _ := a.f.store.Tokens(ctx()); got.Previous != nil {
			seen = got.Previous.Access + " " + got.Previous.Refresh
		}
		ok(w, shopsData)
	})
	if _, err := a.client().Shops(ctx()); err != nil {
		t.Fatal(err)
	}
	if got, _ := a.f.store.Tokens(ctx()); seen != "tok-1 ref-1" || got.Previous != nil || got.Access != "tok-2" {
		t.Errorf("before %q, after %+v", seen, got.Previous)
	}
}

// A new pair that the platform does not accept falls back to the one before, also after a restart.
func TestNewPairIsNotAccepted(t *testing.T) {
	a := newAuthHost(t)
	a.add(week - 30*time.Hour)
	a.f.on(refreshRoute, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("refresh_token") != "ref-1" || a.f.count(refreshRoute) > 1 {
			say(w, 200, codeNoAuthRecord, "can not find related auth record", "null")
			return
		}
		ok(w, fmt.Sprintf(`{"access_token":"tok-bad","access_token_expire_in":%d,"refresh_token":"ref-bad"}`, a.clock().Add(week).Unix()))
	})
	if _, err := a.client().Shops(ctx()); err != nil {
		t.Fatalf("with the pair before: %v", err)
	}
	if got, _ := a.f.store.Tokens(ctx()); got.Access != "tok-1" || got.Previous != nil {
		t.Errorf("stored %q", got.Access)
	}
	if _, err := a.client().Shops(ctx()); err != nil {
		t.Errorf("after a restart: %v", err)
	}
}

// Both programs of one computer refresh at the same moment: the slower one is refused, reads the store, and goes on.
func TestTwoProgramsRefresh(t *testing.T) {
	a := newAuthHost(t)
	a.add(week - 30*time.Hour)
	one, two := a.client(), a.client()
	var all sync.WaitGroup
	for _, c := range []*Client{one, two, one, two} {
		all.Go(func() {
			if _, err := c.Shops(ctx()); err != nil && !errors.Is(err, fulfillment.ErrUnauthorized) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	a.add(deadFor + time.Second)
	for _, c := range []*Client{one, two} {
		if _, err := c.Shops(ctx()); err != nil {
			t.Error(err)
		}
		if s, _ := c.Authorization(ctx()); s.Say != "" {
			t.Errorf("%+v", s)
		}
	}
}

// The end of what the seller granted is announced a month before.
func TestAuthorizationEndsSoon(t *testing.T) {
	a := newAuthHost(t)
	a.f.store.t.RefreshExpires = fakeNow().Add(20 * 24 * time.Hour)
	if s, err := a.client().Authorization(ctx()); err != nil || !strings.Contains(s.Say, "ends on 2025-12-12") {
		t.Errorf("%+v, %v", s, err)
	}
	a.f.store.has = false
	if s, err := a.client().Authorization(ctx()); err != nil || !strings.Contains(s.Say, "never connected") {
		t.Errorf("%+v, %v", s, err)
	}
}
