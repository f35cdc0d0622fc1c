package syncer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"packbench/fulfillment"
)

// running runs a syncer in a bubble of its own time until the test's function returns, and waits for its end.
func running(t *testing.T, change func(*Options), ids []string, f func(t *testing.T, y *Syncer, s *store, m *market)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		y, s, m := bench(t, change, ids...)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() {
			time.Sleep(time.Millisecond) // in the bubble: when the test has arranged its world and begins to wait
			ended <- y.Run(ctx)
		}()
		t.Cleanup(func() {
			cancel()
			if err := <-ended; err != nil {
				t.Errorf("Run: %v", err)
			}
		})
		f(t, y, s, m)
	})
}

func want(t *testing.T, s *store, id string, state fulfillment.OutboxState, reason string) {
	t.Helper()
	if r := s.row(id); r.State != state || !strings.Contains(r.Reason, reason) {
		t.Errorf("row %s is %s (%s), want %s (%s)", id, r.State, r.Reason, state, reason)
	}
}

func TestReportShipped(t *testing.T) {
	running(t, nil, []string{"1"}, func(t *testing.T, y *Syncer, s *store, m *market) {
		time.Sleep(time.Second)
		want(t, s, "R1", fulfillment.OutboxDone, "")
		if m.effect("1") != 1 || s.told["R1"].Tracking != "T1" || s.row("R1").Attempts != 1 {
			t.Errorf("%d effects, news %+v", m.effect("1"), s.told["R1"])
		}
		if st := y.Status(); !st.Online || st.LastPull.IsZero() || st.Outbox[fulfillment.OutboxQueued] != 0 {
			t.Errorf("status %+v", st)
		}
	})
}

// The answer is lost after the effect: the order is read, and nothing is sent a second time.
func TestLostAnswerAfterEffect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if n := lostAnswer(t, false); n != 1 {
			t.Errorf("shipped %d times", n)
		}
	})
}

// The same with the reading left out, to show that the test above can fail: a blind retry ships twice.
func TestBlindRetryShipsTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if n := lostAnswer(t, true); n < 2 {
			t.Errorf("a blind retry shipped only %d times: this test proves nothing", n)
		}
	})
}

func lostAnswer(t *testing.T, blind bool) int {
	y, s, m := bench(t, nil, "1")
	m.script["1"] = []string{"lost after"}
	y.blind = blind
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- y.Run(ctx) }()
	time.Sleep(2 * time.Minute)
	want(t, s, "R1", fulfillment.OutboxDone, "")
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	return m.effect("1")
}

// The answer is lost and so is the request: two reads at least 30 s apart, then it is sent again.
func TestLostRequestIsSentAgainAfterSettling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y, s, m := bench(t, nil, "1")
		m.script["1"] = []string{"lost before"}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- y.Run(ctx) }()
		time.Sleep(29 * time.Second)
		want(t, s, "R1", fulfillment.OutboxUncertain, "read again")
		if m.sent() != 1 {
			t.Errorf("sent %d times before it settled", m.sent())
		}
		time.Sleep(5 * time.Second)
		want(t, s, "R1", fulfillment.OutboxDone, "")
		if m.effect("1") != 1 || m.sent() != 2 || s.row("R1").Attempts != 2 {
			t.Errorf("%d effects, %d sends", m.effect("1"), m.sent())
		}
		cancel()
		<-ended
	})
}

// A row found in flight at the start was cut off by a crash: it is read first.
func TestCrashDuringTheCall(t *testing.T) {
	for _, effect := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			y, s, m := bench(t, nil, "1")
			r := s.rows["R1"]
			r.State, r.Attempts = fulfillment.OutboxInFlight, 1
			s.rows["R1"] = r
			if effect {
				m.ship(r)
			}
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error)
			go func() { ended <- y.Run(ctx) }()
			time.Sleep(20 * time.Second)
			if m.sent() != 0 {
				t.Errorf("effect %v: sent before it settled", effect)
			}
			time.Sleep(time.Minute)
			want(t, s, "R1", fulfillment.OutboxDone, "")
			if m.effect("1") != 1 {
				t.Errorf("effect %v: shipped %d times", effect, m.effect("1"))
			}
			cancel()
			<-ended
		})
	}
}

