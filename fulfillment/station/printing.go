package station

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"packbench/fulfillment"
)

// JobStore keeps print jobs. Every method is durable when it returns.
type JobStore interface {
	// NextJob is the oldest queued job; ok is false if there is none.
	NextJob(ctx context.Context) (job fulfillment.PrintJob, ok bool, err error)
	// ClaimJob moves a queued job to sending; false if it is not queued any more.
	ClaimJob(ctx context.Context, id fulfillment.JobID) (bool, error)
	// SaveJob writes the job as it is now.
	SaveJob(ctx context.Context, job fulfillment.PrintJob) error
	// Order returns the order as stored.
	Order(ctx context.Context, id fulfillment.OrderID) (fulfillment.Order, error)
}

// Back takes finished jobs; the Station is one.
type Back interface {
	Printed(ctx context.Context, j fulfillment.PrintJob) error
	Supervisor() bool
}

// PrintQueue sends one label at a time. A job is committed as sending before the dial, so that after a crash nobody
// prints a second label by guessing: by the station, with the last scan, where the queue is idle (see Reserve), else by the queue.
type PrintQueue struct {
	Store   JobStore
	Labels  Labels
	Printer Printer
	Back    Back
	Now     func() time.Time
	Log     *slog.Logger
	// Retry is how long to wait before a job of which certainly nothing came out is tried again; default 1 s.
	Retry time.Duration
	wake  chan struct{}
	// reserved is received from only while the queue has nothing to do.
	reserved chan Reservation
	// unsaved is a job whose end is not on the disk yet. Until it is, no other job is begun: only this one knows what the printer
	// has of it. Owned by Run.
	unsaved *fulfillment.PrintJob
}

// NewPrintQueue returns a queue; Run starts it.
func NewPrintQueue(q PrintQueue) *PrintQueue {
	q.wake, q.reserved = make(chan struct{}, 1), make(chan Reservation)
	if q.Retry == 0 {
		q.Retry = time.Second
	}
	return &q
}

// Wake tells that a job was committed or that the printer feels better. It never blocks.
func (q *PrintQueue) Wake() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// idle is how long an empty queue sleeps; a new job wakes it.
const idle = time.Minute

// Run prints until ctx ends; the job in hand is finished first.
func (q *PrintQueue) Run(ctx context.Context) error {
	work := q.one
	for {
		pause, err := work(context.WithoutCancel(ctx))
		work = q.one
		if err != nil {
			q.Log.Error("Print queue failed", "err", err)
			pause = q.Retry
		}
		reserved := q.reserved
		if pause != idle {
			reserved = nil
		}
		wait := time.NewTimer(pause)
		select {
		case r := <-reserved:
			work = r.print(q)
		case <-q.wake:
		case <-wait.C:
		case <-ctx.Done():
			wait.Stop()
			return nil
		}
		wait.Stop()
	}
}

// one takes the oldest job as far as it goes and says how long to rest: not at all where another may be waiting.
func (q *PrintQueue) one(ctx context.Context) (pause time.Duration, err error) {
	if q.unsaved != nil {
		return 0, q.finish(ctx, *q.unsaved)
	}
	job, ok, err := q.Store.NextJob(ctx)
	if err != nil || !ok {
		return idle, err
	}
	order, pkg, err := q.parcel(ctx, job)
	if err != nil {
		return 0, err
	}
	if job.Reason = q.stopped(job, order, pkg); job.Reason != "" {
		job.State = fulfillment.JobDropped
		return 0, q.finish(ctx, job)
	}
	of := shipmentOf(order, pkg)
	of.Tracking = job.Tracking
	proof, bitmap, err := q.Labels.Proved(ctx, job.Label, of, q.Printer.Media())
	if err != nil {
		proof = fulfillment.Proof{Verdict: fulfillment.LabelRefuse, Reason: err.Error()}
	}
	job.Bitmap = proof.Bitmap
	if !mayPrint(proof, job) {
		job.State, job.Verdict, job.Reason = fulfillment.JobRefused, proof.Verdict, proof.Reason
		return 0, q.finish(ctx, job)
	}
	claimed, err := q.Store.ClaimJob(ctx, job.ID)
	if err != nil || !claimed {
		return 0, err
	}
	return q.send(ctx, job, bitmap)
}

// parcel is the job's order and package as stored; empty ones where they are gone.
func (q *PrintQueue) parcel(ctx context.Context, job fulfillment.PrintJob) (fulfillment.Order, fulfillment.Package, error) {
	order, err := q.Store.Order(ctx, job.OrderID)
	if err != nil && !errors.Is(err, fulfillment.ErrNotFound) {
		return order, fulfillment.Package{}, fmt.Errorf("read order %s before printing: %w", job.OrderID, err)
	}
	pkg, _ := order.PackageByID(job.PackageID)
	return order, pkg, nil
}

// stopped says why the label may not be printed any more, "" if it may.
func (q *PrintQueue) stopped(job fulfillment.PrintJob, order fulfillment.Order, pkg fulfillment.Package) string {
	v, _, who := fulfillment.GateParcel(order, pkg, q.Back.Supervisor(), q.Now())
	switch {
	case v != "" && who != order.ID:
		return fmt.Sprintf("order %s in the parcel is %s", who, v)
	case v != "":
		return "order is " + string(v)
	case pkg.ID != "" && pkg.Label != job.Label:
		return "the label was replaced: the recipient's address was changed"
	}
	return ""
}

// send prints a job that is on the disk as sending.
func (q *PrintQueue) send(ctx context.Context, job fulfillment.PrintJob, bitmap fulfillment.Bitmap) (pause time.Duration, err error) {
	res, err := q.Printer.Print(ctx, bitmap)
	return q.sent(ctx, job, bitmap.DPI, res, err)
}

// sent records what became of a job that was given to the printer.
func (q *PrintQueue) sent(ctx context.Context, job fulfillment.PrintJob, dpi int, res PrintResult, sendErr error) (pause time.Duration, err error) {
	job.Sent, job.Reason, job.DPI = res.Sent, "", dpi
	job.SentHash, job.Total, job.Language, job.Compression = res.Hash, res.Total, res.Language, res.Compression
	switch {
	case sendErr == nil:
		job.State = fulfillment.JobDone
	case res.Complete:
		job.State, job.Reason = fulfillment.JobAsk, sendErr.Error()
	default: // without the last byte the printer cannot have finished a label
		job.State, job.Reason, pause = fulfillment.JobQueued, sendErr.Error(), q.Retry
	}
	return pause, q.finish(ctx, job)
}

// mayPrint: a label that nothing proves is printed only if its picture is the very one that a supervisor confirmed; one that is
// refused never is.
func mayPrint(proof fulfillment.Proof, job fulfillment.PrintJob) bool {
	switch proof.Verdict {
	case fulfillment.LabelPrint:
		return true
	case fulfillment.LabelCannotVerify:
		return proof.Bitmap != "" && proof.Bitmap == job.Confirmed
	}
	return false
}

// finish puts the job's end on the disk and tells the bench. A full or busy disk must not lose it: it is tried again.
func (q *PrintQueue) finish(ctx context.Context, job fulfillment.PrintJob) error {
	q.unsaved = &job
	if err := q.Store.SaveJob(ctx, job); err != nil {
		return fmt.Errorf("save print job %s: %w", job.ID, err)
	}
	q.unsaved = nil
	return q.Back.Printed(ctx, job)
}
