package storage

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestPowerCut: what a method has returned is there after the power failed, at whatever moment. A station at work is watched by strace; a
// disk is then made that holds what was flushed until a moment and, of what was written and not flushed, some, some of it in part, in no
// order. SQLite opens it, finds it whole, and finds all that had been said to be stored.
func TestPowerCut(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed: what is flushed cannot be seen without it")
	}
	dir := t.TempDir()
	trace := filepath.Join(dir, "trace")
	cmd := exec.Command(strace, append(straceFlags(trace), os.Args[0])...)
	cmd.Env = append(os.Environ(), cutDirEnv+"="+filepath.Join(dir, "data"))
	if said, err := cmd.CombinedOutput(); err != nil && strings.Contains(string(said), "Operation not permitted") {
		t.Skipf("nothing may be watched here: %s", said)
	} else if err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	f, err := os.Open(trace)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	calls, err := readCalls(f)
	if err != nil {
		t.Fatal(err)
	}
	c := &cutter{t: t, dir: filepath.Join(dir, "cut"), files: map[string]*cutFile{}, said: map[string]int{}}
	const chance = 0.7 // of a cut after each word; a tenth of it after everything else
	for _, call := range calls {
		word := call.file == "data.said"
		if c.take(call); len(c.said) > 0 && rand.Float64() < map[bool]float64{true: chance, false: chance / 10}[word] {
			c.cut()
		}
	}
	if c.said["scans"] != cutScans || c.said["setting"] != cutSettings || c.said["pulls"] != cutPulls {
		t.Errorf("the station's words were %v: not all of them were seen", c.said)
	}
	t.Logf("%d cuts", c.cuts)
}

// cutFile is a file on a disk whose power may fail.
type cutFile struct {
	flushed []byte
	later   []diskCall     // not flushed yet
	covers  map[string]int // how many of those the flush covers that a thread has begun
}

// cutter follows a station's calls.
type cutter struct {
	t     *testing.T
	dir   string
	files map[string]*cutFile
	said  map[string]int // the last number of each word
	cuts  int
}

func (c *cutter) take(call diskCall) {
	c.t.Helper()
	if call.file == "data.said" {
		var what string
		var n int
		if _, err := fmt.Sscan(string(call.data), &what, &n); err != nil {
			c.t.Fatal(err)
		}
		c.said[what] = n
		return
	}
	f := c.files[call.file]
	if f == nil {
		f = &cutFile{covers: map[string]int{}}
		c.files[call.file] = f
	}
	switch call.call {
	case "flush":
		f.covers[call.thread] = len(f.later)
	case "flushed":
		n := f.covers[call.thread]
		delete(f.covers, call.thread)
		for _, w := range f.later[:n] {
			f.flushed = w.on(f.flushed)
		}
		f.later = f.later[n:]
		for other := range f.covers {
			f.covers[other] = max(0, f.covers[other]-n)
		}
	default:
		f.later = append(f.later, call)
	}
}

// on does the write or truncation on what a file holds.
func (d diskCall) on(file []byte) []byte {
	if d.call == "ftruncate" {
		return append(file[:min(int(d.at), len(file))], make([]byte, max(0, int(d.at)-len(file)))...)
	}
	if end := int(d.at) + len(d.data); end > len(file) {
		file = append(file, make([]byte, end-len(file))...)
	}
	copy(file[d.at:], d.data)
	return file
}

// cut is the power cut.
func (c *cutter) cut() {
	c.t.Helper()
	c.cuts++
	if err := os.RemoveAll(c.dir); err != nil {
		c.t.Fatal(err)
	}
	if err := os.Mkdir(c.dir, 0o700); err != nil {
		c.t.Fatal(err)
	}
	for _, name := range []string{dbName, dbName + "-wal"} {
		f := c.files[name]
		if f == nil {
			continue
		}
		image := append([]byte{}, f.flushed...)
		for _, w := range f.later {
			switch p := rand.Float64(); {
			case p < 0.4:
				image = w.on(image)
			case p < 0.6 && len(w.data) > 0: // whole sectors only
				w.data = w.data[:rand.IntN(len(w.data)/512+1)*512]
				image = w.on(image)
			}
		}
		if err := os.WriteFile(filepath.Join(c.dir, name), image, 0o600); err != nil {
			c.t.Fatal(err)
		}
	}
	c.check()
}

func (c *cutter) check() {
	c.t.Helper()
	db, err := sql.Open("sqlite3", filepath.Join(c.dir, dbName))
	if err != nil {
		c.t.Fatal(err)
	}
	defer db.Close()
	var whole string
	var scans, setting, pulls int
	err = db.QueryRow("SELECT (SELECT integrity_check FROM pragma_integrity_check), (SELECT count(*) FROM events WHERE kind = 'item_scanned'),"+
		" coalesce((SELECT CAST(value AS INTEGER) FROM settings WHERE key = 'n'), 0), coalesce((SELECT min(CAST(buyer_message AS INTEGER)) FROM orders), 0)").
		Scan(&whole, &scans, &setting, &pulls)
	if err != nil || whole != "ok" || scans < c.said["scans"] || setting < c.said["setting"] || pulls < c.said["pulls"] {
		c.t.Fatalf("cut %d: %v, %s, %d scans, setting %d, %d pulls; the station had said %v", c.cuts, err, whole, scans, setting, pulls, c.said)
	}
}
