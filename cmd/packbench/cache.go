package main

import (
	"errors"
	"os"
	"path/filepath"
)

// pdfiumCache is where PDFium compiled to machine code is kept: the user's cache folder, so that every station folder of this
// user shares it, or the data folder where there is none that can be written. Two programs may use it at once: each file
// is written under another name and renamed. Nobody else may write there, because what lies there is run.
func pdfiumCache(data string) string {
	if base, err := os.UserCacheDir(); err == nil && filepath.IsAbs(base) {
		if dir, err := privateFolder(filepath.Join(base, "packbench"), "pdfium"); err == nil {
			return dir
		}
	}
	return filepath.Join(data, "cache", "pdfium")
}

// privateFolder makes top/name, both only this user's, and makes sure that it can be written.
func privateFolder(top, name string) (string, error) {
	dir := filepath.Join(top, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	if err := errors.Join(os.Chmod(top, 0o700), os.Chmod(dir, 0o700)); err != nil {
		return "", err
	}
	f, err := os.CreateTemp(dir, ".write-*")
	if err != nil {
		return "", err
	}
	return dir, errors.Join(f.Close(), os.Remove(f.Name()))
}
