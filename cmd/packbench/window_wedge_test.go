package main

import (
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// wedge is a keyboard scanner: xdotool types into whatever has the keyboard.
type wedge struct {
	t    *testing.T
	w    *testWindow
	id   string // of the window
	want []string
	n    int
}

// newWedge opens the program's window on a desktop of its own, as large as the screen but for the edge.
func newWedge(t *testing.T) *wedge {
	t.Helper()
	s := newStation(t, newDesktop(t), "[policy]\nweigh = \"off\"\n")
	s.stock(t, "A-1,MUG,3", "A-2,MUG,1")
	w := s.start(t)
	g := &wedge{t: t, w: w, id: w.shown(t)}
	g.do("windowactivate", "--sync", g.id, "windowmove", g.id, "0", "0", "windowsize", "--sync", g.id, "1366", "728")
	g.scan("Return", "FIRST-SCAN") // the window works
	return g
}

// do runs xdotool, which must succeed in time.
func (g *wedge) do(args ...string) {
	g.t.Helper()
	cmd := exec.CommandContext(g.t.Context(), "timeout", append([]string{"30", "xdotool"}, args...)...)
	cmd.Env = g.w.s.command(g.t).Env
	if out, err := cmd.CombinedOutput(); err != nil {
		g.t.Fatalf("xdotool %v: %v: %s", args, err, out)
	}
}

// click presses at a place of the window and lets the click settle, as a person does who then takes the scanner.
func (g *wedge) click(x, y int) {
	g.t.Helper()
	g.do("mousemove", "--window", g.id, strconv.Itoa(x), strconv.Itoa(y), "sleep", "0.1", "click", "1", "sleep", "0.5")
}

// scan types codes in one go, as fast as the keyboard takes them, each followed by the key suffix if there is one, and waits
// until all are judged.
func (g *wedge) scan(suffix string, codes ...string) { g.typed("0", suffix, codes...) }

func (g *wedge) typed(delay, suffix string, codes ...string) {
	g.t.Helper()
	var args []string
	for _, code := range codes {
		args = append(args, "type", "--delay", delay, "--args", "1", code)
		if suffix != "" {
			args = append(args, "key", "--delay", "0", suffix)
		}
	}
	g.want = append(g.want, codes...)
	g.do(args...)
	g.judged()
}

// judged waits until as many scans are judged as were made, and compares them.
func (g *wedge) judged() {
	g.t.Helper()
	limit := time.Now().Add(patience)
	var got []string
	for len(got) < len(g.want) {
		got = got[:0]
		for _, l := range g.w.s.verdicts(g.t) {
			got = append(got, l.Scan)
		}
		if time.Now().After(limit) || g.w.ended() {
			break
		}
		time.Sleep(20 * time.Millisecond) // between two looks
	}
	for i, want := range g.want {
		if i >= len(got) || got[i] != want {
			g.t.Fatalf("scan %d of %d is wrong: got %q, want %q", i+1, len(g.want), got[min(i, len(got)):], g.want[i:])
		}
	}
	if len(got) > len(g.want) {
		g.t.Fatalf("judged without having been scanned: %q", got[len(g.want):])
	}
}

// code is a new one of 28 characters, as long as a tracking number gets, with what is dangerous in it: spaces press
// buttons, slashes and letters are keys of menus.
func (g *wedge) code() string {
	g.n++
	return fmt.Sprintf("LOT %03d B/%%+.-$ 1Z999AA10123 X", g.n)[:28]
}

func (g *wedge) codes(n int) []string {
	var out []string
	for range n {
		out = append(out, g.code())
	}
	return out
}

// place is somewhere in the window that has, or had, the mouse's or the keyboard's attention.
type place struct {
	name   string
	clicks [][2]int
	keys   []string
	adds   string // what the clicks do at the bench, as a scan
	field  bool   // a text field has the focus: a code without a suffix is a text that is being written
}

// Middles of the buttons on the rail.
var (
	railBench, railHandoff, railOrders = [2]int{57, 56}, [2]int{57, 156}, [2]int{57, 256}
	railEquipment, railManual          = [2]int{57, 356}, [2]int{57, 456}
)

// TestKeyboardScannerOnEveryScreen: whatever was clicked or tabbed to before, every code is judged once, in order, with all its
// characters, and no space or Enter in it presses anything. There is no dialog in this program.
func TestKeyboardScannerOnEveryScreen(t *testing.T) {
	g := newWedge(t)
	places := []place{
		{name: "bench", clicks: [][2]int{railBench}},
		{name: "bench, a button that is off", clicks: [][2]int{{226, 646}}},
		{name: "bench, a row", clicks: [][2]int{{480, 357}}},
		{name: "bench, tabbed", keys: []string{"Tab", "Tab", "shift+Tab"}},
		{name: "handoff", clicks: [][2]int{railHandoff}, adds: "PB:MODE:HANDOFF"},
		{name: "handoff, a button that is off", clicks: [][2]int{{920, 643}}},
		{name: "orders", clicks: [][2]int{railOrders}},
		{name: "orders, the search field", clicks: [][2]int{railOrders, {370, 208}}, field: true},
		{name: "orders, a row after the search field", clicks: [][2]int{{370, 208}, {500, 330}}},
		{name: "equipment", clicks: [][2]int{railEquipment}},
		{name: "equipment, a device", clicks: [][2]int{{350, 218}}},
		{name: "manual", clicks: [][2]int{railManual}},
		{name: "manual, a section", clicks: [][2]int{{190, 329}}},
		{name: "manual, Escape", keys: []string{"Escape", "Down", "Home"}},
		{name: "the strip", clicks: [][2]int{{900, 709}}},
		{name: "back at the bench", clicks: [][2]int{railBench}, adds: "PB:MODE:PACK"},
	}
	for _, p := range places {
		t.Log(p.name)
		for _, c := range p.clicks {
			g.click(c[0], c[1])
		}
		if p.adds != "" {
			g.want = append(g.want, p.adds)
			g.judged()
		}
		for _, k := range p.keys {
			g.do("key", k)
		}
		g.scan("Return", g.codes(3)...) // one burst
		g.typed("5", "Return", g.code())
		if !p.field {
			g.scan("", g.code())
			g.scan("Tab", g.code())
		}
	}
	scans := 0
	for _, l := range g.w.s.verdicts(t) {
		if strings.HasPrefix(l.Scan, "LOT") {
			if scans++; l.Accepted || l.Class != "unknown" {
				t.Errorf("an unknown code was taken: %+v", l)
			}
		}
	}
	if scans < 49 {
		t.Errorf("only %d scans", scans)
	}
	g.w.close(t)
}

// TestLookingUpOpensNothing: an order that is scanned while the list of orders is in front, into the search field or not, is
// searched for and shown. Every other code goes to the bench, and at the bench the same scan opens the order.
func TestLookingUpOpensNothing(t *testing.T) {
	g := newWedge(t)
	for _, place := range [][2]int{railOrders, {370, 208}} { // the page, then its field
		g.click(place[0], place[1])
		g.do("type", "--delay", "0", "A-2")
		g.do("key", "Return")
		g.do("sleep", "1")
		g.judged() // nothing more than before
		g.scan("Return", g.code(), "PB:USER:NOBODY")
	}
	g.click(railBench[0], railBench[1])
	g.scan("Return", "A-2")
	if got := g.w.s.verdicts(t); got[len(got)-1].Verdict != "order_opened" {
		t.Errorf("at the bench: %+v", got[len(got)-1])
	}
	g.w.close(t)
}
