package equipment

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"

	"packbench/ui/setup"
	"packbench/ui/text"
)

func TestTestLabelsNeedNoSupervisor(t *testing.T) {
	test.NewTempApp(t)
	var sent []setup.Sheet
	var fail error
	s := New(time.Now, nil)
	s.SetTools(Tools{Background: func(_ string, work func(context.Context) func()) { work(t.Context())() },
		Print: func(_ context.Context, x setup.Sheet) error { sent = append(sent, x); return fail }})
	s.Equip(true, "Too coarse.")
	test.Tap(s.tools.test)
	if s.tools.warn.Words() != "Too coarse." || !s.tools.alert.Visible() {
		t.Errorf("the warning is not said, or a test label took its place: %q", s.tools.warn.Words())
	}
	if !strings.HasPrefix(s.tools.words.Words(), "The Test label went to the printer.") {
		t.Errorf("%q", s.tools.words.Words())
	}
	fail = errors.New("the head is open")
	test.Tap(s.tools.cal)
	if got := s.tools.words.Words(); got != "The Calibration label may not have come out. The head is open." {
		t.Errorf("%q", got)
	}
	if !slices.Equal(sent, []setup.Sheet{setup.SheetTest, setup.SheetCalibration}) {
		t.Errorf("%q", sent)
	}
	if s.tools.open.Enabled() {
		t.Error("there is no setup, and it can be opened")
	}
	s.Equip(false, "")
	if s.tools.test.Enabled() || s.tools.words.Words() != text.T("equipment.test.none") || s.tools.alert.Visible() {
		t.Errorf("the printer was taken out of use, and the screen says %q", s.tools.words.Words())
	}
	s.Equip(true, "")
	if !s.tools.test.Enabled() || s.tools.words.Words() != "" {
		t.Errorf("there is a printer again, and the screen says %q", s.tools.words.Words())
	}
}

func TestOnlyASupervisorSetsDevicesUp(t *testing.T) {
	test.NewTempApp(t)
	for _, c := range []struct{ free, supervisor, may bool }{{false, false, false}, {false, true, true}, {true, false, true}} {
		opened := 0
		r := newToolRow(func() { opened++ })
		r.tools, r.supervisor = Tools{Setup: &setup.Screen{}, Free: c.free}, c.supervisor
		r.rest()
		test.Tap(r.open)
		if r.open.Enabled() != c.may || (opened == 1) != c.may {
			t.Errorf("%+v: enabled %v, opened %d", c, r.open.Enabled(), opened)
		}
		if got := r.words.Words(); !c.may && got != text.T("setup.supervisor") {
			t.Errorf("%+v: %q", c, got)
		}
	}
}