// What must never be sent, and in which words it is parked.
func TestParked(t *testing.T) {
	for _, tc := range []struct {
		name, say string
		change    func(o *fulfillment.Order, m *market)
		sends     int
	}{
		{"cancelled", "cancelled", func(o *fulfillment.Order, _ *market) { o.Status = fulfillment.StatusCancelled }, 0},
		{"cancel requested", "supervisor", func(o *fulfillment.Order, _ *market) { o.CancelRequested = true }, 0},
		{"not the seller's", "not the seller's", func(o *fulfillment.Order, _ *market) { o.FulfillmentType = "FULFILLMENT_BY_TIKTOK" }, 0},
		{"unknown status", "not known", func(o *fulfillment.Order, _ *market) { o.Status = "AWAITING_RISK_REVIEW" }, 0},
		{"already under way", "not this parcel", func(o *fulfillment.Order, _ *market) { o.Status = fulfillment.StatusInTransit }, 0},
		{"someone else shipped it", "someone else", func(o *fulfillment.Order, _ *market) {
			o.Packages[0].Arranged, o.Packages[0].Tracking = true, "OTHER"
		}, 0},
		{"refused", fulfillment.ParkedBlocked, func(_ *fulfillment.Order, m *market) { m.script["1"] = []string{"no"} }, 1},
		{"five rounds without an answer", "no effect", func(_ *fulfillment.Order, m *market) {
			m.script["1"] = slices.Repeat([]string{"lost before"}, 100)
		}, maxRounds},
	} {
		t.Run(tc.name, func(t *testing.T) {
			running(t, nil, []string{"1", "2"}, func(t *testing.T, y *Syncer, s *store, m *market) {
				m.set(func() { o := m.orders["1"]; o.Packages = slices.Clone(o.Packages); tc.change(&o, m); m.orders["1"] = o })
				time.Sleep(10 * time.Minute)
				want(t, s, "R1", fulfillment.OutboxParked, tc.say)
				want(t, s, "R2", fulfillment.OutboxDone, "") // others go on
				n := m.sent() - 1
				if n != tc.sends {
					t.Errorf("sent %d times, want %d", n, tc.sends)
				}
			})
		})
	}
	t.Run("unknown order", func(t *testing.T) {
		running(t, nil, []string{"1"}, func(t *testing.T, y *Syncer, s *store, m *market) {
			m.set(func() { delete(m.orders, "1") })
			time.Sleep(time.Minute)
			want(t, s, "R1", fulfillment.OutboxParked, "does not know")
		})
	})
}

func TestSupervisorsDecision(t *testing.T) {
	yes := func(o *Options) {
		o.Overridden = func(_ context.Context, r fulfillment.OutboxRow) (bool, error) { return r.OrderID == "1", nil }
	}
	running(t, yes, []string{"1", "2"}, func(t *testing.T, y *Syncer, s *store, m *market) {
		m.set(func() {
			for id, o := range m.orders {
				o.CancelRequested = true
				m.orders[id] = o
			}
		})
		time.Sleep(time.Minute)
		want(t, s, "R1", fulfillment.OutboxDone, "")
		want(t, s, "R2", fulfillment.OutboxParked, "supervisor")
	})
}

// A "no" to a parcel that is shipped as we want it is no failure.
func TestAlreadyShippedIsDone(t *testing.T) {
	running(t, nil, []string{"1"}, func(t *testing.T, y *Syncer, s *store, m *market) {
		m.set(func() { m.script["1"] = []string{"shipped, then no"} })
		time.Sleep(time.Minute)
		want(t, s, "R1", fulfillment.OutboxDone, "")
	})
}

// What is not ready is not an attempt and not a failure, however long it takes.
func TestWaits(t *testing.T) {
	t.Run("on hold", func(t *testing.T) {
		running(t, nil, []string{"1"}, func(t *testing.T, y *Syncer, s *store, m *market) {
			m.set(func() { o := m.orders["1"]; o.Status = fulfillment.StatusOnHold; m.orders["1"] = o })
			time.Sleep(48 * time.Hour)
			want(t, s, "R1", fulfillment.OutboxQueued, "on hold")
			m.set(func() { o := m.orders["1"]; o.Status = fulfillment.StatusAwaitingShipment; m.orders["1"] = o })
			time.Sleep(5 * time.Minute)
			want(t, s, "R1", fulfillment.OutboxDone, "")
			if s.row("R1").Attempts != 1 {
				t.Errorf("%d attempts", s.row("R1").Attempts)
			}
		})
	})
	t.Run("the buyer's hour", func(t *testing.T) {
		running(t, nil, []string{"1"}, func(t *testing.T, y *Syncer, s *store, m *market) {
			m.set(func() {
				o := m.orders["1"]
				o.OnHoldOrder, o.PaidAt = false, time.Now().Add(-10*time.Minute)
				m.orders["1"] = o
			})
			time.Sleep(49 * time.Minute)
			want(t, s, "R1", fulfillment.OutboxQueued, "hour")
			time.Sleep(2 * time.Minute)
			want(t, s, "R1", fulfillment.OutboxDone, "")
		})
	})
	t.Run("throttled", func(t *testing.T) {
		running(t, nil, []string{"1"}, func(t *testing.T, y *Syncer, s *store, m *market) {
			m.set(func() { m.script["1"] = []string{"429", "not yet"} })
			time.Sleep(19 * time.Second)
			want(t, s, "R1", fulfillment.OutboxQueued, "too many")
			time.Sleep(5 * time.Minute)
			want(t, s, "R1", fulfillment.OutboxDone, "")
			if s.row("R1").Attempts != 1 {
				t.Errorf("%d attempts", s.row("R1").Attempts)
			}
		})
	})
	t.Run("authorization ended", func(t *testing.T) {
		running(t, nil, []string{"1", "2"}, func(t *testing.T, y *Syncer, s *store, m *market) {
			m.set(func() { m.script["1"] = []string{"unauthorized"}; m.script["2"] = []string{"unauthorized"} })
			time.Sleep(30 * time.Second)
			if st := y.Status(); !strings.Contains(st.NeedsPerson, "connect the shop") {
				t.Errorf("status %+v", st)
			}
			time.Sleep(5 * time.Minute)
			want(t, s, "R1", fulfillment.OutboxDone, "")
			want(t, s, "R2", fulfillment.OutboxDone, "")
			if st := y.Status(); st.NeedsPerson != "" {
				t.Errorf("status %+v", st)
			}
		})
	})
}

