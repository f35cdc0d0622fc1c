package syncer_test

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"packbench/cmd/sandbox/shop"
	"packbench/fulfillment"
	"packbench/fulfillment/syncer"
)

// draining is a floor whose outbox is full: reports of seller-shipped orders, platform-shipped ones to arrange. now is the
// station's clock; nil: the right one.
func draining(t *testing.T, market string, now func() time.Time) (f *floor, rows int) {
	t.Helper()
	f = newFloorWith(t, market, setup{shop: shop.Options{Orders: 60}, now: now, change: func(o *syncer.Options) { o.Policy = "at_pack" }})
	if _, err := f.sync.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	m := &matrix{floor: f}
	f.report()
	m.addArranges()
	return f, f.unsent()
}

// unsent is how many rows are not done.
func (f *floor) unsent() int {
	f.t.Helper()
	rows, err := f.store.Outbox(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	return len(rows)
}

// below waits until so many rows are left at most.
func (f *floor) below(n int) {
	f.t.Helper()
	f.until(fmt.Sprintf("%d rows left", n), func() string {
		if left := f.unsent(); left > n {
			return fmt.Sprint(left)
		}
		return ""
	})
}

// TestAClockThatJumpsDuringADrain: a day and an hour forwards, as much back, and back once more, while answers are lost. Nothing is done
// twice, and nothing waits until the wrong day comes.
func TestAClockThatJumpsDuringADrain(t *testing.T) {
	for _, market := range []string{"GB", "VN"} {
		t.Run(market, func(t *testing.T) {
			t.Parallel()
			var off atomic.Int64
			f, n := draining(t, market, func() time.Time { return time.Now().Round(0).Add(time.Duration(off.Load())) }) // the wall's time alone
			if n < 9 {
				t.Fatalf("%d rows: this test proves little", n)
			}
			f.post("/admin/fault", `{"kind":"lost_after","endpoint":"POST /fulfillment/*","chance":0.5,"seed":5}`)
			f.post("/admin/fault", `{"kind":"refuse_before","chance":0.1,"seed":6}`)
			off.Store(int64(25 * time.Hour))
			f.start()
			jumps := 0
			for _, jump := range []time.Duration{0, -25 * time.Hour, 25 * time.Hour, 0} {
				f.until("a row waits to be read again", func() string {
					rows, err := f.store.Outbox(t.Context())
					waits := func(r fulfillment.OutboxRow) bool {
						return r.State == fulfillment.OutboxUncertain && !r.NextAt.IsZero()
					}
					if err == nil && len(rows) > 0 && !slices.ContainsFunc(rows, waits) {
						return fmt.Sprint(len(rows))
					}
					jumps += min(1, len(rows))
					return ""
				})
				off.Store(int64(jump))
			}
			if jumps < 2 {
				t.Error("nothing waited when the clock jumped: this test proves nothing")
			}
			f.until("outbox settled", f.settled)
			if left := f.unsent(); left > 0 {
				rows, _ := f.store.Outbox(t.Context())
				t.Errorf("%d rows are parked: %+v", left, rows[0])
			}
			f.honest()
		})
	}
}

// TestAnAuthorizationThatEndsDuringADrain: the access token ends, and its refresh is refused, in the middle. No row is parked for it,
// the person is asked in words, and after a new authorization the rest goes out, once.
func TestAnAuthorizationThatEndsDuringADrain(t *testing.T) {
	for _, refused := range []bool{false, true} {
		t.Run(fmt.Sprint(refused), func(t *testing.T) {
			t.Parallel()
			f, n := draining(t, "GB", nil)
			f.start()
			f.below(n - n/3)
			f.post("/admin/fault", fmt.Sprintf(`{"kind":"expire_tokens","refresh":%v}`, refused))
			if refused {
				f.until("a person is asked", func() string {
					st := f.sync.Status()
					if !st.Unauthorized || !strings.Contains(st.NeedsPerson, "connect the shop again") {
						return fmt.Sprintf("%+v", st)
					}
					return ""
				})
				rows, err := f.store.Outbox(t.Context())
				if err != nil || len(rows) == 0 {
					t.Fatalf("%d rows wait, %v: this test proves nothing", len(rows), err)
				}
				for _, r := range rows {
					if r.State == fulfillment.OutboxParked {
						t.Errorf("row %s is parked: %s", r.ID, r.Reason)
					}
				}
				f.reconnect(f.sync)
			}
			f.until("outbox empty", f.idle)
			f.honest()
		})
	}
}
