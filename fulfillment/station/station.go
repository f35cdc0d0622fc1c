package station

import (
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
	// Queued is called after a print job was committed, Outboxed after an outbox row was. They must not block.
	Queued, Outboxed func()
	// Wish is called for each photo to be taken. It must not block.
	Wish func(fulfillment.PhotoWish)
	// Refresh reads orders anew at the Seller Center, for the last look before a seal. It is given sealPatience, and a
	// failure only makes the seal say how old its knowledge is; nil: no Seller Center.
	Refresh func(context.Context, []fulfillment.OrderID) error
	Now     func() time.Time // default time.Now
	NewID   func() string    // UUIDv7
	Log     *slog.Logger
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
	scale fulfillment.Weight
}

// message is one thing that happened, with the channel on which its sender waits until it is judged; nil: nobody waits.
type message struct {
	scan    *fulfillment.Scan
	weight  *fulfillment.Weight
	printed *fulfillment.PrintJob
	changed fulfillment.OrderID
	photo   *fulfillment.PhotoTaken
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
	return &Station{o: o, in: make(chan message, 256)}
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
	s.bench = b
	if s.o.Operator != "" {
		s.bench.Operator = s.o.Operator
	}
	s.supervisor.Store(s.bench.Supervisor)
	s.show(nil)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		s.arm(timer)
		select {
		case m := <-s.in:
			s.handle(work, m)
		case <-timer.C:
			s.apply(work, fulfillment.Input{Tick: true, ScaleSilent: s.o.Now().Sub(s.scale.At) > scaleSilence})
		case <-ctx.Done():
			return nil
		}
	}
}

// scaleSilence is how long a scale that says its weight every second may say nothing.
const scaleSilence = 4 * time.Second

// arm sets the timer to the moment when the wait for a weight ends.
func (s *Station) arm(t *time.Timer) {
	wait := time.Hour
	if p := s.bench.Parcel; p != nil && !p.WeighBy.IsZero() && !p.Unweighed {
		wait = max(0, p.WeighBy.Sub(s.o.Now())) + time.Millisecond
	}
	t.Reset(wait)
}

// handle fills in what the rule must be told and applies it.
func (s *Station) handle(ctx context.Context, m message) {
	in := fulfillment.Input{Scan: m.scan, Weight: m.weight, Printed: m.printed, Photo: m.photo}
	var err error
	switch {
	case m.scan != nil:
		err = s.lookUp(ctx, *m.scan, &in)
	case m.weight != nil:
		if !s.weightMatters(*m.weight) {
			return
		}
	case m.printed != nil:
		err = s.orderOf(ctx, m.printed.OrderID, &in.Order)
	case m.changed != "":
		if err = s.orderOf(ctx, m.changed, &in.Changed); err == nil && (in.Changed == nil || !s.concerns(*in.Changed)) {
			return
		}
	}
	if err != nil {
		s.failed(m.scan, err)
		return
	}
	s.apply(ctx, in)
}

func (s *Station) orderOf(ctx context.Context, id fulfillment.OrderID, into **fulfillment.Order) error {
	o, err := s.o.Store.Order(ctx, id)
	if errors.Is(err, fulfillment.ErrNotFound) {
		return nil
	}
	*into = &o
	return err
}

// lookUp asks the store what a scan may mean.
func (s *Station) lookUp(ctx context.Context, sc fulfillment.Scan, in *fulfillment.Input) error {
	cmd, arg, isCommand := fulfillment.ParseCommand(sc.Code)
	switch {
	case isCommand && cmd == fulfillment.CmdUser:
		for _, op := range s.o.Operators {
			if op.Badge == arg {
				in.Member = &op
			}
		}
		return nil
	case isCommand && cmd == fulfillment.CmdSeal:
		return s.staged(ctx, in)
	case isCommand || len(sc.Code) > fulfillment.MaxScan:
		return nil
	}
	for _, op := range s.o.Operators { // a badge may carry its number alone
		if op.Badge == sc.Code {
			in.Member = &op
		}
	}
	in.Match = s.o.Candidates(sc.Code)
	var err error
	in.Found, err = s.o.Store.Find(ctx, sc.Code, in.Match)
	return err
}

// staged reads every order on an open manifest anew: the seal is the last gate.
func (s *Station) staged(ctx context.Context, in *fulfillment.Input) error {
	in.Staged = map[fulfillment.OrderID]fulfillment.Order{}
	s.lastLook(ctx)
	for _, m := range s.bench.Open {
		for _, p := range m.Parcels {
			if _, ok := in.Staged[p.OrderID]; ok || p.LeftOff {
				continue
			}
			o, err := s.o.Store.Order(ctx, p.OrderID)
			if err != nil && !errors.Is(err, fulfillment.ErrNotFound) {
				return err
			}
			in.Staged[p.OrderID] = o
		}
	}
	return nil
}

// sealPatience is the one wait for the network at the bench: a parcel that leaves cannot be called back.
const sealPatience = 4 * time.Second

