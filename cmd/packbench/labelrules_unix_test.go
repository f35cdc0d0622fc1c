//go:build unix

package main

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestRulesThatAreNoFiles: a pipe or an endless device in the place of a rules file holds nothing up; the delivered rules count,
// and the log says so.
func TestRulesThatAreNoFiles(t *testing.T) {
	for what, put := range map[string]func(string) error{
		"a pipe":   func(name string) error { return syscall.Mkfifo(name, 0o600) },
		"a device": func(name string) error { return os.Symlink("/dev/zero", name) },
		"a folder": func(name string) error { return os.Mkdir(name, 0o700) },
		"larger":   func(name string) error { return os.WriteFile(name, make([]byte, maxConfig+1), 0o600) },
	} {
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, "rules"), 0o700); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{labelRulesName, carriersName} {
			if err := put(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
		var log bytes.Buffer
		done := make(chan bool, 1)
		go func() {
			o := labelOptions(dir, "GB", slog.New(slog.NewTextHandler(&log, nil)))
			done <- o.Rules != nil && o.Carriers != nil && o.RulesName != ""
		}()
		select {
		case ok := <-done:
			if !ok {
				t.Errorf("%s: the delivered rules are not used", what)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("%s holds the program up", what)
		}
		if n := strings.Count(log.String(), "it is "+what); n != 2 {
			t.Errorf("%s: the log says it %d times: %s", what, n, log.String())
		}
		if what != "a pipe" {
			continue // doctor takes seconds
		}
		s := newStation(t, "", "")
		orders := filepath.Join(s.files, "orders.csv")
		s.write(t, orders, "order_id,seller_sku,quantity\nA,MUG,1\n")
		s.run(t, "orders", "import", orders)
		if err := os.Rename(filepath.Join(dir, "rules"), filepath.Join(s.dir, "rules")); err != nil {
			t.Fatal(err)
		}
		said, err := s.command(t, "doctor").CombinedOutput()
		if exitCode(t, err) != 1 || strings.Count(string(said), what) < 2 || !strings.Contains(string(said), "the delivered one is used meanwhile") {
			t.Errorf("%s: %v %s", what, err, said)
		}
	}
}
