package handoff

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
)

// shelf is a Manifests that counts.
type shelf struct {
	list []fulfillment.ManifestSummary
	seal Seal
	err  error
	did  []string
}

func (s *shelf) Sealed(context.Context) ([]fulfillment.ManifestSummary, error) { return s.list, s.err }

func (s *shelf) Look(context.Context, fulfillment.ManifestID) (Seal, error) { return s.seal, s.err }

func (s *shelf) Print(_ context.Context, id fulfillment.ManifestID) error {
	s.did = append(s.did, "print "+string(id))
	return s.err
}

func (s *shelf) Export(_ context.Context, id fulfillment.ManifestID) (string, error) {
	s.did = append(s.did, "save "+string(id))
	return "/x/" + string(id) + ".pdf", s.err
}

func TestSealedManifestsAreListedAndPrintedAgain(t *testing.T) {
	test.NewTempApp(t)
	m := &shelf{seal: Seal{Digest: "abc123", Seq: 42, Queue: "office"}}
	for i := range 20 {
		m.list = append(m.list, fulfillment.ManifestSummary{ID: fulfillment.ManifestID(fmt.Sprint("M", i)), Carrier: "UPS", Parcels: i + 1, SealedAt: now.Add(-time.Duration(i) * 5 * time.Hour),
			SealedBy: "Pat", Station: "PACK-01", LeftOff: i % 2})
	}
	s := New(Options{Command: func(string) {}, Background: inline, Manifests: m, Now: func() time.Time { return now }})
	test.NewTempWindow(t, s.Object).Resize(fyne.NewSize(1140, 444))
	p := s.sealed
	if p.object.Visible() || !s.dock.Visible() {
		t.Fatal("the dock is not in front")
	}
	test.Tap(s.look)
	if !p.object.Visible() || s.dock.Visible() || p.title.Words() != "Sealed today: 3  ·  older: 17" || !strings.HasSuffix(p.page.Words(), "of 20") {
		t.Fatalf("%q, %q", p.title.Words(), p.page.Words())
	}
	facts := p.card.facts.Words()
	if p.card.carrier.Words() != "UPS  ·  1 parcel" || !strings.Contains(facts, "M0") || !strings.Contains(facts, "PACK-01 by Pat") || p.card.digest.Words() != "Event 42 of the station’s record, digest abc123" {
		t.Errorf("%q %q %q", p.card.carrier.Words(), facts, p.card.digest.Words())
	}
	for p.down.Enabled() {
		test.Tap(p.down)
	}
	last := slices.IndexFunc(p.rows, func(r *sealedRow) bool { return r.of.ID == "M19" })
	if last < 0 {
		t.Fatal("the last manifest is not reached")
	}
	test.Tap(p.rows[last].touch)
	test.Tap(p.card.print)
	test.Tap(p.card.save)
	if !slices.Equal(m.did, []string{"print M19", "save M19"}) || p.card.said.Words() != "Written: /x/M19.pdf" || !strings.Contains(p.card.facts.Words(), "1 left off.") {
		t.Errorf("%q, %q, %q", m.did, p.card.said.Words(), p.card.facts.Words())
	}
	m.err = errors.New("the disk is full")
	test.Tap(p.card.save)
	if got := p.card.said.Words(); got != "The disk is full." {
		t.Errorf("it says %q", got)
	}
	s.Show(view())
	test.Tap(s.seal.ask)
	if p.object.Visible() || !s.dock.Visible() || !s.seal.question.Container.Visible() {
		t.Error("the seal asks, and what it would seal is not in front")
	}
	test.Tap(s.look)
	if s.seal.question.Container.Visible() || !p.object.Visible() {
		t.Error("the question stands, and what it is about is not in sight")
	}
	s.Show(station.View{VerdictSeq: 7})
	if p.object.Visible() || !s.dock.Visible() || s.look.Word() != "Sealed …" {
		t.Error("a scan was made, and the dock is not in front")
	}
}

func TestAManifestThatCannotBePrintedSaysWhy(t *testing.T) {
	test.NewTempApp(t)
	m := &shelf{seal: Seal{PrintWhy: "no document printer is set up", Unchecked: now.Add(-time.Hour)}, list: []fulfillment.ManifestSummary{{ID: "M", Carrier: "UPS", SealedAt: now}}}
	s := New(Options{Command: func(string) {}, Background: inline, Manifests: m, Now: func() time.Time { return now }})
	test.NewTempWindow(t, s.Object).Resize(fyne.NewSize(1140, 444))
	test.Tap(s.look)
	c := s.sealed.card
	if c.print.Enabled() || !c.save.Enabled() || c.said.Words() != "No document printer is set up." || !strings.Contains(c.facts.Words(), "Unchecked since") || !strings.Contains(c.digest.Words(), "does not name this seal") {
		t.Errorf("print %v, save %v, %q, %q, %q", c.print.Enabled(), c.save.Enabled(), c.said.Words(), c.facts.Words(), c.digest.Words())
	}
	none := New(Options{Command: func(string) {}, Background: inline, Manifests: &shelf{}, Now: func() time.Time { return now }})
	none.turn(true)
	if got := none.sealed.title.Words(); got != "Nothing was sealed here yet" || none.sealed.card.save.Enabled() {
		t.Errorf("it says %q", got)
	}
	if without := New(Options{Command: func(string) {}, Background: inline, Now: func() time.Time { return now }}); without.look.Enabled() {
		t.Error("there are no manifests to look at, and the button can be touched")
	}
}
