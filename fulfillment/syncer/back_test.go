package syncer

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"packbench/fulfillment"
)

// TestACancellationIsKnownSoonAfterTheNetworkReturns: however long the line was down, and whatever the usual time between
// pulls, the orders in work are read again within one probe.
func TestACancellationIsKnownSoonAfterTheNetworkReturns(t *testing.T) {
	for name, down := range map[string]time.Duration{"a blink": 3 * time.Second, "a minute": time.Minute, "an hour": time.Hour} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var mu sync.Mutex
				var known time.Time
				y, s, m := bench(t, func(o *Options) {
					o.Probe = 5 * time.Second
					o.Changed = func([]fulfillment.OrderID) { mu.Lock(); known = time.Now(); mu.Unlock() }
				})
				s.watched = []fulfillment.OrderID{"a"}
				m.orders["a"] = ordersAt("a", time.Now())[0]
				ctx, cancel := context.WithCancel(t.Context())
				ended := make(chan error, 1)
				go func() { ended <- y.Run(ctx) }()
				time.Sleep(y.o.Poll + time.Second) // the next pull is far away
				m.set(func() { m.offline = true })
				time.Sleep(y.o.Poll + down)
				var back time.Time
				m.set(func() {
					m.offline = false
					o := m.orders["a"]
					o.Status, o.UpdatedAt = fulfillment.StatusCancelled, time.Now()
					m.orders["a"] = o
					back = time.Now()
				})
				time.Sleep(y.o.Poll)
				mu.Lock()
				took := known.Sub(back)
				mu.Unlock()
				if took < 0 || took > y.o.Probe {
					t.Errorf("known %s after the network returned, want at most %s", took, y.o.Probe)
				}
				cancel()
				if err := <-ended; err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// TestAnyAnswerMeansThatTheLineIsBack: whoever hears the platform first, the pull does not wait for its turn.
func TestAnyAnswerMeansThatTheLineIsBack(t *testing.T) {
	y, _, _ := bench(t, nil)
	y.line.note(ErrOffline)
	select {
	case <-y.up:
		t.Fatal("a pull without a line")
	default:
	}
	y.line.note(nil)
	select {
	case <-y.up:
	default:
		t.Error("the line is back and nobody pulls")
	}
	y.line.note(nil)
	select {
	case <-y.up:
		t.Error("every answer pulls")
	default:
	}
}

// TestHalfALineIsNoReasonToHurry: where one kind of call fails and another works, nothing is asked without a pause.
func TestHalfALineIsNoReasonToHurry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y, s, m := bench(t, nil)
		s.watched = []fulfillment.OrderID{"a"}
		m.pages = [][]fulfillment.Order{nil} // the pull breaks off, reads work
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- y.Run(ctx) }()
		time.Sleep(10 * time.Minute)
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if n := len(m.since); n > 10*60*2/5+1 {
			t.Errorf("%d pulls in ten minutes", n)
		}
	})
}
