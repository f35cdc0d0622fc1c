package camera

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"packbench/devices"
)

// MJPEGConfig describes a network camera that streams JPEG pictures over HTTP (multipart/x-mixed-replace).
type MJPEGConfig struct {
	Name string // the camera's name in the settings; on every photo
	URL  string // http or https; user and password in it are used and never shown
	// Silence is how long no whole picture may come before the connection is made anew; 0: 3 s.
	Silence time.Duration
}

// Frame is one picture as the camera sent it. JPEG is shared: it may be kept and must not be changed.
type Frame struct {
	JPEG []byte
	At   time.Time // when its first byte arrived, UTC
	Seq  uint64    // 1, 2, 3, … since the program started
}

// MJPEG reads one camera. All methods may be called concurrently; Run once at a time.
type MJPEG struct {
	cfg    MJPEGConfig
	id     string
	report devices.Report
	log    *slog.Logger

	mu    sync.Mutex
	last  Frame
	state devices.Health
	cause error
	subs  map[chan Frame]bool
	// changed is closed and replaced with every frame and every change of health.
	changed chan struct{}
}

// NewMJPEG returns a driver; nothing is dialled before Run.
func NewMJPEG(cfg MJPEGConfig, report devices.Report, log *slog.Logger) *MJPEG {
	if cfg.Silence <= 0 {
		cfg.Silence = 3 * time.Second
	}
	return &MJPEG{cfg: cfg, id: shown(cfg.URL), report: report, log: log, subs: make(map[chan Frame]bool), changed: make(chan struct{})}
}

// shown is the address without its user, password and query, which may be secrets.
func shown(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "camera with an address that cannot be read"
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}

// Name is the camera's name in the settings.
func (m *MJPEG) Name() string { return m.cfg.Name }

// Latest is the newest whole picture; seq 0 and no picture if none has come yet.
func (m *MJPEG) Latest() (jpeg []byte, at time.Time, seq uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.last.JPEG, m.last.At, m.last.Seq
}

// Subscribe gives pictures for a preview. Who is slow misses pictures and never holds the camera up: there is at most one
// waiting, the newest. stop ends it; the channel is not closed.
func (m *MJPEG) Subscribe() (frames <-chan Frame, stop func()) {
	c := make(chan Frame, 1)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.subs[c] = true
	return c, func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		delete(m.subs, c)
	}
}

// Snapshot returns the first picture whose bytes began to arrive after the call, never one that was there before. It fails
// at once while the camera is known to be away, and else when ctx ends. The error is a sentence for the operator and wraps
// devices.ErrAbsent, devices.ErrTimeout or another cause.
func (m *MJPEG) Snapshot(ctx context.Context) (jpeg []byte, at time.Time, err error) {
	call := time.Now()
	for {
		m.mu.Lock()
		last, state, cause, changed := m.last, m.state, m.cause, m.changed
		m.mu.Unlock()
		if last.Seq > 0 && !last.At.Before(call) {
			return last.JPEG, last.At, nil
		}
		if state.State == devices.Absent || state.State == devices.Attention {
			return nil, time.Time{}, &Failure{Text: state.Text, Cause: cause}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, time.Time{}, &Failure{
				Text:  fmt.Sprintf("Camera %s sent no picture in time. Check its power and network cable.", m.cfg.Name),
				Cause: fmt.Errorf("wait for a picture: %w: %w", devices.ErrTimeout, ctx.Err()),
			}
		}
	}
}

// Failure is a sentence for the operator with its cause.
type Failure struct {
	Text  string
	Cause error
}

func (f *Failure) Error() string { return f.Text }
func (f *Failure) Unwrap() error { return f.Cause }

// Run reads the camera until ctx ends and then returns nil. It connects again by itself, at most a second apart.
func (m *MJPEG) Run(ctx context.Context) error {
	// A transport of its own: no connection outlives Run, and no proxy of the environment stands before a dock camera.
	tr := &http.Transport{DisableKeepAlives: true, DisableCompression: true, ResponseHeaderTimeout: m.cfg.Silence,
		DialContext: (&net.Dialer{Timeout: m.cfg.Silence}).DialContext, TLSHandshakeTimeout: m.cfg.Silence,
		MaxResponseHeaderBytes: 64 << 10}
	client := &http.Client{Transport: tr}
	defer tr.CloseIdleConnections()
	const longest = time.Second
	for wait := longest / 16; ; wait = min(2*wait, longest) {
		seq := m.seq()
		err := m.stream(ctx, client)
		if ctx.Err() != nil {
			return nil
		}
		m.lost(err)
		if m.seq() != seq {
			wait = longest / 16 // it worked until now
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			t.Stop()
			return nil
		case <-t.C:
		}
	}
}

func (m *MJPEG) seq() uint64 {
	_, _, seq := m.Latest()
	return seq
}

var (
	errSilent  = fmt.Errorf("no picture came: %w", devices.ErrTimeout)
	errNotJPEG = errors.New("parts are not JPEG pictures")
)

