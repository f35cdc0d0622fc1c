package main

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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

// TestUdev: the rules name the makers of the table, take devices by name, and are udev's language.
func TestUdev(t *testing.T) {
	s := newStation(t, "", "")
	rules := s.run(t, "udev", "--out", "-")
	checkRules(t, rules)
	var makers []string
	for line := range strings.Lines(rules) {
		if strings.Contains(line, "idVendor") && !strings.HasPrefix(line, "#") {
			makers = append(makers, strings.TrimSpace(line))
		}
	}
	if diff := cmp.Diff(usb.MakerRules(), makers); diff != "" {
		t.Errorf("the rules and the table of makers differ (-table +rules):\n%s", diff)
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
