package storage

import (
	"fmt"
	"testing"
	"time"

	"packbench/fulfillment"
)

// A pull writes what is new: nothing at all where nothing is and the look is hardly newer than the one that is noted, one small
// transaction for the looks of a page, and one more for a few orders that changed. What was looked at later is never called older.
func TestAPullWritesWhatIsNew(t *testing.T) {
	s := openTest(t, t.TempDir())
	const orders, unnoted = 80, time.Duration(-1)
	page := func(checked time.Duration, change func(i int, o *fulfillment.Order)) []fulfillment.Order {
		var list []fulfillment.Order
		for i := range orders {
			o := testOrder(fmt.Sprint("57", i), "MUG")
			if o.CheckedAt = t0.Add(checked); checked == unnoted {
				o.CheckedAt = time.Time{}
			}
			if change != nil {
				change(i, &o)
			}
			list = append(list, o)
		}
		return list
	}
	cursor := t0
	s.unfolded = 0 // it must not come round in this test
	for _, step := range []struct {
		name    string
		orders  []fulfillment.Order
		cursor  time.Time
		writes  int
		changed int
		age     time.Duration // when order 57-3 was looked at, as noted
	}{
		{"the first pull", page(0, nil), cursor, orders/applyMost + 1, orders, 0},
		{"the same a moment later", page(checkedApart/2, nil), cursor, 0, 0, 0},
		{"the cursor moves", page(checkedApart/2, nil), cursor.Add(time.Second), 1, 0, 0},
		{"the same a minute later", page(time.Minute, nil), cursor.Add(time.Second), 1, 0, time.Minute},
		{"an answer that was read before", page(time.Second, nil), time.Time{}, 0, 0, time.Minute},
		{"one of them is on hold", page(time.Minute+time.Second, func(i int, o *fulfillment.Order) {
			if i == 3 {
				o.Status = fulfillment.StatusOnHold
			}
		}), time.Time{}, 1, 1, time.Minute + time.Second},
		{"news of an order whose look is not to be noted", page(unnoted, func(i int, o *fulfillment.Order) {
			if o.Status = fulfillment.StatusOnHold; i != 3 {
				*o = testOrder(string(o.ID), "MUG")
			} else {
				o.CancelRequested = true
			}
		}), time.Time{}, 1, 1, time.Minute + time.Second},
		{"it goes on", page(unnoted, func(i int, o *fulfillment.Order) {
			if o.Status = fulfillment.StatusOnHold; i != 3 {
				*o = testOrder(string(o.ID), "MUG")
			}
		}), time.Time{}, 1, 1, time.Minute + time.Second},
		{"an update that changes nothing here", page(time.Minute+time.Second, func(i int, o *fulfillment.Order) {
			if o.Status, o.UpdatedAt = fulfillment.StatusOnHold, t0; i != 3 {
				*o = testOrder(string(o.ID), "MUG")
			}
		}), time.Time{}, 1, 0, time.Minute + time.Second},
	} {
		before := s.unfolded
		changed, err := s.ApplyPulled(t.Context(), "shop", step.orders, step.cursor)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.unfolded - before; got != step.writes || len(changed) != step.changed {
			t.Errorf("%s: %d transactions, %d orders changed, want %d and %d", step.name, got, len(changed), step.writes, step.changed)
		}
		if o := mustOrder(t, s, "573"); !o.CheckedAt.Equal(t0.Add(step.age)) {
			t.Errorf("%s: looked at %v, want %v", step.name, o.CheckedAt.Sub(t0), step.age)
		}
	}
	if o := mustOrder(t, s, "573"); !o.UpdatedAt.Equal(t0) {
		t.Errorf("updated at %v, want %v: an older answer would be believed", o.UpdatedAt, t0)
	}
}

// A page that is known does not wait for the writer, nor keep a scan from it.
func TestAKnownPageNeedsNoTurn(t *testing.T) {
	s := openTest(t, t.TempDir())
	o := testOrder("1", "MUG")
	pull(t, s, o)
	done := s.turn.scan() // a scan that takes its time
	defer done()
	ended := make(chan error, 1)
	go func() {
		_, err := s.ApplyPulled(t.Context(), "shop", []fulfillment.Order{o}, time.Time{})
		ended <- err
	}()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Error("it waits for the writer")
	}
}
