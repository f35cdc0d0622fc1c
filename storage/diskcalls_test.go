package storage

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// diskCall is one call that changes what a file holds, at the moment at which it had ended, or one end of a flush.
type diskCall struct {
	call   string // write, pwrite64, ftruncate; flush (it begins), flushed
	file   string // base name
	thread string
	at     int64 // place of a write, size of a truncation
	data   []byte
}

var (
	calledRE  = regexp.MustCompile(`^(\d+)\s+(write|pwrite64|ftruncate|fsync|fdatasync)\(\d+<([^>]*)>(.*)$`)
	resumedRE = regexp.MustCompile(`^(\d+)\s+<\.\.\. \w+ resumed>`)
	textRE    = regexp.MustCompile(`^, "((?:\\x[0-9a-f]{2})*)"(\.\.\.)?, \d+(?:, (\d+))?`)
	sizeRE    = regexp.MustCompile(`^, (\d+)`)
)

// straceFlags make strace write what readCalls reads: all bytes, names of files, all in hexadecimal.
func straceFlags(to string) []string {
	return []string{"-f", "-y", "-xx", "-s", "8192", "-e", "trace=write,pwrite64,ftruncate,fsync,fdatasync", "-e", "signal=none", "-o", to}
}

// readCalls reads what strace wrote, in order. A call that another thread's interrupted counts from its end on, a flush from its beginning
// for what it covers and from its end for what that is worth: so that no more is taken for flushed than was.
func readCalls(r io.Reader) ([]diskCall, error) {
	var all []diskCall
	open := map[string]diskCall{}
	end := func(c diskCall) {
		if c.call == "flush" {
			c.call = "flushed"
		}
		all = append(all, c)
	}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if m := resumedRE.FindStringSubmatch(lines.Text()); m != nil {
			if c, known := open[m[1]]; known {
				end(c)
				delete(open, m[1])
			}
			continue
		}
		m := calledRE.FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		c, err := parseCall(m[1], m[2], m[3], m[4])
		if err != nil {
			return nil, fmt.Errorf("%.80s…: %w", lines.Text(), err)
		}
		if c.call == "flush" {
			all = append(all, c)
		}
		if strings.Contains(m[4], "<unfinished ...>") {
			open[c.thread] = c
		} else {
			end(c)
		}
	}
	return all, lines.Err()
}

func parseCall(thread, call, path, rest string) (c diskCall, err error) {
	name, err := hex.DecodeString(strings.ReplaceAll(path, `\x`, ""))
	if err != nil {
		return c, err
	}
	c = diskCall{call: call, file: filepath.Base(string(name)), thread: thread}
	switch call {
	case "fsync", "fdatasync":
		c.call = "flush"
	case "ftruncate":
		m := sizeRE.FindStringSubmatch(rest)
		if m == nil {
			return c, fmt.Errorf("no size in %.40q", rest)
		}
		c.at, err = strconv.ParseInt(m[1], 10, 64)
	default:
		m := textRE.FindStringSubmatch(rest)
		if m == nil || m[2] != "" {
			return c, fmt.Errorf("not all bytes are in %.40q", rest)
		}
		if c.data, err = hex.DecodeString(strings.ReplaceAll(m[1], `\x`, "")); err == nil && m[3] != "" {
			c.at, err = strconv.ParseInt(m[3], 10, 64)
		}
	}
	return c, err
}
