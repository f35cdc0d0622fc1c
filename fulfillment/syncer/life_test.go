package syncer_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/sellercenter"
	"packbench/fulfillment/syncer"
	"packbench/storage"
)

// life is one process of the station. It ends at a point between two of its doings, as by kill -9: from then on nothing it
// does reaches the disk or the network, and calls under way are cut.
type life struct {
	left atomic.Int64
	once sync.Once
	dead chan struct{}
}

var errKilled = errors.New("this process has been killed")

// newLife ends at the points-th point; 0: never.
func newLife(points int) *life {
	l := &life{dead: make(chan struct{})}
	l.left.Store(int64(points))
	return l
}

func (l *life) over() bool {
	select {
	case <-l.dead:
		return true
	default:
		return false
	}
}

func (l *life) point() error {
	if l.left.Add(-1) == 0 {
		l.once.Do(func() { close(l.dead) })
	}
	if l.over() {
		return errKilled
	}
	return nil
}

// during is one thing that the process does, with a point before and after.
func during[T any](l *life, f func() (T, error)) (T, error) {
	var none T
	if err := l.point(); err != nil {
		return none, err
	}
	v, err := f()
	if dead := l.point(); dead != nil {
		return none, dead
	}
	return v, err
}

func doing(l *life, f func() error) error {
	_, err := during(l, func() (struct{}, error) { return struct{}{}, f() })
	return err
}

type lifeTransport struct {
	l    *life
	base http.RoundTripper
}

// transport gives a call up after 700 ms without a header.
func (l *life) transport() http.RoundTripper {
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.ResponseHeaderTimeout = 700 * time.Millisecond
	return lifeTransport{l, base}
}

func (t lifeTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	return during(t.l, func() (*http.Response, error) {
		ctx, cancel := context.WithCancel(r.Context())
		go func() {
			select {
			case <-t.l.dead:
			case <-r.Context().Done():
			}
			cancel()
		}()
		return t.base.RoundTrip(r.WithContext(ctx))
	})
}

type lifeTokens struct {
	l *life
	t sellercenter.TokenStore
}

func (t lifeTokens) Tokens(ctx context.Context) (sellercenter.Tokens, error) {
	return during(t.l, func() (sellercenter.Tokens, error) { return t.t.Tokens(ctx) })
}

func (t lifeTokens) StoreTokens(ctx context.Context, v sellercenter.Tokens) error {
	return doing(t.l, func() error { return t.t.StoreTokens(ctx, v) })
}

// lifeStore is the real store as this process reaches it.
type lifeStore struct {
	l *life
	s *storage.ShopStore
}

func (s *lifeStore) Cursor(ctx context.Context, shop string) (time.Time, error) {
	return during(s.l, func() (time.Time, error) { return s.s.Cursor(ctx, shop) })
}

func (s *lifeStore) ApplyPulled(ctx context.Context, shop string, orders []fulfillment.Order, cursor time.Time) ([]fulfillment.OrderID, error) {
	return during(s.l, func() ([]fulfillment.OrderID, error) { return s.s.ApplyPulled(ctx, shop, orders, cursor) })
}

func (s *lifeStore) Watched(ctx context.Context) (here, gone []fulfillment.OrderID, err error) {
	err = doing(s.l, func() error { here, gone, err = s.s.Watched(ctx); return err })
	return here, gone, err
}

func (s *lifeStore) ToArrange(ctx context.Context, n int) ([]fulfillment.OutboxRow, error) {
	return during(s.l, func() ([]fulfillment.OutboxRow, error) { return s.s.ToArrange(ctx, n) })
}

func (s *lifeStore) ToFetch(ctx context.Context, n int) ([]fulfillment.Package, error) {
	return during(s.l, func() ([]fulfillment.Package, error) { return s.s.ToFetch(ctx, n) })
}

func (s *lifeStore) Add(ctx context.Context, rows []fulfillment.OutboxRow) error {
	return doing(s.l, func() error { return s.s.Add(ctx, rows) })
}

func (s *lifeStore) Due(ctx context.Context, now time.Time, n int) ([]fulfillment.OutboxRow, error) {
	return during(s.l, func() ([]fulfillment.OutboxRow, error) { return s.s.Due(ctx, now, n) })
}

func (s *lifeStore) Mark(ctx context.Context, row fulfillment.OutboxRow, told *syncer.PackageNews) error {
	return doing(s.l, func() error { return s.s.Mark(ctx, row, told) })
}

func (s *lifeStore) Recover(ctx context.Context) error {
	return doing(s.l, func() error { return s.s.Recover(ctx) })
}

func (s *lifeStore) Next(ctx context.Context) (at time.Time, ok bool, err error) {
	err = doing(s.l, func() error { at, ok, err = s.s.Next(ctx); return err })
	return at, ok, err
}

func (s *lifeStore) StoreLabel(ctx context.Context, id fulfillment.PackageID, doc []byte, t fulfillment.Tracking) (fulfillment.Hash, error) {
	return during(s.l, func() (fulfillment.Hash, error) { return s.s.StoreLabel(ctx, id, doc, t) })
}

func (s *lifeStore) OutboxCounts(ctx context.Context) (counts map[fulfillment.OutboxState]int, oldest time.Time, err error) {
	err = doing(s.l, func() error { counts, oldest, err = s.s.OutboxCounts(ctx); return err })
	return counts, oldest, err
}
