//go:build unix

package devicetest_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"image/jpeg"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.bug.st/serial"
	"go.uber.org/goleak"

	"packbench/devices/devicetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func openPort(t *testing.T, path string) serial.Port {
	t.Helper()
	p, err := serial.Open(path, &serial.Mode{BaudRate: 9600})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.SetReadTimeout(5 * time.Second); err != nil {
		t.Fatal(err)
	}
	return p
}

func readLine(t *testing.T, r io.Reader, end byte) string {
	t.Helper()
	s, err := bufio.NewReader(r).ReadString(end)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestThePtysSurviveTheProgram(t *testing.T) {
	link := filepath.Join(t.TempDir(), "scanner")
	end, err := devicetest.NewScanner(link)
	if err != nil {
		t.Fatal(err)
	}
	if end.Path() != link {
		t.Errorf("path %s, want %s", end.Path(), link)
	}
	for i := range 3 { // the program starts and stops
		p := openPort(t, link)
		want := fmt.Sprint("CODE-", i)
		if err := end.Scan(want); err != nil {
			t.Fatal(err)
		}
		if got := readLine(t, p, '\r'); got != want+"\r" {
			t.Errorf("got %q, want %q", got, want)
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
	// A code scanned before the program opens the port is neither echoed nor changed.
	if err := end.Send([]byte("\x03\x1d\x11early\r")); err != nil {
		t.Fatal(err)
	}
	p := openPort(t, link)
	if got := readLine(t, p, '\r'); got != "\x03\x1d\x11early\r" {
		t.Errorf("got %q", got)
	}
	_ = p.Close()
	if err := end.Unplug(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(link); !os.IsNotExist(err) {
		t.Errorf("the path of an unplugged scanner: %v", err)
	}
	if err := end.Plug(); err != nil {
		t.Fatal(err)
	}
	if err := end.Close(); err != nil {
		t.Error(err)
	}
	if err := end.Plug(); err == nil {
		t.Error("a closed scanner was plugged in")
	}
}

func TestScaleSpeaksSICS(t *testing.T) {
	s, err := devicetest.NewScale("")
	if err != nil {
		t.Fatal(err)
	}
	devicetest.Start(t, "the scale", s.Run)
	p := openPort(t, s.Path())
	defer p.Close()
	for _, tt := range []struct {
		set       func()
		ask, want string
	}{
		{func() { s.SetGrams(12340, true) }, "SI", "S S     12.340 kg"},
		{func() { s.SetGrams(12338, false) }, "SI", "S D     12.338 kg"},
		{func() {}, "S", "S I"},
		{s.Over, "SI", "S +"},
		{s.Under, "SI", "S -"},
		{func() { s.SetGrams(-7, true) }, "S", "S S     -0.007 kg"},
		{func() {}, "W", "ES"},
	} {
		tt.set()
		if _, err := p.Write([]byte(tt.ask + "\r\n")); err != nil {
			t.Fatal(err)
		}
		if got := readLine(t, p, '\n'); got != tt.want+"\r\n" {
			t.Errorf("%s: got %q, want %q", tt.ask, got, tt.want)
		}
	}
	if c := s.Complaints(); len(c) != 1 || !strings.Contains(c[0], "W") {
		t.Errorf("complaints %q, want one about W", c)
	}
	if s.Asked() != 7 {
		t.Errorf("asked %d times, want 7", s.Asked())
	}
}

func TestPrinterKeepsWhatCannotComeOutAndCountsWhatWasCut(t *testing.T) {
	p, err := devicetest.NewPrinter("", 203)
	if err != nil {
		t.Fatal(err)
	}
	devicetest.Start(t, "the printer", p.Run)
	c, err := net.Dial("tcp", p.Address())
	if err != nil {
		t.Fatal(err)
	}
	const job = "^XA^PW16^LL2^FO0,0^GFA,4,4,2,FF0012AB^FS^PQ2^XZ"
	p.PaperOut(true)
	fmt.Fprint(c, job+"\r\n~HS")
	r := bufio.NewReader(c)
	if s, err := r.ReadString('\n'); err != nil || s != "\x02030,1,0,1245,002,0,0,0,000,0,0,0\x03\r\n" {
		t.Errorf("status %q, %v", s, err)
	}
	if n := len(p.Labels()); n != 0 {
		t.Errorf("%d labels without paper", n)
	}
	p.PaperOut(false)
	if l := p.Labels(); len(l) != 2 || string(l[0].Job) != job || l[0].Bitmap.W != 16 || !l[0].Bitmap.Black(0, 0) || l[0].Bitmap.Black(0, 1) {
		t.Errorf("labels %+v", l)
	}
	fmt.Fprint(c, "junk^XA^JUS^PW16")
	c.Close()
	for p.Incomplete() == 0 {
		time.Sleep(time.Millisecond)
	}
	if got := p.Complaints(); len(got) != 1 || !strings.Contains(got[0], "junk") {
		t.Errorf("complaints %q", got)
	}
}

func TestCameraDrawsForBrowsersToo(t *testing.T) {
	cam, err := devicetest.NewCamera(devicetest.CameraConfig{FPS: 5})
	if err != nil {
		t.Fatal(err)
	}
	devicetest.Start(t, "the camera", cam.Run)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, cam.URL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	all, _ := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	pic := all[bytes.Index(all, []byte("\r\n\r\n"))+4:]
	img, err := jpeg.Decode(bytes.NewReader(pic))
	if err != nil || img.Bounds().Dx() != 640 || img.Bounds().Dy() != 480 {
		t.Fatal("not a picture of 640×480:", err)
	}
	if seq, at, ok := devicetest.ReadFrame(pic); !ok || seq != 1 || time.Since(at) > time.Minute {
		t.Errorf("picture %d of %v (%v)", seq, at, ok)
	}
	if out := os.Getenv("PACKBENCH_PICTURE"); out != "" {
		if err := os.WriteFile(out, pic, 0o600); err != nil {
			t.Error(err)
		}
	}
}
