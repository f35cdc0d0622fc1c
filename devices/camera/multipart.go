package camera

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/textproto"
	"strconv"
	"strings"
	"time"
)

// Limits of a stream. A camera beyond them is not read on.
const (
	maxHeaders = 8 << 10
	maxFrame   = 8 << 20 // a 4K JPEG of best quality stays below
)

var (
	errTooLarge = errors.New("picture is larger than 8 MB")
	errHeaders  = errors.New("part has no end of headers")
	errNoStream = errors.New("answer is not a stream of pictures")
)

// boundary takes the parts' boundary out of a Content-Type. Many cameras put the dashes of the delimiter into it, so they
// are taken off and looked for again in the stream.
func boundary(contentType string) (string, error) {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		// "multipart/x-mixed-replace;boundary=--x y" and the like are not legal and yet sent.
		var ok bool
		if kind, params, ok = looseType(contentType); !ok {
			return "", fmt.Errorf("content type %.80q: %w", contentType, errNoStream)
		}
	}
	b := strings.TrimLeft(params["boundary"], "-")
	if !strings.HasPrefix(kind, "multipart/") || b == "" || len(b) > 200 {
		return "", fmt.Errorf("content type %.80q: %w", contentType, errNoStream)
	}
	return b, nil
}

func looseType(s string) (kind string, params map[string]string, ok bool) {
	kind, rest, _ := strings.Cut(s, ";")
	_, b, ok := strings.Cut(rest, "boundary=")
	return strings.ToLower(strings.TrimSpace(kind)), map[string]string{"boundary": strings.Trim(strings.TrimSpace(b), `"`)}, ok
}

// parts reads the pictures of a multipart stream. It differs from mime/multipart in what cameras need: a part is whole as
// soon as its Content-Length is there, not when the next part begins; and it knows when each part began to arrive.
type parts struct {
	r     io.Reader
	delim []byte // "--boundary"
	buf   []byte
	at    []mark // when the bytes of buf arrived, oldest first
	// last is when the Read before returned: bytes that the next Read finds waiting may have come at any time since.
	last time.Time
}

// mark says that the first n bytes of buf beyond the marks before it arrived at a moment.
type mark struct {
	n  int
	at time.Time
}

func newParts(r io.Reader, boundary string) *parts {
	return &parts{r: r, delim: []byte("--" + boundary), last: time.Now()}
}

// waited is how long a Read must have taken for its bytes to count as new; a Read that finds bytes waiting returns sooner.
const waited = 50 * time.Microsecond

// more reads once and adds to buf.
func (p *parts) more() error {
	// Small pieces: what is read together is dated together.
	const piece = 8 << 10
	if cap(p.buf)-len(p.buf) < piece {
		p.buf = append(make([]byte, 0, 2*cap(p.buf)+piece), p.buf...)
	}
	asked := time.Now()
	n, err := p.r.Read(p.buf[len(p.buf) : len(p.buf)+piece])
	now := time.Now()
	if n > 0 {
		at := now
		if now.Sub(asked) < waited {
			at = p.last
		}
		p.buf = p.buf[:len(p.buf)+n]
		p.at = append(p.at, mark{n, at})
		p.last = now
		return nil
	}
	if err == nil {
		return nil
	}
	return err
}

// drop takes n bytes off the front of buf.
func (p *parts) drop(n int) {
	p.buf = append(p.buf[:0], p.buf[n:]...)
	for n > 0 {
		k := min(n, p.at[0].n)
		p.at[0].n -= k
		n -= k
		if p.at[0].n == 0 {
			p.at = p.at[1:]
		}
	}
}

// began is when the first byte of buf arrived.
func (p *parts) began() time.Time {
	if len(p.at) == 0 {
		return p.last
	}
	return p.at[0].at
}

// next returns the bytes of the next part, untouched and its own, and when they began to arrive.
func (p *parts) next() (frame []byte, began time.Time, err error) {
	if err := p.seek(); err != nil {
		return nil, time.Time{}, err
	}
	length, err := p.headers()
	if err != nil {
		return nil, time.Time{}, err
	}
	for len(p.buf) == 0 {
		if err := p.more(); err != nil {
			return nil, time.Time{}, err
		}
	}
	began = p.began()
	if length >= 0 {
		frame, err = p.take(length)
	} else {
		frame, err = p.untilDelim()
	}
	return frame, began, err
}

// seek drops everything up to and with the next delimiter line.
func (p *parts) seek() error {
	for {
		i := bytes.Index(p.buf, p.delim)
		if i >= 0 {
			end := bytes.IndexByte(p.buf[i:], '\n')
			if end >= 0 {
				p.drop(i + end + 1)
				return nil
			}
			if len(p.buf)-i > maxHeaders {
				return errHeaders
			}
		} else if keep := len(p.delim); len(p.buf) > keep {
			p.drop(len(p.buf) - keep)
		}
		if err := p.more(); err != nil {
			return err
		}
	}
}

// headers reads up to the empty line and returns the Content-Length, -1 if there is none.
func (p *parts) headers() (int, error) {
	for {
		n, end := headersEnd(p.buf)
		if n >= 0 {
			length := contentLength(p.buf[:n])
			p.drop(end)
			if length > maxFrame {
				return 0, errTooLarge
			}
			return length, nil
		}
		if len(p.buf) > maxHeaders {
			return 0, errHeaders
		}
		if err := p.more(); err != nil {
			return 0, err
		}
	}
}

// headersEnd finds the empty line; cameras end lines with CR LF or with LF. The headers are b[:n], the body b[end:].
func headersEnd(b []byte) (n, end int) {
	for from := 0; ; {
		i := bytes.IndexByte(b[from:], '\n')
		if i < 0 {
			return -1, 0
		}
		if line := bytes.TrimRight(b[from:from+i], "\r"); len(line) == 0 {
			return from, from + i + 1
		}
		from += i + 1
	}
}

func contentLength(headers []byte) int {
	for line := range bytes.Lines(headers) {
		name, value, ok := strings.Cut(string(line), ":")
		if !ok || textproto.CanonicalMIMEHeaderKey(strings.TrimSpace(name)) != "Content-Length" {
			continue
		}
		if n, err := strconv.Atoi(strings.TrimSpace(value)); err == nil && n >= 0 {
			return n
		}
	}
	return -1
}

func (p *parts) take(n int) ([]byte, error) {
	for len(p.buf) < n {
		if err := p.more(); err != nil {
			return nil, err
		}
	}
	frame := bytes.Clone(p.buf[:n])
	p.drop(n)
	return frame, nil
}

// untilDelim is for cameras that do not tell the length: the line end before the delimiter is not the picture's.
func (p *parts) untilDelim() ([]byte, error) {
	searched := 0
	for {
		if i := bytes.Index(p.buf[searched:], p.delim); i >= 0 {
			i += searched
			frame := bytes.Clone(p.buf[:i])
			p.drop(i)
			if f, ok := bytes.CutSuffix(frame, []byte("\r\n")); ok {
				return f, nil
			}
			return bytes.TrimSuffix(frame, []byte("\n")), nil
		}
		searched = max(0, len(p.buf)-len(p.delim))
		if len(p.buf) > maxFrame {
			return nil, errTooLarge
		}
		if err := p.more(); err != nil {
			return nil, err
		}
	}
}
