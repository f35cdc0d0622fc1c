package camera

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/format"
	"github.com/bluenviron/gortsplib/v4/pkg/format/rtpmjpeg"
	"github.com/bluenviron/gortsplib/v4/pkg/liberrors"
	"github.com/pion/rtp"

	"packbench/devices"
)

// RTSPConfig describes a network camera that streams JPEG pictures by RTSP (RFC 2326, RFC 2435).
type RTSPConfig struct {
	Name string // the camera's name in the settings; on every photo
	URL  string // rtsp or rtsps; user and password in it are used and never shown
	// Silence is how long no whole picture may come before the connection is made anew; 0: 3 s.
	Silence time.Duration
	Crop    Crop // of every picture; the zero value leaves them as they came
}

// RTSP reads one camera. On the way by RTP the camera leaves out of each picture what can be made again (headers, Huffman
// tables, comments); the coded dots are untouched. All methods may be called concurrently; Run once at a time.
type RTSP struct {
	*view
	cfg RTSPConfig
}

// NewRTSP returns a driver; nothing is dialled before Run.
func NewRTSP(cfg RTSPConfig, report devices.Report, log *slog.Logger) *RTSP {
	if cfg.Silence <= 0 {
		cfg.Silence = silence
	}
	r := &RTSP{cfg: cfg}
	r.view = newView(devices.Health{ID: shown(cfg.URL), Role: cfg.Name, Transport: "network"}, cfg.Crop, r.words, report, log)
	return r
}

// Run reads the camera until ctx ends and then returns nil. It connects again by itself, at most a second apart.
func (r *RTSP) Run(ctx context.Context) error { return r.again(ctx, r.stream) }

var errCodec = errors.New("the stream is not motion JPEG")

// stream reads one connection until it ends; it never returns nil.
func (r *RTSP) stream(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	u, err := base.ParseURL(r.cfg.URL)
	if err != nil {
		return fmt.Errorf("address of camera %s: %w", r.cfg.Name, devices.ErrUnsupported) // the error would show a password
	}
	tcp := gortsplib.TransportTCP // through the switch and the firewall that the pictures must pass anyway; nothing is lost
	dial := &net.Dialer{Timeout: r.cfg.Silence}
	c := &gortsplib.Client{Transport: &tcp, ReadTimeout: r.cfg.Silence, WriteTimeout: r.cfg.Silence, DialContext: dial.DialContext,
		OnPacketLost: func(error) {}, OnDecodeError: func(error) {}, OnTransportSwitch: func(error) {}}
	if err := c.Start(u.Scheme, u.Host); err != nil {
		return r.cause(ctx, err)
	}
	defer c.Close()
	watch := time.AfterFunc(r.cfg.Silence, func() { cancel(errSilent) })
	defer watch.Stop()
	// The end of ctx wakes whatever waits below.
	stop := context.AfterFunc(ctx, c.Close)
	defer stop()
	if err := r.play(c, u, func(pic []byte, began time.Time) {
		watch.Reset(r.cfg.Silence)
		r.show(pic, began, nil)
	}); err != nil {
		return r.cause(ctx, err)
	}
	return r.cause(ctx, c.Wait())
}

// play asks for the first JPEG stream of the camera and gives its pictures to picture.
func (r *RTSP) play(c *gortsplib.Client, u *base.URL, picture func(pic []byte, began time.Time)) error {
	desc, _, err := c.Describe(u)
	if err != nil {
		return err
	}
	var f *format.MJPEG
	media := desc.FindFormat(&f)
	if media == nil {
		return fmt.Errorf("it has %s: %w", codecs(desc), errCodec)
	}
	decoder, err := f.CreateDecoder()
	if err != nil {
		return err
	}
	if _, err := c.Setup(desc.BaseURL, media, 0, 0); err != nil {
		return err
	}
	var began time.Time // when the first packet of the picture under way came
	c.OnPacketRTP(media, f, func(p *rtp.Packet) {
		if began.IsZero() {
			began = time.Now()
		}
		pic, err := decoder.Decode(p)
		if errors.Is(err, rtpmjpeg.ErrMorePacketsNeeded) {
			return
		}
		if err == nil {
			picture(pic, began)
		}
		began = time.Time{}
	})
	_, err = c.Play(nil)
	return err
}

func codecs(desc *description.Session) string {
	text := ""
	for _, m := range desc.Medias {
		for _, f := range m.Formats {
			if text != "" {
				text += ", "
			}
			text += f.Codec()
		}
	}
	return text
}

func (r *RTSP) cause(ctx context.Context, err error) error {
	if c := context.Cause(ctx); c != nil {
		return c
	}
	var status liberrors.ErrClientBadStatusCode
	var auth liberrors.ErrClientAuthSetup
	var ne net.Error
	switch {
	case errors.As(err, &auth), errors.As(err, &status) && (status.Code == base.StatusUnauthorized || status.Code == base.StatusForbidden):
		return fmt.Errorf("reach camera %s: %w: %w", r.cfg.Name, devices.ErrDenied, err)
	case errors.As(err, &status):
		return fmt.Errorf("camera answered with RTSP status %d: %w", status.Code, errNoStream)
	case errors.Is(err, errCodec):
		return err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("read camera %s: %w: %w", r.cfg.Name, devices.ErrUnplugged, err)
	case errors.As(err, &ne) && ne.Timeout():
		return fmt.Errorf("reach camera %s: %w: %w", r.cfg.Name, devices.ErrTimeout, err)
	}
	return fmt.Errorf("reach camera %s: %w: %w", r.cfg.Name, devices.ErrAbsent, err)
}

func (r *RTSP) words(err error) (devices.State, string) {
	name := r.cfg.Name
	switch {
	case errors.Is(err, errCodec):
		return devices.Attention, fmt.Sprintf("Camera %s does not send JPEG pictures: %v. Set its stream to MJPEG, or set another of its addresses.", name, err)
	case errors.Is(err, devices.ErrDenied):
		return devices.Attention, fmt.Sprintf("Camera %s asks for another user or password. Correct its address in the settings.", name)
	case errors.Is(err, errSilent):
		return devices.Attention, fmt.Sprintf("Camera %s is connected and sends no picture. Switch it off and on.", name)
	case errors.Is(err, errNoStream):
		return devices.Attention, fmt.Sprintf("Camera %s has no stream at this address (%v). Correct the address in the settings.", name, err)
	case errors.Is(err, devices.ErrUnsupported):
		return devices.Attention, fmt.Sprintf("The address of camera %s cannot be read. It begins with rtsp:// and has a host. Correct it in the settings.", name)
	case errors.Is(err, devices.ErrUnplugged):
		return devices.Absent, fmt.Sprintf("Camera %s broke off. It is being connected again.", name)
	}
	return devices.Absent, fmt.Sprintf("Camera %s does not answer. Check its power and network cable.", name)
}
