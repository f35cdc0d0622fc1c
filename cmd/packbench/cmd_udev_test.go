package main

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"packbench/devices/usb"
)

// ruleLine is one rule as udev(7) writes it: matches and assignments, separated by commas.
var ruleLine = regexp.MustCompile(`^[A-Z]+(\{\w+\})?(==|!=|\+=|=)"[^"]*"(, [A-Z]+(\{\w+\})?(==|!=|\+=|=)"[^"]*")*$`)

func checkRules(t *testing.T, rules string) {
	t.Helper()
	for line := range strings.Lines(rules) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "#") && !ruleLine.MatchString(line) {
			t.Errorf("no rule of udev: %s", line)
		}
	}
	if strings.Count(rules, `GOTO="packbench_end"`) == 0 || strings.Count(rules, `LABEL="packbench_end"`) != 1 {
		t.Error("the rules jump to a place that is not there, or is there twice")
	}
}

// TestUdev: the rules know every maker whose keyboards are taken for scanners, take devices by name, and are udev's language.
func TestUdev(t *testing.T) {
	s := newStation(t, "", "")
	rules := s.run(t, "udev", "--out", "-")
	checkRules(t, rules)
	for _, maker := range scannerMakers {
		if !strings.Contains(rules, fmt.Sprintf(`SUBSYSTEM=="usb", ENV{DEVTYPE}=="usb_device", ATTR{idVendor}=="%04x"`, maker)) || !regexp.MustCompile(fmt.Sprintf(`ATTRS\{idVendor\}=="[^"]*%04x`, maker)).MatchString(rules) {
			t.Errorf("scanners of %04x are offered, and nobody may use them", maker)
		}
	}
	named := s.run(t, "udev", "1234:ABCD", "--out", "-")
	checkRules(t, named)
	lines := usb.Rules(usb.ID{Vendor: 0x1234, Product: 0xabcd})
	if at := strings.Index(named, lines); at < 0 || at > strings.Index(named, `SUBSYSTEM!="tty", GOTO=`) {
		t.Errorf("the named device's lines are missing or stand behind the jump:\n%s", named)
	}
	file := filepath.Join(t.TempDir(), "60-packbench.rules")
	s.run(t, "udev", "--out", file)
	if out, err := exec.CommandContext(t.Context(), "udevadm", "verify", "--resolve-names=never", file).CombinedOutput(); err != nil {
		if strings.Contains(string(out), "Unknown command") || strings.Contains(string(out), "Unknown operation") || strings.Contains(err.Error(), "not found") {
			t.Log("udev 254 or newer is not here: only the form of the rules was checked")
			return
		}
		t.Errorf("udevadm verify: %v\n%s", err, out)
	}
}
