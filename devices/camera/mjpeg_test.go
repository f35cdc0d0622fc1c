package camera_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"packbench/devices"
	"packbench/devices/camera"
	"packbench/devices/devicetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var quiet = slog.New(slog.DiscardHandler)

func newEnd(t testing.TB, cfg devicetest.CameraConfig) *devicetest.Camera {
	t.Helper()
	cfg.Width, cfg.Height = 160, 120
	end, err := devicetest.NewCamera(cfg)
	if err != nil {
		t.Fatal(err)
	}
	devicetest.Start(t, "the virtual camera", end.Run)
	return end
}

func TestMJPEG(t *testing.T) {
	for name, cfg := range map[string]devicetest.CameraConfig{
		"with lengths":          {},
		"dashes, and no length": {NoLength: true, Dashes: true},
	} {
		t.Run(name, func(t *testing.T) {
			devicetest.RunCamera(t, func(t *testing.T, report devices.Report) (devicetest.CameraEnd, devicetest.CameraDriver) {
				end := newEnd(t, cfg)
				return end, camera.NewMJPEG(camera.MJPEGConfig{Name: "dock", URL: end.URL(), Silence: 500 * time.Millisecond}, report, quiet)
			})
		})
	}
}

// server streams what play writes, and keeps the connection until the client goes.
func server(t *testing.T, play func(w http.ResponseWriter, r *http.Request)) (url string, states *devicetest.Inbox[devices.Health], m *camera.MJPEG) {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(play))
	t.Cleanup(srv.Close)
	states = devicetest.NewInbox[devices.Health]()
	url = strings.Replace(srv.URL, "http://", "http://user:s3cret@", 1) + "/?key=s3cret"
	m = camera.NewMJPEG(camera.MJPEGConfig{Name: "dock", URL: url, Silence: 400 * time.Millisecond}, states.Put, quiet)
	devicetest.Start(t, "Run", m.Run)
	return url, states, m
}

// pic is the smallest thing that passes for a JPEG, with a name in it.
func pic(name string) []byte {
	return append(append([]byte{0xFF, 0xD8, 0xFF, 0xFE}, name...), 0xFF, 0xD9)
}

func sendPic(w http.ResponseWriter, p []byte) {
	_, _ = w.Write([]byte("--B\r\n\r\n"))
	_, _ = w.Write(p)
	_, _ = w.Write([]byte("\r\n--B\r\n"))
	_ = http.NewResponseController(w).Flush()
}

const streamType = "multipart/x-mixed-replace; boundary=B"

func TestAPictureThatWasThereIsNeverTaken(t *testing.T) {
	send := make(chan []byte)
	_, states, m := server(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", streamType)
		for {
			select {
			case p := <-send:
				sendPic(w, p)
			case <-time.After(100 * time.Millisecond):
				// Begun before any call below, and ended only when the next picture is sent: not to be taken either.
				_, _ = w.Write([]byte("\r\n"))
				_ = http.NewResponseController(w).Flush()
			case <-r.Context().Done():
				return
			}
		}
	})
	send <- pic("old")
	states.Until(t, "ready", func(h devices.Health) bool { return h.State == devices.Ready })
	got := make(chan []byte)
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() {
		p, _, err := m.Snapshot(context.Background())
		if err != nil {
			t.Error(err)
		}
		got <- p
	})
	select {
	case p := <-got:
		t.Errorf("got %q, which was there before", p)
		return
	case <-time.After(50 * time.Millisecond):
	}
	send <- pic("new")
	if p := <-got; !bytes.Equal(p, pic("new")) {
		t.Errorf("got %q, want the new picture, untouched", p)
	}
}

func TestTroubleInWordsWithoutSecrets(t *testing.T) {
	tests := []struct {
		name  string
		play  func(w http.ResponseWriter, r *http.Request)
		words string
		cause error
	}{
		{"denied", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(401) }, "password", devices.ErrDenied},
		{"no stream", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }, "no mjpeg stream", nil},
		{"not found", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) }, "status 404", nil},
		{"not pictures", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", streamType)
			for range 100 {
				sendPic(w, []byte("GIF89a"))
			}
		}, "no mjpeg stream", nil},
		{"too large", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", streamType)
			_, _ = w.Write([]byte("--B\r\nContent-Length: 99999999\r\n\r\n"))
		}, "larger", nil},
		{"headers never come", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "does not answer", devices.ErrTimeout},
		{"no picture ever", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", streamType)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}, "sends no picture", devices.ErrTimeout},
		{"closes at once", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", streamType) }, "broke off", devices.ErrUnplugged},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, states, m := server(t, tt.play)
			h := states.Take(t)
			if !strings.Contains(strings.ToLower(h.Text), tt.words) || strings.Contains(h.Text+h.ID, "s3cret") || h.Role != "dock" {
				t.Errorf("health %+v, want %q and no secret", h, tt.words)
			}
			ctx, cancel := context.WithTimeout(t.Context(), devicetest.Patience)
			defer cancel()
			_, _, err := m.Snapshot(ctx)
			if err == nil || err.Error() != h.Text || tt.cause != nil && !errors.Is(err, tt.cause) {
				t.Errorf("Snapshot: %v, want %q for the cause %v", err, h.Text, tt.cause)
			}
		})
	}
}

func TestAddressesThatAreNone(t *testing.T) {
	for url, words := range map[string]string{"rtsp://x/s3cret": "must begin with http", "http://user:s3cret@[::1/": "cannot be used"} {
		states := devicetest.NewInbox[devices.Health]()
		devicetest.Start(t, "Run", camera.NewMJPEG(camera.MJPEGConfig{Name: "dock", URL: url}, states.Put, quiet).Run)
		if h := states.Take(t); h.State != devices.Attention || !strings.Contains(h.Text, words) || strings.Contains(h.Text, "s3cret") {
			t.Errorf("%s: %+v", url, h)
		}
	}
}
