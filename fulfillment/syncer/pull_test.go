package syncer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"packbench/fulfillment"
)

func ordersAt(ids string, at time.Time) []fulfillment.Order {
	var out []fulfillment.Order
	for i, id := range strings.Fields(ids) {
		out = append(out, fulfillment.Order{ID: fulfillment.OrderID(id), Status: fulfillment.StatusAwaitingShipment, UpdatedAt: at.Add(time.Duration(i) * time.Second)})
	}
	return out
}

// A pull reaches back behind the cursor, moves it page by page, and goes on there after a break.
func TestPullCursor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []fulfillment.OrderID
		y, s, m := bench(t, func(o *Options) { o.Changed = func(ids []fulfillment.OrderID) { told = append(told, ids...) } })
		start := time.Now()
		base := start.Add(-2 * time.Hour)
		m.pages = [][]fulfillment.Order{ordersAt("a b", base), nil} // breaks off after a page
		if _, err := y.Once(t.Context()); !errors.Is(err, ErrOffline) {
			t.Errorf("a broken pull: %v", err)
		}
		if got := m.since[0]; !got.Equal(start.Add(-30 * 24 * time.Hour)) {
			t.Errorf("the first pull reaches back to %v", got)
		}
		if !s.cursor.Equal(base.Add(time.Second)) || y.Status().LastPull != (time.Time{}) {
			t.Errorf("cursor %v, status %+v", s.cursor, y.Status())
		}
		m.pages = [][]fulfillment.Order{ordersAt("a", base), ordersAt("c", base.Add(time.Hour))}
		if _, err := y.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := m.since[1]; !got.Equal(base.Add(time.Second).Add(-10 * time.Minute)) {
			t.Errorf("the second pull begins at %v", got)
		}
		if !s.cursor.Equal(base.Add(time.Hour)) || !slices.Equal(told, []fulfillment.OrderID{"a", "b", "c"}) {
			t.Errorf("cursor %v, told %v", s.cursor, told)
		}
	})
}

// Orders in work are read again at every turn, 50 at a time; a cancellation is told to the bench.
func TestWatch(t *testing.T) {
	var mu sync.Mutex
	var told []fulfillment.OrderID
	tell := func(o *Options) {
		o.Changed = func(ids []fulfillment.OrderID) { mu.Lock(); told = append(told, ids...); mu.Unlock() }
	}
	running(t, tell, nil, func(t *testing.T, y *Syncer, s *store, m *market) {
		m.set(func() {
			for _, o := range ordersAt(strings.Repeat("x ", 1)+"y", time.Now()) {
				m.orders[o.ID] = o
			}
		})
		s.mu.Lock()
		for range 60 {
			s.watched = append(s.watched, "x")
		}
		s.mu.Unlock()
		time.Sleep(31 * time.Second)
		m.set(func() { o := m.orders["x"]; o.Status = fulfillment.StatusCancelled; m.orders["x"] = o })
		mu.Lock()
		told = nil
		mu.Unlock()
		time.Sleep(31 * time.Second)
		mu.Lock()
		defer mu.Unlock()
		s.mu.Lock()
		defer s.mu.Unlock()
		if !slices.Contains(told, "x") || s.orders["x"].Status != fulfillment.StatusCancelled {
			t.Errorf("told %v", told)
		}
	})
}

// What is still here is read again at every turn. Of what has left, which may be thousands, each turn reads some, and none twice before
// all were read.
func TestWatchWhatIsHereFirst(t *testing.T) {
	running(t, nil, nil, func(t *testing.T, _ *Syncer, s *store, m *market) {
		s.mu.Lock()
		s.watched = []fulfillment.OrderID{"here 1", "here 2"}
		m.set(func() { clear(m.orders) })
		for i := range 3*watchGone - 20 {
			s.gone = append(s.gone, fulfillment.OrderID(fmt.Sprint("gone ", i)))
		}
		for _, id := range append(s.gone, s.watched...) {
			m.set(func() {
				m.orders[id] = fulfillment.Order{ID: id, Status: fulfillment.StatusAwaitingCollection, UpdatedAt: time.Now()}
			})
		}
		s.mu.Unlock()
		for turn := range 3 {
			time.Sleep(time.Second)
			m.mu.Lock()
			asked := map[fulfillment.OrderID]int{}
			for _, id := range m.asked {
				asked[id]++
			}
			m.mu.Unlock()
			if len(asked) != min(2+(turn+1)*watchGone, len(s.gone)+2) || asked["here 1"] != turn+1 || asked["here 2"] != turn+1 {
				t.Fatalf("after turn %d: %d orders were asked for, those here %d and %d times", turn+1, len(asked), asked["here 1"], asked["here 2"])
			}
			time.Sleep(29 * time.Second)
		}
	})
}

