package main

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

func TestShopSides(t *testing.T) {
	for hints, want := range map[string]string{
		"127.0.0.1:8090":                  "",
		"[::1]:8090":                      "",
		"10.0.0.7:8090":                   "",
		"https://relay.example/hooks?s=1": "",
		"http://127.0.0.1:9000/hooks":     "",
		"http://relay.example/hooks":      "https",
		"https://u:p@relay.example/":      "https",
		"8090":                            "neither host:port",
		"relay.example:8090":              "not an address of this computer",
		"127.0.0.1:0":                     "neither host:port",
	} {
		_, err := parseConfig("station.toml", []byte("[station]\nid = \"P\"\n[shop]\npoll = \"30s\"\nhints = \""+hints+"\"\n"))
		var bad *configError
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", hints, err)
		case want != "" && (!errors.As(err, &bad) || bad.line != 5 || !strings.Contains(bad.text, want)):
			t.Errorf("%s: %v, want %q in line 5", hints, err, want)
		}
	}
	cfg, err := parseConfig("station.toml", []byte("[shop]\nlabel_folder = \"labels in\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got := cfg.labelFolder("/data"); got != filepath.Join("/data", "labels in") {
		t.Error(got)
	}
	if got := defaultConfig().labelFolder("/data"); got != "" {
		t.Error(got)
	}
}
