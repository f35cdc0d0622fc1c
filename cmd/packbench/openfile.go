package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
)

// openPlain opens a file that a command was given, or that lies where the program keeps one. A pipe would make it wait for somebody
// who writes, a device would never end, and a folder is none: they are refused before they are opened.
func openPlain(name string) (*os.File, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if what := notPlain(info.Mode()); what != "" {
		return nil, fmt.Errorf("it is %s; a plain file is wanted", what)
	}
	return os.Open(name)
}

// notPlain says what stands in a file's place; empty for a file.
func notPlain(m fs.FileMode) string {
	switch {
	case m.IsRegular():
		return ""
	case m.IsDir():
		return "a folder"
	case m&fs.ModeNamedPipe != 0:
		return "a pipe"
	}
	return "a device or a socket"
}

// readPlain reads such a file whole if it has at most limit bytes.
func readPlain(name string, limit int64) (text []byte, err error) {
	f, err := openPlain(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() // only read
	if text, err = io.ReadAll(io.LimitReader(f, limit+1)); err != nil {
		return nil, err
	}
	if int64(len(text)) > limit {
		return nil, fmt.Errorf("it is larger than %d MB and hardly the file that was meant", limit>>20)
	}
	return text, nil
}