// Platform-shipped parcels are arranged ahead, unless the policy or missing sizes say otherwise, and their labels are
// fetched as soon as they exist.
func TestArrangeAheadAndLabel(t *testing.T) {
	var ready []fulfillment.PackageID
	labels := func(o *Options) { o.LabelReady = func(id fulfillment.PackageID) { ready = append(ready, id) } }
	prepare := func(s *store, m *market) {
		m.set(func() {
			o := m.orders["1"]
			o.ShippingType = fulfillment.ShippingPlatform
			m.orders["1"] = o
			tries := 0
			m.label = func(p fulfillment.Package) ([]byte, error) {
				if tries++; tries < 3 {
					return nil, ErrNotYet
				}
				return []byte("%PDF"), nil
			}
		})
		s.mu.Lock()
		r := s.rows["R1"]
		delete(s.rows, "R1")
		r.ID, r.Kind, r.Tracking, r.CreatedAt = "", fulfillment.OutboxArrange, "", time.Time{}
		s.arrange = []fulfillment.OutboxRow{r}
		s.fetch = []fulfillment.Package{{ID: "P1", PlatformID: "P1", OrderID: "1", Tracking: "TT1"}}
		s.mu.Unlock()
	}
	t.Run("ahead", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			y, s, m := bench(t, labels, "1")
			prepare(s, m)
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			if err := y.Run(ctx); err != nil {
				t.Fatal(err)
			}
			if len(s.rows) != 1 || m.effect("1") != 1 {
				t.Errorf("rows %v, %d effects", s.rows, m.effect("1"))
			}
			if s.labels["P1"] != "%PDF TT1" || !slices.Equal(ready, []fulfillment.PackageID{"P1"}) {
				t.Errorf("labels %v, ready %v", s.labels, ready)
			}
		})
	})
	for name, change := range map[string]func(*Options){
		"at pack": func(o *Options) { o.Policy = "at_pack" },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				y, s, m := bench(t, change, "1")
				prepare(s, m)
				if _, err := y.Once(t.Context()); err != nil {
					t.Fatal(err)
				}
				if len(s.rows) != 0 || m.sent() != 0 {
					t.Errorf("rows %v", s.rows)
				}
			})
		})
	}
}

// A label that never comes does not hold the others, and is asked for less and less often.
func TestOneBadLabel(t *testing.T) {
	asked := 0
	running(t, nil, nil, func(t *testing.T, y *Syncer, s *store, m *market) {
		m.set(func() {
			m.label = func(p fulfillment.Package) ([]byte, error) {
				m.mu.Lock()
				defer m.mu.Unlock()
				if p.ID == "bad" {
					asked++
					return nil, &RejectedError{Code: 1, Message: "no"}
				}
				return []byte("%PDF"), nil
			}
		})
		s.mu.Lock()
		s.fetch = []fulfillment.Package{{ID: "bad"}, {ID: "good"}}
		s.mu.Unlock()
		time.Sleep(time.Hour)
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.labels["good"] == "" || s.labels["bad"] != "" {
			t.Errorf("labels %v", s.labels)
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		if asked < 5 || asked > 120 {
			t.Errorf("asked %d times in an hour", asked)
		}
	})
}

func TestOnceTellsWhatItDid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y, s, m := bench(t, nil, "1", "2", "3", "4")
		m.script["2"] = []string{"lost before"}
		m.script["3"] = []string{"no"}
		m.script["4"] = []string{"429"}
		results, err := y.Once(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, r := range results {
			got[r.Kind+string(r.OrderID)] = r.Outcome
		}
		for k, v := range map[string]string{"pull": "done", "report_shipped1": "done", "report_shipped2": "uncertain", "report_shipped3": "parked", "report_shipped4": "queued"} {
			if got[k] != v {
				t.Errorf("%s: %q, want %q (%v)", k, got[k], v, results)
			}
		}
		if len(results) != 5 {
			t.Errorf("%d results", len(results))
		}
		want(t, s, "R3", fulfillment.OutboxParked, fulfillment.ParkedBlocked)
	})
	synctest.Test(t, func(t *testing.T) {
		y, _, m := bench(t, nil, "1", "2", "3", "4", "5", "6", "7", "8", "9")
		m.offline = true
		begin := time.Now()
		if _, err := y.Once(t.Context()); !errors.Is(err, ErrOffline) {
			t.Errorf("offline: %v", err)
		}
		if m.reads > breakAfter+4 || time.Since(begin) > time.Minute {
			t.Errorf("%d calls into a dead line, %v", m.reads, time.Since(begin))
		}
	})
}

