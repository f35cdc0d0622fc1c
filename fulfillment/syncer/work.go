package syncer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"packbench/fulfillment"
)

// doubt is what this process remembers of a row between two looks at it. It is lost at a restart, which only makes the
// row wait and be read once more.
type doubt struct {
	since  time.Time // first seen uncertain
	absent time.Time // a read found no effect; zero: not yet
	rounds int       // times it was sent again after being uncertain
	tries  int       // transport failures in a row, for the backoff
}

func (s *Syncer) doubt(id string) *doubt {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.doubts[id]
	if d == nil {
		d = &doubt{}
		s.doubts[id] = d
	}
	return d
}

// worked is the end of one look at a row. err means that the store did not take it.
type worked struct {
	row    fulfillment.OutboxRow
	told   *PackageNews
	result Result
	err    error
}

// noCursor leaves the shop's cursor where it is.
var noCursor time.Time

// doubted is the row's doubt; for an uncertain row it knows since when.
func (s *Syncer) doubted(row fulfillment.OutboxRow) *doubt {
	d := s.doubt(row.ID)
	if row.State == fulfillment.OutboxUncertain && d.since.IsZero() {
		d.since = earlier(row.ChangedAt, s.o.Now())
	}
	return d
}

// work looks at one row that is due: reads the order, decides, sends if that is right, and records what came of it.
func (s *Syncer) work(ctx context.Context, row fulfillment.OutboxRow) worked {
	d := s.doubted(row)
	with, err := s.combinedWith(ctx, row)
	if err != nil {
		return s.postpone(ctx, row, d, err)
	}
	orders, err := s.read(ctx, append([]fulfillment.OrderID{row.OrderID}, with...))
	if err != nil {
		return s.postpone(ctx, row, d, err)
	}
	i := slices.IndexFunc(orders, func(o fulfillment.Order) bool { return o.ID == row.OrderID })
	if i < 0 {
		return s.park(ctx, row, "Seller Center does not know this order")
	}
	if err := s.applyNews(ctx, orders); err != nil {
		return s.postpone(ctx, row, d, err)
	}
	o := orders[i]
	o.With = slices.Delete(orders, i, i+1)
	if w, decided := s.decide(ctx, row, o, d); decided {
		return w
	}
	return s.send(ctx, row, o, d)
}

// combinedWith are the orders for which the row's call is made beside its own.
func (s *Syncer) combinedWith(ctx context.Context, row fulfillment.OutboxRow) ([]fulfillment.OrderID, error) {
	store, ok := s.o.Orders.(Combined)
	if !ok || row.Kind.Answers() { // a request is of one order
		return nil, nil
	}
	with, err := store.CombinedWith(ctx, row.OrderID, row.PackageID)
	if err != nil {
		return nil, fmt.Errorf("looking for orders combined with %s: %w", row.OrderID, err)
	}
	return with, nil
}

// decide compares the row with its order as just read. decided is false if it is right to send it now.
func (s *Syncer) decide(ctx context.Context, row fulfillment.OutboxRow, o fulfillment.Order, d *doubt) (w worked, decided bool) {
	d.tries = 0
	if s.blind {
		return worked{}, false
	}
	f, news, reason, err := s.find(ctx, row, o)
	if err != nil {
		return s.postpone(ctx, row, d, err), true
	}
	switch f {
	case foundMoot:
		return s.superseded(ctx, row, reason), true
	case foundOurs:
		return s.done(ctx, row, news), true
	case foundOther, foundPart:
		if f == foundPart && replaced(row, o) {
			return s.superseded(ctx, row, replacedWords), true
		}
		return s.park(ctx, row, reason), true
	case foundUnclear:
		return s.unclear(ctx, row, d, reason), true
	}
	if row.State == fulfillment.OutboxUncertain {
		if w, wait := s.settle(ctx, row, d); wait {
			return w, true
		}
	}
	if replaced(row, o) {
		return s.superseded(ctx, row, replacedWords), true
	}
	return s.permitted(ctx, row, o, d)
}

const replacedWords = "Seller Center has replaced the package by others, which are arranged by themselves"

// superseded ends a row that has nothing left to tell: its package was split or combined before it was arranged, and its
// successors get rows of their own; or the request that it answers was closed by somebody else.
func (s *Syncer) superseded(ctx context.Context, row fulfillment.OutboxRow, reason string) worked {
	keeper, ok := s.o.Outbox.(Superseder)
	if !ok {
		return s.park(ctx, row, reason)
	}
	row.State, row.Reason = fulfillment.OutboxDone, reason
	w := worked{row: row, result: Result{Kind: string(row.Kind), OrderID: row.OrderID, PackageID: row.PackageID,
		Outcome: string(row.State), Reason: reason}}
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), markTimeout)
	defer cancel()
	if err := keeper.Supersede(keep, row, reason); err != nil {
		return s.postpone(ctx, row, s.doubt(row.ID), err)
	}
	s.forget(row.ID)
	poke(s.again) // its successors
	return w
}