// lastLook reads the platform's orders on the open manifests anew, if that can be done quickly.
func (s *Station) lastLook(ctx context.Context) {
	if s.o.Refresh == nil {
		return
	}
	var ids []fulfillment.OrderID
	for _, m := range s.bench.Open {
		for _, p := range m.Parcels {
			if !p.LeftOff {
				ids = append(ids, p.OrderID)
			}
		}
	}
	if len(ids) == 0 {
		return
	}
	look, cancel := context.WithTimeout(ctx, sealPatience)
	defer cancel()
	if err := s.o.Refresh(look, ids); err != nil {
		s.o.Log.Warn("Sealed without a fresh look at the Seller Center", "err", err)
	}
}

// weightMatters keeps the scale's chatter from the rule and the screen.
func (s *Station) weightMatters(w fulfillment.Weight) bool {
	same := w.Grams == s.scale.Grams && w.Stable == s.scale.Stable && !s.scale.At.IsZero()
	s.scale = w
	return !same
}

// concerns reports whether an order is in hand or on an open manifest, or was cancelled after its parcel had left.
func (s *Station) concerns(o fulfillment.Order) bool {
	id := o.ID
	if p := s.bench.Parcel; p != nil && p.Order.ID == id || o.Status == fulfillment.StatusCancelled {
		return true
	}
	for _, m := range s.bench.Open {
		for _, p := range m.Parcels {
			if p.OrderID == id {
				return true
			}
		}
	}
	return false
}

// apply is the straight line: rule, one transaction, then the screen.
func (s *Station) apply(ctx context.Context, in fulfillment.Input) {
	in.Now, in.ID = s.o.Now().UTC(), s.o.NewID()
	out := fulfillment.Apply(s.bench, in, s.o.Policy)
	out.Next.Operator = s.operator(out.Next)
	if c := s.commit(in, out); len(c.Events) > 0 {
		// Disk before screen: a green tick must survive a power cut.
		if err := s.o.Store.Record(ctx, c); err != nil {
			s.failed(in.Scan, err)
			return
		}
	}
	s.bench = out.Next
	s.supervisor.Store(s.bench.Supervisor)
	s.show(out.Verdict)
	if len(out.Jobs) > 0 {
		s.o.Queued()
	}
	if len(out.Outbox) > 0 {
		s.o.Outboxed()
	}
	if out.Photo != nil {
		s.o.Wish(*out.Photo)
	}
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
	c := Commit{Station: s.o.ID, Operator: out.Next.Operator, At: in.Now, Bench: out.Next, Events: out.Events, Packages: out.Packages,
		Orders: out.Orders, Manifests: out.Manifests, Outbox: out.Outbox, Jobs: out.Jobs}
	for i := range c.Outbox {
		c.Outbox[i].ID, c.Outbox[i].State, c.Outbox[i].CreatedAt = s.o.NewID(), fulfillment.OutboxQueued, in.Now
	}
	for i := range c.Manifests {
		c.Manifests[i].Station = s.o.ID
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
	if sc != nil {
		v.Scan = sc.Code
	}
	s.show(&v)
}

func (s *Station) show(v *fulfillment.Verdict) {
	if v != nil {
		s.view.Verdict, s.view.VerdictSeq = v, s.view.VerdictSeq+1
	}
	s.view.Station, s.view.Operator, s.view.Supervisor = s.o.ID, s.operator(s.bench), s.bench.Supervisor
	s.view.Mode, s.view.Carrier, s.view.Manifests, s.view.Weight = s.bench.Mode, s.bench.Carrier, s.bench.Open, s.scale
	s.view.Parcel = s.bench.Parcel
	s.view.Prompt = prompt(s.bench, s.o.Policy, s.o.Now())
	s.o.Show(s.view)
}

// prompt is the one thing to do next.
func prompt(b fulfillment.Bench, pol fulfillment.Policy, now time.Time) Prompt {
	p := b.Parcel
	switch {
	case pol.AskOperator && b.Operator == "":
		return PromptLogin
	case b.Mode == fulfillment.ModeHandoff:
		return PromptScanParcels
	case p == nil:
		return PromptScanOrder
	case stopped(b, now):
		return PromptStop
	case p.Left() > 0:
		return PromptScanItems
	case p.WeightOwed(pol) && !b.ScaleZeroed && b.Live > 0:
		return PromptEmptyScale
	case p.WeightOwed(pol):
		return PromptWeigh
	}
	switch p.Print {
	case fulfillment.PrintQueued:
		return PromptPrinting
	case fulfillment.PrintTrouble:
		return PromptPrinterWait
	case fulfillment.PrintAsk:
		return PromptPrinterAsk
	case fulfillment.PrintRefused, fulfillment.PrintUnproved:
		return PromptLabelWrong
	case fulfillment.PrintWaiting:
		return PromptWaitLabel
	case fulfillment.PrintDone:
		return PromptApply
	}
	return PromptBindLabel
}

// stopped: the order in hand may not go on.
func stopped(b fulfillment.Bench, now time.Time) bool {
	v, _ := fulfillment.Gate(b.Parcel.Order, b.Supervisor, now)
	return v != ""
}