func TestWakeNeverBlocks(t *testing.T) {
	y, _, _ := bench(t, nil)
	for range 1000 {
		y.Wake()
		y.PullNow()
	}
	if s := y.Status(); s.Online {
		t.Errorf("status before the first call %+v", s)
	}
}

func TestBackoff(t *testing.T) {
	for tries := range 70 {
		for range 50 {
			if d := backoff(time.Second, 5*time.Minute, tries); d < 100*time.Millisecond || d > 5*time.Minute || tries == 0 && d > time.Second {
				t.Fatalf("try %d: %v", tries, d)
			}
		}
	}
}

func TestJudge(t *testing.T) {
	order := func(packages ...fulfillment.Package) fulfillment.Order {
		return fulfillment.Order{ID: "1", Packages: packages, Lines: []fulfillment.LineItem{{ID: "a"}, {ID: "b"}, {ID: "gone", Status: fulfillment.StatusCancelled}}}
	}
	pkg := func(id string, arranged bool, tracking string, lines ...fulfillment.LineID) fulfillment.Package {
		return fulfillment.Package{ID: fulfillment.PackageID(id), PlatformID: fulfillment.PackageID(id), Arranged: arranged, Tracking: fulfillment.Tracking(tracking), Lines: lines}
	}
	report := fulfillment.OutboxRow{Kind: fulfillment.OutboxReportShipped, PackageID: "1-1", Lines: []fulfillment.LineID{"a", "b"}, Tracking: "T1"}
	arrange := fulfillment.OutboxRow{Kind: fulfillment.OutboxArrange, PackageID: "P", Lines: []fulfillment.LineID{"a", "b", "gone"}}
	for _, tc := range []struct {
		name  string
		row   fulfillment.OutboxRow
		order fulfillment.Order
		want  finding
	}{
		{"nothing yet", report, order(pkg("1-1", false, "", "a", "b")), foundAbsent},
		{"ours, in a package with a new id", report, order(pkg("P9", true, " t1", "a", "b")), foundOurs},
		{"another number", report, order(pkg("P9", true, "T2", "a", "b")), foundOther},
		{"half", report, order(pkg("P9", true, "T1", "a"), pkg("1-2", false, "", "b")), foundPart},
		{"no number told", report, order(pkg("P9", true, "", "a", "b")), foundUnclear},
		{"arranged, whatever the number", arrange, order(pkg("P", true, "TT", "a", "b")), foundOurs},
		{"not arranged", arrange, order(pkg("P", false, "", "a", "b")), foundAbsent},
		{"a tracking number alone is no arrangement", arrange, order(pkg("P", false, "TT", "a", "b")), foundAbsent},
		{"row without units, only package", fulfillment.OutboxRow{Kind: fulfillment.OutboxReportShipped, PackageID: "1-1", Tracking: "T1"}, order(pkg("P9", true, "T1", "a", "b")), foundOurs},
		{"package is gone", fulfillment.OutboxRow{Kind: fulfillment.OutboxArrange, PackageID: "X"}, order(pkg("P", true, "", "a"), pkg("Q", true, "", "b")), foundAbsent},
	} {
		if got, news, _ := judge(tc.row, tc.order); got != tc.want || got == foundOurs && !news.Arranged {
			t.Errorf("%s: %d, want %d; news %+v", tc.name, got, tc.want, news)
		}
	}
}

// A time from the future neither hides what changes later nor moves the cursor beyond the present.
func TestAFutureUpdateTimeDoesNotStopThePull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y, s, m := bench(t, nil)
		m.pages = [][]fulfillment.Order{ordersAt("a", time.Now().AddDate(74, 0, 0))}
		if _, err := y.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := m.since[0]; got.After(time.Now()) || s.cursor.After(time.Now()) {
			t.Errorf("pulled since %v, cursor %v, now %v", got, s.cursor, time.Now())
		}
	})
}
