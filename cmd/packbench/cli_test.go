package main

import (
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the test binary be the program: scripts run it as `packbench`, and so do tests that start processes.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"packbench": main,
	})
}

// TestCommands runs the contract's commands as scripts, each in an empty folder with a data folder of its own.
func TestCommands(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("DISPLAY", "")
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("XDG_CONFIG_HOME", e.WorkDir+"/config")
			e.Setenv("AppData", filepath.Join(e.WorkDir, "config")) // the same on Windows
			e.Setenv("XDG_CACHE_HOME", sharedCache(t))
			return nil
		},
	})
}
