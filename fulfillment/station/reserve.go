package station

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"packbench/fulfillment"
)

// Reservation is a job that the station is committing as sending, and the queue that waits for it.
type Reservation struct {
	job    fulfillment.PrintJob
	bitmap fulfillment.Bitmap
	steps  chan step // seen and committed, or one failed instead of either
}

// step is how far a commit is. The order is what it has seen, or err.
type step struct {
	stage stage
	order fulfillment.Order
	err   error
}

type stage int

const (
	failed    stage = iota
	seen            // the order was read in the transaction
	committed       // the job is on the disk as sending
)

// Reserve takes the queue for a job that the caller is about to commit as sending, if the queue has nothing to do and the label is
// in memory. The caller commits or fails to and calls Settle in both cases; the queue prints the job, or is free again. A program that dies in between leaves a
// job that is asked about, as one that died while sending. Without ok the job is committed as queued.
func (q *PrintQueue) Reserve(job fulfillment.PrintJob, of fulfillment.Shipment) (taken *Reservation, ok bool) {
	proof, bitmap, kept := q.Labels.Kept(job.Label, of, q.Printer.Media())
	if !kept || !mayPrint(proof, job) {
		return nil, false
	}
	job.State, job.Bitmap = fulfillment.JobSending, proof.Bitmap
	r := Reservation{job, bitmap, make(chan step, 2)}
	select {
	case q.reserved <- r:
		return &r, true
	default:
		return nil, false
	}
}

// errNotCommitted: there is no job.
var errNotCommitted = errors.New("the commit has failed")

// stoppedError is why a label may not be printed any more.
type stoppedError string

func (s stoppedError) Error() string { return string(s) }

// print is the queue's work for a reservation. The printer makes itself ready beside the commit; nothing is dialled before it.
func (r Reservation) print(q *PrintQueue) func(context.Context) (time.Duration, error) {
	return func(ctx context.Context) (time.Duration, error) {
		job := r.job
		last := sync.OnceValue(func() error { return r.lastLook(q) })
		res, sendErr := PrintAfter(ctx, q.Printer, r.bitmap, last)
		err := last() // a printer that could not even be looked for has not called it
		_, isStopped := errors.AsType[stoppedError](err)
		switch {
		case err == nil:
			return q.sent(ctx, job, r.bitmap.DPI, res, sendErr)
		case errors.Is(err, errNotCommitted):
			return 0, nil
		case isStopped:
			job.State, job.Reason = fulfillment.JobDropped, err.Error()
			return 0, q.finish(ctx, job)
		}
		job.State, job.Reason = fulfillment.JobQueued, err.Error()
		return q.Retry, q.finish(ctx, job)
	}
}

// lastLook waits until the job is on the disk, or says with errNotCommitted that it is not; stoppedError is why it may not be printed. The
// order is the one that the commit has seen: what a pull wrote while the station waited for its turn counts.
func (r Reservation) lastLook(q *PrintQueue) error {
	saw, end := step{err: errors.New("the commit has not looked")}, <-r.steps
	if end.stage == seen {
		saw, end = end, <-r.steps
	}
	if end.stage == failed {
		return errNotCommitted
	}
	if saw.err != nil && !errors.Is(saw.err, fulfillment.ErrNotFound) {
		return fmt.Errorf("read order %s before printing: %w", r.job.OrderID, saw.err)
	}
	pkg, _ := saw.order.PackageByID(r.job.PackageID)
	if why := q.stopped(r.job, saw.order, pkg); why != "" {
		return stoppedError(why)
	}
	return nil
}

// Settle tells the queue how the commit ended. Called once by who reserved; on nil it does nothing.
func (r *Reservation) Settle(ok bool) {
	switch {
	case r == nil:
	case ok:
		r.steps <- step{stage: committed}
	default:
		r.steps <- step{stage: failed}
	}
}

// reserve takes the print queue for the one new job of a commit, which is then written as sending.
func (s *Station) reserve(c *Commit) (taken *Reservation, ok bool) {
	p := c.Bench.Parcel
	at := slices.IndexFunc(c.Jobs, func(j fulfillment.PrintJob) bool { return j.State == fulfillment.JobQueued })
	if s.o.Reserve == nil || p == nil || at < 0 || c.Jobs[at].ID != p.Job {
		return nil, false
	}
	if taken, ok = s.o.Reserve(c.Jobs[at], shipmentOf(p.Order, p.Package)); !ok {
		return nil, false
	}
	c.Jobs = slices.Clone(c.Jobs)
	c.Jobs[at].State = fulfillment.JobSending
	c.See = c.Jobs[at].OrderID
	c.Seen = func(o fulfillment.Order, err error) { taken.steps <- step{seen, o, err} }
	return taken, true
}
