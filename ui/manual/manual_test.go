package manual

import (
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"packbench/assets"
	"packbench/fulfillment"
)

func TestPages(t *testing.T) {
	got := Pages("before\n## One\ntext\n\n## Two\n- a\n- b\n")
	if len(got) != 2 || got[0] != (Page{"One", "text"}) || got[1] != (Page{"Two", "- a\n- b"}) {
		t.Errorf("got %+v", got)
	}
}

func TestTheManualNamesEveryCommandThatWorks(t *testing.T) {
	for _, c := range []fulfillment.Command{fulfillment.CmdUndo, fulfillment.CmdSkip, fulfillment.CmdHold, fulfillment.CmdShort, fulfillment.CmdReprint,
		fulfillment.CmdFinish, fulfillment.CmdSeal, "MODE:PACK", "MODE:HANDOFF", "USER:"} {
		if !strings.Contains(assets.Manual, string(c)) {
			t.Errorf("the manual does not explain %s", c)
		}
	}
}

func TestEveryPageIsShown(t *testing.T) {
	test.NewTempApp(t)
	s := New(assets.Manual)
	if len(s.pages) < 5 {
		t.Fatalf("only %d pages", len(s.pages))
	}
	for i, p := range s.pages {
		s.Show(i)
		if !strings.Contains(s.text.String(), p.Title) {
			t.Errorf("page %q is not in front", p.Title)
		}
	}
}

func TestTheButtonsTurnToTheEndAndBack(t *testing.T) {
	test.NewTempApp(t)
	s := New(assets.Manual)
	win := test.NewTempWindow(t, s.Object)
	win.Resize(fyne.NewSize(1140, 520))
	last := len(s.pages) - 1 // the supervisor's: the longest
	s.Show(last)
	if s.up.Enabled() || !s.down.Enabled() || !strings.HasPrefix(s.place.Words(), "1 of ") {
		t.Fatalf("at the top: up %t, down %t, %q", s.up.Enabled(), s.down.Enabled(), s.place.Words())
	}
	turns := 0
	for ; s.down.Enabled() && turns < 100; turns++ {
		before := s.scroll.Offset.Y
		test.Tap(s.down)
		if moved := s.scroll.Offset.Y - before; moved <= 0 || moved > s.scroll.Size().Height {
			t.Fatalf("turn %d moved %g of %g units: lines are passed over", turns, moved, s.scroll.Size().Height)
		}
	}
	end := s.scroll.Content.MinSize().Height - s.scroll.Size().Height
	if s.scroll.Offset.Y < end-1 || s.place.Words() != fmt.Sprintf("%d of %d", turns+1, turns+1) {
		t.Errorf("the end is at %g, and %d turns lead to %g, %q", end, turns, s.scroll.Offset.Y, s.place.Words())
	}
	for range turns {
		test.Tap(s.up)
	}
	if s.scroll.Offset.Y != 0 || s.up.Enabled() {
		t.Errorf("back at %g", s.scroll.Offset.Y)
	}
	if right := s.text.Position().X + s.text.Size().Width; right > s.scroll.Size().Width-20 {
		t.Errorf("the text ends at %g of %g: under the scroll bar", right, s.scroll.Size().Width)
	}
}

// In the lowest window that is sold the last chapter can be touched as well as the first.
func TestEveryChapterIsInSight(t *testing.T) {
	test.NewTempApp(t)
	for _, height := range []float32{372, 444, 492, 800} { // of the page in windows of 648, 720, 768 and 1080
		s := New(assets.Manual)
		test.NewTempWindow(t, s.Object).Resize(fyne.NewSize(1140, height))
		for i, b := range s.buttons {
			at, size := b.Position(), b.Size()
			if at.Y+size.Height > s.Object.Size().Height+0.5 || size.Height < 44 || size.Height > 60 {
				t.Errorf("page %g high: chapter %d is at %g, %g high", height, i+1, at.Y, size.Height)
			}
		}
	}
}

// No half of a line stands at the lower edge, wherever the reader is, and the next screenful begins with what was hidden.
func TestTheLowerEdgeCutsNoLine(t *testing.T) {
	test.NewTempApp(t)
	s := New(assets.Manual)
	test.NewTempWindow(t, s.Object).Resize(fyne.NewSize(1140, 444))
	covered := 0
	for i := range s.pages {
		s.Show(i)
		for more := true; more; more = s.down.Enabled() {
			edge := s.scroll.Offset.Y + s.scroll.Size().Height
			seen := edge
			if s.edge.Visible() {
				covered++
				seen -= s.edge.Size().Height
			}
			if cut := s.text.cut(seen, 1000); cut > 0 || edge-seen > overlap {
				t.Fatalf("page %d at %g: %g units of a line are cut, %g covered", i, s.scroll.Offset.Y, cut, edge-seen)
			}
			test.Tap(s.down)
		}
	}
	if covered == 0 {
		t.Error("no line was ever at the edge: nothing was tried")
	}
}
