package bed

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// logged copies what is read to a file in the folder that PACKBENCH_BED_LOG names, each line behind the seconds since the first look:
// where the time goes.
func logged(r io.Reader, name string) io.Reader {
	dir := os.Getenv("PACKBENCH_BED_LOG")
	if dir == "" {
		return r
	}
	f, err := os.Create(filepath.Join(dir, name+".log"))
	if err != nil {
		return r
	}
	return io.TeeReader(r, &timed{w: bufio.NewWriter(f), began: time.Now(), fresh: true})
}

type timed struct {
	w     *bufio.Writer
	began time.Time
	fresh bool // a line begins
}

// Write never fails: a log that cannot be written is no reason to fail a test.
func (l *timed) Write(b []byte) (int, error) {
	for _, c := range b {
		if l.fresh {
			_, _ = fmt.Fprintf(l.w, "%6.2f ", time.Since(l.began).Seconds())
		}
		_ = l.w.WriteByte(c)
		l.fresh = c == '\n'
	}
	_ = l.w.Flush()
	return len(b), nil
}
