package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
	"packbench/storage"
)

// pictured is a station where an order left long ago, with a label and a photo in its chain; then is when.
func pictured(t *testing.T) (s *testStation, then time.Time, label, photo fulfillment.Hash) {
	t.Helper()
	s, then = newStation(t, "", ""), time.Now().Add(-200*24*time.Hour)
	store, err := storage.Open(t.Context(), s.dir, storage.Options{Station: "PACK-01", Now: func() time.Time { return then }})
	if err != nil {
		t.Fatal(err)
	}
	o := fulfillment.Order{ID: "100", Status: fulfillment.StatusAwaitingShipment, UpdatedAt: then, Lines: []fulfillment.LineItem{{ID: "1", SKU: "MUG"}},
		Packages: []fulfillment.Package{{ID: "P100", OrderID: "100", Lines: []fulfillment.LineID{"1"}, Rung: fulfillment.RungToPack}}}
	_, err = store.ApplyPulled(t.Context(), "shop", []fulfillment.Order{o}, time.Time{})
	if err == nil {
		label, err = store.StoreLabel(t.Context(), "P100", []byte("%PDF label"), "")
	}
	if err == nil {
		photo, err = store.Put(t.Context(), []byte("\xff\xd8\xff photo"))
	}
	if err != nil {
		t.Fatal(err)
	}
	o.Packages[0].Rung, o.Packages[0].Label = fulfillment.RungHandedOver, label
	draft := func(kind fulfillment.EventKind, body map[string]any) fulfillment.EventDraft {
		return fulfillment.EventDraft{Kind: kind, OrderID: "100", PackageID: "P100", Body: body}
	}
	c := station.Commit{Station: "PACK-01", At: then, Packages: o.Packages,
		Photo: &station.Photo{Hash: photo, Manifest: "M", OrderID: "100", PackageID: "P100", TakenAt: then},
		Events: []fulfillment.EventDraft{draft(fulfillment.EventLabelPrinted, map[string]any{"label": label}), draft(fulfillment.EventPhoto, map[string]any{"photo": photo, "manifest": "M"}),
			draft(fulfillment.EventHandedOver, map[string]any{"manifest": ""})}}
	if err := errors.Join(store.Record(context.WithoutCancel(t.Context()), c), store.Close()); err != nil {
		t.Fatal(err)
	}
	return s, then, label, photo
}

func (s *testStation) lines(t *testing.T, what string) string {
	t.Helper()
	out, err := s.command(t, "doctor").Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	var found []string
	for line := range strings.Lines(string(out)) {
		if f := strings.Fields(line); len(f) > 1 && f[1] == what {
			found = append(found, line)
		}
	}
	return strings.Join(found, "")
}

// TestFilesThatAreGoneAreNoticed: a label or photo that somebody tidied away is a fault, and so is a folder replaced by a link.
func TestFilesThatAreGoneAreNoticed(t *testing.T) {
	s, _, label, photo := pictured(t)
	if out := s.run(t, "evidence", "verify", "--all"); !strings.Contains(out, `"photos":1,"labels":1`) {
		t.Fatalf("before: %s", out)
	}
	if line := s.lines(t, "files"); !strings.HasPrefix(line, "ok") {
		t.Fatalf("before: %s", line)
	}
	for _, h := range []fulfillment.Hash{label, photo} {
		file := filepath.Join(s.dir, "files", string(h[:2]), string(h))
		if err := os.Rename(file, file+".aside"); err != nil {
			t.Fatal(err)
		}
		s.fails(t, string(h[:12]), "evidence", "verify", "--all")
		if line := s.lines(t, "files"); !strings.HasPrefix(line, "fail") || !strings.Contains(line, "1 of 2") {
			t.Errorf("doctor: %s", line)
		}
		if err := os.Rename(file+".aside", file); err != nil {
			t.Fatal(err)
		}
	}
	aside := filepath.Join(s.files, "aside")
	if err := errors.Join(os.Rename(filepath.Join(s.dir, "files"), aside), os.Symlink(t.TempDir(), filepath.Join(s.dir, "files"))); err != nil {
		t.Fatal(err)
	}
	s.fails(t, "not in the folder files any more", "evidence", "verify", "--all")
	if line := s.lines(t, "files"); !strings.HasPrefix(line, "fail") || !strings.Contains(line, "2 of 2") || !strings.Contains(line, "only a link") {
		t.Errorf("doctor, another folder behind a link: %s", line)
	}
}

