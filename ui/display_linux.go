package ui

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// displayPatience bounds each step of asking the display.
const displayPatience = 3 * time.Second

// CheckDisplay reports whether a window can be opened, before the toolkit is asked: without a display it panics, and on a
// display without OpenGL (GLX) it goes on for ever without a window. The error is a sentence that says what to do. A nil
// error is no promise: wait for Window.Ready too.
func CheckDisplay() error {
	name := os.Getenv("DISPLAY")
	if name == "" {
		if os.Getenv("WAYLAND_DISPLAY") != "" || os.Getenv("XDG_SESSION_TYPE") == "wayland" {
			return errors.New("this desktop session is Wayland without XWayland: install xwayland, or choose an X11 (Xorg) session when logging in")
		}
		return errors.New("there is no display (DISPLAY is not set): start Packbench from the desktop, not from a bare terminal")
	}
	conn, number, err := dialDisplay(name)
	if err != nil {
		return fmt.Errorf("display %q cannot be reached: start Packbench from the desktop of the user who is logged in: %w", name, err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(displayPatience)); err != nil {
		return fmt.Errorf("display %q: %w", name, err)
	}
	r := bufio.NewReader(conn)
	if err := greetDisplay(conn, r, number); err != nil {
		return noGreeting(name, err)
	}
	has, err := hasExtension(conn, r, "GLX")
	if err != nil {
		return silent(name, err)
	}
	if !has {
		return fmt.Errorf("display %q has no OpenGL (GLX): install the graphics driver or Mesa (libgl1-mesa-dri); in a remote session use one that offers OpenGL", name)
	}
	return nil
}

// noGreeting tells a display that keeps silent, as one that is only starting does, from one that wants somebody else.
func noGreeting(name string, err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return silent(name, err)
	}
	return fmt.Errorf("display %q refused us: start Packbench as the user who is logged in at the desktop: %w", name, err)
}

func silent(name string, err error) error {
	return fmt.Errorf("display %q does not answer: start Packbench again in a moment; if that is no help, log out of the desktop and in again: %w", name, err)
}

// dialDisplay connects to "[host]:number[.screen]", by Unix socket for an empty host or "unix".
func dialDisplay(name string) (net.Conn, int, error) {
	at := strings.LastIndex(name, ":")
	if at < 0 {
		return nil, 0, errors.New("no \":\" in its name")
	}
	host, rest := name[:at], name[at+1:]
	num, _, _ := strings.Cut(rest, ".")
	number, err := strconv.Atoi(num)
	if err != nil || number < 0 || number > 59535 {
		return nil, 0, errors.New("no number in its name")
	}
	dialer := net.Dialer{Timeout: displayPatience}
	switch {
	case strings.HasPrefix(name, "/"): // a socket's own path
		conn, err := dialer.Dial("unix", name[:at]+":"+num)
		return conn, number, err
	case host == "" || host == "unix":
		path := fmt.Sprintf("/tmp/.X11-unix/X%d", number)
		conn, err := dialer.Dial("unix", path)
		if err != nil {
			conn, err = dialer.Dial("unix", "@"+path) // the abstract name
		}
		return conn, number, err
	}
	conn, err := dialer.Dial("tcp", net.JoinHostPort(strings.Trim(host, "[]"), strconv.Itoa(6000+number)))
	return conn, number, err
}

// greetDisplay sets the connection up (X11 protocol, chapter 8) with the cookie of the authority file, if there is one.
func greetDisplay(w io.Writer, r *bufio.Reader, number int) error {
	name, cookie := displayCookie(number)
	msg := []byte{'l', 0}
	msg = binary.LittleEndian.AppendUint16(msg, 11)
	msg = binary.LittleEndian.AppendUint16(msg, 0)
	msg = binary.LittleEndian.AppendUint16(msg, uint16(len(name)))
	msg = binary.LittleEndian.AppendUint16(msg, uint16(len(cookie)))
	msg = append(msg, 0, 0)
	msg = append(msg, pad4([]byte(name))...)
	msg = append(msg, pad4(cookie)...)
	if _, err := w.Write(msg); err != nil {
		return err
	}
	var head [8]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return fmt.Errorf("no answer: %w", err)
	}
	body := make([]byte, 4*int(binary.LittleEndian.Uint16(head[6:])))
	if _, err := io.ReadFull(r, body); err != nil {
		return fmt.Errorf("half an answer: %w", err)
	}
	if head[0] == 1 {
		return nil
	}
	return errors.New(strings.TrimSpace(strings.Trim(string(body[:min(len(body), max(int(head[1]), 0))]), "\x00")))
}

func pad4(b []byte) []byte { return append(b, make([]byte, (4-len(b)%4)%4)...) }

// hasExtension asks QueryExtension (request 98).
func hasExtension(w io.Writer, r *bufio.Reader, name string) (bool, error) {
	padded := pad4([]byte(name))
	msg := []byte{98, 0}
	msg = binary.LittleEndian.AppendUint16(msg, uint16(2+len(padded)/4))
	msg = binary.LittleEndian.AppendUint16(msg, uint16(len(name)))
	msg = append(msg, 0, 0)
	if _, err := w.Write(append(msg, padded...)); err != nil {
		return false, err
	}
	var reply [32]byte
	if _, err := io.ReadFull(r, reply[:]); err != nil {
		return false, err
	}
	if reply[0] != 1 {
		return false, errors.New("it answered with an error")
	}
	return reply[8] == 1, nil
}

// displayCookie finds the magic cookie of a display in the authority file; none is no error: many displays want none.
func displayCookie(number int) (name string, cookie []byte) {
	path := os.Getenv("XAUTHORITY")
	if path == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", nil
		}
		path = filepath.Join(home, ".Xauthority")
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return "", nil
	}
	return findCookie(data, number)
}

// findCookie reads entries of family, address, display number, name and data, each but the first with its length.
func findCookie(data []byte, number int) (name string, cookie []byte) {
	field := func() ([]byte, bool) {
		if len(data) < 2 {
			return nil, false
		}
		n := int(binary.BigEndian.Uint16(data))
		if len(data) < 2+n {
			return nil, false
		}
		f := data[2 : 2+n]
		data = data[2+n:]
		return f, true
	}
	for len(data) >= 2 {
		data = data[2:]
		var parts [4][]byte
		for i := range parts {
			f, ok := field()
			if !ok {
				return "", nil
			}
			parts[i] = f
		}
		if n := string(parts[1]); (n == "" || n == strconv.Itoa(number)) && string(parts[2]) == "MIT-MAGIC-COOKIE-1" {
			return string(parts[2]), parts[3]
		}
	}
	return "", nil
}
