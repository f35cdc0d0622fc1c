package syncer

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"packbench/fulfillment"
)

// Backlog tells how much is waiting; optional, for the status line.
type Backlog interface {
	// OutboxCounts counts the rows that are not done by state, and tells when the oldest of them was made; zero if none.
	OutboxCounts(ctx context.Context) (counts map[fulfillment.OutboxState]int, oldest time.Time, err error)
}

// Kinds is a Backlog that tells more; optional, for the estimate of the time to drain.
type Kinds interface {
	// OutboxKinds counts the rows that wait for no person by their kind.
	OutboxKinds(ctx context.Context) (map[fulfillment.OutboxKind]int, error)
}

// Options is what a Syncer is made from. The first four are needed, the rest have defaults.
type Options struct {
	Orders Orders
	Outbox Outbox
	Labels LabelStore
	Market Market

	Backlog Backlog
	Unread  UnreadableStore // nil: what cannot be read is remembered until the program ends
	Ways    WayStore        // nil: nobody looks after parcels that the carrier has scanned
	Hazmats HazmatStore     // nil: no dangerous goods labels are fetched
	Log     *slog.Logger
	Now     func() time.Time
	// Changed is told which orders the bench must look at again; LabelReady which package's label is stored now;
	// StatusChanged that Status says something new. They are called from the syncer's own goroutines and must not block.
	Changed       func([]fulfillment.OrderID)
	LabelReady    func(fulfillment.PackageID)
	StatusChanged func(Status)
	// Heard is told which orders the platform was asked about and stored, also where nothing was new. It must not block.
	Heard func([]fulfillment.OrderID)
	// Warned is told what the platform doubts about a parcel, once that is recorded. It must not block.
	Warned func(fulfillment.PlatformWarning)
	// Overridden reports whether a supervisor has decided to ship the row's order over a pending cancel request. nil: never.
	Overridden func(ctx context.Context, row fulfillment.OutboxRow) (bool, error)
	// ClockOffset is how far the platform's clock is ahead; nil: zero.
	ClockOffset func() time.Duration

	Policy      string        // "ahead" (default): arrange as soon as allowed; "at_pack": the bench adds the rows
	SkipRecover bool          // Once leaves rows in flight alone, because another process may be at them
	Poll        time.Duration // between pulls; default 30 s
	Overlap     time.Duration // how far a pull reaches back behind the cursor; default 10 min
	WayEvery    time.Duration // between two reads of an order whose parcel is on its way; default 1 h
	FirstPull   time.Duration // how far the first pull of a shop reaches back; default 30 days
	Settle      time.Duration // least time between two reads that find no effect, before sending again; default 30 s
	Probe       time.Duration // between tries while the line is down, with a jitter of half of it; default 5 s: a cancellation must not wait longer than that for a network that is back
	BackoffBase time.Duration // default 1 s, doubled each time, full jitter
	BackoffMax  time.Duration // default 5 min
	SetupPause  time.Duration // no writes after the platform refused our authorization or settings; default 1 min
	Workers     int           // writes at the same time, each of another order; default 4
	Batch       int           // rows in one call, where the Market is a Batcher and several wait; default 50, 1: never
	// Rate is how many writes a second the platform lets through as far as is known; for the estimate of the time to drain
	// while nothing was measured yet. nil: no estimate before.
	Rate func() float64
}

// Fixed limits. Uncertain rows are given up after maxUncertain or maxRounds, any row after maxAttempts.
const (
	maxUncertain = 24 * time.Hour
	maxRounds    = 5
	maxAttempts  = 20
	breakAfter   = 5                // transport failures in a row that open the breaker
	notYetPause  = 2 * time.Minute  // before asking again for what the platform does not have yet
	callTimeout  = 90 * time.Second // one read or write, waiting for its turn included
	pullTimeout  = 20 * time.Minute // a whole pull
	markTimeout  = 15 * time.Second // recording the end of a call
	graceful     = 5 * time.Second  // a write under way at the end may take so long
	arrangeBatch = 200
	fetchBatch   = 100
)

// Status is the state of the line in a few words; a copy.
type Status struct {
	Online   bool      // the last call got an answer
	LastPull time.Time // end of the last complete pull; zero: none since the start
	// WorkChecked is when the order in work that was not read for longest was read; zero: one was never read since the start,
	// or none is in work.
	WorkChecked time.Time
	// Unreadable are orders whose answer makes no sense to this program, oldest first; they are asked for again at every turn.
	Unreadable  fulfillment.UnreadableOrders
	LastError   string // in words; empty after a success
	NeedsPerson string // the authorization or the settings are refused: what to do; empty if not
	// Unauthorized: NeedsPerson is about the authorization, which the seller must give again.
	Unauthorized bool
	Outbox       map[fulfillment.OutboxState]int
	Oldest       time.Time // when the oldest row that is not done was made
	DrainRate    float64   // rows that ended in a second, over the last minute; 0: none
	// DrainIn is how long the rows that wait for no person will take, once the line is back where it is down: their number by
	// the measured rate, or the calls they need by the allowed one
	// before anything was measured. 0: nothing waits, or nobody can tell, because writes are not allowed.
	DrainIn     time.Duration
	ClockOffset time.Duration
}

