package main

import (
	"fmt"
	"strings"
)

// mingw is the C compiler for Windows on other systems.
const mingw = "x86_64-w64-mingw32-gcc"

// tags are constant for a system: other tags mean another compilation of the window toolkit, which takes minutes.
// migrated_fynedo drops the toolkit's checks for programs written before fyne.Do; x11 leaves the Wayland half out.
func tags(goos string) string {
	if goos == "linux" {
		return "x11,migrated_fynedo"
	}
	return "migrated_fynedo"
}

// compileFlags are the flags of every go build, vet and test. The race detector is for tests and vet: one command uses
// either all or nothing of it, so that nothing is compiled twice. VCS stamping is off because it fails where git
// mistrusts the owner of the folder; the commit comes by ldflags.
func compileFlags(goos string, race bool) []string {
	flags := []string{"-tags", tags(goos)}
	if race {
		flags = append(flags, "-race")
	}
	return append(flags, "-buildvcs=false")
}

// linkFlags strip the symbols, name the version and, on Windows, keep the console away.
func linkFlags(goos, version, commit string) string {
	flags := []string{"-s", "-w", "-X", "main.version=" + version, "-X", "main.commit=" + commit}
	if goos == "windows" {
		flags = append(flags, "-H", "windowsgui")
	}
	return strings.Join(flags, " ")
}

// appVersion reads the version from the text of FyneApp.toml, so that it stands in one place.
func appVersion(toml string) (string, error) {
	for line := range strings.Lines(toml) {
		key, value, ok := strings.Cut(line, "=")
		if ok && strings.TrimSpace(key) == "Version" {
			return strings.Trim(strings.TrimSpace(value), `"`), nil
		}
	}
	return "", fmt.Errorf("FyneApp.toml has no Version")
}