// TestWhatWasWipedOnItsClockIsNoFault: labels and photos alike.
func TestWhatWasWipedOnItsClockIsNoFault(t *testing.T) {
	s, then, label, photo := pictured(t)
	store, err := storage.Open(t.Context(), s.dir, storage.Options{Station: "PACK-01"})
	if err != nil {
		t.Fatal(err)
	}
	keep := time.Since(then) - 24*time.Hour
	done, err := store.Wipe(t.Context(), storage.Retention{BuyerData: keep, Evidence: keep})
	if err := errors.Join(err, store.Close()); err != nil || done.Labels != 1 || done.Photos != 1 {
		t.Fatalf("got %+v, %v", done, err)
	}
	for _, h := range []fulfillment.Hash{label, photo} {
		if _, err := os.Stat(filepath.Join(s.dir, "files", string(h[:2]), string(h))); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is still there: %v", h, err)
		}
	}
	if out := s.run(t, "evidence", "verify", "--all"); !strings.Contains(out, `"ok":true`) || !strings.Contains(out, `"photos":0,"labels":0`) {
		t.Errorf("got %s", out)
	}
	if line := s.lines(t, "files"); !strings.HasPrefix(line, "ok") {
		t.Errorf("doctor: %s", line)
	}
}

// TestARestoreThatLosesSomethingSaysSo: once in words and as JSON, and doctor remembers.
func TestARestoreThatLosesSomethingSaysSo(t *testing.T) {
	s := newStation(t, "", "")
	s.stock(t, "E-1,MUG,1")
	backup := filepath.Join(s.files, "backup")
	s.run(t, "backup", backup)
	store, err := storage.Open(t.Context(), s.dir, storage.Options{Station: "PACK-01"})
	if err != nil {
		t.Fatal(err)
	}
	events := []fulfillment.EventDraft{{Kind: fulfillment.EventStaged, OrderID: "E-1", PackageID: "E-1-1", Body: map[string]any{"manifest": "M-77"}},
		{Kind: fulfillment.EventSealed, Body: map[string]any{"manifest": "M-77"}}}
	if err := errors.Join(store.Record(t.Context(), station.Commit{Station: "PACK-01", At: time.Now(), Events: events}), store.Close()); err != nil {
		t.Fatal(err)
	}
	cmd := s.command(t, "restore", backup)
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil || !strings.Contains(string(out), `"lost":{"events":2,"after":"`) || !strings.Contains(string(out), `"manifests":["M-77"],"parcels":[{"order_id":"E-1","package_id":"E-1-1"}]`) {
		t.Errorf("got %v, %s", err, out)
	}
	line := s.lines(t, "restore")
	for _, words := range []string{"2 events after 20", "are not in this backup", "manifest M-77", "order E-1"} {
		if !strings.Contains(said.String(), words) || !strings.Contains(line, words) || !strings.HasPrefix(line, "warn") {
			t.Errorf("no %q in %q or in doctor's %q", words, said.String(), line)
		}
	}
	if out := s.run(t, "restore", backup); !strings.Contains(out, `"lost":null`) {
		t.Errorf("nothing lost: got %s", out)
	}
}

// TestARestoreThatCannotEndSaysWhatIsThere: the data is in place, and the chain's end could not be noted – in a folder where
// nothing was replaced, and in one where something was.
func TestARestoreThatCannotEndSaysWhatIsThere(t *testing.T) {
	s := newStation(t, "", "")
	s.stock(t, "E-1,MUG,1")
	backup := filepath.Join(s.files, "backup")
	s.run(t, "backup", backup)
	fresh := newStation(t, "", "")
	for _, st := range []*testStation{fresh, s} {
		head := filepath.Join(st.dir, headName)
		if err := errors.Join(os.RemoveAll(head), os.Mkdir(head, 0o700)); err != nil {
			t.Fatal(err)
		}
		_, err := st.command(t, "restore", backup).Output()
		said := stderrOf(err)
		if exitCode(t, err) != exitFailed || !strings.Contains(said, "was put in place") || !strings.Contains(said, "restore it once more") ||
			strings.Contains(said, " is in ;") || strings.Contains(said, "what it replaces is in "+st.dir) != (st == s) {
			t.Errorf("got %v, %s", err, said)
		}
	}
}
