package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"packbench/fulfillment"
)

// dock is the end of the day: every parcel onto its carrier's manifest, and the seal.
type dock struct {
	*packer
	off    map[string]string // order: why its parcel stays behind
	handed []packedParcel
}

// work hands over what was packed. Two buyers cancel meanwhile: one before the parcel is scanned at the dock, one after.
func (d *dock) work(ctx context.Context) error {
	if len(d.packed) < 3 {
		d.say.problem("only %d parcels were packed: too few for a handoff", len(d.packed))
		return nil
	}
	if _, err := d.must(ctx, "PB:MODE:HANDOFF", fulfillment.CommandDone); err != nil {
		return err
	}
	d.say.step("handoff", "%d parcels wait", len(d.packed))
	before, after := d.victims()
	if err := d.cancelBefore(ctx, before); err != nil {
		return err
	}
	for i, q := range d.packed {
		if err := d.parcel(ctx, i, q, before.order); err != nil {
			return err
		}
	}
	if err := d.strangers(ctx); err != nil {
		return err
	}
	if err := d.cancelAfter(ctx, after); err != nil {
		return err
	}
	return d.seal(ctx)
}

// victims chooses the parcels to be cancelled: one of each way of shipping, where there are both.
func (d *dock) victims() (before, after packedParcel) {
	at := func(seller bool) int {
		return max(0, slices.IndexFunc(d.packed, func(q packedParcel) bool { return q.seller == seller }))
	}
	i, j := at(false), at(true)
	if i == j {
		j = (i + 1) % len(d.packed)
	}
	return d.packed[i], d.packed[j]
}

// cancelBefore: the buyer cancels a packed parcel, and the program learns it before the parcel reaches the dock.
func (d *dock) cancelBefore(ctx context.Context, q packedParcel) error {
	if err := d.shop.cancel(ctx, q.order); err != nil {
		return err
	}
	d.off[q.order] = "cancelled before the dock"
	limit := time.Now().Add(patience)
	for time.Now().Before(limit) {
		o, err := d.program.order(ctx, q.order)
		if err != nil {
			return err
		}
		if slices.Contains(o.Holds, string(fulfillment.HoldCancelled)) {
			d.say.step("cancel", "the buyer of %s cancelled after packing; the program knows", q.order)
			return nil
		}
		if !pause(ctx, time.Second) {
			return ctx.Err()
		}
	}
	d.say.problem("order %s was cancelled, and packbench order does not show it after %s", q.order, patience)
	return nil
}

// parcel scans one label at the dock.
func (d *dock) parcel(ctx context.Context, i int, q packedParcel, cancelled string) error {
	want := fulfillment.Staged
	if q.order == cancelled {
		want = fulfillment.Cancelled
	}
	j, err := d.must(ctx, q.tracking, want)
	if err != nil {
		return err
	}
	d.say.step("handoff", "%s: %s – %s", q.tracking, j.Verdict, j.Text)
	switch {
	case want == fulfillment.Cancelled:
		return d.shot(ctx, "cancelled-at-the-dock")
	case j.Verdict == fulfillment.Staged:
		d.handed = append(d.handed, q)
	}
	if len(d.handed) == 2 && !d.shown["twice"] {
		d.shown["twice"] = true
		if _, err := d.must(ctx, q.tracking, fulfillment.Duplicate); err != nil {
			return err
		}
		d.say.step("mistake", "the same parcel twice: refused")
		if _, err := d.must(ctx, "PB:PHOTO", fulfillment.CommandDone); err != nil {
			return err
		}
	}
	if i == len(d.packed)/2 {
		return d.once(ctx, "handoff-with-camera")
	}
	return nil
}

// strangers are things that have no business on a manifest.
func (d *dock) strangers(ctx context.Context) error {
	for _, sh := range d.sheets {
		if d.has(sh.ID) || d.refused[sh.ID] == "" {
			continue
		}
		j, err := d.scan(ctx, sh.ID)
		if err != nil {
			return err
		}
		if j.Accepted {
			d.say.problem("order %s was never packed and the dock took it: %s", sh.ID, j.Verdict)
		}
		d.say.step("mistake", "a parcel that was never packed: %s – %s", j.Verdict, j.Text)
		break
	}
	for _, sh := range d.sheets {
		if len(sh.units) > 0 {
			_, err := d.must(ctx, sh.units[0].code, fulfillment.UnknownCode)
			return err
		}
	}
	return nil
}

