package camera_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/format"

	"packbench/devices"
	"packbench/devices/camera"
	"packbench/devices/devicetest"
)

// rtspCamera is a camera whose far end is somebody else's RTSP server.
type rtspCamera struct {
	*devicetest.Camera
	t      testing.TB
	format format.Format
	addr   string
	status base.StatusCode // of DESCRIBE, if not well

	mu      sync.Mutex
	server  *gortsplib.Server
	stream  *gortsplib.ServerStream
	media   *description.Media
	viewers int
}

func newRTSPCamera(t testing.TB, f format.Format) *rtspCamera {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &rtspCamera{Camera: devicetest.NewPictures(devicetest.CameraConfig{Width: 160, Height: 120, FPS: 15, Bits: true}), t: t, format: f, addr: ln.Addr().String(), status: base.StatusOK}
	ln.Close()
	if err := c.On(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Off)
	return c
}

func (c *rtspCamera) URL() string { return "rtsp://user:s3cret@" + c.addr + "/live" }

func (c *rtspCamera) On() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := &gortsplib.Server{Handler: c, RTSPAddress: c.addr}
	if err := s.Start(); err != nil {
		return err
	}
	c.media = &description.Media{Type: description.MediaTypeVideo, Formats: []format.Format{c.format}}
	c.server = s
	c.stream = gortsplib.NewServerStream(s, &description.Session{Medias: []*description.Media{c.media}})
	return nil
}

func (c *rtspCamera) Off() {
	c.mu.Lock()
	s, stream := c.server, c.stream
	c.server, c.stream = nil, nil
	c.mu.Unlock()
	if s != nil {
		stream.Close()
		s.Close()
	}
}

func (c *rtspCamera) Viewers() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.viewers
}

// Run sends pictures while the camera is on.
func (c *rtspCamera) Run(ctx context.Context) error {
	encoder, err := new(format.MJPEG).CreateEncoder()
	if err != nil {
		return err
	}
	tick := time.NewTicker(time.Second / 15)
	defer tick.Stop()
	began := time.Now()
	for shown := 0; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		pic, seq, err := c.Next(shown)
		if err != nil {
			return err
		}
		if seq == shown {
			continue
		}
		shown = seq
		packets, err := encoder.Encode(pic)
		if err != nil {
			return err
		}
		c.mu.Lock()
		stream, media := c.stream, c.media
		c.mu.Unlock()
		for _, p := range packets {
			p.Timestamp = uint32(time.Since(began) * 90000 / time.Second)
			if stream != nil {
				_ = stream.WritePacketRTP(media, p) // the camera may be going off
			}
		}
	}
}

func (c *rtspCamera) OnConnOpen(*gortsplib.ServerHandlerOnConnOpenCtx)   { c.count(1) }
func (c *rtspCamera) OnConnClose(*gortsplib.ServerHandlerOnConnCloseCtx) { c.count(-1) }

func (c *rtspCamera) count(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.viewers += n
}

func (c *rtspCamera) OnDescribe(*gortsplib.ServerHandlerOnDescribeCtx) (*base.Response, *gortsplib.ServerStream, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := &base.Response{StatusCode: c.status}
	if c.status == base.StatusUnauthorized {
		r.Header = base.Header{"WWW-Authenticate": base.HeaderValue{`Basic realm="camera"`}}
	}
	return r, c.stream, nil
}

func (c *rtspCamera) OnSetup(*gortsplib.ServerHandlerOnSetupCtx) (*base.Response, *gortsplib.ServerStream, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return &base.Response{StatusCode: base.StatusOK}, c.stream, nil
}

func (c *rtspCamera) OnPlay(*gortsplib.ServerHandlerOnPlayCtx) (*base.Response, error) {
	return &base.Response{StatusCode: base.StatusOK}, nil
}

func TestRTSP(t *testing.T) {
	devicetest.RunCamera(t, func(t *testing.T, report devices.Report) (devicetest.CameraEnd, devicetest.CameraDriver) {
		end := newRTSPCamera(t, &format.MJPEG{})
		devicetest.Start(t, "the virtual camera", end.Run)
		return end, camera.NewRTSP(camera.RTSPConfig{Name: "dock", URL: end.URL(), Silence: 500 * time.Millisecond}, report, quiet)
	})
}

func TestRTSPTroubleInWords(t *testing.T) {
	tests := []struct {
		name   string
		format format.Format
		status base.StatusCode
		words  string
		cause  error
	}{
		{"another codec", &format.VP8{PayloadTyp: 96}, base.StatusOK, "VP8", nil},
		{"no such stream", &format.MJPEG{}, base.StatusNotFound, "no stream at this address", nil},
		{"denied", &format.MJPEG{}, base.StatusUnauthorized, "password", devices.ErrDenied},
		{"no pictures", &format.MJPEG{}, base.StatusOK, "sends no picture", devices.ErrTimeout},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			end := newRTSPCamera(t, tt.format)
			end.status = tt.status
			states := devicetest.NewInbox[devices.Health]()
			d := camera.NewRTSP(camera.RTSPConfig{Name: "dock", URL: end.URL(), Silence: 300 * time.Millisecond}, states.Put, quiet)
			devicetest.Start(t, "Run", d.Run)
			h := states.Until(t, tt.words, func(h devices.Health) bool { return strings.Contains(h.Text, tt.words) })
			if h.State != devices.Attention || strings.Contains(h.Text+h.ID, "s3cret") {
				t.Errorf("health %+v", h)
			}
			if _, _, err := d.Snapshot(t.Context()); err == nil || tt.cause != nil && !errors.Is(err, tt.cause) {
				t.Errorf("Snapshot: %v, want %v", err, tt.cause)
			}
		})
	}
}
