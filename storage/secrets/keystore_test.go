package secrets

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"packbench/fulfillment"
)

// mockKeyStore is the library's own key store in memory.
func mockKeyStore(t *testing.T) {
	t.Helper()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
	keyring.MockInit()
	t.Cleanup(keyring.MockInit)
}

func TestTheKeyStaysInTheKeyStore(t *testing.T) {
	mockKeyStore(t)
	dir := t.TempDir()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Set("tokens", "the-access-token"); err != nil {
		t.Fatal(err)
	}
	if !s.InKeyStore() || s.Where() != inKeyStore {
		t.Errorf("Where says %q", s.Where())
	}
	if _, err := os.Stat(filepath.Join(dir, keyName)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the key stands in a file, too: %v", err)
	}
	again, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if v, err := again.Get("tokens"); err != nil || v != "the-access-token" {
		t.Errorf("got %q, %v", v, err)
	}
}

// A key store that is closed for a while costs nothing: no new key hides the old one, the program opens, and the secrets are
// there again as soon as it answers.
func TestAClosedKeyStoreIsWaitedFor(t *testing.T) {
	mockKeyStore(t)
	dir := t.TempDir()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Set("tokens", "the-access-token"); err != nil {
		t.Fatal(err)
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	key, err := keyring.Get(service, abs)
	if err != nil {
		t.Fatal(err)
	}
	keyring.MockInitWithError(errors.New("locked"))
	shut, err := Open(dir)
	if err != nil {
		t.Fatalf("the program must open without its secrets: %v", err)
	}
	if _, err := shut.Get("tokens"); !errors.Is(err, ErrLocked) || errors.Is(err, fulfillment.ErrNotFound) || !strings.Contains(err.Error(), "unlock") {
		t.Errorf("got %v", err)
	}
	if err := shut.Set("tokens", "another"); !errors.Is(err, ErrLocked) {
		t.Errorf("something was written without the key: %v", err)
	}
	if err := shut.Trouble(); !errors.Is(err, ErrLocked) || shut.Where() != nowhere || shut.InKeyStore() {
		t.Errorf("trouble %v, where %q", err, shut.Where())
	}
	if _, err := os.Stat(filepath.Join(dir, keyName)); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("a new key was made: %v", err)
	}
	keyring.MockInit()
	if err := keyring.Set(service, abs, key); err != nil {
		t.Fatal(err)
	}
	shut.tried = time.Time{} // the pause is over
	if v, err := shut.Get("tokens"); err != nil || v != "the-access-token" || !shut.InKeyStore() || shut.Trouble() != nil {
		t.Errorf("after it opened: %q, %v, in the key store: %v", v, err, shut.InKeyStore())
	}
}

// Two stores on one folder stand for two processes: locks are held by open files.
func TestNoChangeIsLostBetweenProcesses(t *testing.T) {
	noKeyStore(t)
	dir := t.TempDir()
	var all sync.WaitGroup
	for p := range 4 {
		s, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		all.Go(func() {
			for i := range 10 {
				if err := s.Set(fmt.Sprintf("%d-%d", p, i), "x"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.read()
	if err != nil || len(got) != 40 {
		t.Errorf("%d of 40 were kept, %v", len(got), err)
	}
}

func TestAFailedChangeChangesNothing(t *testing.T) {
	noKeyStore(t)
	s, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Set("a", "1"); err != nil {
		t.Fatal(err)
	}
	no := errors.New("no")
	if err := s.Update(func(all map[string]string) error { delete(all, "a"); return no }); !errors.Is(err, no) {
		t.Errorf("got %v", err)
	}
	if v, err := s.Get("a"); err != nil || v != "1" {
		t.Errorf("got %q, %v", v, err)
	}
}

func TestLockKeepsOthersOut(t *testing.T) {
	noKeyStore(t)
	dir := t.TempDir()
	one, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	other, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	unlock, err := one.Lock(t.Context(), "refresh")
	if err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := other.Lock(short, "refresh"); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v, want to be kept out", err)
	}
	unlock()
	again, err := other.Lock(t.Context(), "refresh")
	if err != nil {
		t.Fatal(err)
	}
	again()
}
