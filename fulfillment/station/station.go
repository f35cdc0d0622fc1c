package station

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"packbench/fulfillment"
)

// Options are what a station is made of. All fields without a default note must be set.
type Options struct {
	ID        string // station id of station.toml
	Policy    fulfillment.Policy
	Operator  string // a fixed name from station.toml: no badge is asked for
	Operators []fulfillment.Operator
	Store     Store
	// Candidates are the tracking numbers that a carrier's code may carry.
	Candidates func(code string) []fulfillment.Tracking
	// Show takes every new View, after it is durable. It must not block.
	Show func(View)
	// Reserve takes the print queue for a job that is about to be committed as sending, so that nothing is written between the
	// last scan's commit and the printer; nil, or not ok: it is committed as queued. See PrintQueue.Reserve.
	Reserve func(fulfillment.PrintJob, fulfillment.Shipment) (*Reservation, bool)
	// Queued is called after a print job was committed as queued, Outboxed after an outbox row was. They must not block.
	Queued, Outboxed func()
	// Wish is called for each photo to be taken. It must not block.
	Wish func(fulfillment.PhotoWish)
	// Refresh reads orders anew at the Seller Center, for the last look before a seal. It is given sealPatience, and a
	// failure only makes the seal say how old its knowledge is; nil: no Seller Center.
	Refresh func(context.Context, []fulfillment.OrderID) error
	// Carriers are the display names of every carrier that a parcel here or a provider of the shop has; nil: not known, and
	// PB:CARRIER takes any code.
	Carriers func(context.Context) ([]string, error)
	Now      func() time.Time // default time.Now
	NewID    func() string    // UUIDv7
	Log      *slog.Logger
}

// Station is the one owner of the parcel in hand and the open manifests. Run owns the state; every other method may be
// called from any goroutine.
type Station struct {
	o          Options
	in         chan message
	supervisor atomic.Bool

	// Owned by Run.
	bench fulfillment.Bench
	view  View
	alarm []fulfillment.Verdict // timed ones, said without a scan, and nobody has answered yet
	scale fulfillment.Weight
	// checked is when the Seller Center was last asked about orders that were here.
	checked map[fulfillment.OrderID]time.Time
	owed    []fulfillment.PrintJob // jobs as the queue left them, oldest first, that could not be recorded yet
	stuck   bool                   // that they could not be was said
}

// message is one thing that happened; one field is set.
type message struct {
	scan    *fulfillment.Scan
	weight  *fulfillment.Weight
	printed *fulfillment.PrintJob
	changed fulfillment.OrderID
	photo   *fulfillment.PhotoTaken
	decide  *fulfillment.OutboxDecision
	warned  *fulfillment.PlatformWarning
	answer  *fulfillment.CancelAnswer
	heard   []fulfillment.OrderID
	fitted  *fitting
}

// New returns a station; Run starts its work.
func New(o Options) *Station {
	if o.Now == nil {
		o.Now = time.Now
	}
	for _, f := range []*func(){&o.Queued, &o.Outboxed} {
		if *f == nil {
			*f = func() {}
		}
	}
	if o.Wish == nil {
		o.Wish = func(fulfillment.PhotoWish) {}
	}
	return &Station{o: o, in: make(chan message, 256), checked: map[fulfillment.OrderID]time.Time{}}
}

// Submit hands in a scan. It waits while the station is busy and drops nothing; an error means ctx ended first.
// Scans of one caller are judged in the order in which they were submitted.
func (s *Station) Submit(ctx context.Context, sc fulfillment.Scan) error {
	return s.send(ctx, message{scan: &sc})
}

// Weigh hands in a reading of the scale.
func (s *Station) Weigh(ctx context.Context, w fulfillment.Weight) error {
	return s.send(ctx, message{weight: &w})
}

// Printed hands back a print job as the queue left it.
func (s *Station) Printed(ctx context.Context, j fulfillment.PrintJob) error {
	return s.send(ctx, message{printed: &j})
}

