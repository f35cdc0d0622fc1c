package sound

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/ebitengine/oto/v3"
)

// Voice plays PCM samples as PCM returns them.
type Voice interface {
	// Play starts the samples and returns at once.
	Play(pcm []byte) error
	// Err tells why the sound card is gone; nil while it works.
	Err() error
}

// Player plays tones one at a time; a newer tone replaces one that still waits.
type Player struct {
	log    *slog.Logger
	open   func(context.Context) (Voice, error)
	wish   chan Tone
	health atomic.Pointer[string]
}

// New returns a player for the system's own sound card. It starts nothing; Run does the work.
func New(log *slog.Logger) *Player { return NewWith(log, openCard) }

// NewWith returns a player whose voice comes from open, which may take its time and is called from Run.
func NewWith(log *slog.Logger, open func(context.Context) (Voice, error)) *Player {
	return &Player{log: log, open: open, wish: make(chan Tone, 1)}
}

// Play asks for a tone. It never blocks; any goroutine may call it, also before Run and without a sound card.
func (p *Player) Play(t Tone) {
	for range 2 {
		select {
		case p.wish <- t:
			return
		default:
		}
		select {
		case <-p.wish: // an older tone says less than this one
		default:
		}
	}
}

// Health is empty while sound works or has not been tried, else one sentence for the operator.
func (p *Player) Health() string {
	if s := p.health.Load(); s != nil {
		return *s
	}
	return ""
}

// Run plays what Play asks for until ctx ends; it returns nil then. Trouble with the card is logged once and makes the
// player silent, nothing else.
func (p *Player) Run(ctx context.Context) error {
	voice, err := p.open(ctx)
	if err != nil {
		p.silent(ctx, err)
		return nil
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case t := <-p.wish:
			if err := p.say(voice, t); err != nil {
				p.silent(ctx, err)
				return nil
			}
			// Two tones must not sound at once, and a player that never ends must not be waited for.
			if !pause(ctx, Length(t)+30*time.Millisecond) {
				return nil
			}
		}
	}
}

func (p *Player) say(v Voice, t Tone) error {
	if err := v.Err(); err != nil {
		return err
	}
	return v.Play(PCM(t))
}

// silent reports the trouble once and swallows all wishes until ctx ends.
func (p *Player) silent(ctx context.Context, err error) {
	text := fmt.Sprintf("No sound: %v. Watch the colours; connect a loudspeaker and start again.", err)
	p.health.Store(&text)
	p.log.LogAttrs(ctx, slog.LevelWarn, "Sound is off", slog.Any("error", err))
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.wish:
		}
	}
}

func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// cardPatience is how long the sound card may take to be ready.
const cardPatience = 5 * time.Second

type card struct {
	ctx  *oto.Context
	last *oto.Player // kept: a player that is collected falls silent
}

// openCard opens the system's sound card. oto reports a missing card late, by Context.Err, and its players then never
// end; so errors are asked for before every tone and no player is waited for.
func openCard(ctx context.Context) (Voice, error) {
	c, ready, err := oto.NewContext(&oto.NewContextOptions{SampleRate: Rate, ChannelCount: 1, Format: oto.FormatSignedInt16LE, BufferSize: 20 * time.Millisecond})
	if err != nil {
		return nil, fmt.Errorf("open the sound card: %w", err)
	}
	timer := time.NewTimer(cardPatience)
	defer timer.Stop()
	select {
	case <-ready:
	case <-timer.C:
		return nil, fmt.Errorf("the sound card was not ready within %v", cardPatience)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	// A missing card shows itself shortly after.
	if !pause(ctx, 300*time.Millisecond) {
		return nil, ctx.Err()
	}
	v := &card{ctx: c}
	return v, v.Err()
}

func (c *card) Err() error {
	if err := c.ctx.Err(); err != nil {
		return fmt.Errorf("the sound card does not work: %w", err)
	}
	return nil
}

func (c *card) Play(pcm []byte) error {
	c.last = c.ctx.NewPlayer(io.Reader(bytes.NewReader(pcm)))
	c.last.Play()
	return nil
}
