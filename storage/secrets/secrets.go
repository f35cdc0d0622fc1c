package secrets

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/zalando/go-keyring"
	"golang.org/x/crypto/chacha20poly1305"

	"packbench/fulfillment"
)

const (
	sealedName = "secrets.sealed"
	keyName    = "secrets.key"
	service    = "packbench"
)

// Store is the sealed file of one data folder. It may be used from any goroutine; two processes may read it at once, and
// the last one to write wins.
type Store struct {
	dir   string
	mu    sync.Mutex
	where string
	key   []byte
}

// Open finds or makes the key. An error says what a person can do.
func Open(dir string) (*Store, error) {
	s := &Store{dir: dir}
	if err := s.findKey(); err != nil {
		return nil, fmt.Errorf("open the secret store in %s: %w; check the folder's permissions", dir, err)
	}
	return s, nil
}

// Where says in words where the key is kept.
func (s *Store) Where() string { return s.where }

// InKeyStore reports whether the system's key store holds the key.
func (s *Store) InKeyStore() bool { return s.where == inKeyStore }

const (
	inKeyStore = "the system's key store"
	inFile     = "a file in the data folder readable by this user only, because this system has no key store"
)

func (s *Store) findKey() error {
	file := filepath.Join(s.dir, keyName)
	if text, err := os.ReadFile(file); err == nil {
		s.where = inFile
		return s.useKey(string(text))
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	abs, err := filepath.Abs(s.dir)
	if err != nil {
		return err
	}
	if text, ok := askKeyStore(func() (string, error) { return keyring.Get(service, abs) }); ok {
		s.where = inKeyStore
		return s.useKey(text)
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
	return writeFile(file, []byte(text))
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

// Get returns the secret of that name; fulfillment.ErrNotFound if there is none.
func (s *Store) Get(name string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all, err := s.read()
	if err != nil {
		return "", err
	}
	v, ok := all[name]
	if !ok {
		return "", fmt.Errorf("secret %s: %w", name, fulfillment.ErrNotFound)
	}
	return v, nil
}

// Set keeps a secret; it is on the disk when Set returns.
func (s *Store) Set(name, value string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	all, err := s.read()
	if err != nil {
		return err
	}
	all[name] = value
	plain, err := json.Marshal(all)
	if err != nil {
		return err
	}
	aead, err := chacha20poly1305.NewX(s.key)
	if err != nil {
		return err
	}
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(plain)+aead.Overhead())
	if _, err := rand.Read(nonce); err != nil {
		return err
	}
	return writeFile(filepath.Join(s.dir, sealedName), aead.Seal(nonce, nonce, plain, []byte(service)))
}

func (s *Store) read() (map[string]string, error) {
	all := map[string]string{}
	sealed, err := os.ReadFile(filepath.Join(s.dir, sealedName))
	if errors.Is(err, fs.ErrNotExist) {
		return all, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the secrets: %w", err)
	}
	aead, err := chacha20poly1305.NewX(s.key)
	if err != nil {
		return nil, err
	}
	damaged := fmt.Errorf("the secrets in %s cannot be opened with this computer's key; run `packbench shop connect` again after removing the file", sealedName)
	if len(sealed) < aead.NonceSize() {
		return nil, damaged
	}
	plain, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], []byte(service))
	if err != nil || json.Unmarshal(plain, &all) != nil {
		return nil, damaged
	}
	return all, nil
}

// writeFile replaces a file as a whole: written, fsynced, renamed, folder fsynced.
func writeFile(name string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".new-*") // mode 0600
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(name), err)
	}
	defer os.Remove(f.Name())
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(name), err)
	}
	if d, err := os.Open(filepath.Dir(name)); err == nil {
		_ = d.Sync() // some systems cannot sync a folder; the rename itself is done
		_ = d.Close()
	}
	return nil
}
