package main

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"packbench/cmd/sandbox/shop"
	"packbench/ui"
)

// Tokens are renewed once for all shops of an authorization, however many of them notice at once that they are due.
func TestOneRefresherForTheShopsOfAnAccount(t *testing.T) {
	s := newTwoShops(t, shop.Options{Market: "GB", Also: []string{"VN", "US"}, Orders: 6})
	s.admin(t, "fault", `{"kind":"expire_tokens"}`)
	s.start(t)
	refreshes := 0
	for _, c := range s.journal(t) {
		if c.Path == "/api/v2/token/refresh" {
			refreshes++
		}
	}
	if refreshes != 1 {
		t.Errorf("%d refreshes for three shops", refreshes)
	}
}

// tampered makes the stored tokens ones whose refresh is refused; the access token that was given lives for a while yet.
func (s *twoShops) tampered(t *testing.T, accessLeft time.Duration) {
	t.Helper()
	store := tokenStore{s.env.secrets, s.lines.list()[0].shop.Account}
	tokens, err := store.Tokens(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	tokens.Refresh, tokens.Previous = "TTP_ref_of_yesterday", nil
	tokens.ObtainedAt, tokens.AccessExpires = time.Now().Add(-7*24*time.Hour), time.Now().Add(accessLeft)
	if err := store.StoreTokens(context.Background(), tokens); err != nil {
		t.Fatal(err)
	}
}

func (s *twoShops) state(t *testing.T, i int) ui.ShopState {
	t.Helper()
	return s.lines.list()[i].state(t.Context(), s.env, time.Now())
}

// A refresh that is refused is said at once, while the access token still works; when that ends, that nothing goes through.
// A new authorization ends both, and no program has to be started again for it.
func TestAuthorizationIsAskedForInWords(t *testing.T) {
	s := newTwoShops(t, shop.Options{Market: "GB", Also: []string{"VN"}, Orders: 6})
	s.start(t)
	account := s.lines.list()[0].shop.Account
	s.tampered(t, 10*time.Minute)
	if err := s.lines.follow(&account); err != nil { // as after a restart: the tokens are read anew
		t.Fatal(err)
	}
	eventually(t, "the refused refresh is said of both shops", func() bool {
		return s.state(t, 0).Refused && s.state(t, 1).Refused && s.state(t, 0).Online && s.state(t, 1).Online
	})
	x := ui.SyncOf([]ui.ShopState{s.state(t, 0), s.state(t, 1)})
	if one, _, ok := x.Renewal(); !ok || one.Dead || !strings.Contains(one.Renew, "work goes on until") || !x.Online {
		t.Errorf("%+v, %v", one, ok)
	}
	s.admin(t, "deauthorize", "")
	eventually(t, "a dead authorization is said of both shops", func() bool { return s.state(t, 0).Dead && s.state(t, 1).Dead })
	if one := s.state(t, 1); !strings.Contains(one.Renew, "connect the shop again") || one.Online {
		t.Errorf("%+v", one)
	}
	settled, err := s.authorizeAgain(t)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.lines.follow(&settled); err != nil {
		t.Fatal(err)
	}
	eventually(t, "both shops work again", func() bool {
		a, b := s.state(t, 0), s.state(t, 1)
		return a.Online && b.Online && a.Renew == "" && b.Renew == ""
	})
	s.honest(t)
}

// authorizeAgain goes through a new authorization as the desk does.
func (s *twoShops) authorizeAgain(t *testing.T) (account string, err error) {
	t.Helper()
	res, err := http.Post(s.http.URL+"/admin/authorize", "application/json", nil)
	if err != nil {
		t.Fatal(err)
	}
	var fresh struct {
		Code string `json:"auth_code"`
	}
	if err := json.Unmarshal([]byte(bodyOf(t, res)), &fresh); err != nil {
		t.Fatal(err)
	}
	offered, err := authorize(t.Context(), s.env.cfg, s.env.secrets, fresh.Code, s.env.log)
	if err != nil {
		return "", err
	}
	return settle(s.env.cfg, s.env.secrets, offered, offered)
}