// cancelAfter: the buyer cancels a parcel that is on the open manifest. The program must say it aloud, without a scan.
func (d *dock) cancelAfter(ctx context.Context, q packedParcel) error {
	from := d.trace.mark()
	if err := d.shop.cancel(ctx, q.order); err != nil {
		return err
	}
	d.off[q.order] = "cancelled on the open manifest"
	d.handed = slices.DeleteFunc(d.handed, func(h packedParcel) bool { return h.order == q.order })
	j, err := d.trace.await(ctx, from, patience, "word of the cancellation of "+q.order, func(j judged) bool {
		return j.Scan == "" && j.OrderID == q.order && j.Verdict == fulfillment.Cancelled
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		d.say.problem("%v", err)
		return nil
	}
	d.say.step("cancel", "%s, on the open manifest: %s", q.order, j.Text)
	return d.shot(ctx, "cancelled-on-the-manifest")
}

// seal seals everything, with an answer of the Seller Center lost on the way, and waits until the Seller Center knows of
// every parcel.
func (d *dock) seal(ctx context.Context) error {
	endpoint := "POST /fulfillment/202309/orders/*/packages" // Mark Package As Shipped
	if d.opt.market == "VN" {
		endpoint = "POST /fulfillment/202309/packages/*/ship"
	}
	if err := d.shop.fault(ctx, "lost_after", endpoint, 1); err != nil {
		return err
	}
	j, err := d.must(ctx, "PB:SEAL", fulfillment.HandedOver)
	if err != nil {
		return err
	}
	d.say.step("seal", "%s – %s", j.Verdict, j.Text)
	if err := d.shot(ctx, "sealed"); err != nil {
		return err
	}
	told := map[string]bool{}
	limit := time.Now().Add(3 * time.Minute)
	for len(told) < len(d.handed) && time.Now().Before(limit) {
		st, err := d.shop.state(ctx)
		if err != nil {
			return err
		}
		for _, q := range d.handed {
			if o := st.order(q.order); o.Shipped && !told[q.order] {
				told[q.order] = true
				d.say.step("shop", "%s is %s at the Seller Center", q.order, o.Status)
			}
		}
		if !pause(ctx, 500*time.Millisecond) {
			return ctx.Err()
		}
	}
	for _, q := range d.handed {
		if !told[q.order] {
			d.say.problem("order %s was handed over, and the Seller Center does not know it", q.order)
		}
	}
	return d.unsaid(ctx)
}

// unsaid waits until the outbox has nothing left but what waits for a person.
func (d *dock) unsaid(ctx context.Context) error {
	limit := time.Now().Add(time.Minute)
	for {
		rows, err := d.program.outbox(ctx)
		if err != nil {
			return err
		}
		var open []string
		for _, r := range rows {
			if r.State != "parked" {
				open = append(open, fmt.Sprintf("%s of %s is %s (%s)", r.Kind, r.OrderID, r.State, r.Reason))
			}
		}
		if len(open) == 0 {
			d.say.step("outbox", "nothing left to tell; %d rows wait for a person", len(rows))
			return nil
		}
		if time.Now().After(limit) {
			d.say.problem("the outbox is not empty: %s", strings.Join(open, "; "))
			return nil
		}
		if !pause(ctx, time.Second) {
			return ctx.Err()
		}
	}
}

// lost tells whether the lost answer really happened.
func (s *shop) lost(ctx context.Context) (bool, error) {
	var journal []struct {
		Fault string `json:"fault"`
	}
	if err := s.call(ctx, http.MethodGet, "/journal", nil, &journal); err != nil {
		return false, err
	}
	for _, e := range journal {
		if e.Fault == "lost_after" {
			return true, nil
		}
	}
	return false, nil
}

// stragglers are orders whose hold ended while others were handed over: on a slow machine the day is long enough for it.
// They are packed and leave with a second truck.
func (d *dock) stragglers(ctx context.Context) error {
	n := len(d.packed)
	if n < 3 {
		return nil
	}
	if _, err := d.must(ctx, wakeUp, fulfillment.CommandDone); err != nil {
		return err
	}
	if err := d.late(ctx); err != nil {
		return err
	}
	if len(d.packed) == n {
		return nil
	}
	if _, err := d.must(ctx, "PB:MODE:HANDOFF", fulfillment.CommandDone); err != nil {
		return err
	}
	for _, q := range d.packed[n:] {
		if err := d.parcel(ctx, -1, q, ""); err != nil {
			return err
		}
	}
	return d.seal(ctx)
}
