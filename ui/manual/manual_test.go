package manual

import (
	"strings"
	"testing"

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
