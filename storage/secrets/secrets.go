package secrets

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/crypto/chacha20poly1305"

	"packbench/fulfillment"
)

const (
	sealedName = "secrets.sealed"
	keyName    = "secrets.key"
	service    = "packbench"
)

// Store is the sealed file of one data folder. It may be used from any goroutine and by several processes at once: a
// change is made on what the others have written.
type Store struct {
	dir     string
	mu      sync.Mutex
	where   string
	key     []byte
	trouble error     // why there is no key; nil: there is
	tried   time.Time // when the key was looked for last
}

// Open finds or makes the key. A key store that does not answer is no error here: the program works without its secrets,
// and everything that needs one says why it cannot be had. An error says what a person can do.
func Open(dir string) (*Store, error) {
	s := &Store{dir: dir}
	err := s.findKey()
	if errors.Is(err, ErrLocked) {
		return s, nil
	}
	if err != nil {
		return nil, fmt.Errorf("open the secret store in %s: %w; check the folder's permissions", dir, err)
	}
	return s, nil
}

// Where says in words where the key is kept.
func (s *Store) Where() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.where
}

// InKeyStore reports whether the system's key store holds the key.
func (s *Store) InKeyStore() bool { return s.Where() == inKeyStore }

// Trouble is why no secret can be read; nil while all is well.
func (s *Store) Trouble() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.read()
	return err
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
	return s.Update(func(all map[string]string) error {
		all[name] = value
		return nil
	})
}

// Update changes any number of secrets at once: all of it is on the disk when Update returns, or none. change must not call
// the store; its error is returned and nothing is changed.
func (s *Store) Update(change func(all map[string]string) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), writeWait)
	defer cancel()
	unlock, err := lockFile(ctx, filepath.Join(s.dir, lockName))
	if err != nil {
		return err
	}
	defer unlock()
	all, err := s.read()
	if err != nil {
		return err
	}
	if err := change(all); err != nil {
		return err
	}
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

// read opens the sealed file. Caller holds mu.
func (s *Store) read() (map[string]string, error) {
	if s.key == nil {
		if err := s.lookAgain(); err != nil {
			return nil, err
		}
	}
	all := map[string]string{}
	sealed, err := readFile(filepath.Join(s.dir, sealedName))
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
	damaged := fmt.Errorf("the secrets in %s cannot be opened with this computer's key; remove the file, then run `packbench shop connect` again", sealedName)
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

// readFile reads a file and nothing else: a pipe in its place would wait for its other end.
func readFile(name string) ([]byte, error) {
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no plain file: put it away, and connect the shop again", name)
	}
	return os.ReadFile(name)
}