// Result is one thing that `sync --once` did.
type Result struct {
	Kind      string                // pull, arrange, report_shipped or label
	OrderID   fulfillment.OrderID   //
	PackageID fulfillment.PackageID //
	Outcome   string                // done, queued, uncertain or parked
	Reason    string
}

// Syncer keeps one shop and its part of the store in step. At most one Run or Once may work on a shop's part at a time; those of
// other shops may work beside it.
type Syncer struct {
	o     Options
	wake  chan struct{} // something may be sent
	fetch chan struct{} // a label may exist
	again chan struct{} // pull now
	up    chan struct{} // the line is back
	line  line
	meter meter

	mu     sync.Mutex
	doubts map[string]*doubt                 // by row id
	looks  map[fulfillment.OrderID]bool      // orders to be read as soon as possible
	heard  map[fulfillment.OrderID]time.Time // orders in work: when they were read last
	waits  map[fulfillment.PackageID]*labelWait
	kinds  map[fulfillment.OutboxKind]int                      // rows that wait for no person, as counted last; nil: not counted by kind
	unread map[fulfillment.OrderID]fulfillment.UnreadableOrder // nil: not read from the store yet
	blind  bool                                                // tests only: send again without looking for the effect, to show what that does
}

// New checks the options; it starts nothing.
func New(o Options) (*Syncer, error) {
	if o.Orders == nil || o.Outbox == nil || o.Labels == nil || o.Market == nil {
		return nil, errors.New("a syncer needs orders, outbox, labels and a market")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Workers, o.Batch = positive(o.Workers, 4), positive(o.Batch, 50)
	for _, d := range []struct {
		p   *time.Duration
		def time.Duration
	}{
		{&o.Poll, 30 * time.Second}, {&o.Overlap, 10 * time.Minute}, {&o.FirstPull, 30 * 24 * time.Hour},
		{&o.WayEvery, time.Hour},
		{&o.Settle, 30 * time.Second}, {&o.Probe, 5 * time.Second}, {&o.BackoffBase, time.Second}, {&o.BackoffMax, 5 * time.Minute},
		{&o.SetupPause, time.Minute},
	} {
		if *d.p <= 0 {
			*d.p = d.def
		}
	}
	s := &Syncer{o: o, wake: make(chan struct{}, 1), fetch: make(chan struct{}, 1), again: make(chan struct{}, 1), up: make(chan struct{}, 1),
		line:   line{now: o.Now, probe: o.Probe, setup: o.SetupPause, changed: o.StatusChanged, offset: o.ClockOffset},
		doubts: map[string]*doubt{}, looks: map[fulfillment.OrderID]bool{}, waits: map[fulfillment.PackageID]*labelWait{}}
	s.line.back = func() { poke(s.up) }
	return s, nil
}

// Wake says that the outbox has something to send. It never blocks and may be called from anywhere.
func (s *Syncer) Wake() { poke(s.wake) }

// PullNow asks for a pull without waiting for the next turn. It never blocks and may be called from anywhere.
func (s *Syncer) PullNow() { poke(s.again) }

// Status may be called from anywhere.
func (s *Syncer) Status() Status {
	st := s.line.get()
	st.DrainRate = s.meter.rate(s.o.Now())
	waiting := st.Outbox[fulfillment.OutboxQueued] + st.Outbox[fulfillment.OutboxUncertain] + st.Outbox[fulfillment.OutboxInFlight]
	rate, need := st.DrainRate, float64(waiting)
	if rate == 0 && s.o.Rate != nil {
		rate, need = s.o.Rate(), min(s.callsWaiting(), need)
	}
	if rate > 0 && st.NeedsPerson == "" {
		st.DrainIn = time.Duration(need / rate * float64(time.Second)).Round(time.Second)
	}
	return st
}

func positive(n, otherwise int) int {
	if n > 0 {
		return n
	}
	return otherwise
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// platformNow is the time on the platform's clock.
func (s *Syncer) platformNow() time.Time {
	if s.o.ClockOffset == nil {
		return s.o.Now()
	}
	return s.o.Now().Add(s.o.ClockOffset())
}
