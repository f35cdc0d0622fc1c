package syncer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"packbench/fulfillment"
)

// store is Orders, Outbox and LabelStore in memory. It complains about everything that a syncer must not do.
type store struct {
	t  *testing.T
	mu sync.Mutex

	cursor    time.Time
	orders    map[fulfillment.OrderID]fulfillment.Order
	rows      map[string]fulfillment.OutboxRow
	told      map[string]*PackageNews
	labels    map[fulfillment.PackageID]string
	watched   []fulfillment.OrderID
	arrange   []fulfillment.OutboxRow
	fetch     []fulfillment.Package
	recovered bool
	fail      func(row fulfillment.OutboxRow) error // of Mark
	applied   int
}

func newStore(t *testing.T) *store {
	return &store{t: t, orders: map[fulfillment.OrderID]fulfillment.Order{}, rows: map[string]fulfillment.OutboxRow{},
		told: map[string]*PackageNews{}, labels: map[fulfillment.PackageID]string{}}
}

func (s *store) Cursor(context.Context, string) (time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cursor, nil
}

func (s *store) ApplyPulled(_ context.Context, shop string, orders []fulfillment.Order, cursor time.Time) ([]fulfillment.OrderID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if shop != "SHOP" || !cursor.IsZero() && cursor.Before(s.cursor) {
		s.t.Errorf("shop %q, cursor went from %v to %v", shop, s.cursor, cursor)
	}
	if !cursor.IsZero() {
		s.cursor = cursor
	}
	var changed []fulfillment.OrderID
	for _, o := range orders {
		if old, ok := s.orders[o.ID]; !ok || old.Status != o.Status || old.CancelRequested != o.CancelRequested {
			changed = append(changed, o.ID)
		}
		s.orders[o.ID] = o
		s.applied++
	}
	return changed, nil
}

func (s *store) Watched(context.Context) ([]fulfillment.OrderID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.watched), nil
}

func (s *store) ToArrange(context.Context, int) ([]fulfillment.OutboxRow, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.arrange), func(r fulfillment.OutboxRow) bool { return s.has(r) }), nil
}

func (s *store) has(r fulfillment.OutboxRow) bool {
	for _, x := range s.rows {
		if x.Kind == r.Kind && x.PackageID == r.PackageID {
			return true
		}
	}
	return false
}

func (s *store) ToFetch(context.Context, int) ([]fulfillment.Package, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.fetch), func(p fulfillment.Package) bool { return s.labels[p.ID] != "" }), nil
}

func (s *store) Add(_ context.Context, rows []fulfillment.OutboxRow) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range rows {
		if r.ID == "" || r.State != fulfillment.OutboxQueued || r.CreatedAt.IsZero() {
			s.t.Errorf("incomplete row %+v", r)
		}
		if !s.has(r) {
			s.rows[r.ID] = r
		}
	}
	return nil
}

func unfinished(r fulfillment.OutboxRow) bool { return r.State != fulfillment.OutboxDone }

func (s *store) Due(_ context.Context, now time.Time, limit int) ([]fulfillment.OutboxRow, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var due []fulfillment.OutboxRow
	for _, r := range s.rows {
		if r.State != fulfillment.OutboxQueued && r.State != fulfillment.OutboxUncertain || r.NextAt.After(now) {
			continue
		}
		first := true
		for _, x := range s.rows {
			first = first && !(x.OrderID == r.OrderID && x.ID < r.ID && unfinished(x))
		}
		if first {
			due = append(due, r)
		}
	}
	slices.SortFunc(due, func(a, b fulfillment.OutboxRow) int {
		if c := a.Deadline.Compare(b.Deadline); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return due[:min(limit, len(due))], nil
}

func (s *store) Mark(ctx context.Context, row fulfillment.OutboxRow, told *PackageNews) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.fail != nil {
		if err := s.fail(row); err != nil {
			return err
		}
	}
	was, ok := s.rows[row.ID]
	switch {
	case !s.recovered:
		s.t.Errorf("worked before Recover")
	case !ok:
		s.t.Errorf("row %s does not exist", row.ID)
	case was.State == fulfillment.OutboxDone || was.State == fulfillment.OutboxParked:
		s.t.Errorf("row %s went from %s to %s", row.ID, was.State, row.State)
	case (row.State == fulfillment.OutboxDone) != (told != nil):
		s.t.Errorf("row %s is %s with news %+v", row.ID, row.State, told)
	case row.State == fulfillment.OutboxParked && row.Reason == "":
		s.t.Errorf("row %s is parked without a reason", row.ID)
	}
	s.rows[row.ID], s.told[row.ID] = row, told
	return nil
}

func (s *store) Recover(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.recovered = true
	for id, r := range s.rows {
		if r.State == fulfillment.OutboxInFlight {
			r.State = fulfillment.OutboxUncertain
			s.rows[id] = r
		}
	}
	return nil
}

func (s *store) Next(context.Context) (at time.Time, ok bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.rows {
		if (r.State == fulfillment.OutboxQueued || r.State == fulfillment.OutboxUncertain) && (!ok || r.NextAt.Before(at)) {
			at, ok = r.NextAt, true
		}
	}
	return at, ok, nil
}

func (s *store) StoreLabel(_ context.Context, id fulfillment.PackageID, doc []byte, tracking fulfillment.Tracking) (fulfillment.Hash, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.labels[id] != "" {
		s.t.Errorf("label of %s stored twice", id)
	}
	s.labels[id] = fmt.Sprintf("%s %s", doc, tracking)
	return "hash", nil
}

func (s *store) OutboxCounts(context.Context) (map[fulfillment.OutboxState]int, time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	counts, oldest := map[fulfillment.OutboxState]int{}, time.Time{}
	for _, r := range s.rows {
		if unfinished(r) {
			counts[r.State]++
			oldest = earlier(oldest, r.CreatedAt)
		}
	}
	return counts, oldest, nil
}

func (s *store) row(id string) fulfillment.OutboxRow {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rows[id]
}

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

func (m *market) PullOrders(ctx context.Context, since time.Time, yield func([]fulfillment.Order) error) error {
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
		if err := yield(p); err != nil {
			return err
		}
	}
	return nil
}

func (m *market) ReadOrders(ctx context.Context, ids []fulfillment.OrderID) ([]fulfillment.Order, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reads++
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
