package sellercenter

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"packbench/fulfillment"
)

// platform is a Seller Center with a limit of its own, in the bubble's time.
type platform struct {
	mu    sync.Mutex
	limit int // calls a second, 0: none
	down  bool
	after string // Retry-After

	second   time.Time
	n        int
	refused  int
	served   int
	attempts []time.Time
	paths    []string
}

func (p *platform) RoundTrip(r *http.Request) (*http.Response, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	p.attempts, p.paths = append(p.attempts, now), append(p.paths, r.URL.Path)
	if p.down {
		return nil, errors.New("connection refused")
	}
	if s := now.Truncate(time.Second); !s.Equal(p.second) {
		p.second, p.n = s, 0
	}
	p.n++
	h := http.Header{}
	if p.limit > 0 && p.n > p.limit {
		p.refused++
		h.Set("Retry-After", p.after)
		return replyOf(r, 429, `{"code":36009002,"message":"Too many requests."}`, h), nil
	}
	p.served++
	return replyOf(r, 200, envelopeOf(`{"shipping_providers":[],"shops":[]}`), h), nil
}

func (p *platform) client(t *testing.T, change ...func(*Config)) *Client {
	t.Helper()
	store := &memTokens{has: true, t: Tokens{Access: "tok-1", Refresh: "ref-1", AccessExpires: time.Now().Add(1000 * week), ObtainedAt: time.Now()}}
	cfg := Config{APIURL: "https://shop.example", AuthURL: "https://auth.example", AppKey: testKey, AppSecret: testSecret, Tokens: store, Transport: p}
	for _, ch := range change {
		ch(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (p *platform) set(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
}

// Under a limit half as high as configured the client finds it: most calls pass, few are refused, and it recovers when
// the limit is lifted.
func TestPaceFindsTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &platform{limit: 5}
		c := p.client(t) // 10 reads a second
		if r := c.paces.of(testShop, false).rate(); r != 8 {
			t.Fatalf("starts at %v, not below the limit", r)
		}
		start := time.Now()
		for time.Since(start) < 10*time.Minute {
			_, err := c.Warehouses(ctx(), testShop)
			if err != nil && !errors.Is(err, fulfillment.ErrThrottled) && !errors.Is(err, fulfillment.ErrOffline) {
				t.Fatal(err)
			}
		}
		perSecond := float64(p.served) / time.Since(start).Seconds()
		share := float64(p.refused) / float64(p.served+p.refused)
		t.Logf("%.2f calls a second of 5, %.2f %% refused", perSecond, 100*share)
		if perSecond < 2 || share > 0.02 {
			t.Errorf("%.2f calls a second, %.1f %% refused", perSecond, 100*share)
		}
		p.set(func() { p.limit = 0 })
		for range 3600 {
			_, _ = c.Warehouses(ctx(), testShop)
			time.Sleep(time.Second)
		}
		if r := c.paces.of(testShop, false).rate(); r != 10 {
			t.Errorf("after an hour without refusals: %v", r)
		}
	})
}

// Nothing is sent while the platform wants silence, not even what was already waiting for its turn.
func TestSilenceAfter429(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &platform{limit: 3, after: "20"}
		c := p.client(t)
		var all sync.WaitGroup
		for range 40 {
			all.Go(func() { _, _ = c.Warehouses(ctx(), testShop) })
		}
		all.Wait()
		last, gap := p.attempts[0], time.Duration(0)
		for _, at := range p.attempts {
			gap = max(gap, at.Sub(last))
			last = at
		}
		if gap < 20*time.Second {
			t.Errorf("the longest silence was %v", gap)
		}
		// Where it does not say how long: 1 s, 2 s, 4 s … and never more than a minute.
		q := newPace(10, time.Now)
		for i, least := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60} {
			q.throttled(0)
			d := q.quiet()
			if d < least*time.Second || d > least*time.Second+quietJitter {
				t.Errorf("429 number %d: silence of %v", i+1, d)
			}
			time.Sleep(d + time.Millisecond)
		}
		q.passed()
		time.Sleep(time.Hour)
		q.throttled(0)
		if d := q.quiet(); d > 1500*time.Millisecond {
			t.Errorf("after a success: silence of %v", d)
		}
	})
}

