package station

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"packbench/fulfillment"
)

// jobStates are the states in which the commits wrote their jobs, in order.
func (d *disk) jobStates() (states []fulfillment.JobState) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.commits {
		for _, j := range c.Jobs {
			states = append(states, j.State)
		}
	}
	return states
}

func (d *disk) job(i int) fulfillment.PrintJob {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.jobs[i]
}

// waiting is a printer that makes itself ready before it asks whether the job may go.
type waiting struct{ Printer }

func (w waiting) PrintAfter(ctx context.Context, b fulfillment.Bitmap, last func() error) (PrintResult, error) {
	if err := last(); err != nil {
		return PrintResult{}, err
	}
	return w.Print(ctx, b)
}

// reserving runs a bench with one order, or two, and gives the test its disk before anything was scanned: once with a printer that waits
// for the commit, once with one that does not.
func reserving(t *testing.T, results []func() (PrintResult, error), test func(t *testing.T, b *bench, d *disk)) {
	for name, printer := range map[string]func(t *testing.T) Printer{
		"waiter":  func(t *testing.T) Printer { return waiting{script(t, results...)} },
		"printer": func(t *testing.T) Printer { return script(t, results...) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				d := newDisk(t, "1001", "1002")
				b := startBench(t, ctx, d, printer(t))
				synctest.Wait()
				test(t, b, d)
			})
		})
	}
}

// unreachable cannot even be looked for, so that it never asks whether the job may go.
type unreachable struct{ Printer }

func (unreachable) PrintAfter(context.Context, fulfillment.Bitmap, func() error) (PrintResult, error) {
	return isOff()
}

// A job for a printer that cannot be looked for is committed all the same, and comes out later.
func TestAReservedJobOutlivesAPrinterThatIsNotFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		d := newDisk(t, "1001")
		b := startBench(t, ctx, d, unreachable{script(t, comesOut)})
		synctest.Wait()
		b.scan("1001", "MUG", "MUG")
		b.verdicts()
		if s := d.jobStates(); len(s) != 1 || s[0] != fulfillment.JobSending || d.job(0).State != fulfillment.JobQueued {
			t.Fatalf("committed as %v, jobs %+v", s, d.jobs)
		}
		time.Sleep(3 * time.Second)
		if _, last := b.verdicts(); last.Prompt != PromptApply || d.job(0).State != fulfillment.JobDone {
			t.Errorf("prompt %s, job %+v", last.Prompt, d.job(0))
		}
	})
}

func TestAnIdleQueueIsHandedTheJobWithTheCommitOfTheLastScan(t *testing.T) {
	reserving(t, []func() (PrintResult, error){comesOut, comesOut}, func(t *testing.T, b *bench, d *disk) {
		for _, order := range []string{"1001", "1002"} {
			b.scan(order, "MUG", "MUG")
			b.verdicts()
			b.scan("T" + order)
			if _, last := b.verdicts(); last.Prompt != PromptScanOrder {
				t.Errorf("after %s the prompt is %s", order, last.Prompt)
			}
		}
		for i, s := range d.jobStates() {
			if s != fulfillment.JobSending || d.job(i).State != fulfillment.JobDone {
				t.Errorf("job %d was committed as %s and is %s", i, s, d.job(i).State)
			}
		}
		if len(d.jobs) != 2 || d.claims != 0 {
			t.Errorf("%d jobs, %d claims", len(d.jobs), d.claims)
		}
	})
}

// A label that is not in memory takes seconds to prove: such a job must not stand as sending meanwhile.
func TestALabelThatIsNotAtHandIsQueued(t *testing.T) {
	reserving(t, []func() (PrintResult, error){comesOut}, func(t *testing.T, b *bench, d *disk) {
		b.q.Labels = proved{}
		b.scan("1001", "MUG", "MUG")
		b.verdicts()
		if s := d.jobStates(); len(s) != 1 || s[0] != fulfillment.JobQueued || d.claims != 1 || d.job(0).State != fulfillment.JobDone {
			t.Errorf("committed as %v, %d claims, is %s", s, d.claims, d.job(0).State)
		}
	})
}

// While a label comes out or waits for the printer, the next one stands behind it.
func TestABusyQueueIsNotReserved(t *testing.T) {
	slow := func() (PrintResult, error) { time.Sleep(5 * time.Second); return comesOut() }
	reserving(t, []func() (PrintResult, error){isOff, slow, comesOut}, func(t *testing.T, b *bench, d *disk) {
		b.scan("1001", "MUG", "MUG")
		b.verdicts()
		job := fulfillment.PrintJob{ID: "next", Label: "label", State: fulfillment.JobQueued}
		refused := func(when string) {
			t.Helper()
			if _, ok := b.q.Reserve(job, fulfillment.Shipment{}); ok {
				t.Errorf("reserved %s", when)
			}
		}
		refused("while a job waits for the printer")
		time.Sleep(2 * time.Second)
		refused("while a label comes out")
		time.Sleep(10 * time.Second)
		b.scan("T1001", "1002", "MUG", "MUG")
		b.verdicts()
		if s := d.jobStates(); len(s) != 2 || s[1] != fulfillment.JobSending {
			t.Errorf("committed as %v", s)
		}
	})
}

