package main

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"packbench/fulfillment"
)

// TestASupervisorConfirmsInTheWindow packs an order whose label no decoder reads, in the real window: it is not printed until a
// supervisor has seen it and said why it fits, and comes out once then.
func TestASupervisorConfirmsInTheWindow(t *testing.T) {
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
	s, err := newStage(opt, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	}()
	c := &unreadable{t: t, packer: newPacker(s)}
	s.ready = c.spoil
	if err := s.set(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.pack(t.Context())
	for _, p := range s.say.all() {
		t.Error(p)
	}
}

// unreadable is a packer with an order whose label has a barcode that cannot be read.
type unreadable struct {
	t *testing.T
	*packer
	order orderState
}

// spoil makes the label unreadable before it is fetched.
func (u *unreadable) spoil(ctx context.Context) error {
	st, err := u.shop.state(ctx)
	if err != nil {
		return err
	}
	for _, o := range st.Orders {
		if o.goes() && o.ShippingType == string(fulfillment.ShippingPlatform) && o.Trap == "" {
			u.order = o
		}
	}
	return u.shop.call(ctx, http.MethodPost, "/orders/"+u.order.ID+"/label", map[string]string{"barcode": "unreadable"}, nil)
}

func (u *unreadable) pack(ctx context.Context) {
	u.says(ctx, u.order.ID, fulfillment.OrderOpened, "")
	mark, sh := u.trace.mark(), u.sheetOf(u.order)
	for i, unit := range sh.units {
		want := fulfillment.ItemOK
		if i == len(sh.units)-1 {
			want = fulfillment.ItemComplete
		}
		u.says(ctx, unit.code, want, "")
	}
	u.kit.put(ctx, sh.grams)
	defer u.kit.lift()
	u.hears(ctx, mark, fulfillment.CannotVerify)
	u.picture(ctx, "not-proved")
	u.says(ctx, "PB:CONFIRM:NUMBER", fulfillment.NeedsSupervisor, "")
	u.says(ctx, "PB:USER:900900", fulfillment.CommandDone, "")
	u.picture(ctx, "supervisor-compares")
	u.says(ctx, "PB:CONFIRM", fulfillment.Refused, "Touch the reason")
	mark = u.trace.mark()
	u.says(ctx, "PB:CONFIRM:NUMBER", fulfillment.CommandDone, "Demo Supervisor")
	u.hears(ctx, mark, fulfillment.LabelPrinted)
	if _, n, err := u.kit.takeLabel(ctx, patience); err != nil || n != 1 {
		u.t.Fatalf("label %d, %v", n, err)
	}
	u.picture(ctx, "confirmed-and-printed")
	u.says(ctx, "PB:FINISH", fulfillment.Applied, "") // no scanner reads it
	text, err := u.program.run(ctx, "order", u.order.ID)
	if err != nil || !strings.Contains(string(text), `"label_confirmed"`) {
		u.t.Errorf("the order's record: %v, %s", err, text)
	}
}

func (u *unreadable) says(ctx context.Context, code string, want fulfillment.VerdictCode, words string) {
	u.t.Helper()
	says(ctx, u.t, u.packer, code, want, words)
}

func (u *unreadable) picture(ctx context.Context, name string) {
	if err := u.shot(ctx, name); err != nil {
		u.t.Error(err)
	}
}

// hears waits for what the bench says without a scan.
func (u *unreadable) hears(ctx context.Context, mark int, want fulfillment.VerdictCode) {
	u.t.Helper()
	j, err := u.trace.await(ctx, mark, labelPatience, "what becomes of the label", func(j judged) bool {
		return j.Scan == "" && slices.Contains([]fulfillment.VerdictCode{fulfillment.LabelPrinted, fulfillment.Refused, fulfillment.CannotVerify, fulfillment.PrinterTrouble}, j.Verdict)
	})
	if err != nil || j.Verdict != want {
		u.t.Fatalf("the bench says %s (%s), %v; want %s", j.Verdict, j.Text, err, want)
	}
}
