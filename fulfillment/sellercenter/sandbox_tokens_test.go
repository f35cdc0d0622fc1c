package sellercenter_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"packbench/cmd/sandbox/shop"
	"packbench/fulfillment"
	"packbench/fulfillment/sellercenter"
)

// handClock is moved by hand, for both ends.
type handClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *handClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *handClock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// The sandbox's refresh tokens work once. An answer lost after the rotation costs the refresh token, and nothing else for
// as long as the access token lives; then a person is asked in words, and a new code heals it.
func TestSandboxLostRotation(t *testing.T) {
	clock := &handClock{now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	s := newSandbox(t, shop.Options{Market: "GB", Orders: 5, Clock: clock.Now})
	cred := s.server.Credentials()
	restart := func() {
		c, err := sellercenter.New(sellercenter.Config{APIURL: s.url, AuthURL: s.url, AppKey: cred.AppKey, AppSecret: cred.AppSecret,
			Tokens: lockedTokens{s.tokens}, Now: clock.Now})
		s.ok(err)
		s.Client = c
	}
	works := func() error { _, err := s.Warehouses(t.Context(), s.shop); return err }
	s.tokens.has = false
	code := s.newCode()
	restart()
	_, err := s.Exchange(t.Context(), code) // by the hand's clock
	s.ok(err)
	s.ok(works())
	clock.add(6 * 24 * time.Hour)
	s.post("/admin/fault", `{"kind":"lost_after","endpoint":"GET /api/v2/token/refresh","count":1}`)
	for range 3 {
		s.ok(works())
	}
	if a, err := s.Authorization(t.Context()); err != nil || !strings.Contains(a.Say, "lost on the way") {
		t.Errorf("%+v, %v", a, err)
	}
	restart()
	s.ok(works())
	if a, err := s.Authorization(t.Context()); err != nil || !strings.Contains(a.Say, "connect the shop again") {
		t.Errorf("after a restart: %+v, %v", a, err)
	}
	clock.add(25 * time.Hour)
	if err := works(); !errors.Is(err, fulfillment.ErrUnauthorized) {
		t.Errorf("after the access token's end: %v", err)
	}
	_, err = s.Exchange(t.Context(), s.newCode())
	s.ok(err)
	s.ok(works())
	clock.add(6 * 24 * time.Hour) // and an ordinary refresh
	s.ok(works())
	if a, err := s.Authorization(t.Context()); err != nil || a.Say != "" || a.AccessUntil.Sub(clock.Now()) < 6*24*time.Hour {
		t.Errorf("%+v, %v", a, err)
	}
	if s.tokens.t.Previous != nil {
		t.Error("the pair before was not forgotten")
	}
}

// newCode lets the seller authorize the app once more.
func (s *sandbox) newCode() string {
	s.t.Helper()
	resp, err := http.Post(s.url+"/admin/authorize", "application/json", nil)
	s.ok(err)
	defer resp.Body.Close()
	var w struct {
		Code string `json:"auth_code"`
	}
	s.ok(json.NewDecoder(resp.Body).Decode(&w))
	return w.Code
}