// A commit that fails, before it has its turn or after, takes its reservation back: nothing is printed, and the next scan finds the
// queue free.
func TestACommitThatFailsFreesTheQueue(t *testing.T) {
	for name, fail := range map[string]func(d *disk) *bool{"before": func(d *disk) *bool { return &d.full }, "after": func(d *disk) *bool { return &d.torn }} {
		t.Run(name, func(t *testing.T) {
			reserving(t, []func() (PrintResult, error){comesOut}, func(t *testing.T, b *bench, d *disk) {
				b.scan("1001", "MUG")
				b.verdicts()
				d.mu.Lock()
				*fail(d) = true
				d.mu.Unlock()
				b.scan("MUG", "MUG")
				codes, _ := b.verdicts()
				expect(t, codes, fulfillment.Refused, fulfillment.Refused)
				if len(d.jobs) != 0 {
					t.Fatalf("jobs %+v", d.jobs)
				}
				d.mu.Lock()
				*fail(d) = false
				d.mu.Unlock()
				b.scan("MUG")
				b.verdicts()
				if s := d.jobStates(); len(s) != 1 || s[0] != fulfillment.JobSending || d.job(0).State != fulfillment.JobDone {
					t.Errorf("committed as %v, jobs %+v", s, d.jobs)
				}
			})
		})
	}
}

// What the store knows counts, not what the bench knew when it committed.
func TestAReservedJobIsStoppedByWhatTheStoreKnows(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(o *fulfillment.Order)
		prints []func() (PrintResult, error) // of the label that replaces it
	}{
		{"cancelled", func(o *fulfillment.Order) { o.Status = fulfillment.StatusCancelled }, nil},
		{"the label is another", func(o *fulfillment.Order) { o.Packages[0].Label = "another" }, []func() (PrintResult, error){comesOut}},
	} {
		t.Run(c.name, func(t *testing.T) {
			reserving(t, c.prints, func(t *testing.T, b *bench, d *disk) {
				b.scan("1001", "MUG")
				b.verdicts()
				d.mu.Lock()
				d.after = func() {
					o := d.orders["1001"]
					c.change(&o)
					d.orders["1001"] = o
				}
				d.mu.Unlock()
				b.scan("MUG")
				b.verdicts()
				if len(d.jobs) != 1+len(c.prints) || d.job(0).State != fulfillment.JobDropped {
					t.Errorf("jobs %+v", d.jobs)
				}
			})
		})
	}
}

// An order that cannot be read after the commit: nothing was dialled, so the job goes back into the queue and is printed once.
func TestAReservedJobWhoseOrderCannotBeReadIsTriedAgain(t *testing.T) {
	reserving(t, []func() (PrintResult, error){comesOut}, func(t *testing.T, b *bench, d *disk) {
		b.scan("1001", "MUG")
		b.verdicts()
		d.mu.Lock()
		d.blind = 1
		d.mu.Unlock()
		b.scan("MUG")
		b.verdicts()
		if d.job(0).State != fulfillment.JobQueued {
			t.Errorf("job %+v", d.job(0))
		}
		time.Sleep(3 * time.Second)
		if _, last := b.verdicts(); last.Prompt != PromptApply || d.job(0).State != fulfillment.JobDone {
			t.Errorf("prompt %s, job %+v", last.Prompt, d.job(0))
		}
	})
}

// A queue that does not run, or not any more, takes nothing.
func TestAQueueThatDoesNotRunIsNotReserved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := NewPrintQueue(PrintQueue{Store: newDisk(t), Labels: proved{kept: true}, Printer: script(t), Back: &told{}, Now: time.Now})
		refused := func() {
			t.Helper()
			if _, ok := q.Reserve(fulfillment.PrintJob{}, fulfillment.Shipment{}); ok {
				t.Error("reserved")
			}
		}
		refused()
		ctx, cancel := context.WithCancel(t.Context())
		go q.Run(ctx)
		synctest.Wait()
		taken, ok := q.Reserve(fulfillment.PrintJob{}, fulfillment.Shipment{})
		if !ok {
			t.Fatal("an idle queue was not reserved")
		}
		refused()
		cancel() // it does not end before what it was reserved for is settled
		taken.Settle(false)
		synctest.Wait()
		refused()
	})
}
