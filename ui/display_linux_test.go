package ui

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// fakeDisplay answers the set-up of one X connection and one QueryExtension. It returns DISPLAY's value and what the
// client sent as cookie.
func fakeDisplay(t *testing.T, accept, glx bool) (name string, cookie chan string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	cookie = make(chan string, 1)
	done := make(chan struct{})
	t.Cleanup(func() { ln.Close(); <-done })
	go func() {
		defer close(done)
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		serveDisplay(conn, accept, glx, cookie)
	}()
	port := ln.Addr().(*net.TCPAddr).Port
	if port < 6000 {
		t.Skipf("the system gave port %d", port)
	}
	return "127.0.0.1:" + strconv.Itoa(port-6000) + ".0", cookie
}

func serveDisplay(conn net.Conn, accept, glx bool, cookie chan<- string) {
	var head [12]byte
	if _, err := io.ReadFull(conn, head[:]); err != nil || head[0] != 'l' {
		return
	}
	n, d := int(binary.LittleEndian.Uint16(head[6:])), int(binary.LittleEndian.Uint16(head[8:]))
	auth := make([]byte, (n+3)/4*4+(d+3)/4*4)
	if _, err := io.ReadFull(conn, auth); err != nil {
		return
	}
	cookie <- string(auth[(n+3)/4*4:][:d])
	if !accept {
		reason := pad4([]byte("No protocol specified"))
		reply := []byte{0, 21, 11, 0, 0, 0}
		reply = binary.LittleEndian.AppendUint16(reply, uint16(len(reason)/4))
		_, _ = conn.Write(append(reply, reason...))
		return
	}
	_, _ = conn.Write([]byte{1, 0, 11, 0, 0, 0, 2, 0, 1, 2, 3, 4, 5, 6, 7, 8})
	var query [12]byte
	if _, err := io.ReadFull(conn, query[:]); err != nil || query[0] != 98 || string(query[8:11]) != "GLX" {
		return
	}
	reply := make([]byte, 32)
	reply[0] = 1
	if glx {
		reply[8] = 1
	}
	_, _ = conn.Write(reply)
}

func TestCheckDisplay(t *testing.T) {
	for _, c := range []struct {
		name        string
		accept, glx bool
		want        string
	}{
		{"usable", true, true, ""},
		{"without OpenGL", true, false, "no OpenGL"},
		{"refused", false, false, "No protocol specified"},
	} {
		t.Run(c.name, func(t *testing.T) {
			name, _ := fakeDisplay(t, c.accept, c.glx)
			t.Setenv("DISPLAY", name)
			t.Setenv("XAUTHORITY", "/nonexistent")
			err := CheckDisplay()
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestCheckDisplayWithoutOne(t *testing.T) {
	for _, c := range []struct{ display, wayland, want string }{
		{"", "", "start Packbench from the desktop"},
		{"", "wayland-0", "xwayland"},
		{"nonsense", "", "cannot be reached"},
		{":59000", "", "cannot be reached"},
	} {
		t.Setenv("DISPLAY", c.display)
		t.Setenv("WAYLAND_DISPLAY", c.wayland)
		t.Setenv("XDG_SESSION_TYPE", "")
		if err := CheckDisplay(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("DISPLAY=%q: got %v, want %q", c.display, err, c.want)
		}
	}
}

func TestDisplayCookieIsSent(t *testing.T) {
	name, cookie := fakeDisplay(t, true, true)
	number := strings.TrimSuffix(strings.TrimPrefix(name, "127.0.0.1:"), ".0")
	entry := func(fields ...string) []byte {
		out := []byte{1, 0}
		for _, f := range fields {
			out = binary.BigEndian.AppendUint16(out, uint16(len(f)))
			out = append(out, f...)
		}
		return out
	}
	file := filepath.Join(t.TempDir(), "authority")
	data := append(entry("host", "9", "MIT-MAGIC-COOKIE-1", "wrong one......."), entry("host", number, "MIT-MAGIC-COOKIE-1", "sixteen bytes ok")...)
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("DISPLAY", name)
	t.Setenv("XAUTHORITY", file)
	if err := CheckDisplay(); err != nil {
		t.Fatal(err)
	}
	if got := <-cookie; got != "sixteen bytes ok" {
		t.Errorf("cookie %q", got)
	}
}

func FuzzFindCookie(f *testing.F) {
	f.Add([]byte{1, 0, 0, 1, 'h', 0, 1, '1', 0, 0, 0, 0}, 1)
	f.Add([]byte{1, 0, 255}, 0)
	f.Fuzz(func(_ *testing.T, data []byte, number int) { findCookie(data, number) })
}

// A display that is only starting takes the connection and says nothing: that is no refusal, and another user would not help.
func TestASilentDisplayIsNoRefusal(t *testing.T) {
	conn, other := net.Pipe()
	defer conn.Close()
	defer other.Close()
	if err := conn.SetDeadline(time.Now().Add(-time.Second)); err != nil {
		t.Fatal(err)
	}
	said := noGreeting(":9", greetDisplay(conn, bufio.NewReader(conn), 9)).Error()
	if !strings.Contains(said, "does not answer: start Packbench again") || strings.Contains(said, "refused") {
		t.Errorf("said %q", said)
	}
	if said := noGreeting(":9", errors.New("no such cookie")).Error(); !strings.Contains(said, "refused us: start Packbench as the user") {
		t.Errorf("said %q", said)
	}
}
