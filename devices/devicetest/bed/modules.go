package bed

import (
	"bytes"
	"context"
	"debug/elf"
	"fmt"
	"io/fs"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"os"
)

// drivers are the kernel's parts of a folder lib/modules/VERSION.
type drivers struct {
	path map[string]string // file by name, with "_" for "-"
}

func findDrivers(dir string) (drivers, error) {
	d := drivers{path: map[string]string{}}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name, _, ok := strings.Cut(e.Name(), ".ko"); ok && !e.IsDir() {
			d.path[strings.ReplaceAll(name, "-", "_")] = path
		}
		return nil
	})
	if err != nil {
		return d, fmt.Errorf("look for the kernel's drivers: %w", err)
	}
	return d, nil
}

// loading is one driver with its bytes, uncompressed.
type loading struct {
	name string
	data []byte
}

// order returns the drivers wanted and all that they need, each behind what it needs. A name that has no file is built into
// the kernel or missing in it; that is found out inside.
func (d drivers) order(ctx context.Context, wanted []string) ([]loading, error) {
	var all []loading
	seen := map[string]bool{}
	var add func(name string) error
	add = func(name string) error {
		name = strings.ReplaceAll(name, "-", "_")
		path := d.path[name]
		if seen[name] || path == "" {
			return nil
		}
		seen[name] = true
		data, err := readDriver(ctx, path)
		if err != nil {
			return err
		}
		needs, err := dependencies(data)
		if err != nil {
			return fmt.Errorf("read driver %s: %w", name, err)
		}
		for _, n := range needs {
			if err := add(n); err != nil {
				return err
			}
		}
		all = append(all, loading{name, data})
		return nil
	}
	for _, w := range wanted {
		if err := add(w); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// readDriver reads a driver; newer distributions compress them.
func readDriver(ctx context.Context, path string) ([]byte, error) {
	tools := map[string]string{".xz": "xz", ".zst": "zstd", ".gz": "gzip"}
	if tool, ok := tools[filepath.Ext(path)]; ok {
		b, err := exec.CommandContext(ctx, tool, "-dc", path).Output()
		if err != nil {
			return nil, fmt.Errorf("unpack driver %s: %w", path, err)
		}
		return b, nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read driver: %w", err)
	}
	return b, nil
}

// dependencies reads what a driver says of itself (section .modinfo: "key=value" strings, each ended by NUL).
func dependencies(driver []byte) ([]string, error) {
	f, err := elf.NewFile(bytes.NewReader(driver))
	if err != nil {
		return nil, err
	}
	s := f.Section(".modinfo")
	if s == nil {
		return nil, fmt.Errorf("it has no section .modinfo")
	}
	info, err := s.Data()
	if err != nil {
		return nil, err
	}
	var needs []string
	for field := range bytes.SplitSeq(info, []byte{0}) {
		if list, ok := strings.CutPrefix(string(field), "depends="); ok {
			needs = append(needs, strings.Split(list, ",")...)
		}
	}
	return slices.DeleteFunc(needs, func(s string) bool { return s == "" }), nil
}