// A day without a network costs no attempt, at most a call every two seconds, and nothing is parked; when it is back everything goes out.
func TestOfflineDay(t *testing.T) {
	var ids []string
	for i := range 40 {
		ids = append(ids, fmt.Sprintf("%03d", i))
	}
	running(t, nil, ids, func(t *testing.T, y *Syncer, s *store, m *market) {
		m.set(func() { m.offline = true })
		time.Sleep(26 * time.Hour)
		if st := y.Status(); st.Online || st.LastError == "" || st.Outbox[fulfillment.OutboxQueued] != 40 {
			t.Errorf("status %+v", st)
		}
		m.set(func() {
			if calls := m.reads + len(m.since); calls > 26*3600/2 {
				t.Errorf("%d calls into the dead line", calls)
			}
			m.offline = false
		})
		time.Sleep(2 * time.Minute)
		for _, id := range ids {
			want(t, s, "R"+id, fulfillment.OutboxDone, "")
			if s.row("R"+id).Attempts != 1 {
				t.Errorf("row %s: %d attempts", id, s.row("R"+id).Attempts)
			}
		}
		if st := y.Status(); !st.Online || st.LastError != "" {
			t.Errorf("status %+v", st)
		}
	})
}

// Across orders the earliest deadline goes first; at most four writes at once; a slow one does not hold the others.
func TestOrderOfSending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y, s, m := bench(t, func(o *Options) { o.Workers = 1 }, "a", "b", "c")
		_, _ = s, y
		y.line.note(nil)
		if _, err := y.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(m.sends, ""); got != "cba" {
			t.Errorf("sent in the order %s, the last has the earliest deadline", got)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		y, s, m := bench(t, nil, "a", "b", "c", "d", "e", "f", "g", "h")
		m.slow = 10 * time.Second
		two := s.rows["Ra"]
		two.ID, two.Kind, two.PackageID = "Rz", fulfillment.OutboxArrange, "Pa" // the same order: after the first
		s.rows["Rz"] = two
		begin := time.Now()
		if _, err := y.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
		if m.most != 4 || time.Since(begin) > 31*time.Second {
			t.Errorf("%d at once, %v", m.most, time.Since(begin))
		}
	})
}

// The store fails: before the call nothing is sent, after it the end is recorded as soon as the disk is back.
func TestStoreFails(t *testing.T) {
	running(t, nil, []string{"1"}, func(t *testing.T, y *Syncer, s *store, m *market) {
		s.mu.Lock()
		s.fail = func(fulfillment.OutboxRow) error { return errors.New("disk full") }
		s.mu.Unlock()
		time.Sleep(time.Minute)
		if m.sent() != 0 {
			t.Error("sent though its beginning could not be recorded")
		}
		s.mu.Lock()
		s.fail = func(r fulfillment.OutboxRow) error {
			if r.State == fulfillment.OutboxDone {
				return errors.New("disk full")
			}
			return nil
		}
		s.mu.Unlock()
		time.Sleep(time.Minute)
		want(t, s, "R1", fulfillment.OutboxInFlight, "")
		s.mu.Lock()
		s.fail = nil
		s.mu.Unlock()
		time.Sleep(time.Minute)
		want(t, s, "R1", fulfillment.OutboxDone, "")
		if m.effect("1") != 1 || m.sent() != 1 {
			t.Errorf("%d effects, %d sends", m.effect("1"), m.sent())
		}
	})
}

// At the end a call under way may finish for a few seconds; a longer one is cut and recorded as uncertain.
func TestEndDuringACall(t *testing.T) {
	for slow, state := range map[time.Duration]fulfillment.OutboxState{3 * time.Second: fulfillment.OutboxDone, time.Minute: fulfillment.OutboxUncertain} {
		synctest.Test(t, func(t *testing.T) {
			y, s, m := bench(t, nil, "1")
			m.slow = slow
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error)
			go func() { ended <- y.Run(ctx) }()
			time.Sleep(time.Second)
			cancel()
			begin := time.Now()
			if err := <-ended; err != nil {
				t.Error(err)
			}
			if took := time.Since(begin); took > graceful+time.Second {
				t.Errorf("the end took %v", took)
			}
			want(t, s, "R1", state, "")
		})
	}
}
