package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"packbench/fulfillment"
)

// minPace: a scanner that reads the same code twice within 30 ms has read one thing twice.
const minPace = 60 * time.Millisecond

// patience is how long the program may take for one verdict. It is long because the machine may be busy with more than
// this; what is slow shows in the benchmarks, not here.
const patience = 45 * time.Second

// labelPatience is how long the first label may take: the PDF engine is compiled at first use, and a program watched by the
// race detector takes a minute for that on a good day.
const labelPatience = 4 * time.Minute

// cartonG is what the empty carton weighs, grams.
const cartonG = 45

// sheet is the picker's sheet of one order.
type sheet struct {
	orderState
	units []unit // one for each piece, in the order in which they lie on the bench
	grams int
}

// unit is one piece on the bench, with the barcode that is on it.
type unit struct{ sku, name, code string }

func (s *stage) sheetOf(o orderState) sheet {
	sh := sheet{orderState: o, grams: cartonG}
	for _, l := range o.Lines {
		for i := range l.Qty {
			// The same goods may carry different barcodes: old packaging and new.
			sh.units = append(sh.units, unit{l.SKU, l.Name, l.Barcodes[i%len(l.Barcodes)]})
			sh.grams += s.grams[l.SKU]
		}
	}
	return sh
}

// packer works at the bench: it only scans, weighs, and takes labels out of the printer.
type packer struct {
	*stage
	sent    []string // every code that was scanned, in order
	slips   []*slip  // mistakes still to be made
	packed  []packedParcel
	refused map[string]fulfillment.VerdictCode // order: why the bench did not take it
	sheets  []sheet                            // all orders, as the picker got them
	slipped map[moment]string                  // the order in which the last mistake was made
	shown   map[string]bool                    // pictures that were taken
	notYet  map[string]bool                    // orders that were not free when the packer last looked
	pacing  time.Time
}

// packedParcel is a parcel with its label on it.
type packedParcel struct {
	order, tracking, carrier string
	seller                   bool
}

func newPacker(s *stage) *packer {
	return &packer{stage: s, slips: slips(), refused: map[string]fulfillment.VerdictCode{}, shown: map[string]bool{}, slipped: map[moment]string{}}
}

// scan reads one code and waits for the bench's verdict on it.
func (p *packer) scan(ctx context.Context, code string) (judged, error) {
	pause(ctx, time.Until(p.pacing))
	p.pacing = time.Now().Add(p.opt.pace)
	from := p.trace.mark()
	p.sent = append(p.sent, code)
	if err := p.kit.scanner.Scan(code); err != nil {
		return judged{}, fmt.Errorf("scanning %s: %w", short(code), err)
	}
	j, err := p.trace.await(ctx, from, patience, "verdict on "+short(code), func(j judged) bool { return sameScan(code, j.Scan) })
	if err == nil {
		p.pacing = time.Now().Add(p.opt.pace)
	}
	return j, err
}

// sameScan tells whether the trace's scan is this code. One that is too long for a barcode is kept cut off.
func sameScan(code, scan string) bool {
	if len(code) <= fulfillment.MaxScan {
		return code == scan
	}
	return len(scan) >= fulfillment.MaxScan && strings.HasPrefix(code, scan)
}

func short(code string) string {
	if len(code) > 40 {
		return fmt.Sprintf("%.20s… (%d bytes)", code, len(code))
	}
	return code
}

// must scans and says it is a problem if the verdict is not among want.
func (p *packer) must(ctx context.Context, code string, want ...fulfillment.VerdictCode) (judged, error) {
	j, err := p.scan(ctx, code)
	if err != nil {
		return j, err
	}
	if !slices.Contains(want, j.Verdict) {
		p.say.problem("scan %s: the bench said %s (%s), want %v", short(code), j.Verdict, j.Text, want)
	}
	return j, nil
}

// pack takes one order from the sheet to the applied label. An order that the bench does not take is noted with its
// verdict; whether that was right is judged at the end.
func (p *packer) pack(ctx context.Context, sh sheet) error {
	mark := p.trace.mark()
	j, err := p.scan(ctx, sh.ID)
	if err != nil {
		return err
	}
	if j.Verdict != fulfillment.OrderOpened {
		p.refused[sh.ID] = j.Verdict
		p.say.step("order", "%s not taken: %s – %s", sh.ID, j.Verdict, j.Text)
		if sh.goes() && j.Verdict != fulfillment.AlreadyPacked {
			p.say.problem("order %s may be shipped and was not taken: %s", sh.ID, j.Verdict)
		}
		return nil
	}
	delete(p.refused, sh.ID)
	p.say.step("order", "%s opened: %d pieces, %s, %s", sh.ID, len(sh.units), strings.ToLower(sh.ShippingType), sh.Carrier)
	if err := p.items(ctx, sh); err != nil {
		return err
	}
	p.kit.put(ctx, sh.grams)
	printed, err := p.awaitLabel(ctx, mark, sh)
	if err != nil || !printed {
		p.kit.lift()
		return errors.Join(err, p.aside(ctx, sh))
	}
	if err := p.once(ctx, "complete-with-label"); err != nil {
		return err
	}
	err = p.apply(ctx, sh)
	p.kit.lift()
	return err
}

