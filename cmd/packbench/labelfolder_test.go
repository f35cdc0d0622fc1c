package main

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLabelFolder: the watched folder must not be one in which the program or a person keeps something else.
func TestLabelFolder(t *testing.T) {
	base := t.TempDir()
	data, home := filepath.Join(base, "data"), filepath.Join(base, "home")
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	for _, d := range []string{data, home, filepath.Join(data, "files"), filepath.Join(data, "replaced-20260101T000000.000Z"), filepath.Join(base, "big", "log")} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{filepath.Join(data, "self"): data, filepath.Join(data, "up"): base, filepath.Join(data, "inside"): filepath.Join(data, "files"),
		filepath.Join(data, "log"): filepath.Join(base, "big", "log"), filepath.Join(base, "other"): data, filepath.Join(data, "house"): home} {
		if err := os.Symlink(to, link); err != nil {
			t.Skip("no links here:", err)
		}
	}
	c := &call{dir: data, config: filepath.Join(data, "station.toml"), named: true}
	for folder, want := range map[string]string{
		"labels": "", "labels/in": "", filepath.Join(base, "labels"): "", filepath.Join(home, "Downloads"): "", "replaced": "", "filesystem": "", "": "",
		".": "data folder", "./": "data folder", "labels/..": "data folder", data: "data folder", "self": "data folder", filepath.Join(base, "other"): "data folder",
		"..": "data folder", "../..": "data folder", base: "data folder", "up": "data folder", "/": "data folder",
		home: "home", "house": "home", "../home": "home",
		"files": "the program keeps", "Files": "the program keeps", "inside": "the program keeps", "files/in": "the program keeps", "inside/new": "the program keeps",
		"rules": "the program keeps", "cache": "the program keeps", "log": "the program keeps", filepath.Join(base, "big", "log"): "the program keeps",
		"before-migration": "the program keeps", "replaced-20260101T000000.000Z": "the program keeps", "replaced-later/x": "the program keeps",
		filepath.Join(base, "other", "files"): "the program keeps",
	} {
		if err := os.WriteFile(c.config, []byte("[station]\nid = \"P\"\n[shop]\npoll = \"30s\"\nlabel_folder = '"+folder+"'\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		cfg, err := c.settings()
		var bad *configError
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", folder, err)
		case want != "" && (!errors.As(err, &bad) || bad.line != 5 || !strings.Contains(bad.text, want)):
			t.Errorf("%s: %v, want %q in line 5", folder, err, want)
		case want != "" && (&app{dir: data, env: &env{cfg: cfg, log: slog.New(slog.DiscardHandler)}}).joinFolder() != nil:
			t.Errorf("%s is watched", folder)
		}
	}
}

// A command that meets such a folder ends with 2 and leaves the data folder as it is.
func TestLabelFolderOfTheData(t *testing.T) {
	s := newStation(t, "", "[shop]\nlabel_folder = \".\"\n")
	said, err := s.command(t, "doctor").CombinedOutput()
	if exitCode(t, err) != 2 || !strings.Contains(string(said), "station.toml, line ") || !strings.Contains(string(said), "data folder itself") {
		t.Errorf("%v %s", err, said)
	}
}
