package syncer

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"packbench/fulfillment"
)

// Whatever goes wrong in whatever order, restarts included, no parcel is shipped twice, and every row ends done or parked.
func TestNeverTwice(t *testing.T) {
	steps := []string{"", "lost after", "lost before", "offline", "429", "shipped, then no", "not yet", "some other error", "unauthorized"}
	rapid.Check(t, func(r *rapid.T) {
		scripts := rapid.SliceOfN(rapid.SliceOfN(rapid.SampledFrom(steps), 0, 5), 1, 4).Draw(r, "scripts")
		restarts := rapid.SliceOfN(rapid.IntRange(0, 90), 0, 3).Draw(r, "restarts") // seconds a process lives
		synctest.Test(t, func(t *testing.T) {
			var ids []string
			for i := range scripts {
				ids = append(ids, fmt.Sprint(i))
			}
			y, s, m := bench(t, nil, ids...)
			for i, sc := range scripts {
				m.script[fulfillment.OrderID(ids[i])] = sc
			}
			for _, life := range append(restarts, 3600) {
				y, _ = New(y.o)
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(life)*time.Second)
				if err := y.Run(ctx); err != nil {
					r.Errorf("Run: %v", err)
				}
				cancel()
			}
			for _, id := range ids {
				row := s.row("R" + id)
				if m.effect(fulfillment.OrderID(id)) > 1 {
					r.Errorf("order %s was shipped %d times", id, m.effect(fulfillment.OrderID(id)))
				}
				if row.State != fulfillment.OutboxDone && row.State != fulfillment.OutboxParked {
					r.Errorf("row %s is still %s: %s", id, row.State, row.Reason)
				}
				if row.State == fulfillment.OutboxDone && m.effect(fulfillment.OrderID(id)) != 1 {
					r.Errorf("row %s is done without effect", id)
				}
			}
		})
	})
}