// A caller whose time is shorter than the silence is told at once, and that nothing was sent.
func TestShortPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &platform{limit: 1, after: "30"}
		c := p.client(t)
		for range 2 { // the second one is refused
			_, _ = c.Warehouses(ctx(), testShop)
		}
		sent, start := len(p.attempts), time.Now()
		short, cancel := context.WithTimeout(ctx(), 5*time.Second)
		defer cancel()
		for range 3 {
			_, err := c.Warehouses(short, testShop)
			var slow *fulfillment.ThrottledError
			if !errors.As(err, &slow) || slow.RetryAfter > 30*time.Second {
				t.Errorf("%v", err)
			}
		}
		if len(p.attempts) != sent || time.Since(start) > 5*time.Second {
			t.Errorf("%d sent in %v", len(p.attempts)-sent, time.Since(start))
		}
	})
}

// One shop's limit does not slow another's, and reads do not slow writes.
func TestLimitIsPerShop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := (&platform{}).client(t)
		c.paces.of("shop-a", false).throttled(time.Minute)
		start := time.Now()
		if _, err := c.Warehouses(ctx(), "shop-b"); err != nil || time.Since(start) > time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		if err := c.Ship(ctx(), "shop-a", Ship{Package: "1"}); err != nil || time.Since(start) > time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

// Where nobody answers, the platform is left alone but for a cheap probe now and then, and callers are told at once; the
// first answer brings everything back.
func TestBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &platform{down: true}
		c := p.client(t)
		for range breakAfter {
			if err := c.Ship(ctx(), testShop, Ship{Package: "1"}); !errors.Is(err, fulfillment.ErrOffline) {
				t.Fatal(err)
			}
		}
		open, start := len(p.attempts), time.Now()
		for time.Since(start) < 10*time.Minute { // a caller that never tires
			err := c.Ship(ctx(), testShop, Ship{Package: "1"})
			if !errors.Is(err, fulfillment.ErrOffline) || errors.Is(err, fulfillment.ErrUncertain) {
				t.Fatal(err)
			}
			time.Sleep(100 * time.Millisecond)
		}
		probes := len(p.attempts) - open
		if probes < 250 || probes > 305 {
			t.Errorf("%d probes in ten minutes", probes)
		}
		for _, path := range p.paths[open:] {
			if path != "/authorization/202309/shops" {
				t.Errorf("probed with %s", path)
			}
		}
		p.set(func() { p.down = false })
		start = time.Now()
		for {
			if err := c.Ship(ctx(), testShop, Ship{Package: "1"}); err == nil {
				break
			}
			time.Sleep(100 * time.Millisecond)
		}
		if back := time.Since(start); back > longestPause+time.Second {
			t.Errorf("back after %v", back)
		}
		n := len(p.paths)
		if last := p.paths[n-1]; !strings.HasSuffix(last, "/ship") || p.paths[n-2] != "/authorization/202309/shops" {
			t.Errorf("the write went out without a probe: %v", p.paths[n-2:])
		}
	})
}

// Refusals, 429s and calls that their callers gave up do not open it; one probe at a time.
func TestBreakerCountsOnlySilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &platform{limit: 1}
		c := p.client(t)
		for range 20 {
			_, _ = c.Warehouses(ctx(), testShop)
		}
		gone, cancel := context.WithCancel(ctx())
		cancel()
		for range 20 {
			_, _ = c.Warehouses(gone, testShop)
		}
		if c.breaker.opened != 0 {
			t.Error("opened")
		}
		b := &breaker{now: time.Now}
		for range breakAfter {
			b.note(false)
		}
		time.Sleep(firstPause)
		if probe, err := b.admit(); !probe || err != nil {
			t.Fatal(probe, err)
		}
		if probe, err := b.admit(); probe || err == nil {
			t.Error("two probes at once")
		}
		b.probed(true)
		if probe, err := b.admit(); probe || err != nil {
			t.Error("an answer did not close it")
		}
	})
}