// items scans every piece, with a mistake now and then.
func (p *packer) items(ctx context.Context, sh sheet) error {
	for i, u := range sh.units {
		if err := p.slip(ctx, beforeItem, sh, i); err != nil {
			return err
		}
		want := fulfillment.ItemOK
		if i == len(sh.units)-1 {
			want = fulfillment.ItemComplete
		}
		if _, err := p.must(ctx, u.code, want); err != nil {
			return err
		}
		if i == 1 && len(sh.units) > 2 {
			if err := p.once(ctx, "bench-mid-order"); err != nil {
				return err
			}
		}
		if err := p.slip(ctx, afterItem, sh, i); err != nil {
			return err
		}
	}
	p.say.step("items", "%d of %d scanned", len(sh.units), len(sh.units))
	return nil
}

// awaitLabel waits for the printer; false: the program refused to print, which is right for a label that lies.
func (p *packer) awaitLabel(ctx context.Context, mark int, sh sheet) (bool, error) {
	j, err := p.trace.await(ctx, mark, labelPatience, "label of order "+sh.ID, func(j judged) bool {
		return j.Scan == "" && j.OrderID == sh.ID && slices.Contains([]fulfillment.VerdictCode{fulfillment.LabelPrinted,
			fulfillment.Refused, fulfillment.CannotVerify, fulfillment.PrinterTrouble, fulfillment.Cancelled, fulfillment.CancelRequested}, j.Verdict)
	})
	if errors.Is(err, errSilent) {
		p.say.problem("%v", err)
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if j.Verdict == fulfillment.LabelPrinted {
		return true, nil
	}
	p.refused[sh.ID] = j.Verdict
	p.say.step("label", "not printed: %s – %s", j.Verdict, j.Text)
	if !sh.labelTrap() {
		p.say.problem("order %s: a good label was not printed: %s (%s)", sh.ID, j.Verdict, j.Text)
	}
	return false, p.shot(ctx, "label-refused")
}

// aside puts the order on hold and off the bench.
func (p *packer) aside(ctx context.Context, sh sheet) error {
	_, err := p.must(ctx, "PB:HOLD", fulfillment.CommandDone)
	p.say.step("hold", "%s put aside for a supervisor", sh.ID)
	return err
}

// apply takes the label out of the printer, sticks it on and scans what it says.
func (p *packer) apply(ctx context.Context, sh sheet) error {
	l, n, err := p.kit.takeLabel(ctx, patience)
	if err != nil {
		return err
	}
	file := filepath.Join(p.opt.out, "labels", fmt.Sprintf("%03d-%s.png", n, sh.ID))
	b, err := l.PNG()
	if err == nil {
		err = os.WriteFile(file, b, 0o600)
	}
	if err != nil {
		return fmt.Errorf("keeping the label: %w", err)
	}
	text, err := readLabel(ctx, l.Image(), file)
	if err != nil {
		p.say.problem("order %s: %v: %s", sh.ID, err, file)
		return p.aside(ctx, sh)
	}
	p.say.step("label", "printed, decoded %s", text)
	tracking := sh.Tracking
	if now, err := p.shop.state(ctx); err == nil { // a number of the platform's may be younger than the sheet
		tracking = now.order(sh.ID).Tracking
	}
	if d := differs(text, tracking); d != "" {
		p.say.problem("order %s: %s", sh.ID, d)
	}
	if err := p.slip(ctx, beforeApply, sh, -1); err != nil {
		return err
	}
	j, err := p.must(ctx, text, fulfillment.Applied)
	if err != nil {
		return err
	}
	if j.Verdict != fulfillment.Applied {
		return p.aside(ctx, sh)
	}
	p.packed = append(p.packed, packedParcel{order: sh.ID, tracking: text, carrier: sh.Carrier, seller: sh.ShippingType != string(fulfillment.ShippingPlatform)})
	p.say.step("applied", "%s, parcel %d", text, len(p.packed))
	return nil
}

func (p *packer) has(order string) bool {
	return slices.ContainsFunc(p.packed, func(q packedParcel) bool { return q.order == order })
}

// once takes a picture the first time it is asked for.
func (p *packer) once(ctx context.Context, name string) error {
	if p.shown[name] {
		return nil
	}
	p.shown[name] = true
	return p.shot(ctx, name)
}

// shot takes a picture; one that cannot be taken is a problem, not the end.
func (p *packer) shot(ctx context.Context, name string) error {
	file, err := p.screen.shot(ctx, name)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		p.say.problem("screenshot %s: %v", name, err)
		return nil
	}
	p.say.step("picture", "%s", filepath.Base(file))
	return nil
}
