package main

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"packbench/storage"
)

func pid(w *testWindow) string { return strconv.Itoa(w.cmd.Process.Pid) }

// TestNoWindowCanBeOpened: the program must end with a sentence instead of running on where nobody can see it.
func TestNoWindowCanBeOpened(t *testing.T) {
	bare := newDisplay(t, "-extension", "GLX")
	guarded := newDisplay(t, "+extension", "GLX", "-auth", authority(t, [16]byte{1, 2, 3}))
	tests := []struct{ name, display, want string }{
		{"no display", "", "DISPLAY is not set"},
		{"no server there", ":59000", "cannot be reached"},
		{"no number", "somewhere", "cannot be reached"},
		{"a server without OpenGL", bare, "no OpenGL (GLX)"},
		{"somebody else's server", guarded, "refused us"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStation(t, tt.display, "")
			code, said := s.refusal(t)
			if code != exitFailed || !strings.HasPrefix(said, "packbench: ") || !strings.Contains(said, tt.want) || strings.Count(said, "\n") != 1 {
				t.Errorf("got code %d and %q, want 1 and a sentence with %q", code, said, tt.want)
			}
			if left, err := filepath.Glob(filepath.Join(s.dir, "packbench.*")); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}

// TestCookie: with the key to a guarded display the window opens, and ends in order when it is asked to.
func TestCookie(t *testing.T) {
	file := authority(t, [16]byte{7, 7, 7})
	d := newDisplay(t, "+extension", "GLX", "-auth", file)
	t.Setenv("XAUTHORITY", file) // for xdotool, too
	w := newStation(t, d, "").start(t)
	w.shown(t)
	w.close(t)
}

// TestSecondStart brings the first window to the front and ends.
func TestSecondStart(t *testing.T) {
	d := newDesktop(t)
	s := newStation(t, d, "")
	first := s.start(t)
	front := first.shown(t)
	other := newStation(t, d, "").start(t)
	covering := other.shown(t)
	eventually(t, "another station's window is in front", func() bool { return xdotool(d, "getactivewindow") == covering })

	code, said := s.refusal(t)
	if code != exitDone || !strings.Contains(said, "already runs on this data folder") {
		t.Errorf("second start: got code %d and %q", code, said)
	}
	eventually(t, "the first window is in front again", func() bool { return xdotool(d, "getactivewindow") == front })
	if first.ended() {
		t.Fatalf("the first window is gone: %v", first.err)
	}
	first.close(t)
	other.close(t)
	again := s.start(t) // the folder is free once more
	again.shown(t)
	again.close(t)
}

// TestDataThatMustNotBeTouched: the program refuses to start and changes nothing.
func TestDataThatMustNotBeTouched(t *testing.T) {
	d := newDisplay(t, "+extension", "GLX")
	tests := []struct {
		name    string
		prepare func(t *testing.T, s *testStation)
		want    string
	}{
		{"from a newer version", func(t *testing.T, s *testStation) { s.stock(t, "A-1,MUG,1"); fromTheFuture(t, s.db()) }, "newer version"},
		{"no database at all", func(t *testing.T, s *testStation) {
			s.write(t, s.db(), strings.Repeat("this is a shopping list\n", 400))
		}, "not a Packbench database"},
		{"cut off", func(t *testing.T, s *testStation) { s.stock(t, "A-1,MUG,1"); cutOff(t, s.db()) }, "damaged"},
		{"a folder that cannot be written", func(t *testing.T, s *testStation) { s.stock(t, "A-1,MUG,1"); readOnly(t, s.dir) }, "permissions"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStation(t, d, "")
			tt.prepare(t, s)
			before, err := os.ReadFile(s.db())
			if err != nil {
				t.Fatal(err)
			}
			code, said := s.refusal(t)
			if code != exitFailed || !strings.HasPrefix(said, "packbench: ") || !strings.Contains(said, tt.want) {
				t.Errorf("got code %d and %q, want 1 and a sentence with %q", code, said, tt.want)
			}
			if after, err := os.ReadFile(s.db()); err != nil || !bytes.Equal(before, after) {
				t.Errorf("the file was changed: %d bytes before, %d after, %v", len(before), len(after), err)
			}
		})
	}
}

func (s *testStation) db() string { return filepath.Join(s.dir, "packbench.db") }

// fromTheFuture makes a database say that a later program has written it.
func fromTheFuture(t *testing.T, file string) {
	t.Helper()
	db, err := sql.Open("sqlite3", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (?, 1)", storage.SchemaVersion()+1); err != nil {
		t.Fatal(err)
	}
}

// cutOff takes the second half of a file away.
func cutOff(t *testing.T, file string) {
	t.Helper()
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(file, info.Size()/2/4096*4096); err != nil {
		t.Fatal(err)
	}
}

func TestBrokenConfiguration(t *testing.T) {
	d := newDisplay(t, "+extension", "GLX")
	for _, tt := range []struct{ name, toml, want string }{
		{"unknown key", "colour = \"red\"\n", "station.toml, line 5: "},
		{"impossible value", "[[scanner]]\ntransport = \"pigeon\"\n", "station.toml, line 6: "},
		{"no TOML", "[[[\n", "station.toml, line 5: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, said := newStation(t, d, tt.toml).refusal(t)
			if code != exitUsage || !strings.Contains(said, tt.want) {
				t.Errorf("got code %d and %q, want 2 and %q", code, said, tt.want)
			}
		})
	}
}

