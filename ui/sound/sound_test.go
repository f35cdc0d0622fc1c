package sound

import (
	"context"
	"encoding/binary"
	"errors"
	"log/slog"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// height is the tone's strongest frequency in its first 80 ms, by counting sign changes of a low-passed signal.
func height(pcm []byte) float64 {
	n := min(len(pcm)/2, Rate*80/1000)
	changes, last := 0, 0.0
	for i := range n {
		y := float64(int16(binary.LittleEndian.Uint16(pcm[2*i:])))
		if last < 0 && y >= 0 {
			changes++
		}
		if y != 0 {
			last = y
		}
	}
	return float64(changes) * Rate / float64(n)
}

func TestTonesDiffer(t *testing.T) {
	good, complete, bad := PCM(Accepted), PCM(Complete), PCM(Refused)
	if a, b := Length(Accepted), Length(Complete); b < 3*a {
		t.Errorf("complete (%v) is too like accepted (%v)", b, a)
	}
	if a, b := Length(Complete), Length(Refused); b < a+a/2 {
		t.Errorf("refused (%v) is too like complete (%v)", b, a)
	}
	if g, c, b := height(good), height(complete), height(bad); g < 1.5*c || c < 2*b {
		t.Errorf("heights are too near: accepted %.0f Hz, complete %.0f Hz, refused %.0f Hz", g, c, b)
	}
	for _, pcm := range [][]byte{good, complete, bad} {
		loud := 0.0
		for i := 0; i < len(pcm); i += 2 {
			loud = max(loud, math.Abs(float64(int16(binary.LittleEndian.Uint16(pcm[i:])))))
		}
		if loud < 0.3*math.MaxInt16 || loud > 0.95*math.MaxInt16 {
			t.Errorf("loudness %.0f", loud)
		}
	}
	if PCM(None) != nil || PCM(99) != nil {
		t.Error("no tone makes a sound")
	}
}

type fakeVoice struct {
	played [][]byte
	err    error
}

func (f *fakeVoice) Play(pcm []byte) error { f.played = append(f.played, pcm); return nil }
func (f *fakeVoice) Err() error            { return f.err }

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func TestPlayerPlaysAndStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &fakeVoice{}
		p := NewWith(quiet(), func(context.Context) (Voice, error) { return v, nil })
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- p.Run(ctx) }()
		p.Play(Accepted)
		synctest.Wait()
		p.Play(Accepted) // both wait for the first to end; the newer one wins
		p.Play(Refused)
		time.Sleep(5 * time.Second)
		cancel()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		if len(v.played) != 2 || len(v.played[1]) != len(PCM(Refused)) {
			t.Errorf("%d tones were played", len(v.played))
		}
		if p.Health() != "" {
			t.Errorf("health: %q", p.Health())
		}
	})
}

func TestNoCardIsOneSentenceAndNeverBlocks(t *testing.T) {
	for name, open := range map[string]func(context.Context) (Voice, error){
		"not there":  func(context.Context) (Voice, error) { return nil, errors.New("no card") },
		"dies later": func(context.Context) (Voice, error) { return &fakeVoice{err: errors.New("no card")}, nil },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log strings.Builder
				p := NewWith(slog.New(slog.NewTextHandler(&log, nil)), open)
				ctx, cancel := context.WithCancel(t.Context())
				ended := make(chan error, 1)
				go func() { ended <- p.Run(ctx) }()
				for range 50 {
					p.Play(Refused)
					synctest.Wait()
				}
				if !strings.Contains(p.Health(), "no card") {
					t.Errorf("health: %q", p.Health())
				}
				cancel()
				if err := <-ended; err != nil {
					t.Fatal(err)
				}
				if n := strings.Count(log.String(), "Sound is off"); n != 1 {
					t.Errorf("%d warnings", n)
				}
			})
		})
	}
}

// The real card of this machine, or none: either way the player must start, answer and stop.
func TestRealCardNeverHangs(t *testing.T) {
	p := New(quiet())
	ctx, cancel := context.WithTimeout(t.Context(), 900*time.Millisecond)
	defer cancel()
	p.Play(Accepted)
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	select {
	case err := <-ended:
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("health: %q", p.Health())
	case <-time.After(10 * time.Second):
		t.Fatal("the player did not stop")
	}
}
