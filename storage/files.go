package storage

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/uuid"

	"packbench/fulfillment"
)

const filesDir = "files"

// Files keeps bytes in dir/files/ab/abcdef…, named by their SHA-256. Equal bytes are kept once. It implements
// station.Files. All methods may be called concurrently and by several processes.
type Files struct {
	root     *os.Root // every access stays below the folder, whatever a name says; nil: no folder yet, read-only
	readOnly bool
}

func openFiles(dir string, readOnly bool) (*Files, error) {
	path := filepath.Join(dir, filesDir)
	if is, err := os.Stat(path); err == nil && !is.IsDir() { // opening a pipe would wait for ever
		return nil, fmt.Errorf("%s is no folder: labels and photos are kept there; move it away, and put the folder back from a backup", path)
	}
	if !readOnly {
		if err := os.MkdirAll(path, 0o700); err != nil {
			return nil, err
		}
	}
	root, err := os.OpenRoot(path)
	if errors.Is(err, fs.ErrNotExist) && readOnly {
		return &Files{readOnly: true}, nil
	}
	if err != nil {
		return nil, err
	}
	return &Files{root: root, readOnly: readOnly}, nil
}

// Close releases the folder.
func (f *Files) Close() error {
	if f.root == nil {
		return nil
	}
	return f.root.Close()
}

// filePath returns where the bytes of a hash lie, below the folder; ok is false for what is not a SHA-256 in hex.
func filePath(h fulfillment.Hash) (string, bool) {
	if len(h) != 2*sha256.Size {
		return "", false
	}
	for _, c := range h {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return "", false
		}
	}
	return filepath.Join(string(h[:2]), string(h)), true
}

func hashOf(data []byte) fulfillment.Hash {
	sum := sha256.Sum256(data)
	return fulfillment.Hash(hex.EncodeToString(sum[:]))
}

// Put keeps data and returns its hash. When it returns, the bytes and the name are on the disk. Errors: ErrDiskFull,
// ErrReadOnly.
func (f *Files) Put(ctx context.Context, data []byte) (fulfillment.Hash, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	if f.readOnly {
		return "", errReadOnlyStore
	}
	h := hashOf(data)
	path, _ := filePath(h)
	if have, err := f.Get(ctx, h); err == nil && len(have) == len(data) {
		return h, nil
	}
	folder := filepath.Dir(path)
	if err := f.root.Mkdir(folder, 0o700); err == nil {
		if err := f.syncDir("."); err != nil {
			return "", explain(err, "store file %s", h)
		}
	} else if !errors.Is(err, fs.ErrExist) {
		return "", explain(err, "make folder for file %s", h)
	}
	tmp := filepath.Join(folder, "."+uuid.NewString()+".part")
	if err := f.writeSynced(tmp, data); err != nil {
		return "", explain(errors.Join(err, ignoreMissing(f.root.Remove(tmp))), "store file %s", h)
	}
	if err := f.root.Rename(tmp, path); err != nil {
		return "", explain(err, "name file %s", h)
	}
	return h, explain(f.syncDir(folder), "store file %s", h)
}

func (f *Files) writeSynced(name string, data []byte) error {
	out, err := f.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = out.Write(data)
	if err == nil {
		err = out.Sync()
	}
	return errors.Join(err, out.Close())
}

func (f *Files) syncDir(name string) error {
	d, err := f.root.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(ignoreUnsupported(d.Sync()), d.Close())
}

// Get returns the bytes of a hash, verified: fulfillment.ErrNotFound where there are none (never stored, or wiped), and
// ErrDamaged where the file is not what its name says.
func (f *Files) Get(ctx context.Context, h fulfillment.Hash) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	path, ok := filePath(h)
	if !ok || f.root == nil {
		return nil, fmt.Errorf("file %q: %w", h, fulfillment.ErrNotFound)
	}
	data, err := f.root.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("file %s: %w", h, fulfillment.ErrNotFound)
	}
	if err != nil {
		return nil, explain(err, "read file %s", h)
	}
	if hashOf(data) != h {
		return nil, fmt.Errorf("file %s is not what was stored: %w", h, ErrDamaged)
	}
	return data, nil
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Put and Get of the Store are those of its file store.
func (s *Store) Put(ctx context.Context, data []byte) (fulfillment.Hash, error) {
	return s.files.Put(ctx, data)
}

// Get returns stored bytes; see Files.Get.
func (s *Store) Get(ctx context.Context, h fulfillment.Hash) ([]byte, error) {
	return s.files.Get(ctx, h)
}
