package secrets

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/zalando/go-keyring"
	"golang.org/x/crypto/chacha20poly1305"
)

// ErrLocked: there are secrets, and the key store that holds their key does not give it. It may later.
var ErrLocked = errors.New("the system's key store does not give the key of this station's secrets; log in to the desktop and unlock it, or remove " +
	sealedName + " and connect the shop again")

const (
	inKeyStore = "the system's key store"
	inFile     = "a file in the data folder readable by this user only, because this system has no key store"
	nowhere    = "the system's key store, which does not answer now"
	keyPause   = 15 * time.Second // between two questions to a key store that does not answer
)

// lookAgain asks a key store that was closed before. Caller holds mu.
func (s *Store) lookAgain() error {
	if time.Since(s.tried) < keyPause {
		return s.trouble
	}
	return s.findKey()
}

// findKey reads the key, or makes one where there are no secrets yet. Where there are some, a new key would only hide that
// the right one is out of reach.
func (s *Store) findKey() (err error) {
	s.tried = time.Now()
	defer func() { s.trouble = err }()
	if found, err := s.readKey(); found || err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(s.dir, sealedName)); err == nil {
		s.where = nowhere
		return ErrLocked
	}
	ctx, cancel := context.WithTimeout(context.Background(), writeWait)
	defer cancel()
	unlock, err := lockFile(ctx, filepath.Join(s.dir, lockName))
	if err != nil {
		return err
	}
	defer unlock()
	if found, err := s.readKey(); found || err != nil { // another process was faster
		return err
	}
	return s.makeKey()
}

// readKey looks into the file, then into the key store.
func (s *Store) readKey() (found bool, err error) {
	if text, err := readFile(filepath.Join(s.dir, keyName)); err == nil {
		s.where = inFile
		return true, s.useKey(string(text))
	} else if !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	abs, err := filepath.Abs(s.dir)
	if err != nil {
		return false, err
	}
	if text, ok := askKeyStore(func() (string, error) { return keyring.Get(service, abs) }); ok {
		s.where = inKeyStore
		return true, s.useKey(text)
	}
	return false, nil
}

func (s *Store) makeKey() error {
	abs, err := filepath.Abs(s.dir)
	if err != nil {
		return err
	}
	fresh := make([]byte, chacha20poly1305.KeySize)
	if _, err := rand.Read(fresh); err != nil {
		return err
	}
	text := hex.EncodeToString(fresh)
	if _, ok := askKeyStore(func() (string, error) { return "", keyring.Set(service, abs, text) }); ok {
		s.where, s.key = inKeyStore, fresh
		return nil
	}
	s.where, s.key = inFile, fresh
	return writeFile(filepath.Join(s.dir, keyName), []byte(text))
}

func (s *Store) useKey(text string) error {
	key, err := hex.DecodeString(text)
	if err != nil || len(key) != chacha20poly1305.KeySize {
		return fmt.Errorf("the key is damaged; remove %s and %s, then run `packbench shop connect` again", keyName, sealedName)
	}
	s.key = key
	return nil
}

// askKeyStore gives the key store two seconds; some wait for ever for a prompt that nobody sees.
func askKeyStore(ask func() (string, error)) (string, bool) {
	if !keyStoreLikely() {
		return "", false
	}
	type answer struct {
		text string
		err  error
	}
	got := make(chan answer, 1)
	go func() { // not waited for: the library offers no way to end the question
		text, err := ask()
		got <- answer{text, err}
	}()
	select {
	case a := <-got:
		return a.text, a.err == nil
	case <-time.After(2 * time.Second):
		return "", false
	}
}
