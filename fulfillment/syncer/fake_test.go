package syncer

import (
	"context"
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
	gone      []fulfillment.OrderID
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

func (s *store) Watched(context.Context) (here, gone []fulfillment.OrderID, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.watched), slices.Clone(s.gone), nil
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
