package sellercenter

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// turnStore is a store that several programs share, with a lock between them.
type turnStore struct {
	TokenStore
	mu *sync.Mutex
}

func (s turnStore) LockRefresh(context.Context) (func(), error) {
	s.mu.Lock()
	return s.mu.Unlock, nil
}

// Two programs on one store that both meet the end of a token refresh it once: the second takes over what the first got,
// because the platform may have ended the refresh token it holds.
func TestTwoProgramsRefreshOnce(t *testing.T) {
	f := newFakeShop(t)
	f.setTokens("tok-2", "tok-1")
	var refreshes atomic.Int32
	f.on(refreshRoute, func(w http.ResponseWriter, _ *http.Request) {
		refreshes.Add(1)
		time.Sleep(50 * time.Millisecond) // the other one is on its way meanwhile
		ok(w, tokenAnswer("tok-2", "ref-2", 7*24*time.Hour))
	})
	f.answer(shopsRoute, shopsData)
	var turns sync.Mutex
	var all sync.WaitGroup
	for range 2 {
		c := f.client(func(o *Config) { o.Tokens = turnStore{o.Tokens, &turns} })
		all.Go(func() {
			if _, err := c.Shops(ctx()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := refreshes.Load(); n != 1 {
		t.Errorf("%d refreshes, want 1", n)
	}
}
