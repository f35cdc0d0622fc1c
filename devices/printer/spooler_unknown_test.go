package printer

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"packbench/devices"
	"packbench/fulfillment"
)

// mute is a queue that takes jobs and does not tell what became of them.
type mute struct{ known bool }

func (mute) look(context.Context) error { return nil }

func (mute) submit(context.Context, []byte) (string, bool, error) { return "job 7", true, nil }

func (m mute) job(context.Context, string) (spoolJob, bool, bool) { return spoolJob{}, m.known, false }

func (mute) cancel(context.Context, string) error { return errors.New("access is denied") }

// Of a job that was never seen in the queue nothing is claimed: not that it is kept there, and not that it did not print.
func TestJobThatIsNeverSeen(t *testing.T) {
	media := fulfillment.Media{WidthMM: 20, HeightMM: 20, DPI: 203}
	w, h := media.Dots()
	for _, tt := range []struct {
		known bool
		want  string
	}{{false, "It is not known whether"}, {true, "keeps a label"}} {
		s := NewSpooler(SpoolerConfig{Queue: "q", Media: media, Done: 20 * time.Millisecond, Poll: 50 * time.Millisecond},
			func(devices.Health) {}, slog.New(slog.DiscardHandler))
		s.service = mute{tt.known}
		res, err := s.Print(t.Context(), fulfillment.NewBitmap(w, h, media.DPI))
		if !res.Complete || !errors.Is(err, devices.ErrTimeout) || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "job 7") {
			t.Errorf("seen %v: Print = %+v, %v", tt.known, res, err)
		}
	}
}