// TestPowerCut in the middle of an order: what was on the screen is there again.
func TestPowerCut(t *testing.T) {
	scanner, toml := newScanner(t)
	s := newStation(t, newDisplay(t, "+extension", "GLX"), toml)
	s.stock(t, "A-1,MUG,5", "A-2,MUG,1")
	w := s.start(t)
	w.want(t, scanner, "A-1", "order_opened")
	w.want(t, scanner, mug, "item_ok")
	w.want(t, scanner, mug, "item_ok")
	w.kill(t)
	if n := s.verified(t, "A-1"); n != 2 {
		t.Errorf("after the cut: got %d pieces, want 2", n)
	}

	w = s.start(t)
	if got := w.want(t, scanner, mug, "item_ok"); got.OrderID != "A-1" || !strings.Contains(got.Text, "3 of 5") {
		t.Errorf("got %+v, want the third piece of A-1", got)
	}
	w.want(t, scanner, "A-2", "refused") // A-1 is still open
	w.want(t, scanner, mug, "item_ok")
	w.want(t, scanner, mug, "item_complete")
	if n := s.verified(t, "A-1"); n != 5 {
		t.Errorf("at the end: got %d pieces, want 5", n)
	}
	w.close(t)
}

// TestNothingPluggedIn: no sound card, camera or printer answers and the scanner comes later; the bench opens all the same.
func TestNothingPluggedIn(t *testing.T) {
	scanner, toml := newScanner(t)
	if err := scanner.Unplug(); err != nil {
		t.Fatal(err)
	}
	s := newStation(t, newDisplay(t, "+extension", "GLX"), toml+
		"[[camera]]\nname = \"dock\"\nurl = \"http://127.0.0.1:9/mjpeg\"\n"+
		"[[printer]]\nrole = \"label\"\ntransport = \"network\"\naddress = \"127.0.0.1:9\"\nlanguage = \"zpl\"\ndpi = 203\nwidth_mm = 102\nheight_mm = 152\n")
	s.stock(t, "A-1,MUG,2")
	w := s.start(t)
	w.shown(t)
	eventually(t, "the missing scanner, camera and printer are told", func() bool {
		return strings.Count(s.run(t, "devices", "--json"), `"state":"absent"`) == 3
	})
	if err := scanner.Plug(); err != nil {
		t.Fatal(err)
	}
	w.want(t, scanner, "A-1", "order_opened")
	w.want(t, scanner, mug, "item_ok")
	w.close(t)
}
