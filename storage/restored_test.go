package storage

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
)

// backupOf closes nothing: the bench may work on.
func backupOf(t *testing.T, s *Store) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "b")
	if err := s.Backup(t.Context(), file, ""); err != nil {
		t.Fatal(err)
	}
	return file
}

func restore(t *testing.T, file, dir string) Restored {
	t.Helper()
	done, err := Restore(t.Context(), file, dir)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// TestNothingOpenHappensAgainAfterARestore: what a backup still meant to print or to tell may have happened since. Into the
// same folder and into a new one.
func TestNothingOpenHappensAgainAfterARestore(t *testing.T) {
	for _, fresh := range []bool{false, true} {
		dir := t.TempDir()
		s := openTest(t, dir)
		ctx := t.Context()
		pull(t, s, testOrder("1", "MUG"), testOrder("2", "MUG"), testOrder("3", "MUG"), testOrder("4", "MUG"), testOrder("5", "MUG"))
		for i, state := range []fulfillment.JobState{fulfillment.JobQueued, fulfillment.JobSending, fulfillment.JobDone, fulfillment.JobDropped} {
			record(t, s, station.Commit{Jobs: []fulfillment.PrintJob{{ID: fulfillment.JobID(state), OrderID: "1", PackageID: "P1", Label: "l",
				State: state, CreatedAt: t0.Add(time.Duration(i))}}})
		}
		later := t0.Add(time.Hour)
		var rows []fulfillment.OutboxRow
		for i, state := range []fulfillment.OutboxState{fulfillment.OutboxQueued, fulfillment.OutboxInFlight, fulfillment.OutboxUncertain, fulfillment.OutboxParked, fulfillment.OutboxDone} {
			id := string(rune('1' + i))
			rows = append(rows, fulfillment.OutboxRow{ID: string(state), Kind: fulfillment.OutboxReportShipped, OrderID: fulfillment.OrderID(id),
				PackageID: fulfillment.PackageID("P" + id), State: state, NextAt: later, CreatedAt: t0.Add(-48 * time.Hour)})
		}
		if err := s.Add(ctx, rows); err != nil {
			t.Fatal(err)
		}
		file := backupOf(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if fresh {
			dir = filepath.Join(t.TempDir(), "new")
		}
		done := restore(t, file, dir)
		if done.Jobs != 2 || done.Rows != 3 || done.Lost != nil {
			t.Errorf("new folder %t: got %+v", fresh, done)
		}
		s = openTest(t, dir)
		if j, ok, err := s.NextJob(ctx); ok || err != nil {
			t.Errorf("new folder %t: %s would print by itself: %+v, %v", fresh, j.ID, j, err)
		}
		for id, want := range map[fulfillment.JobID]fulfillment.JobState{"queued": fulfillment.JobAsk, "sending": fulfillment.JobAsk, "done": fulfillment.JobDone, "dropped": fulfillment.JobDropped} {
			j, err := s.Job(ctx, id)
			if err != nil || j.State != want || want == fulfillment.JobAsk && !strings.Contains(j.Reason, "a backup was put back") {
				t.Errorf("job %s: got %+v, %v", id, j, err)
			}
		}
		left, err := s.Outbox(ctx)
		if err != nil || len(left) != 4 {
			t.Fatalf("outbox: got %+v, %v", left, err)
		}
		for _, r := range left {
			want := fulfillment.OutboxUncertain
			if r.ID == string(fulfillment.OutboxParked) {
				want = fulfillment.OutboxParked
			}
			if r.State != want || !r.NextAt.Equal(later) || want == fulfillment.OutboxUncertain && (r.Reason == "" || time.Since(r.ChangedAt) > time.Minute) {
				t.Errorf("row %s: got %+v", r.ID, r)
			}
		}
		if note, ok, err := s.LastRestore(ctx); !ok || note.Jobs != 2 || note.Rows != 3 || err != nil {
			t.Errorf("note: got %+v, %t, %v", note, ok, err)
		}
	}
}

// TestARestoreSaysWhatItLoses: events, the manifests sealed and the parcels handled since the backup.
func TestARestoreSaysWhatItLoses(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir)
	a, b := testOrder("1", "MUG"), testOrder("2", "MUG")
	pull(t, s, a, b)
	record(t, s, station.Commit{Events: event(fulfillment.EventApplied, a)})
	file := backupOf(t, s)
	record(t, s, station.Commit{Events: event(fulfillment.EventItemScanned, a)})
	record(t, s, station.Commit{Events: event(fulfillment.EventLabelPrinted, b)})
	record(t, s, station.Commit{Events: event(fulfillment.EventApplied, b)})
	record(t, s, station.Commit{Events: []fulfillment.EventDraft{{Kind: fulfillment.EventSealed, Body: map[string]any{"manifest": "M-1"}}}})
	newer := backupOf(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	lost := restore(t, file, dir).Lost
	if lost == nil || lost.Events != 4 || !lost.After.Equal(t0) || !slices.Equal(lost.Manifests, []fulfillment.ManifestID{"M-1"}) ||
		!slices.Equal(lost.Parcels, []LostParcel{{"2", "P2"}}) {
		t.Fatalf("got %+v", lost)
	}
	s = openTest(t, dir)
	if note, ok, err := s.LastRestore(t.Context()); !ok || err != nil || note.Lost == nil || note.Lost.Events != 4 {
		t.Errorf("note: got %+v, %t, %v", note, ok, err)
	}
	// Another history on top of the same beginning: the numbers alone would say that little is lost.
	for range 4 {
		record(t, s, station.Commit{Events: event(fulfillment.EventStaged, a)})
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if lost := restore(t, newer, dir).Lost; lost == nil || lost.Events != 4 || !slices.Equal(lost.Parcels, []LostParcel{{"1", "P1"}}) {
		t.Errorf("a backup of another history: got %+v", lost)
	}
	if lost := restore(t, newer, dir).Lost; lost != nil {
		t.Errorf("the same backup again: got %+v", lost)
	}
	if err := os.WriteFile(filepath.Join(dir, dbName), []byte(strings.Repeat("broken ", 2000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if lost := restore(t, newer, dir).Lost; lost == nil || !lost.Unreadable {
		t.Errorf("over data that cannot be read: got %+v", lost)
	}
}
