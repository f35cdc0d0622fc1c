package camera

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestBoundary(t *testing.T) {
	tests := []struct {
		in, want string
		fail     bool
	}{
		{in: "multipart/x-mixed-replace; boundary=frame", want: "frame"},
		{in: "multipart/x-mixed-replace;boundary=--frame", want: "frame"},
		{in: `multipart/x-mixed-replace; boundary="a b"`, want: "a b"},
		{in: "Multipart/X-Mixed-Replace;boundary=--a b", want: "a b"},
		{in: "image/jpeg", fail: true},
		{in: "text/html; charset=utf-8", fail: true},
		{in: "multipart/x-mixed-replace", fail: true},
		{in: "multipart/x-mixed-replace; boundary=--", fail: true},
		{in: "", fail: true},
	}
	for _, tt := range tests {
		got, err := boundary(tt.in)
		if got != tt.want || (err != nil) != tt.fail || tt.fail && !errors.Is(err, errNoStream) {
			t.Errorf("%q: got %q, %v", tt.in, got, err)
		}
	}
}

func readAll(r io.Reader) (frames []string, err error) {
	p := newParts(r, "B")
	for {
		f, _, err := p.next()
		if err != nil {
			return frames, err
		}
		frames = append(frames, string(f))
	}
}

func TestParts(t *testing.T) {
	tests := []struct {
		name, in string
		want     []string
		fail     error
	}{
		{"with lengths", "--B\r\nContent-Type: image/jpeg\r\nContent-Length: 3\r\n\r\nabc\r\n--B\r\ncontent-length:2\r\n\r\nde", []string{"abc", "de"}, io.EOF},
		{"without lengths", "--B\r\nX: y\r\n\r\nabc\r\n--B\r\n\r\n\r\nd\n\r\n--B--\r\n", []string{"abc", "\r\nd\n"}, io.EOF},
		{"lines end with LF", "--B\nContent-Length: 1\n\na\n--B\n\nb\n--B\n", []string{"a", "b"}, io.EOF},
		{"a delimiter inside a picture of known length", "--B\r\nContent-Length: 7\r\n\r\na\r\n--B\n\r\n--B\r\nContent-Length: 1\r\n\r\nz", []string{"a\r\n--B\n", "z"}, io.EOF},
		{"a length that is too short", "--B\r\nContent-Length: 2\r\n\r\nabcdef\r\n--B\r\nContent-Length: 1\r\n\r\nz", []string{"ab", "z"}, io.EOF},
		{"noise before the first part", "hello\r\n\r\n--B\r\nContent-Length: 1\r\n\r\nz", []string{"z"}, io.EOF},
		{"cut off in a picture", "--B\r\nContent-Length: 100\r\n\r\nabc", nil, io.EOF},
		{"a length that is no number is none", "--B\r\nContent-Length: x\r\n\r\nabc\r\n--B\r\n", []string{"abc"}, io.EOF},
		{"too large by its length", "--B\r\nContent-Length: 9000000\r\n\r\n", nil, errTooLarge},
		{"too large without length", "--B\r\n\r\n" + strings.Repeat("x", maxFrame+20000), nil, errTooLarge},
		{"headers without end", "--B\r\n" + strings.Repeat("X: y\r\n", 5000), nil, errHeaders},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := readAll(strings.NewReader(tt.in))
			if diff := cmp.Diff(tt.want, got); diff != "" || !errors.Is(err, tt.fail) {
				t.Errorf("error %v, want %v; frames (-want +got):\n%s", err, tt.fail, diff)
			}
			if len(tt.in) < 10000 {
				again, _ := readAll(iotest.OneByteReader(strings.NewReader(tt.in)))
				if diff := cmp.Diff(got, again); diff != "" {
					t.Errorf("byte by byte (-whole +bytes):\n%s", diff)
				}
			}
		})
	}
}

func TestFramesComeBackUntouched(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		frames := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 40000), 0, 6).Draw(t, "frames")
		var in bytes.Buffer
		var want []string
		for _, f := range frames {
			fmt.Fprintf(&in, "--B\r\nContent-Length: %d\r\n\r\n%s\r\n", len(f), f)
			want = append(want, string(f))
		}
		in.WriteString("--B\r\n")
		got, _ := readAll(&in)
		// The last part has begun and has no end.
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("frames (-want +got):\n%s", diff)
		}
	})
}

// A picture that was waiting when the call came is dated before the call; one that was waited for is dated after it.
func TestPartsAreDatedByTheirFirstByte(t *testing.T) {
	r, w := io.Pipe()
	defer r.Close()
	sent := make(chan time.Time, 3)
	go func() {
		for i := range 3 {
			time.Sleep(5 * time.Millisecond)
			sent <- time.Now()
			for _, s := range []string{"--B\r\nContent-Length: 4\r\n\r\n", "ab", fmt.Sprintf("c%d\r\n", i)} {
				if _, err := w.Write([]byte(s)); err != nil {
					return
				}
				time.Sleep(time.Millisecond)
			}
		}
		w.Close()
	}()
	p := newParts(r, "B")
	for i := range 3 {
		f, began, err := p.next()
		if err != nil || string(f) != fmt.Sprintf("abc%d", i) {
			t.Fatal(string(f), err)
		}
		if at := <-sent; began.Before(at.Add(-time.Millisecond)) || time.Since(began) < time.Millisecond {
			t.Errorf("part %d sent at %v is dated %v", i, at, began)
		}
	}
	// All waiting at once: dated when the reader was made, long before it read.
	p = newParts(strings.NewReader("--B\r\nContent-Length: 1\r\n\r\na"), "B")
	time.Sleep(10 * time.Millisecond)
	call := time.Now()
	if _, began, err := p.next(); err != nil || !began.Before(call) {
		t.Errorf("a part that was waiting is dated %v after the call (%v)", began.Sub(call), err)
	}
}

func FuzzParts(f *testing.F) {
	f.Add([]byte("--B\r\nContent-Type: image/jpeg\r\nContent-Length: 3\r\n\r\nabc\r\n--B\r\n\r\nde\r\n--B--"))
	f.Add([]byte("--B\n\n\n--B\nContent-Length: -1\n\n--B\n"))
	f.Add([]byte("--B--B\r\n\r\n--B"))
	f.Fuzz(func(t *testing.T, in []byte) {
		whole, err := readAll(bytes.NewReader(in))
		if err == nil {
			t.Fatal("no end")
		}
		pieces, _ := readAll(iotest.OneByteReader(bytes.NewReader(in)))
		if diff := cmp.Diff(whole, pieces); diff != "" {
			t.Fatalf("cut differently, other pictures (-whole +pieces):\n%s", diff)
		}
	})
}
