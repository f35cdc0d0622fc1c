package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"packbench/fulfillment"
)

// TestTwoBoxesInTheWindow packs an order that the platform divided into two packages, in the real window: each box has its own
// items and its own label, and the other box's label is refused on it.
func TestTwoBoxesInTheWindow(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the virtual devices need Linux")
	}
	if os.Getenv("DISPLAY") == "" {
		t.Skip("no display (DISPLAY is not set); `go run ./cmd/dev test` brings one")
	}
	if testing.Short() {
		t.Skip("-short: takes minutes")
	}
	bin := t.TempDir()
	buildPrograms(t, bin)
	opt, err := parseOptions([]string{"--autopilot", "--orders", "12", "--bin", bin, "--out", filepath.Join(t.TempDir(), "out")}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	opt.boxes = 1
	s, err := newStage(opt, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	}()
	if err := s.set(t.Context()); err != nil {
		t.Fatal(err)
	}
	b := &boxes{t: t, packer: newPacker(s)}
	b.pack(t.Context())
	for _, p := range s.say.all() {
		t.Error(p)
	}
	for _, c := range s.kit.complaints() {
		t.Error("a device complains: ", c)
	}
}

// boxes is a packer with one order in two boxes.
type boxes struct {
	t *testing.T
	*packer
	order orderState
}

func (b *boxes) pack(ctx context.Context) {
	st, err := b.shop.state(ctx)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, o := range st.Orders {
		if len(o.Packages) == 2 {
			b.order = o
		}
	}
	if b.order.ID == "" || b.order.Packages[0].Tracking == "" || b.order.Packages[0].Tracking == b.order.Packages[1].Tracking {
		b.t.Fatalf("no order of two arranged packages: %+v", b.order)
	}
	b.says(ctx, b.order.ID, fulfillment.OrderOpened, "box 1 of 2")
	b.box(ctx, 0)
	b.says(ctx, b.order.Packages[0].Tracking, fulfillment.Applied, "Box 1 of 2 done")
	j := b.says(ctx, "PB:NEXTBOX", fulfillment.OrderOpened, "box 2 of 2")
	if j.PackageID != b.order.Packages[1].ID {
		b.t.Errorf("package %s is open, want %s", j.PackageID, b.order.Packages[1].ID)
	}
	b.box(ctx, 1)
	b.says(ctx, b.order.Packages[1].Tracking, fulfillment.Applied, "Parcel done")
	b.says(ctx, "PB:NEXTBOX", fulfillment.Refused, "every box is done")
}

// box packs one box up to its label, with the other box's item and label tried on it.
func (b *boxes) box(ctx context.Context, i int) {
	own, other := b.order.Packages[i], b.order.Packages[1-i]
	b.says(ctx, other.Lines[0].Barcodes[0], fulfillment.WrongItem, "")
	mark, grams := b.trace.mark(), cartonG
	for k, l := range own.Lines {
		for n := range l.Qty {
			want := fulfillment.ItemOK
			if k == len(own.Lines)-1 && n == l.Qty-1 {
				want = fulfillment.ItemComplete
			}
			b.says(ctx, l.Barcodes[0], want, "")
			grams += b.grams[l.SKU]
		}
	}
	b.kit.put(ctx, grams)
	defer b.kit.lift()
	if printed, err := b.awaitLabel(ctx, mark, sheet{orderState: b.order}); err != nil || !printed {
		b.t.Fatalf("box %d has no label: %v", i+1, err)
	}
	l, n, err := b.kit.takeLabel(ctx, patience)
	if err != nil {
		b.t.Fatal(err)
	}
	text, err := readLabel(ctx, l.Image(), filepath.Join(b.opt.out, "labels", fmt.Sprintf("box-%d.png", i+1)))
	if err != nil || differs(text, own.Tracking) != "" {
		b.t.Fatalf("label %d of box %d says %q (%v), want %s", n, i+1, text, err, own.Tracking)
	}
	b.says(ctx, other.Tracking, fulfillment.WrongLabel, "")
	if err := b.shot(ctx, fmt.Sprintf("box-%d-of-2", i+1)); err != nil {
		b.t.Error(err)
	}
}

func (b *boxes) says(ctx context.Context, code string, want fulfillment.VerdictCode, words string) judged {
	b.t.Helper()
	return says(ctx, b.t, b.packer, code, want, words)
}

// says scans and checks the verdict and its words.
func says(ctx context.Context, t *testing.T, p *packer, code string, want fulfillment.VerdictCode, words string) judged {
	t.Helper()
	j, err := p.scan(ctx, code)
	if err != nil || j.Verdict != want || !strings.Contains(j.Text, words) {
		t.Fatalf("scan %s: %s (%s), %v; want %s with %q", code, j.Verdict, j.Text, err, want, words)
	}
	return j
}
