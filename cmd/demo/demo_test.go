package main

import (
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestOptions(t *testing.T) {
	o, err := parseOptions([]string{"--autopilot", "--market", "us", "--bin", "/b"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if !o.autopilot || o.market != "US" || !strings.HasPrefix(o.out, "/b/demo-") || !filepath.IsAbs(o.out) {
		t.Errorf("got %+v", o)
	}
	for _, args := range []string{"--orders 1", "--pace 10ms", "extra", "--speed fast"} {
		if _, err := parseOptions(strings.Fields(args), io.Discard); !errors.Is(err, errUsage) {
			t.Errorf("%s: got %v, want wrong usage", args, err)
		}
	}
}

func TestResultsNeedAnEmptyFolder(t *testing.T) {
	dir := t.TempDir()
	if _, err := newStage(options{out: dir}, io.Discard); err != nil {
		t.Errorf("an empty folder: got %v", err)
	}
	if _, err := newStage(options{out: dir}, io.Discard); !errors.Is(err, errUsage) {
		t.Errorf("a folder with another run in it: got %v, want wrong usage", err)
	}
}

func TestSayKeepsProblems(t *testing.T) {
	var out strings.Builder
	s := newSay(&out)
	s.start = time.Now().Add(-61 * time.Second)
	s.step("order", "%d pieces", 3)
	s.problem("the label says %q", "X")
	if !strings.Contains(out.String(), "  1:01.") || !strings.Contains(out.String(), "order     3 pieces\n") {
		t.Errorf("got %q", out.String())
	}
	if got := s.all(); len(got) != 1 || got[0] != `the label says "X"` {
		t.Errorf("got %q", got)
	}
}

// TestJudge: the demo must fail for everything that a bench must never do.
func TestJudge(t *testing.T) {
	good := orderState{Status: "AWAITING_COLLECTION", Shipped: true, ShippedCalls: 1, Tracking: "T1", LabelBarcode: "T1"}
	with := func(change func(*orderState)) orderState { o := good; change(&o); return o }
	tests := []struct {
		name        string
		o           orderState
		handed, off bool
		want        string // part of a fault; empty: none
	}{
		{"shipped once and handed over", good, true, false, ""},
		{"handed over and not shipped", with(func(o *orderState) { o.Shipped, o.Status, o.MayShip = false, "AWAITING_SHIPMENT", true }), true, false, "not shipped"},
		{"shipped by two calls", with(func(o *orderState) { o.ShippedCalls = 2 }), true, false, "2 calls"},
		{"handed over although cancelled", with(func(o *orderState) { o.Status = "CANCELLED" }), true, false, "cancelled, and handed over"},
		{"handed over with a wrong label", with(func(o *orderState) { o.LabelBarcode = "T2" }), true, false, "with a label"},
		{"may be shipped and stayed", with(func(o *orderState) { o.Shipped, o.MayShip, o.Status = false, true, "AWAITING_SHIPMENT" }), false, false, "stayed behind"},
		{"arranged ahead and stayed", good, false, false, "stayed behind"},
		{"wrong label stayed", with(func(o *orderState) { o.LabelBarcode = "T2" }), false, false, ""},
		{"unreadable label stayed", with(func(o *orderState) { o.LabelBarcode = "" }), false, false, ""},
		{"cancel asked and stayed", with(func(o *orderState) { o.CancelRequested = true }), false, false, ""},
		{"on hold and stayed", orderState{Status: "ON_HOLD"}, false, false, ""},
		{"taken off, cancelled", with(func(o *orderState) { o.Status = "CANCELLED" }), false, true, ""},
		{"taken off, not cancelled", with(func(o *orderState) { o.Status = "IN_TRANSIT" }), false, true, "IN_TRANSIT"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := judge(tt.o, tt.handed, tt.off)
			if tt.want == "" && len(got) > 0 || tt.want != "" && !strings.Contains(strings.Join(got, "\n"), tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestScansMustBeJudgedOnceAndInOrder(t *testing.T) {
	long := strings.Repeat("0123456789ABCDEF", 256)
	tests := []struct {
		name      string
		sent, got []string
		same      int
		problems  int
	}{
		{"all", []string{"A", long, "A"}, []string{"A", "", long[:513], "A"}, 3, 0},
		{"one lost", []string{"A", "B", "C"}, []string{"A", "C"}, 1, 1},
		{"swapped", []string{"A", "B"}, []string{"B", "A"}, 0, 1},
		{"twice", []string{"A"}, []string{"A", "A"}, 1, 1},
		{"cut too early", []string{long}, []string{long[:100]}, 0, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			st := &stage{say: newSay(io.Discard), trace: newTrace("")}
			for _, g := range tt.got {
				st.trace.lines = append(st.trace.lines, judged{Scan: g})
			}
			p := &packer{stage: st, sent: tt.sent}
			if got := p.scans(0); got != tt.same || len(st.say.all()) != tt.problems {
				t.Errorf("got %d and %q, want %d and %d problems", got, st.say.all(), tt.same, tt.problems)
			}
		})
	}
}

// TestSlipsFitTheOrder: a mistake that the bench would rightly accept is none.
func TestSlipsFitTheOrder(t *testing.T) {
	st := &stage{say: newSay(io.Discard), grams: map[string]int{"MUG": 380, "PEN": 45}}
	p := newPacker(st)
	two := st.sheetOf(orderState{ID: "1", Lines: []lineState{{SKU: "MUG", Barcodes: []string{"M1", "M2"}, Qty: 2}, {SKU: "PEN", Barcodes: []string{"P"}, Qty: 1}}})
	one := st.sheetOf(orderState{ID: "2", MayShip: true, Lines: []lineState{{SKU: "PEN", Barcodes: []string{"P"}, Qty: 1}}})
	p.sheets = []sheet{two, one}
	if two.grams != cartonG+2*380+45 {
		t.Errorf("got %d g", two.grams)
	}
	var codes []string
	for _, u := range two.units {
		codes = append(codes, u.code)
	}
	if !slices.Equal(codes, []string{"M1", "M2", "P"}) {
		t.Errorf("got %v, want both barcodes of the mug", codes)
	}
	for _, tt := range []struct{ name, got, want string }{
		{"nothing is wrong for an order with everything", wrongItem(p, two, 0), ""},
		{"a mug is wrong in an order of pens", wrongItem(p, one, 0), "M1"},
		{"the first of two mugs is not too many", oneTooMany(p, two, 0), ""},
		{"a third mug is", oneTooMany(p, two, 1), "M2"},
		{"the last piece ends the order", oneTooMany(p, one, 0), ""},
		{"another order", anotherOrder(p, two, 0), "2"},
		{"no other order is free", anotherOrder(p, one, 0), ""},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, tt.got, tt.want)
		}
	}
}

func TestTheWindowFitsTheScreenWithItsFrame(t *testing.T) {
	for _, c := range []struct {
		f            frame
		w, h, ww, hh int
	}{
		{frame{}, 1366, 768, 1366, 768}, // no window manager
		{frame{left: 1, top: 22}, 1366, 768, 1364, 738},
		{frame{left: 12, top: 40}, 1280, 720, 1256, 668},
	} {
		w, h := c.f.room(c.w, c.h)
		if w != c.ww || h != c.hh || w+2*c.f.left > c.w || h+c.f.top+c.f.left > c.h {
			t.Errorf("%+v: %d×%d", c.f, w, h)
		}
	}
}
