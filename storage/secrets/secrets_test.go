package secrets

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"packbench/fulfillment"
)

func noKeyStore(t *testing.T) {
	t.Helper()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	if keyStoreLikely() {
		t.Skip("this computer has a key store; the fallback is tested where there is none")
	}
}

func TestSecretsSurviveReopening(t *testing.T) {
	noKeyStore(t)
	dir := t.TempDir()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get("tokens"); !errors.Is(err, fulfillment.ErrNotFound) {
		t.Fatalf("got %v, want ErrNotFound", err)
	}
	if err := s.Set("tokens", "the-access-token"); err != nil {
		t.Fatal(err)
	}
	again, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if v, err := again.Get("tokens"); err != nil || v != "the-access-token" {
		t.Fatalf("got %q, %v", v, err)
	}
	if again.InKeyStore() || !strings.Contains(again.Where(), "file") {
		t.Errorf("Where says %q", again.Where())
	}
}

func TestFilesAreSealedAndPrivate(t *testing.T) {
	noKeyStore(t)
	dir := t.TempDir()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Set("app", "the-app-secret"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{sealedName, keyName} {
		st, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if st.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, want 0600", name, st.Mode())
		}
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(text, []byte("the-app-secret")) {
			t.Errorf("%s holds the secret in clear", name)
		}
	}
}

func TestADamagedFileIsSaidAndNotOverwritten(t *testing.T) {
	noKeyStore(t)
	dir := t.TempDir()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, sealedName)
	if err := os.WriteFile(file, []byte("not sealed at all, but long enough to hold a nonce"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Set("app", "x"); err == nil {
		t.Fatal("a damaged store was overwritten")
	}
	if _, err := s.Get("app"); err == nil || errors.Is(err, fulfillment.ErrNotFound) {
		t.Fatalf("got %v, want a sentence about the damage", err)
	}
}
