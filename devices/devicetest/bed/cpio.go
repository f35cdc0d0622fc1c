package bed

import (
	"fmt"
	"io"
)

// archive writes an initial file system in the format of the Linux kernel ("newc", Documentation/driver-api/early-userspace/
// buffer-format), uncompressed: an emulated computer would take longer to unpack it than the emulator takes to hand it over.
type archive struct {
	w     io.Writer
	n     int64
	inode int
	err   error
}

const (
	modeDir  = 0o040755
	modeFile = 0o100755
	modeLink = 0o120777
)

func (a *archive) dir(path string)            { a.entry(path, modeDir, nil) }
func (a *archive) file(path string, b []byte) { a.entry(path, modeFile, b) }
func (a *archive) link(path, to string)       { a.entry(path, modeLink, []byte(to)) }
func (a *archive) node(path string, c, d int) { a.special(path, 0o020666, c, d) }
func (a *archive) close() error               { a.entry("TRAILER!!!", 0, nil); return a.err }
func (a *archive) entry(p string, m int, b []byte) {
	a.header(p, m, len(b), 0, 0)
	a.put(b)
	a.pad()
}
func (a *archive) special(p string, m, major, minor int) { a.header(p, m, 0, major, minor) }

// header writes the fixed part and the path, which is without the leading slash.
func (a *archive) header(path string, mode, size, major, minor int) {
	a.inode++
	if path[0] == '/' {
		path = path[1:]
	}
	a.put(fmt.Appendf(nil, "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X",
		a.inode, mode, 0, 0, 1, 0, size, 0, 0, major, minor, len(path)+1, 0))
	a.put(append([]byte(path), 0))
	a.pad()
}

func (a *archive) put(b []byte) {
	if a.err == nil {
		var n int
		n, a.err = a.w.Write(b)
		a.n += int64(n)
	}
}

// pad fills up to a multiple of four.
func (a *archive) pad() { a.put(make([]byte, -a.n&3)) }
