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
	"time"

	"packbench/devices"
)

// MJPEGConfig describes a network camera that streams JPEG pictures over HTTP (multipart/x-mixed-replace).
type MJPEGConfig struct {
	Name string // the camera's name in the settings; on every photo
	URL  string // http or https; user and password in it are used and never shown
	// Silence is how long no whole picture may come before the connection is made anew; 0: 3 s.
	Silence time.Duration
	Crop    Crop // of every picture; the zero value leaves them as the camera sent them
}

// MJPEG reads one camera. All methods may be called concurrently; Run once at a time.
type MJPEG struct {
	*view
	cfg MJPEGConfig
}

// NewMJPEG returns a driver; nothing is dialled before Run.
func NewMJPEG(cfg MJPEGConfig, report devices.Report, log *slog.Logger) *MJPEG {
	if cfg.Silence <= 0 {
		cfg.Silence = silence
	}
	m := &MJPEG{cfg: cfg}
	m.view = newView(devices.Health{ID: shown(cfg.URL), Role: cfg.Name, Transport: "network"}, cfg.Crop, m.words, report, log)
	return m
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

// Run reads the camera until ctx ends and then returns nil. It connects again by itself, at most a second apart.
func (m *MJPEG) Run(ctx context.Context) error {
	// A transport of its own: no connection outlives Run, and no proxy of the environment stands before a dock camera.
	tr := &http.Transport{DisableKeepAlives: true, DisableCompression: true, ResponseHeaderTimeout: m.cfg.Silence,
		DialContext: (&net.Dialer{Timeout: m.cfg.Silence}).DialContext, TLSHandshakeTimeout: m.cfg.Silence,
		MaxResponseHeaderBytes: 64 << 10}
	client := &http.Client{Transport: tr}
	defer tr.CloseIdleConnections()
	return m.again(ctx, func(ctx context.Context) error { return m.stream(ctx, client) })
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
		m.show(jpeg, began, nil)
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
