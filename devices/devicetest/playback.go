package devicetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"packbench/devices"
	"packbench/devices/usb"
)

// Player is a device that says again what a real one said, and wants to be told again what that was told: what stands behind a
// question comes only after it, and no sooner than it did. All methods may be called concurrently.
type Player struct {
	mu      sync.Mutex
	rest    []Piece
	at      time.Duration // of the piece before
	moved   time.Time     // when that was played
	wrong   []string
	changed chan struct{} // closed and replaced with every piece
}

// NewPlayer returns a device at the beginning of the recording.
func NewPlayer(t Tape) *Player {
	return &Player{rest: slices.Clone(t.Pieces), moved: time.Now(), changed: make(chan struct{})}
}

// next ends the piece in hand; mu is held.
func (p *Player) next() {
	p.at, p.moved = p.rest[0].At, time.Now()
	p.rest = p.rest[1:]
	close(p.changed)
	p.changed = make(chan struct{})
}

// say waits for the next piece of the device and gives it to send, which is called once at a time and may refuse it.
func (p *Player) say(ctx context.Context, send func([]byte) error) error {
	for {
		p.mu.Lock()
		changed, wait := p.changed, time.Duration(-1)
		if len(p.rest) > 0 && !p.rest[0].Host {
			if wait = time.Until(p.moved.Add(p.rest[0].At - p.at)); wait <= 0 {
				defer p.mu.Unlock()
				defer p.next()
				return send(p.rest[0].Bytes)
			}
		}
		p.mu.Unlock()
		due := (<-chan time.Time)(nil)
		if wait > 0 {
			due = time.After(wait)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		case <-due:
		}
	}
}

// hear takes what the host sends; with the recording at its end it says nothing any more.
func (p *Player) hear(b []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(b) > 0 && len(p.rest) > 0 {
		want := p.rest[0]
		n := min(len(b), len(want.Bytes))
		if !want.Host || !bytes.Equal(b[:n], want.Bytes[:n]) {
			text := fmt.Sprintf("at %v the host sent %.60q, want %.60q", want.At, b, want.Bytes)
			if !want.Host {
				text = fmt.Sprintf("the host sent %.60q before the device said %.60q", b, want.Bytes)
			}
			p.wrong = append(p.wrong, text)
			return errors.New(text)
		}
		b = b[n:]
		if p.rest[0].Bytes = want.Bytes[n:]; len(p.rest[0].Bytes) == 0 {
			p.next()
		}
	}
	return nil
}

// Left is how many pieces have not been played, and Complaints what the host sent and should not have.
func (p *Player) Left() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.rest)
}

func (p *Player) Complaints() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.wrong)
}

// Bus is a USB socket with the device in it, which refuses control requests.
func (p *Player) Bus(info usb.Info) usb.Bus {
	s := &usbSocket{info: info}
	s.read = func(ctx context.Context, b []byte) (n int, err error) {
		err = p.say(ctx, func(said []byte) error {
			if len(said) > len(b) {
				return fmt.Errorf("a transfer of %d bytes into a buffer of %d: overflow", len(said), len(b))
			}
			n = copy(b, said)
			return nil
		})
		return n, err
	}
	s.write = func(_ context.Context, b []byte) (int, error) {
		if err := p.hear(b); err != nil {
			return 0, fmt.Errorf("%w: %w", usb.ErrStall, err)
		}
		return len(b), nil
	}
	s.plug()
	return s
}

// Line is a serial line with the device at its end, until the test ends; the path is the port to set in the program.
func (p *Player) Line(t testing.TB) (path string) {
	t.Helper()
	l, err := newLine("", "playback")
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	Start(t, "the device's ears", func(ctx context.Context) error {
		for ctx.Err() == nil {
			if b, err := l.Receive(10 * time.Millisecond); err == nil {
				_ = p.hear(b) // it is kept
			}
		}
		return nil
	})
	Start(t, "the device's mouth", func(ctx context.Context) error {
		for p.say(ctx, l.Send) == nil {
		}
		return nil
	})
	return l.Path()
}

// RunTapes plays every recording of a folder to a driver and compares what the driver gives out with the lines of the file beside
// it, NAME.want for NAME.tape. drive starts the driver, until the test ends; the name says which. Everything must be played, and
// nothing else sent.
func RunTapes(t *testing.T, dir string, drive func(t *testing.T, name string, p *Player, say func(line string))) {
	files, err := filepath.Glob(filepath.Join(dir, "*.tape"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings in %s: %v", dir, err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".tape")
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			tape, err := ParseTape(text)
			if err != nil {
				t.Fatal(err)
			}
			want, err := os.ReadFile(strings.TrimSuffix(file, ".tape") + ".want")
			if err != nil {
				t.Fatal(err)
			}
			said := NewInbox[string]()
			lines := func() string { return strings.Join(append(said.All(), ""), "\n") }
			p := NewPlayer(tape)
			drive(t, name, p, said.Put)
			for end := time.Now().Add(Patience); (p.Left() > 0 || lines() != string(want)) && len(p.Complaints()) == 0 && time.Now().Before(end); {
				time.Sleep(2 * time.Millisecond)
			}
			time.Sleep(50 * time.Millisecond) // more than was wanted
			if got := lines(); got != string(want) {
				t.Errorf("the driver gave\n%swant\n%s", got, want)
			}
			if n := p.Left(); n > 0 {
				t.Errorf("%d pieces were not played", n)
			}
			for _, c := range p.Complaints() {
				t.Error(c)
			}
		})
	}
}

// Recorded is a bus whose transfers are written down; tape is what has been said so far. Control requests are left out.
func Recorded(bus usb.Bus) (recorded usb.Bus, tape func() Tape) {
	r := &recording{Bus: bus, began: time.Now()}
	return r, func() Tape {
		r.mu.Lock()
		defer r.mu.Unlock()
		return Tape{Pieces: slices.Clone(r.tape.Pieces)}
	}
}

type recording struct {
	usb.Bus
	began time.Time
	mu    sync.Mutex
	tape  Tape
}

func (r *recording) Open(ctx context.Context, want usb.Want) (usb.Device, error) {
	d, err := r.Bus.Open(ctx, want)
	if err != nil {
		return nil, err
	}
	return &recordedDevice{d, r}, nil
}

func (r *recording) add(host bool, b []byte) {
	if len(b) > 0 {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.tape.Add(time.Since(r.began), host, b)
	}
}

type recordedDevice struct {
	usb.Device
	r *recording
}

func (d *recordedDevice) Read(ctx context.Context, p []byte) (int, error) {
	n, err := d.Device.Read(ctx, p)
	d.r.add(false, p[:n])
	return n, err
}

func (d *recordedDevice) Write(ctx context.Context, p []byte) (int, error) {
	n, err := d.Device.Write(ctx, p)
	d.r.add(true, p[:n])
	return n, err
}

// Line tells a health in a line.
func Line(h devices.Health) string { return string(h.State) + " " + h.Text }