func (s *Syncer) forget(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.doubts, id)
}

// settle makes a row whose effect was not found wait: the platform may still be at it. After the second such read, at
// least Settle after the first, it may be sent again.
func (s *Syncer) settle(ctx context.Context, row fulfillment.OutboxRow, d *doubt) (worked, bool) {
	now := s.o.Now()
	if d.absent.IsZero() {
		d.absent = now
	}
	if rest := d.absent.Add(s.o.Settle).Sub(now); rest > 0 {
		row.NextAt = now.Add(rest)
		row.Reason = "no answer and no effect so far: read again before it is sent again"
		return s.mark(ctx, row, nil), true
	}
	if d.rounds++; d.rounds >= maxRounds {
		return s.park(ctx, row, fmt.Sprintf("no answer %d times, and no effect in Seller Center", d.rounds)), true
	}
	d.absent = time.Time{}
	return worked{}, false
}

// unclear keeps reading an order that is shipped with an unknown tracking number.
func (s *Syncer) unclear(ctx context.Context, row fulfillment.OutboxRow, d *doubt, reason string) worked {
	now := s.o.Now()
	if d.since.IsZero() {
		d.since = now
	}
	if now.Sub(d.since) > maxUncertain {
		return s.park(ctx, row, reason)
	}
	row.State, row.Reason, row.NextAt = fulfillment.OutboxUncertain, reason, now.Add(s.o.Settle)
	return s.mark(ctx, row, nil)
}

// permitted records why the order may not be written now; decided is false if it may.
func (s *Syncer) permitted(ctx context.Context, row fulfillment.OutboxRow, o fulfillment.Order, d *doubt) (w worked, decided bool) {
	no, err := s.guardAll(ctx, row, o)
	switch {
	case err != nil:
		return s.postpone(ctx, row, d, fmt.Errorf("looking for a supervisor's decision: %w", err)), true
	case no.park != "":
		return s.park(ctx, row, no.park), true
	case no.later != "":
		row.State, row.Reason = fulfillment.OutboxQueued, no.later
		row.NextAt = s.o.Now().Add(notYetPause)
		if wait := no.until.Sub(s.platformNow()); !no.until.IsZero() {
			row.NextAt = s.o.Now().Add(max(wait, time.Second))
		}
		return s.mark(ctx, row, nil), true
	case row.Attempts >= maxAttempts:
		return s.park(ctx, row, fmt.Sprintf("sent %d times without success: %s", row.Attempts, row.Reason)), true
	}
	return worked{}, false
}

// guardAll asks guard about the row's order and those that the platform combined with it: one call ships all of them.
func (s *Syncer) guardAll(ctx context.Context, row fulfillment.OutboxRow, o fulfillment.Order) (refusal, error) {
	for _, c := range append([]fulfillment.Order{o}, o.With...) {
		overridden := false
		if c.CancelRequested && s.o.Overridden != nil {
			its := row
			its.OrderID = c.ID
			var err error
			if overridden, err = s.o.Overridden(ctx, its); err != nil {
				return refusal{}, err
			}
		}
		no := guardRow(row, c, s.platformNow(), overridden)
		if c.ID != o.ID {
			no = no.of(c.ID)
		}
		if no != (refusal{}) {
			return no, nil
		}
	}
	return refusal{}, nil
}

// send records that the call begins, makes it, and records what came of it. If the beginning cannot be recorded nothing
// is sent.
func (s *Syncer) send(ctx context.Context, row fulfillment.OutboxRow, o fulfillment.Order, d *doubt) worked {
	before := row
	row.State, row.Attempts = fulfillment.OutboxInFlight, row.Attempts+1
	if w := s.mark(ctx, row, nil); w.err != nil {
		w.row = before
		return w
	}
	call, cancel := lingering(ctx)
	defer cancel()
	news, err := s.o.Market.Send(call, row, o)
	s.line.note(err)
	if err == nil {
		return s.done(ctx, row, news)
	}
	return s.failed(ctx, row, d, err)
}

// lingering lets a call that is under way end by itself for a moment after ctx is done: a cut call is an uncertain one.
func lingering(ctx context.Context) (context.Context, context.CancelFunc) {
	call, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTimeout)
	stop := context.AfterFunc(ctx, func() {
		t := time.AfterFunc(graceful, cancel)
		context.AfterFunc(call, func() { t.Stop() })
	})
	return call, func() { stop(); cancel() }
}

