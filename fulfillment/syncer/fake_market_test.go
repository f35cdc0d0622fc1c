package syncer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"packbench/fulfillment"
)

// market is a Seller Center of two rules: a parcel can be shipped again and again (and is counted), and what goes wrong
// is scripted. It complains about calls that a syncer must not make.
type market struct {
	t     *testing.T
	store *store
	mu    sync.Mutex

	orders  map[fulfillment.OrderID]fulfillment.Order
	script  map[fulfillment.OrderID][]string // what the next sends of an order do
	offline bool
	reads   int
	asked   []fulfillment.OrderID       // ids of all reads, in order
	sends   []string                    // order ids, in order of sending
	effects map[fulfillment.OrderID]int // shipments that took effect
	busy    map[fulfillment.OrderID]bool
	most    int // most sends at the same time
	slow    time.Duration
	pages   [][]fulfillment.Order
	since   []time.Time
	label   func(fulfillment.Package) ([]byte, error)
	readErr error
}

func newMarket(t *testing.T, s *store) *market {
	return &market{t: t, store: s, orders: map[fulfillment.OrderID]fulfillment.Order{}, script: map[fulfillment.OrderID][]string{},
		effects: map[fulfillment.OrderID]int{}, busy: map[fulfillment.OrderID]bool{}}
}

func (m *market) Shop() string { return "SHOP" }

// transport is an error of the wire, as the client makes it.
func transport(cause error) error { return fmt.Errorf("a call: %w: connection trouble", cause) }

func (m *market) PullOrders(ctx context.Context, since time.Time, yield func(fulfillment.PulledPage) error) error {
	m.mu.Lock()
	m.since = append(m.since, since)
	off, pages := m.offline, m.pages
	m.mu.Unlock()
	if off {
		return transport(ErrOffline)
	}
	for _, p := range pages {
		if p == nil {
			return transport(ErrOffline)
		}
		if err := yield(fulfillment.PulledPage{Orders: p}); err != nil {
			return err
		}
	}
	return nil
}

func (m *market) ReadOrders(ctx context.Context, ids []fulfillment.OrderID) ([]fulfillment.Order, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reads++
	m.asked = append(m.asked, ids...)
	if m.offline {
		return nil, transport(ErrOffline)
	}
	if m.readErr != nil {
		return nil, m.readErr
	}
	if len(ids) > 50 {
		m.t.Errorf("%d orders in one read", len(ids))
	}
	var out []fulfillment.Order
	for _, id := range ids {
		if o, ok := m.orders[id]; ok {
			o.Packages = slices.Clone(o.Packages)
			out = append(out, o)
		}
	}
	return out, nil
}

func (m *market) Send(ctx context.Context, row fulfillment.OutboxRow, o fulfillment.Order) (PackageNews, error) {
	if s := m.store.row(row.ID); s.State != fulfillment.OutboxInFlight || s.Attempts != row.Attempts {
		m.t.Errorf("row %s is sent while the disk says %s, attempt %d", row.ID, s.State, s.Attempts)
	}
	step := m.begin(row.OrderID)
	if m.slow > 0 {
		select {
		case <-time.After(m.slow):
		case <-ctx.Done():
			m.end(row.OrderID)
			return PackageNews{}, transport(ErrUncertain)
		}
	}
	defer m.end(row.OrderID)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.offline {
		return PackageNews{}, transport(ErrOffline)
	}
	switch step {
	case "", "lost after":
		news := m.ship(row)
		if step == "" {
			return news, nil
		}
		return PackageNews{}, transport(ErrUncertain)
	case "lost before":
		return PackageNews{}, transport(ErrUncertain)
	case "offline":
		return PackageNews{}, transport(ErrOffline)
	case "429":
		return PackageNews{}, &ThrottledError{RetryAfter: 20 * time.Second}
	case "no":
		return PackageNews{}, &RejectedError{Code: 21011007, Message: "after-sale request", RequestID: "R1"}
	case "shipped, then no": // somebody's same call was faster
		m.ship(row)
		return PackageNews{}, &RejectedError{Code: 21999001, Message: "already shipped"}
	case "unauthorized":
		return PackageNews{}, ErrUnauthorized
	case "not yet":
		return PackageNews{}, ErrNotYet
	}
	return PackageNews{}, errors.New(step)
}

func (m *market) begin(id fulfillment.OrderID) (step string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.busy[id] {
		m.t.Errorf("two sends of order %s at the same time", id)
	}
	m.busy[id] = true
	m.most = max(m.most, len(m.busy))
	m.sends = append(m.sends, string(id))
	if s := m.script[id]; len(s) > 0 {
		step, m.script[id] = s[0], s[1:]
	}
	return step
}

func (m *market) end(id fulfillment.OrderID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.busy, id)
}

// ship is the effect of a call: it happens each time, as nothing documented forbids.
func (m *market) ship(row fulfillment.OutboxRow) PackageNews {
	m.effects[row.OrderID]++
	o := m.orders[row.OrderID]
	o.Packages = slices.Clone(o.Packages)
	for i := range o.Packages {
		if o.Packages[i].ID == row.PackageID {
			o.Packages[i].Arranged, o.Packages[i].Tracking, o.Packages[i].PlatformStatus = true, row.Tracking, "PROCESSING"
		}
	}
	if !slices.ContainsFunc(o.Packages, func(p fulfillment.Package) bool { return !p.Arranged }) {
		o.Status = fulfillment.StatusAwaitingCollection
	}
	m.orders[row.OrderID] = o
	return PackageNews{PlatformID: row.PackageID, Tracking: row.Tracking, Arranged: true}
}

func (m *market) Label(_ context.Context, p fulfillment.Package) ([]byte, fulfillment.Tracking, error) {
	doc, err := m.label(p)
	return doc, p.Tracking, err
}

func (m *market) sent() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.sends)
}

func (m *market) effect(id fulfillment.OrderID) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.effects[id]
}

// set is for tests that change the world while Run goes on.
func (m *market) set(f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f()
}

// bench is a store, a market and a syncer with one seller-shipped order for each id, and a row to report it.
func bench(t *testing.T, change func(*Options), ids ...string) (*Syncer, *store, *market) {
	t.Helper()
	s := newStore(t)
	m := newMarket(t, s)
	for i, id := range ids {
		oid, pid := fulfillment.OrderID(id), fulfillment.PackageID("P"+id)
		m.orders[oid] = fulfillment.Order{ID: oid, Market: "GB", Status: fulfillment.StatusAwaitingShipment, OnHoldOrder: true,
			ShippingType: fulfillment.ShippingSeller, FulfillmentType: fulfillment.FulfillmentBySeller,
			Lines:    []fulfillment.LineItem{{ID: fulfillment.LineID("L" + id)}},
			Packages: []fulfillment.Package{{ID: pid, PlatformID: pid, Lines: []fulfillment.LineID{fulfillment.LineID("L" + id)}}}}
		s.rows["R"+id] = fulfillment.OutboxRow{ID: "R" + id, Kind: fulfillment.OutboxReportShipped, OrderID: oid, PackageID: pid,
			Lines: []fulfillment.LineID{fulfillment.LineID("L" + id)}, Tracking: fulfillment.Tracking("T" + id),
			State: fulfillment.OutboxQueued, CreatedAt: time.Now(), Deadline: time.Now().Add(time.Duration(100-i) * time.Hour)}
	}
	o := Options{Orders: s, Outbox: s, Labels: s, Market: m, Backlog: s}
	if change != nil {
		change(&o)
	}
	y, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return y, s, m
}
