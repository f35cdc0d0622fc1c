package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"packbench/cmd/sandbox/shop"
	"packbench/fulfillment"
	"packbench/fulfillment/syncer"
)

// relay is what stands between the platform, which knows only domain names, and a bench: it keeps webhooks and hands them on.
type relay struct {
	mu    sync.Mutex
	lines []string
}

// add keeps one webhook as it came.
func (r *relay) add(t *testing.T, authorization, body string) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	line, err := json.Marshal(map[string]any{"n": len(r.lines) + 1, "authorization": authorization, "body": body})
	if err != nil {
		t.Fatal(err)
	}
	r.lines = append(r.lines, string(line))
}

func (r *relay) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	after, err := strconv.Atoi(q.URL.Query().Get("after"))
	if err != nil || after < 0 || after > len(r.lines) {
		http.Error(w, "after", http.StatusBadRequest)
		return
	}
	for _, line := range r.lines[after:] {
		fmt.Fprintln(w, line)
	}
}

// forward gives the relay what the sandbox has sent since it was asked last.
func (s *twoShops) forward(t *testing.T, to *relay, seen *int) {
	t.Helper()
	var records []struct {
		Authorization string
		Body          json.RawMessage
	}
	if err := json.Unmarshal([]byte(s.get(t, "/admin/webhooks")), &records); err != nil {
		t.Fatal(err)
	}
	for _, r := range records[*seen:] {
		var body bytes.Buffer // the admin page has made it pretty; it was signed as it is sent
		if err := json.Compact(&body, r.Body); err != nil {
			t.Fatal(err)
		}
		to.add(t, r.Authorization, body.String())
	}
	*seen = len(records)
}

// signed is a webhook of a shop with the platform's signature.
func (s *twoShops) signed(shopID string, kind, n int, at time.Time, data string) (authorization, body string) {
	body = fmt.Sprintf(`{"type":%d,"tts_notification_id":"%d","shop_id":%q,"timestamp":%d,"data":%s}`, kind, n, shopID, at.Unix(), data)
	c := s.server.Credentials()
	return shop.WebhookSign(c.AppKey, c.AppSecret, []byte(body)), body
}

// Webhooks through a relay make the shop that they name be looked at, and no other, long before its next pull. What they say of
// the authorization is said in words; a word from before the tokens in use is past, and what somebody else has signed is nothing.
func TestWebhooksThroughARelay(t *testing.T) {
	s := newTwoShops(t, shop.Options{Market: "GB", Also: []string{"VN"}, Orders: 20})
	more := s.lines.more
	s.lines.more = func(o *syncer.Options) { more(o); o.Poll, o.Policy = time.Hour, "at_pack" }
	s.start(t)
	hooks, seen := &relay{}, 0
	s.forward(t, &relay{}, &seen) // what was sent before the relay was there
	server := httptest.NewServer(hooks)
	t.Cleanup(server.Close)
	s.env.cfg.Shop.Hints = server.URL + "/hooks?secret=1"
	h := (&app{env: s.env, lines: s.lines}).joinHints()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	calls := 0
	eventually(t, "the first round is over", func() bool { // it reads the orders in work once more, after its pull
		before := calls
		time.Sleep(700 * time.Millisecond)
		calls = len(s.journal(t))
		return calls == before
	})
	id := s.orders("VN", "TIKTOK")[0]
	s.admin(t, "orders/"+id+"/cancel", "")
	s.forward(t, hooks, &seen)
	eventually(t, "the cancellation is seen", func() bool { return s.order(t, id).Status == fulfillment.StatusCancelled })
	for _, c := range s.journal(t)[calls:] {
		if c.Shop == "GB" {
			t.Errorf("%s of the shop that the webhook is not about", c.Path)
		}
	}
	s.authorizationWebhooks(t, hooks, &seen)
	s.honest(t)
}

func (s *twoShops) authorizationWebhooks(t *testing.T, hooks *relay, seen *int) {
	t.Helper()
	gb, vn := s.server.Credentials().ShopID, ""
	at := map[string]int{}
	for i, x := range s.lines.list() {
		at[x.shop.Region] = i
		if x.shop.ID != gb {
			vn = x.shop.ID
		}
	}
	s.admin(t, "authorization-ends", `{"seconds": 3456000}`) // 40 days; the stored tokens know nothing of it
	s.forward(t, hooks, seen)
	eventually(t, "the notice is said of both shops", func() bool {
		return strings.Contains(s.state(t, 0).Renew, "authorization ends on 20") && strings.Contains(s.state(t, 1).Renew, "authorization ends on 20")
	})
	if x := s.state(t, 0); x.Refused || x.Dead || !x.Online {
		t.Errorf("a notice of what is to come: %+v", x)
	}
	now := time.Now()
	for n, word := range []struct {
		shop string
		at   time.Time
		sign bool
	}{{"4711", now.Add(2 * time.Second), true}, {gb, now.Add(2 * time.Second), false}, {gb, now.Add(-time.Hour), true}, {vn, now.Add(2 * time.Second), true}} {
		authorization, body := s.signed(word.shop, 6, 100+n, word.at, `{"message":"the seller has cancelled"}`)
		if !word.sign {
			authorization = strings.Repeat("0", 64)
		}
		hooks.add(t, authorization, body)
	}
	eventually(t, "the end is said of the shop that is named", func() bool { return strings.Contains(s.state(t, at["VN"]).Renew, "the seller ended the authorization") })
	if x := s.state(t, at["VN"]); !x.Refused || x.Dead || !x.Online {
		t.Errorf("calls are still answered: %+v", x)
	}
	if x := s.state(t, at["GB"]); x.Refused || strings.Contains(x.Renew, "the seller ended") {
		t.Errorf("said of a shop that was not named, by a stranger, or of another time: %+v", x)
	}
	s.admin(t, "deauthorize", "")
	s.forward(t, hooks, seen)
	eventually(t, "the end is found true", func() bool { return s.state(t, 0).Dead && s.state(t, 1).Dead })
	account, err := s.authorizeAgain(t)
	if err == nil {
		err = s.lines.follow(&account)
	}
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "nothing is said any more", func() bool { return s.state(t, 0).Renew == "" && s.state(t, 1).Renew == "" && s.state(t, 0).Online })
}