// Changed tells that the store has news of an order.
func (s *Station) Changed(ctx context.Context, id fulfillment.OrderID) error {
	return s.send(ctx, message{changed: id})
}

// PhotoTaken hands in a stored photo.
func (s *Station) PhotoTaken(ctx context.Context, p fulfillment.PhotoTaken) error {
	return s.send(ctx, message{photo: &p})
}

// Warned hands in what the Seller Center doubts about a parcel; it is said aloud.
func (s *Station) Warned(ctx context.Context, w fulfillment.PlatformWarning) error {
	return s.send(ctx, message{warned: &w})
}

// Decide hands in what a person decided about a parked outbox row; whether that person may is judged by the rule.
func (s *Station) Decide(ctx context.Context, d fulfillment.OutboxDecision) error {
	return s.send(ctx, message{decide: &d})
}

// Answer hands in what a person answers to a request to cancel; whether that person may is judged by the rule.
func (s *Station) Answer(ctx context.Context, a fulfillment.CancelAnswer) error {
	return s.send(ctx, message{answer: &a})
}

// Supervisor reports whether a supervisor is logged in at this moment.
func (s *Station) Supervisor() bool { return s.supervisor.Load() }

func (s *Station) send(ctx context.Context, m message) error {
	select {
	case s.in <- m:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Run restores the bench and works until ctx ends; the thing in hand is finished first. An error means that the bench
// could not be restored.
func (s *Station) Run(ctx context.Context) error {
	work := context.WithoutCancel(ctx)
	b, err := s.o.Store.Restore(work, s.o.ID)
	if err != nil {
		return fmt.Errorf("restore the bench of %s: %w", s.o.ID, err)
	}
	s.bench = b.WithoutSupervisor() // a supervisor's word ends with the program
	if s.o.Operator != "" {         // nobody logs in at such a station but a supervisor
		s.bench.Operator = s.o.Operator
	}
	s.supervisor.Store(s.bench.Supervisor)
	s.restoreChecked(work)
	s.view.Standing = standing(s.bench, s.o.Now())
	s.show(nil)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		s.arm(timer)
		select {
		case m := <-s.in:
			s.handle(work, m)
		case <-timer.C:
			s.tell(work)
			if err := s.apply(work, fulfillment.Input{Tick: true, ScaleSilent: s.o.Now().Sub(s.scale.At) > scaleSilence}); err != nil {
				s.failed(nil, err)
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// scaleSilence is how long a scale that says its weight every second may say nothing.
const scaleSilence = 4 * time.Second

// arm sets the timer to the moment when the wait for a weight, or a supervisor's word, ends.
func (s *Station) arm(t *time.Timer) {
	wait := time.Hour
	if p := s.bench.Parcel; p != nil && !p.WeighBy.IsZero() && !p.Unweighed {
		wait = max(0, p.WeighBy.Sub(s.o.Now())) + time.Millisecond
	}
	if len(s.owed) > 0 {
		wait = min(wait, tellAgain)
	}
	if ends := s.bench.SupervisorEnds(); !ends.IsZero() {
		wait = min(wait, max(0, ends.Sub(s.o.Now()))+time.Millisecond)
	}
	t.Reset(wait)
}

// handle fills in what the rule must be told and applies it.
func (s *Station) handle(ctx context.Context, m message) {
	switch {
	case m.printed != nil:
		s.owed = append(s.owed, *m.printed)
		s.tell(ctx)
		return
	case m.fitted != nil:
		s.fit(ctx, m.fitted)
		return
	case m.heard != nil:
		if err := s.hear(ctx, m.heard); err != nil {
			s.o.Log.Warn("Orders could not be read anew", "err", err)
		}
		return
	}
	in := fulfillment.Input{Scan: m.scan, Weight: m.weight, Photo: m.photo, Decide: m.decide, Warned: m.warned, Answer: m.answer}
	var err error
	switch {
	case m.scan != nil:
		in.Scale = s.scale
		err = s.lookUp(ctx, *m.scan, &in)
	case m.weight != nil:
		if !s.weightMatters(*m.weight) {
			return
		}
	case m.answer != nil:
		err = s.orderOf(ctx, m.answer.OrderID, &in.Order)
	case m.changed != "":
		// Of a combined parcel the rule looks at the order that leads it.
		if err = s.orderOf(ctx, s.bench.Leads(m.changed), &in.Changed); err == nil && (in.Changed == nil || !s.concerns(*in.Changed)) {
			return
		}
	}
	if err == nil {
		err = s.apply(ctx, in)
	}
	if err != nil {
		s.failed(m.scan, err)
	}
}

// tellAgain is how long a print job's end that could not be recorded waits for the next attempt.
const tellAgain = time.Second

// tell applies what the print queue said, in its order. What cannot be recorded is kept and tried again: nobody would say it a
// second time, and the bench would wait for the label for ever. The screen hears of it once.
func (s *Station) tell(ctx context.Context) {
	for len(s.owed) > 0 {
		in := fulfillment.Input{Printed: &s.owed[0]}
		err := s.orderOf(ctx, s.owed[0].OrderID, &in.Order)
		if err == nil {
			err = s.apply(ctx, in)
		}
		if err != nil {
			if !s.stuck {
				s.failed(nil, err)
			}
			s.stuck = true
			return
		}
		s.owed, s.stuck = s.owed[1:], false
	}
}

// weightMatters keeps the scale's chatter from the rule and the screen.
func (s *Station) weightMatters(w fulfillment.Weight) bool {
	same := w.Grams == s.scale.Grams && w.Stable == s.scale.Stable && !s.scale.At.IsZero()
	s.scale = w
	return !same
}

// concerns reports whether an order is in hand or on an open manifest, or was cancelled, or its buyer asks for that: its parcel may
// have left, or lie finished in the pile.
func (s *Station) concerns(o fulfillment.Order) bool {
	id := o.ID
	if p := s.bench.Parcel; p != nil && p.Order.ID == id || o.Status == fulfillment.StatusCancelled || o.CancelRequested {
		return true
	}
	for _, m := range s.bench.Open {
		for _, p := range m.Parcels {
			if p.IsOf(id) {
				return true
			}
		}
	}
	return false
}

// apply is the straight line: rule, one transaction, then the screen. An error means that nothing changed; who called says so.
func (s *Station) apply(ctx context.Context, in fulfillment.Input) error {
	in.Now, in.ID = s.o.Now().UTC(), s.o.NewID()
	out := fulfillment.Apply(s.bench, in, s.o.Policy)
	out.Next.Operator = s.operator(out.Next)
	reserved := false
	if c := s.commit(in, out); len(c.Events) > 0 {
		var taken *Reservation
		taken, reserved = s.reserve(&c)
		// Disk before screen: a green tick must survive a power cut.
		err := s.o.Store.Record(ctx, c)
		taken.Settle(err == nil)
		if err != nil {
			if v := tooLate(in, err); v != nil {
				s.show(v)
				return nil
			}
			return err
		}
	}
	s.noteInput(in)
	s.bench = out.Next
	s.supervisor.Store(s.bench.Supervisor)
	s.show(out.Verdict, out.Alarms...)
	if len(out.Jobs) > 0 && !reserved {
		s.o.Queued()
	}
	if len(out.Outbox)+len(out.Decisions) > 0 {
		s.o.Outboxed()
	}
	if out.Photo != nil {
		s.o.Wish(*out.Photo)
	}
	return nil
}

// tooLate is what is said when the disk knows that somebody has decided already; nil: the trouble is another.
func tooLate(in fulfillment.Input, err error) *fulfillment.Verdict {
	v := fulfillment.Verdict{Code: fulfillment.Refused, Class: fulfillment.ClassCommand, At: in.Now}
	switch {
	case in.Decide != nil && errors.Is(err, fulfillment.ErrNotFound):
		v.Why, v.OrderID, v.PackageID = fulfillment.WhyNotParked, in.Decide.OrderID, in.Decide.PackageID
	case in.Answer != nil && errors.Is(err, fulfillment.ErrAnswered):
		v.Why, v.OrderID = fulfillment.WhyAnswered, in.Answer.OrderID
	default:
		return nil
	}
	return &v
}

// operator is the name on every event: the fixed one of this station unless somebody logged in.
func (s *Station) operator(b fulfillment.Bench) string {
	if b.Operator == "" {
		return s.o.Operator
	}
	return b.Operator
}

// commit gives the outcome its ids and turns it into one transaction.
func (s *Station) commit(in fulfillment.Input, out fulfillment.Outcome) Commit {
	c := Commit{Station: s.o.ID, Operator: cmp.Or(out.By, s.o.Operator), At: in.Now, Bench: out.Next, Events: out.Events, Packages: out.Packages,
		Orders: out.Orders, Manifests: out.Manifests, Outbox: out.Outbox, Jobs: out.Jobs, Decisions: out.Decisions}
	for i := range c.Outbox {
		c.Outbox[i].ID, c.Outbox[i].State, c.Outbox[i].CreatedAt = s.o.NewID(), fulfillment.OutboxQueued, in.Now
	}
	for i := range c.Manifests {
		c.Manifests[i].Station = s.o.ID
	}
	if j := in.Printed; j != nil && j.State != fulfillment.JobQueued && j.State != fulfillment.JobSending {
		c.Told = j.ID
	}
	if p := in.Photo; p != nil {
		c.Photo = &Photo{Hash: p.Hash, Manifest: p.Manifest, OrderID: p.OrderID, PackageID: p.PackageID, Camera: p.Camera, TakenAt: p.At}
	}
	return c
}

// failed: the thing could not be looked up or recorded. The state is as before and the screen says so.
func (s *Station) failed(sc *fulfillment.Scan, err error) {
	s.o.Log.Error("Bench could not record", "err", err)
	v := fulfillment.Verdict{Code: fulfillment.Refused, Why: fulfillment.WhyDisk, Class: fulfillment.ClassUnknown, Name: err.Error(), At: s.o.Now().UTC()}
	switch {
	case errors.Is(err, fulfillment.ErrBusy):
		v.Why = fulfillment.WhyBusy
	case errors.Is(err, fulfillment.ErrDiskFull):
		v.Why = fulfillment.WhyDiskFull
	}
	if sc != nil {
		v.Scan = sc.Code
	}
	s.show(&v)
}

// show tells the screen what was said, and the stops beside it.
func (s *Station) show(v *fulfillment.Verdict, beside ...fulfillment.Verdict) {
	if v != nil {
		s.view.Verdict, s.view.VerdictSeq, s.view.Standing = v, s.view.VerdictSeq+1, nil
	}
	s.alarm = alarms(s.alarm, v, beside, s.o.Now())
	s.view.Alarms = alarmsOf(s.bench, s.alarm)
	s.view.Station, s.view.Operator, s.view.Supervisor = s.o.ID, s.operator(s.bench), s.bench.Supervisor
	s.view.Mode, s.view.Carrier, s.view.Manifests, s.view.Weight = s.bench.Mode, s.bench.Carrier, s.bench.Open, s.scale
	s.view.Parcel, s.view.CarrierName, s.view.Reprint = s.bench.Parcel, s.bench.CarrierName, s.bench.Reprint
	s.view.Weight.Grams, s.view.TareG = s.scale.Grams-s.bench.TareG, s.bench.TareG
	s.view.Last, s.view.Allowed = s.bench.Last, fulfillment.WeightRange{}
	if p := s.bench.Parcel; p != nil && s.o.Policy.HasScale {
		s.view.Allowed = p.AllowedWeight(s.o.Policy)
	}
	s.view.Stop, s.view.Scanned, s.view.Checked = s.bench.Stop, s.bench.Scanned, s.checkedHere()
	s.view.Prompt = prompt(s.bench, s.o.Policy, s.o.Now())
	s.view.May = may(s.bench, s.o.Policy, s.o.Now().UTC())
	s.o.Show(s.view)
}
