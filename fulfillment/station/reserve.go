package station

import (
	"context"
	"slices"
	"time"

	"packbench/fulfillment"
)

// Reservation is a job that the station is committing as sending, and the queue that waits for it.
type Reservation struct {
	job    fulfillment.PrintJob
	bitmap fulfillment.Bitmap
	steps  chan step // held and committed, or one failed instead of either
}

// step is how far a commit is. The packages are those that it writes.
type step struct {
	stage    stage
	packages []fulfillment.Package
}

type stage int

const (
	failed    stage = iota
	held            // the commit has its turn: nobody writes between what is read now and the commit
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

// print is the queue's work for a reservation. The order is read while the commit has its turn and is being flushed: what a pull
// wrote while the station waited for that counts, and nothing can be written in between but the commit itself, whose rungs are laid
// over what was read. Nothing is dialled before the commit.
func (r Reservation) print(q *PrintQueue) func(context.Context) (time.Duration, error) {
	return func(ctx context.Context) (time.Duration, error) {
		first := <-r.steps
		if first.stage == failed {
			return 0, nil
		}
		job := r.job
		order, pkg, err := q.parcel(ctx, job)
		if first.stage == held {
			if (<-r.steps).stage == failed {
				return 0, nil
			}
			order = climbed(order, first.packages)
			pkg, _ = order.PackageByID(job.PackageID)
		}
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

// climbed is the order with its packages, and those of the orders that are combined with it, on the rungs that a commit has written
// after it was read. An order of which nothing is packed is not in the parcel, so that one that was cancelled would not stop it.
func climbed(o fulfillment.Order, wrote []fulfillment.Package) fulfillment.Order {
	rungs := func(have []fulfillment.Package) []fulfillment.Package {
		have = slices.Clone(have)
		for i := range have {
			for _, p := range wrote {
				if p.ID == have[i].ID && p.OrderID == have[i].OrderID {
					have[i].Rung = p.Rung
				}
			}
		}
		return have
	}
	o.Packages, o.With = rungs(o.Packages), slices.Clone(o.With)
	for i := range o.With {
		o.With[i].Packages = rungs(o.With[i].Packages)
	}
	return o
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
	c.Held = func() { taken.steps <- step{held, c.Packages} }
	return taken, true
}
