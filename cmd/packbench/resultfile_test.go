//go:build unix

package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestResultsGoIntoPlainFilesOnly: what stands under the result's name is never waited for, and stays what it is unless it is a
// plain file. The station's own files are no results.
func TestResultsGoIntoPlainFilesOnly(t *testing.T) {
	s := newStation(t, "", "")
	s.stock(t, "E-1,MUG,1")
	in := func(name string) string { return filepath.Join(s.files, name) }
	if err := syscall.Mkfifo(in("pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	for from, to := range map[string]string{"ring": "ring", "topipe": "pipe", "tofolder": "folder"} {
		if err := os.Symlink(to, in(from)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(in("folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	own := func(name string) string { return filepath.Join(s.dir, name) }
	commands := map[string]func(out string) []string{
		"export":   func(out string) []string { return []string{"orders", "export", out} },
		"backup":   func(out string) []string { return []string{"backup", out} },
		"evidence": func(out string) []string { return []string{"evidence", "export", "E-1", "--out", out} },
		"slip":     func(out string) []string { return []string{"slip", "E-1", "--out", out} },
		"sheet":    func(out string) []string { return []string{"sheet", "--out", out} },
	}
	for name, args := range commands {
		for out, words := range map[string]string{
			in("folder"): "it is a folder; name a file in it", in("tofolder"): "it is a folder", in("pipe"): "it is a pipe; name a plain file",
			in("topipe"): "it is a pipe", in("ring"): "too many", in("nofolder/x"): "there is no folder " + in("nofolder"), in("free") + "/": "there is no folder",
			"/dev/full": "it is a device", own("packbench.db"): "station's own files", own("packbench.db-wal"): "station's own files",
			own("files/x"): "station's own files", own("station.toml"): "station's own files", own("Secrets.key"): "station's own files",
		} {
			if name != "export" && out != in("folder") {
				continue // the way is the same for all
			}
			var said bytes.Buffer
			if code := run(t.Context(), append(args(out), "--data", s.dir), io.Discard, &said); code != exitFailed || strings.Count(said.String(), words) != 1 || !strings.HasPrefix(said.String(), "packbench: cannot save "+strings.TrimSuffix(out, "/")) || strings.Count(said.String(), "\n") != 1 {
				t.Errorf("%s to %s: got %d, %q, want %d and one sentence about %q", name, out, code, said.String(), exitFailed, words)
			}
		}
	}
	for name, mode := range map[string]os.FileMode{"pipe": os.ModeNamedPipe, "topipe": os.ModeSymlink, "ring": os.ModeSymlink, "folder": os.ModeDir} {
		if info, err := os.Lstat(in(name)); err != nil || info.Mode().Type() != mode {
			t.Errorf("%s is %v now, %v", name, info.Mode(), err)
		}
	}
	if out := s.run(t, "evidence", "verify", "--all"); !strings.Contains(out, `"ok":true`) {
		t.Errorf("after all that: %s", out)
	}
}

// TestResultsFollowLinks: the link stays, and what it points at is replaced, there or not there yet.
func TestResultsFollowLinks(t *testing.T) {
	s := newStation(t, "", "")
	s.stock(t, "E-1,MUG,1")
	shared := filepath.Join(s.files, "share", "daily")
	if err := os.MkdirAll(shared, 0o700); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(s.files, "link.csv")
	if err := os.Symlink(filepath.Join("share", "daily", "out.csv"), link); err != nil {
		t.Fatal(err)
	}
	for _, state := range []string{"free", "there"} {
		s.run(t, "orders", "export", link)
		text, err := os.ReadFile(filepath.Join(shared, "out.csv"))
		if to, lerr := os.Readlink(link); err != nil || lerr != nil || to == "" || !bytes.Contains(text, []byte("E-1")) {
			t.Errorf("%s: got %q, %v, %v", state, text, err, lerr)
		}
	}
	if left, err := os.ReadDir(shared); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestALabelIsNotReplacedByItself: under another name of the same file neither.
func TestALabelIsNotReplacedByItself(t *testing.T) {
	s := newStation(t, "", "")
	const carrier = "^XA^FO60,200^BY3^BCN,150,Y,N^FDPACK>500012345^FS^XZ"
	file, link := filepath.Join(s.files, "a.zpl"), filepath.Join(s.files, "b.zpl")
	if err := os.WriteFile(file, []byte(carrier), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("a.zpl", link); err != nil {
		t.Fatal(err)
	}
	for _, out := range []string{file, link} {
		said, err := s.command(t, "label", file, "--out", out).CombinedOutput()
		if text, rerr := os.ReadFile(file); err == nil || exitCode(t, err) != exitUsage || !strings.Contains(string(said), "names the label itself") || rerr != nil || string(text) != carrier {
			t.Errorf("%s: got %v, %s, the label is %q, %v", out, err, said, text, rerr)
		}
	}
}

// TestSettingsAreWrittenThroughALink: a station.toml that somebody keeps elsewhere stays there, over two links and with its mode.
func TestSettingsAreWrittenThroughALink(t *testing.T) {
	file := stationFile(t, handWritten)
	dir := t.TempDir()
	middle, link := filepath.Join(dir, "middle.toml"), filepath.Join(dir, "station.toml")
	if err := errors.Join(os.Symlink(file, middle), os.Symlink("middle.toml", link)); err != nil {
		t.Fatal(err)
	}
	before, err := keepBinding(link, netPrinter, wantNetPrinter)
	if err != nil || before != link+".before" {
		t.Fatal(before, err)
	}
	for _, l := range []string{middle, link} {
		if info, err := os.Lstat(l); err != nil || info.Mode().Type() != os.ModeSymlink {
			t.Errorf("%s is a link no more: %v, %v", l, info.Mode(), err)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(text), "10.0.0.5:9100") {
		t.Errorf("the file behind the link: %s, %v", text, err)
	}
	if info, err := os.Lstat(file); err != nil || info.Mode() != 0o640 {
		t.Errorf("the file behind the link: %v, %v", info.Mode(), err)
	}
	for _, d := range []string{filepath.Dir(file), dir} {
		if left, err := filepath.Glob(filepath.Join(d, ".packbench-*")); err != nil || len(left) != 0 {
			t.Errorf("left behind: %v, %v", left, err)
		}
	}
}

// TestSettingsKeepALinkIntoTheVoid: the file is made where the link says.
func TestSettingsKeepALinkIntoTheVoid(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(dir, "station.toml")
	if err := os.Symlink("mine.toml", link); err != nil {
		t.Fatal(err)
	}
	if _, err := keepBinding(link, netPrinter, wantNetPrinter); err != nil {
		t.Fatal(err)
	}
	if _, err := loadConfig(filepath.Join(dir, "mine.toml"), true); err != nil {
		t.Error(err)
	}
	if to, err := os.Readlink(link); err != nil || to != "mine.toml" {
		t.Errorf("the link: %q, %v", to, err)
	}
}