// stream reads one connection until it ends; it never returns nil.
func (m *MJPEG) stream(ctx context.Context, client *http.Client) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, m.cfg.URL, nil)
	if err != nil {
		return fmt.Errorf("address of camera %s: %w", m.cfg.Name, withoutAddress(err))
	}
	if s := req.URL.Scheme; s != "http" && s != "https" {
		return fmt.Errorf("address of camera %s begins with %q: %w", m.cfg.Name, s, devices.ErrUnsupported)
	}
	resp, err := client.Do(req)
	if err != nil {
		return m.transport(ctx, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return statusError(resp.StatusCode)
	}
	bound, err := boundary(resp.Header.Get("Content-Type"))
	if err != nil {
		return err
	}
	watch := time.AfterFunc(m.cfg.Silence, func() { cancel(errSilent) })
	defer watch.Stop()
	p := newParts(resp.Body, bound)
	for bad := 0; ; {
		jpeg, began, err := p.next()
		if err != nil {
			return m.transport(ctx, err)
		}
		if !isJPEG(jpeg) {
			if bad++; bad > 50 {
				return errNotJPEG
			}
			continue
		}
		watch.Reset(m.cfg.Silence)
		m.show(jpeg, began)
	}
}

// isJPEG looks for the start and the end of a picture; some cameras fill up behind the end.
func isJPEG(b []byte) bool {
	return bytes.HasPrefix(b, []byte{0xFF, 0xD8, 0xFF}) && bytes.Contains(b[max(0, len(b)-4096):], []byte{0xFF, 0xD9})
}

type statusError int

func (e statusError) Error() string {
	return fmt.Sprintf("camera answered with HTTP status %d", int(e))
}

func (e statusError) Unwrap() error {
	if e == http.StatusUnauthorized || e == http.StatusForbidden {
		return devices.ErrDenied
	}
	return nil
}

// transport gives a broken connection its cause. The address is left out: it may hold a password.
func (m *MJPEG) transport(ctx context.Context, err error) error {
	if c := context.Cause(ctx); errors.Is(c, errSilent) {
		return c
	}
	err = withoutAddress(err)
	var ne net.Error
	var cert *tls.CertificateVerificationError
	switch {
	case errors.Is(err, errTooLarge), errors.Is(err, errHeaders), errors.As(err, &cert):
		return err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("read camera %s: %w: %w", m.cfg.Name, devices.ErrUnplugged, err)
	case errors.As(err, &ne) && ne.Timeout():
		return fmt.Errorf("reach camera %s: %w: %w", m.cfg.Name, devices.ErrTimeout, err)
	}
	return fmt.Errorf("reach camera %s: %w: %w", m.cfg.Name, devices.ErrAbsent, err)
}

func withoutAddress(err error) error {
	var ue *url.Error
	if errors.As(err, &ue) {
		return ue.Err
	}
	return err
}

func (m *MJPEG) show(jpeg []byte, began time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	// At keeps its monotonic reading, by which Snapshot compares.
	m.last = Frame{JPEG: jpeg, At: began.UTC(), Seq: m.last.Seq + 1}
	for c := range m.subs {
		select {
		case <-c: // older than this one, and nobody has come for it
		default:
		}
		c <- m.last // only this goroutine sends, under mu: there is room
	}
	m.tell(devices.Ready, "Sends pictures.", nil)
	m.broadcast()
}

// broadcast wakes who waits; mu is held.
func (m *MJPEG) broadcast() {
	close(m.changed)
	m.changed = make(chan struct{})
}

func (m *MJPEG) lost(err error) {
	state, text := m.words(err)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.tell(state, text, err) {
		m.log.Warn("Camera lost", "camera", m.cfg.Name, "error", err)
	}
	m.broadcast()
}

// tell reports a change of health; mu is held, so that changes are told in order. A Report does not block.
func (m *MJPEG) tell(state devices.State, text string, cause error) bool {
	h := devices.Health{Kind: devices.Camera, ID: m.id, Role: m.cfg.Name, Transport: "network", State: state, Text: text}
	m.cause = cause
	if h.Same(m.state) {
		return false
	}
	m.state = h
	h.At = time.Now().UTC()
	m.report(h)
	return true
}

func (m *MJPEG) words(err error) (devices.State, string) {
	name := m.cfg.Name
	switch {
	case errors.Is(err, devices.ErrDenied):
		return devices.Attention, fmt.Sprintf("Camera %s asks for another user or password. Correct its address in the settings.", name)
	case errors.Is(err, errSilent):
		return devices.Attention, fmt.Sprintf("Camera %s is connected and sends no picture. Switch it off and on.", name)
	case errors.Is(err, devices.ErrAbsent), errors.Is(err, devices.ErrTimeout):
		return devices.Absent, fmt.Sprintf("Camera %s does not answer. Check its power and network cable.", name)
	case errors.Is(err, devices.ErrUnplugged):
		return devices.Absent, fmt.Sprintf("Camera %s broke off. It is being connected again.", name)
	case errors.Is(err, devices.ErrUnsupported):
		return devices.Attention, fmt.Sprintf("The address of camera %s must begin with http:// or https://. Correct it in the settings.", name)
	case errors.Is(err, errNoStream), errors.Is(err, errNotJPEG):
		return devices.Attention, fmt.Sprintf("At the address of camera %s there is no MJPEG stream. Correct the address in the settings.", name)
	}
	return devices.Attention, fmt.Sprintf("Camera %s cannot be used: %v. Correct its address in the settings.", name, err)
}
