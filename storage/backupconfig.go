package storage

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
)

const (
	configName    = "station.toml"
	configBeside  = configName + ".restored"
	maxConfigSize = 1 << 20 // bytes; a configuration is a few pages
)

// Passwords that people write into a configuration: of a camera's address, and under a key that says so.
var (
	addressPassword = regexp.MustCompile(`(://[^\s:/@"']*:)[^\s@/"']*@`)
	namedSecret     = regexp.MustCompile(`(?mi)^(\s*"?[\w-]*(?:secret|password|passwd|token)[\w-]*"?\s*=\s*).*$`)
)

// readConfig returns the configuration without passwords, nil where there is none.
func readConfig(path string) (text []byte, err error) {
	if path == "" {
		return nil, nil
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxConfigSize {
		return nil, fmt.Errorf("it is no file of at most %d KB", maxConfigSize>>10)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	text, err = io.ReadAll(io.LimitReader(f, maxConfigSize))
	text = addressPassword.ReplaceAll(text, []byte("${1}@"))
	return namedSecret.ReplaceAll(text, []byte(`${1}"" # left out of the backup`)), err
}

// placeConfig lays the backup's configuration beside the data and returns its name there: station.toml where there is
// none, station.toml.restored where there is another one, which stays in force; "" where it is the same.
func placeConfig(from, dir string) (name string, err error) {
	text, err := os.ReadFile(from)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil // a backup without one
	}
	if err != nil {
		return "", err
	}
	name = configName
	switch have, err := os.ReadFile(filepath.Join(dir, configName)); {
	case err == nil && bytes.Equal(have, text):
		return "", nil
	case !errors.Is(err, fs.ErrNotExist):
		name = configBeside
	}
	return name, publish(from, filepath.Join(dir, name))
}
