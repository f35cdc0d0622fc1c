package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"packbench/fulfillment"
)

// papers takes the last pictures, the manifests as documents, and has the chain verified.
func (p *packer) papers(ctx context.Context, d *dock) error {
	for _, name := range []string{"orders", "equipment"} {
		if err := p.visit(ctx, name); err != nil {
			return err
		}
	}
	list, err := p.program.manifests(ctx)
	if err != nil {
		return err
	}
	sealed := 0
	for _, m := range list {
		if m.SealedAt == "" {
			continue
		}
		sealed++
		file := p.file("manifest-" + fulfillment.CarrierCode(m.Carrier) + "-" + m.ID + ".pdf")
		if _, err := p.program.run(ctx, "manifest", m.ID, "--out", file); err != nil {
			p.say.problem("manifest %s: %v", m.ID, err)
			continue
		}
		if b, err := os.ReadFile(file); err != nil || !strings.HasPrefix(string(b), "%PDF-") {
			p.say.problem("manifest %s is no PDF: %v", m.ID, err)
		}
		p.say.step("manifest", "%s: %s", m.Carrier, filepath.Base(file))
	}
	if sealed == 0 {
		p.say.problem("no manifest is sealed")
	}
	photos := 0
	for _, q := range d.handed {
		o, err := p.program.order(ctx, q.order)
		if err != nil {
			return err
		}
		n := o.count(string(fulfillment.EventPhoto))
		if n == 0 {
			p.say.problem("order %s was handed over without a photo", q.order)
		}
		photos += n
		if o.Rung != string(fulfillment.RungHandedOver) {
			p.say.problem("order %s was handed over, and packbench order says %s", q.order, o.Rung)
		}
	}
	p.say.step("photo", "%d photos of %d parcels", photos, len(d.handed))
	return p.evidence(ctx, d)
}

// evidence exports the claim packet of one parcel and has it and the whole chain verified.
func (p *packer) evidence(ctx context.Context, d *dock) error {
	checks := [][]string{{"evidence", "verify", "--all"}}
	if len(d.handed) > 0 {
		zip := p.file("evidence-" + d.handed[0].order + ".zip")
		if _, err := p.program.run(ctx, "evidence", "export", d.handed[0].order, "--out", zip); err != nil {
			p.say.problem("evidence: %v", err)
		} else {
			checks = append(checks, []string{"evidence", "verify", zip})
		}
	}
	for _, args := range checks {
		out, err := p.program.run(ctx, args...)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			p.say.problem("evidence: %v", err)
			continue
		}
		p.say.step("evidence", "%s: %s", filepath.Base(args[2]), strings.TrimSpace(out))
	}
	return nil
}

// account compares three accounts of the day – what was done at the devices, what the Seller Center knows, what the
// program wrote down – and prints the count.
func (p *packer) account(ctx context.Context, d *dock, base int) error {
	st, err := p.shop.state(ctx)
	if err != nil {
		return err
	}
	handed := map[string]bool{}
	for _, q := range d.handed {
		handed[q.order] = true
	}
	shipped, held := 0, 0
	for _, o := range st.Orders {
		if p.notYet[o.ID] && !handed[o.ID] && o.goes() {
			p.say.step("late", "%s became free after the last truck had left", o.ID)
			held++
			continue
		}
		for _, fault := range judge(o, handed[o.ID], d.off[o.ID] != "") {
			p.say.problem("order %s: %s", o.ID, fault)
		}
		if handed[o.ID] {
			shipped++
			continue
		}
		held++
		p.say.step("held", "%s: %s", o.ID, p.whyHeld(d, o))
		if known, err := p.program.order(ctx, o.ID); err == nil && fulfillment.Rung(known.Rung).AtLeast(fulfillment.RungStaged) {
			p.say.problem("order %s must not leave, and packbench order says %s", o.ID, known.Rung)
		}
	}
	p.counts(st.Counts)
	if lost, err := p.shop.lost(ctx); err != nil {
		return err
	} else if !lost && slices.ContainsFunc(d.handed, func(q packedParcel) bool { return q.seller }) {
		p.say.problem("no answer was lost: the run has not tried what it should")
	}
	judgedInOrder := p.scans(base)
	for _, c := range p.kit.complaints() {
		p.say.problem("a device complains: %s", c)
	}
	for _, s := range p.slips {
		if s.count > 0 {
			p.say.step("mistake", "not made, no order allowed it: %s (%d)", s.name, s.count)
		}
	}
	p.say.step("count", "%d orders: %d shipped once each, %d held; %d scans, %d judged in order; %d labels; %d problems; results in %s",
		len(st.Orders), shipped, held, len(p.sent), judgedInOrder, len(p.kit.printer.Labels()), len(p.say.all()), p.opt.out)
	return nil
}

// judge finds what must not be in the end of an order. handed: its parcel left with the carrier; off: it was taken off by
// a cancellation after packing.
func judge(o orderState, handed, off bool) []string {
	var faults []string
	bad := func(is bool, format string, args ...any) {
		if is {
			faults = append(faults, fmt.Sprintf(format, args...))
		}
	}
	bad(handed && !o.Shipped, "handed over, and not shipped at the Seller Center")
	bad(handed && o.ShippedCalls != 1, "%d calls shipped it, want one", o.ShippedCalls)
	bad(handed && o.Status == string(fulfillment.StatusCancelled), "cancelled, and handed over")
	bad(handed && o.labelTrap(), "handed over with a label that says %q instead of %q", o.LabelBarcode, o.Tracking)
	bad(!handed && o.goes(), "it may be shipped (%s), and stayed behind", o.Status)
	bad(off && o.Status != string(fulfillment.StatusCancelled), "cancelled by its buyer, and %s", o.Status)
	return faults
}

func (p *packer) whyHeld(d *dock, o orderState) string {
	switch {
	case d.off[o.ID] != "":
		return d.off[o.ID]
	case o.Trap != "":
		return o.Trap
	}
	return o.Status + ", " + o.WhyNot
}

func (p *packer) counts(c counts) {
	if c.DuplicateAttempts != 0 {
		p.say.problem("%d times something was to be shipped a second time", c.DuplicateAttempts)
	}
	if c.ShippedCancelled != 0 {
		p.say.problem("%d cancelled orders were shipped", c.ShippedCancelled)
	}
	p.say.step("shop", "packages shipped %d, second attempts %d, cancelled and shipped %d", c.Shipped, c.DuplicateAttempts, c.ShippedCancelled)
}

// scans compares what was scanned with what was judged: every scan once, in order. It returns how many match.
func (p *packer) scans(base int) int {
	var got []judged
	for _, j := range p.trace.since(base) {
		// A scan that asked whether the bench is awake may be judged late; it was never counted as sent.
		if probe := len(got) == 0 && j.Scan == wakeUp; j.Scan != "" && !probe {
			got = append(got, j)
		}
	}
	same := 0
	for i, code := range p.sent {
		if i >= len(got) || !sameScan(code, got[i].Scan) {
			p.say.problem("scan %d, %s, was not judged in its turn", i+1, short(code))
			break
		}
		same++
	}
	if len(got) > len(p.sent) {
		p.say.problem("%d verdicts on %d scans", len(got), len(p.sent))
	}
	return same
}
