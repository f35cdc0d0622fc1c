package storage

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

const stageOnly = "stage-only"

// stageChild begins a restore and a backup and never ends them.
func stageChild(_ context.Context, dir, _ string) error {
	for kind, name := range map[string]string{"restore": "data", "backup": dbName} {
		s, err := newStage(dir, kind)
		if err == nil {
			err = os.WriteFile(filepath.Join(s.dir, name), []byte("a buyer's address"), 0o600)
		}
		if err != nil {
			return err
		}
	}
	fmt.Println("READY")
	time.Sleep(time.Hour)
	return nil
}

// TestCopiesOfAKilledProcessAreRemoved: they hold buyer data. Those of a living one stay, and so does what is not ours.
func TestCopiesOfAKilledProcessAreRemoved(t *testing.T) {
	dir := t.TempDir()
	old := time.Now().Add(-2 * time.Hour)
	keep := map[string]string{".restore-123/notes.txt": "mine", "other/" + dbName: "kept", ".restore-x/data": "not our name", ".backup-77.zip": "a file"}
	for name, text := range keep {
		writeAt(t, filepath.Join(dir, name), text, old)
	}
	writeAt(t, filepath.Join(dir, ".backup-55", dbName), "left by an older version", old)
	writeAt(t, filepath.Join(dir, ".restore-56", dbName), "an older version, just now", time.Now())
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), killDirEnv+"="+dir, killFaultEnv+"="+stageOnly)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "READY\n" {
		t.Fatalf("got %q, %v", line, err)
	}
	stages := func() int {
		t.Helper()
		var n int
		for _, pattern := range []string{".restore-*", ".backup-*"} {
			found, err := filepath.Glob(filepath.Join(dir, pattern))
			if err != nil {
				t.Fatal(err)
			}
			n += len(found)
		}
		return n
	}
	const ours, others = 2, 4 // others: 123, x, 77.zip, and the young 56
	if err := removeStale(dir); err != nil || stages() != ours+others {
		t.Errorf("while the process lives: %v, %d left, want %d", err, stages(), ours+others)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed
	openTest(t, dir)
	if stages() != others {
		t.Errorf("after a start: %d left, want %d", stages(), others)
	}
	for name, text := range keep {
		if got, err := os.ReadFile(filepath.Join(dir, name)); string(got) != text || err != nil {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
}

func writeAt(t *testing.T, file, text string, at time.Time) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(filepath.Dir(file), at, at); err != nil {
		t.Fatal(err)
	}
}
