package equipment

import (
	"testing"
	"time"

	"fyne.io/fyne/v2/test"
)

// What waits is counted, has an age, and an honest time to go – also while the line is down.
func TestTheOutboxSaysHowLongItWillTake(t *testing.T) {
	test.NewTempApp(t)
	now := time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)
	s := New(func() time.Time { return now }, nil)
	x := SyncStatus{Configured: true, Queued: 900, Oldest: now.Add(-26 * time.Hour), DrainIn: 15 * time.Minute}
	for online, want := range map[bool]string{
		false: "900 waiting, 0 uncertain, 0 for a person, oldest 1 day 2 h, about 15 min once the line is back",
		true:  "900 waiting, 0 uncertain, 0 for a person, oldest 1 day 2 h, about 15 min to go",
	} {
		x.Online = online
		s.ShowSync(x)
		if got := s.outbox.head.Words(); got != want {
			t.Errorf("online %v: %q", online, got)
		}
	}
}