// failed sorts a failed call: what was certainly not done goes back to the queue and is no attempt, a "no" is compared
// with the order and parked, and everything else is uncertain.
func (s *Syncer) failed(ctx context.Context, row fulfillment.OutboxRow, d *doubt, err error) worked {
	var no *RejectedError
	isNo := errors.As(err, &no)
	if isNo {
		row.RequestID = no.RequestID
	}
	switch {
	case isNo && no.Code == 0:
		return s.park(ctx, row, no.Message)
	case isNo:
		return s.refused(ctx, row, d, err)
	case errors.Is(err, ErrUncertain):
	case errors.Is(err, ErrOffline), errors.Is(err, ErrThrottled), errors.Is(err, ErrUnauthorized), errors.Is(err, ErrMisconfigured), errors.Is(err, ErrNotYet):
		row.State = fulfillment.OutboxQueued
		row.Attempts--
		return s.postpone(ctx, row, d, err)
	}
	row.State, row.Reason = fulfillment.OutboxUncertain, err.Error()
	row.NextAt = s.o.Now().Add(s.o.BackoffBase)
	if d.since.IsZero() {
		d.since = s.o.Now()
	}
	d.absent = time.Time{}
	return s.mark(ctx, row, nil)
}

// refused reads the order once more: "already shipped" may be our own call of before.
func (s *Syncer) refused(ctx context.Context, row fulfillment.OutboxRow, d *doubt, cause error) worked {
	orders, err := s.read(context.WithoutCancel(ctx), []fulfillment.OrderID{row.OrderID})
	if err != nil {
		row.State, row.Reason = fulfillment.OutboxUncertain, cause.Error()
		row.NextAt = s.o.Now().Add(s.o.BackoffBase)
		return s.mark(ctx, row, nil)
	}
	if len(orders) > 0 {
		f, news, reason, err := s.find(context.WithoutCancel(ctx), row, orders[0])
		switch {
		case err != nil:
			row.State, row.Reason = fulfillment.OutboxUncertain, cause.Error()
			row.NextAt = s.o.Now().Add(s.o.BackoffBase)
			return s.mark(ctx, row, nil)
		case f == foundOurs:
			return s.done(ctx, row, news)
		case f == foundMoot:
			return s.superseded(ctx, row, reason)
		}
	}
	return s.park(ctx, row, refusalWords(cause))
}

// postpone leaves the row in its state for a while because of err. It is no attempt.
func (s *Syncer) postpone(ctx context.Context, row fulfillment.OutboxRow, d *doubt, err error) worked {
	now := s.o.Now()
	pause := backoff(s.o.BackoffBase, s.o.BackoffMax, d.tries)
	var slow *ThrottledError
	switch {
	case errors.As(err, &slow):
		pause = max(pause, slow.RetryAfter)
	case errors.Is(err, ErrNotYet):
		pause = notYetPause
	case errors.Is(err, ErrUnauthorized), errors.Is(err, ErrMisconfigured):
		pause = s.o.SetupPause
	case errors.Is(err, ErrOffline):
		pause = min(pause, s.o.Probe) // the breaker spares the platform; rows must be ready when it closes
	}
	d.tries++
	if row.State == fulfillment.OutboxUncertain && now.Sub(d.since) > maxUncertain && !errors.Is(err, ErrOffline) {
		return s.park(ctx, row, "uncertain for more than a day, and the order cannot be read: "+err.Error())
	}
	row.Reason, row.NextAt = err.Error(), now.Add(pause)
	return s.mark(ctx, row, nil)
}

func (s *Syncer) done(ctx context.Context, row fulfillment.OutboxRow, news PackageNews) worked {
	row.State, row.Reason, row.NextAt = fulfillment.OutboxDone, news.Warning, time.Time{}
	w := s.mark(ctx, row, &news)
	if w.err == nil {
		s.warn(w)
	}
	return w
}

// warn passes a warning on that came with a row's end. It is called once the row is recorded as done.
func (s *Syncer) warn(w worked) {
	if w.told != nil && w.told.Warning != "" && s.o.Warned != nil {
		s.o.Warned(fulfillment.PlatformWarning{OrderID: w.row.OrderID, PackageID: w.row.PackageID, Words: w.told.Warning})
	}
}

func (s *Syncer) park(ctx context.Context, row fulfillment.OutboxRow, reason string) worked {
	row.State, row.Reason, row.NextAt = fulfillment.OutboxParked, reason, time.Time{}
	return s.mark(ctx, row, nil)
}

// mark records the row. The record is made even if the program is about to end, because the call is over.
func (s *Syncer) mark(ctx context.Context, row fulfillment.OutboxRow, told *PackageNews) worked {
	row.ChangedAt = s.o.Now().UTC()
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), markTimeout)
	defer cancel()
	w := worked{row: row, told: told, result: Result{Kind: string(row.Kind), OrderID: row.OrderID, PackageID: row.PackageID,
		Outcome: string(row.State), Reason: row.Reason}}
	if err := s.o.Outbox.Mark(keep, row, told); err != nil {
		w.err = fmt.Errorf("recording %s of order %s as %s: %w", row.Kind, row.OrderID, row.State, err)
		return w
	}
	if row.State == fulfillment.OutboxDone || row.State == fulfillment.OutboxParked {
		s.forget(row.ID)
	}
	if row.State == fulfillment.OutboxDone && row.Kind == fulfillment.OutboxArrange {
		poke(s.fetch)
	}
	if row.State == fulfillment.OutboxDone && row.Kind.Answers() {
		s.Look(row.OrderID) // the order goes on, or is cancelled
	}
	return w
}
