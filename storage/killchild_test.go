package storage

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/google/uuid"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
)

const (
	killDirEnv   = "PACKBENCH_TEST_KILL_DIR"
	killGrowEnv  = "PACKBENCH_TEST_KILL_GROW"
	killFaultEnv = "PACKBENCH_TEST_KILL_FAULT"
	faultEarly   = "ack-before-commit"
	faultSecond  = "outbox-in-second-transaction"
)

// packer packs and hands over parcels of two units as fast as it can, and says ACK with the number of the last event
// after each commit. The faults are planted here, in the child, and not in the product.
type packer struct {
	s     *Store
	fault string
	seq   int64
	at    time.Time
}

func killChild(ctx context.Context, dir, fault string) error {
	s, err := Open(ctx, dir, Options{Station: "PACK-01", noGrow: os.Getenv(killGrowEnv) == ""})
	if err != nil {
		return err
	}
	p := &packer{s: s, fault: fault, at: time.Now().UTC()}
	for _, err := range s.AllEvents(ctx, "PACK-01") {
		if err != nil {
			return err
		}
		p.seq++
	}
	for {
		if err := p.parcel(ctx); err != nil {
			return err
		}
	}
}

// parcel goes on with the parcel in hand after a kill, or with a new order.
func (p *packer) parcel(ctx context.Context) error {
	b, err := p.s.Restore(ctx, "PACK-01")
	if err != nil {
		return err
	}
	if b.Parcel == nil {
		o := testOrder("K"+uuid.NewString(), "MUG", "TEE")
		if _, err := p.s.ApplyPulled(ctx, "shop", []fulfillment.Order{o}, time.Time{}); err != nil {
			return err
		}
		parcel := fulfillment.NewParcel(o, o.Packages[0], nil, p.at)
		b.Parcel = &parcel
	}
	for i := range b.Parcel.Items {
		if b.Parcel.Items[i].Got == 0 {
			if err := p.item(ctx, &b, i); err != nil {
				return err
			}
		}
	}
	return p.handover(ctx, b)
}

// item is one scan: event and bench; the last one verifies the package and hands its label over.
func (p *packer) item(ctx context.Context, b *fulfillment.Bench, i int) error {
	parcel := b.Parcel
	parcel.Items[i].Got++
	parcel.Done = append(parcel.Done, i)
	c := station.Commit{Events: []fulfillment.EventDraft{p.event(fulfillment.EventItemScanned, parcel, string(parcel.Items[i].SKU))}}
	if parcel.Left() == 0 {
		job := fulfillment.PrintJob{ID: fulfillment.JobID(uuid.NewString()), OrderID: parcel.Order.ID, PackageID: parcel.Package.ID, State: fulfillment.JobSending}
		parcel.Package.Rung, parcel.Job = fulfillment.RungVerified, job.ID
		c.Events = append(c.Events, p.event(fulfillment.EventVerified, parcel, ""))
		c.Jobs = []fulfillment.PrintJob{job}
	}
	c.Packages = []fulfillment.Package{parcel.Package}
	c.Bench = *b
	return p.commit(ctx, c)
}

func (p *packer) handover(ctx context.Context, b fulfillment.Bench) error {
	parcel := b.Parcel
	parcel.Package.Rung = fulfillment.RungHandedOver
	b.Parcel = nil
	return p.commit(ctx, station.Commit{Bench: b, Events: []fulfillment.EventDraft{p.event(fulfillment.EventHandedOver, parcel, "")},
		Packages: []fulfillment.Package{parcel.Package},
		Outbox: []fulfillment.OutboxRow{{Kind: fulfillment.OutboxReportShipped, OrderID: parcel.Order.ID, PackageID: parcel.Package.ID,
			Lines: parcel.Package.Lines}}})
}

func (p *packer) event(kind fulfillment.EventKind, parcel *fulfillment.Parcel, scan string) fulfillment.EventDraft {
	return fulfillment.EventDraft{Kind: kind, OrderID: parcel.Order.ID, PackageID: parcel.Package.ID, Scan: scan, Body: map[string]any{"left": parcel.Left()}}
}

func (p *packer) commit(ctx context.Context, c station.Commit) error {
	c.Station, c.Operator, c.At = "PACK-01", "Test Packer", p.at
	seq := p.seq + int64(len(c.Events))
	if p.fault == faultEarly {
		fmt.Println("ACK", seq)
	}
	later := c.Outbox
	if p.fault == faultSecond {
		c.Outbox = nil
	}
	if err := p.s.Record(ctx, c); err != nil {
		return err
	}
	if p.fault == faultSecond && later != nil {
		if err := p.s.Add(ctx, later); err != nil {
			return err
		}
	}
	p.seq = seq
	if p.fault != faultEarly {
		fmt.Println("ACK", seq)
	}
	return nil
}
