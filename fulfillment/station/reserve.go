package station

import (
	"context"
	"slices"
	"time"

	"packbench/fulfillment"
)

// reservation is a job that the station is committing as sending, and the queue that waits for it.
type reservation struct {
	job     fulfillment.PrintJob
	bitmap  fulfillment.Bitmap
	settled chan bool // whether it was committed; one value
}

// Reserve takes the queue for a job that the caller is about to commit as sending, if the queue has nothing to do and the label is
// in memory. The caller commits or fails to, and in both cases calls settle once; then the queue prints the job, or is free
// again. A program that dies in between leaves a job that is asked about, as one that died while sending. Without ok the job is
// committed as queued.
func (q *PrintQueue) Reserve(job fulfillment.PrintJob, of fulfillment.Shipment) (settle func(committed bool), ok bool) {
	proof, bitmap, kept := q.Labels.Kept(job.Label, of, q.Printer.Media())
	if !kept || !mayPrint(proof, job) {
		return nil, false
	}
	job.State, job.Bitmap = fulfillment.JobSending, proof.Bitmap
	r := reservation{job, bitmap, make(chan bool, 1)}
	select {
	case q.reserved <- r:
		return func(committed bool) { r.settled <- committed }, true
	default:
		return nil, false
	}
}

// print is the queue's work for a reservation. The order is read after the commit: what a pull wrote while the station waited for
// its turn counts.
func (r reservation) print(q *PrintQueue) func(context.Context) (time.Duration, error) {
	return func(ctx context.Context) (time.Duration, error) {
		if !<-r.settled {
			return 0, nil
		}
		job := r.job
		order, pkg, err := q.parcel(ctx, job)
		if err != nil { // nothing was dialled
			job.State, job.Reason = fulfillment.JobQueued, err.Error()
			return q.Retry, q.finish(ctx, job)
		}
		if job.Reason = q.stopped(job, order, pkg); job.Reason != "" {
			job.State = fulfillment.JobDropped
			return 0, q.finish(ctx, job)
		}
		return q.send(ctx, job, r.bitmap)
	}
}

// reserve takes the print queue for the one new job of a commit, which is then written as sending. settle does nothing where it
// was not taken.
func (s *Station) reserve(c *Commit) (settle func(committed bool), ok bool) {
	none := func(bool) {}
	p := c.Bench.Parcel
	at := slices.IndexFunc(c.Jobs, func(j fulfillment.PrintJob) bool { return j.State == fulfillment.JobQueued })
	if s.o.Reserve == nil || p == nil || at < 0 || c.Jobs[at].ID != p.Job {
		return none, false
	}
	settle, ok = s.o.Reserve(c.Jobs[at], shipmentOf(p.Order, p.Package))
	if !ok {
		return none, false
	}
	c.Jobs = slices.Clone(c.Jobs)
	c.Jobs[at].State = fulfillment.JobSending
	return settle, true
}
