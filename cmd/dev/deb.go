package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/md5" // #nosec G501 -- dpkg's list of checksums is MD5; nothing is proved by it
	"debug/elf"
	"fmt"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// debPackage is a binary package as deb(5) describes it: an ar archive of a version, control files and data.
type debPackage struct {
	control map[string]string
	scripts map[string]string
	files   []debFile
	at      time.Time // of everything in it
}

type debFile struct {
	name string // without a slash in front
	mode int64
	data []byte
}

func (p *debPackage) add(name string, mode int64, data []byte) {
	p.files = append(p.files, debFile{name, mode, data})
}

// controlOrder is how the fields stand in the file; the description's further lines begin with a space.
var controlOrder = []string{"Package", "Version", "Section", "Priority", "Architecture", "Depends", "Recommends", "Suggests", "Installed-Size", "Maintainer", "Description"}

// deb is the package's bytes.
func (p *debPackage) deb() ([]byte, error) {
	slices.SortFunc(p.files, func(a, b debFile) int { return strings.Compare(a.name, b.name) })
	size := 0
	var sums, control strings.Builder
	for _, f := range p.files {
		size += (len(f.data) + 1023) / 1024
		fmt.Fprintf(&sums, "%x  %s\n", md5.Sum(f.data), f.name) // #nosec G401
	}
	p.control["Installed-Size"] = strconv.Itoa(size)
	for _, key := range controlOrder {
		if v := p.control[key]; v != "" {
			fmt.Fprintf(&control, "%s: %s\n", key, v)
		}
	}
	meta := []debFile{{"control", 0o644, []byte(control.String())}, {"md5sums", 0o644, []byte(sums.String())}}
	for _, name := range []string{"postinst", "postrm"} {
		if s := p.scripts[name]; s != "" {
			meta = append(meta, debFile{name, 0o755, []byte(s)})
		}
	}
	head, err := p.archive(meta)
	if err != nil {
		return nil, err
	}
	body, err := p.archive(p.files)
	if err != nil {
		return nil, err
	}
	var ar bytes.Buffer
	ar.WriteString("!<arch>\n")
	for _, m := range []debFile{{"debian-binary", 0o644, []byte("2.0\n")}, {"control.tar.gz", 0o644, head}, {"data.tar.gz", 0o644, body}} {
		fmt.Fprintf(&ar, "%-16s%-12d%-6d%-6d%-8s%-10d`\n", m.name, p.at.Unix(), 0, 0, "100644", len(m.data))
		ar.Write(m.data)
		if len(m.data)%2 == 1 {
			ar.WriteByte('\n')
		}
	}
	return ar.Bytes(), nil
}

// archive is a compressed tar of files and the folders that they need, everything root's.
func (p *debPackage) archive(files []debFile) ([]byte, error) {
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	seen := map[string]bool{}
	put := func(h tar.Header, data []byte) error {
		h.ModTime, h.Uname, h.Gname, h.Format = p.at, "root", "root", tar.FormatGNU
		if err := w.WriteHeader(&h); err != nil {
			return fmt.Errorf("pack %s: %w", h.Name, err)
		}
		if _, err := w.Write(data); err != nil {
			return fmt.Errorf("pack %s: %w", h.Name, err)
		}
		return nil
	}
	folder := func(dir string) error {
		if seen[dir] {
			return nil
		}
		seen[dir] = true
		return put(tar.Header{Typeflag: tar.TypeDir, Name: dir, Mode: 0o755}, nil)
	}
	if err := folder("./"); err != nil {
		return nil, err
	}
	for _, f := range files {
		at := "./"
		for part := range strings.SplitSeq(path.Dir(f.name), "/") {
			if part == "." {
				continue
			}
			at += part + "/"
			if err := folder(at); err != nil {
				return nil, err
			}
		}
		if err := put(tar.Header{Typeflag: tar.TypeReg, Name: "./" + f.name, Mode: f.mode, Size: int64(len(f.data))}, f.data); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	return zipped(buf.Bytes(), p.at)
}

func zipped(data []byte, at time.Time) ([]byte, error) {
	var buf bytes.Buffer
	w, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	w.ModTime = at
	if _, err := w.Write(data); err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	return buf.Bytes(), nil
}

// debArch is Debian's name of a processor.
func debArch(goarch string) string {
	if name, ok := map[string]string{"386": "i386", "arm": "armhf", "ppc64le": "ppc64el"}[goarch]; ok {
		return name
	}
	return goarch
}

// debOf are the packages of the libraries that the program is linked with. ALSA and others were renamed with the change to 64-bit
// times (Debian 13, Ubuntu 24.04).
var debOf = map[string]string{
	"libGL.so.1": "libgl1", "libX11.so.6": "libx11-6", "libXcursor.so.1": "libxcursor1", "libXrandr.so.2": "libxrandr2", "libXinerama.so.1": "libxinerama1",
	"libXi.so.6": "libxi6", "libXxf86vm.so.1": "libxxf86vm1", "libXext.so.6": "libxext6", "libXrender.so.1": "libxrender1", "libusb-1.0.so.0": "libusb-1.0-0",
	"libasound.so.2": "libasound2 | libasound2t64", "libgcc_s.so.1": "libgcc-s1", "libstdc++.so.6": "libstdc++6",
}

// dependsOf reads from the program what must be installed with it: its libraries, and the oldest C library that has every symbol.
// A library that no package is known of is an error: a package with a gap would install and not start.
func dependsOf(program string) ([]string, error) {
	f, err := elf.Open(program)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", program, err)
	}
	defer f.Close()
	libraries, err := f.ImportedLibraries()
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", program, err)
	}
	var all []string
	for _, l := range libraries {
		switch name := debOf[l]; {
		case name != "":
			all = append(all, name)
		case !cLibrary(l):
			return nil, fmt.Errorf("the program needs %s, and no package is known that has it; add it to debOf", l)
		}
	}
	more, err := opensItself(program)
	if err != nil {
		return nil, err
	}
	all = append(all, more...)
	symbols, err := f.ImportedSymbols()
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", program, err)
	}
	least := ""
	for _, s := range symbols {
		if v, ok := strings.CutPrefix(s.Version, "GLIBC_"); ok && newer(v, least) {
			least = v
		}
	}
	if least != "" {
		all = append(all, "libc6 (>= "+least+")")
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// opensItself are the packages of libraries that the program is not linked with, and opens by name when it starts: the window toolkit
// does so with X11's.
func opensItself(program string) (all []string, err error) {
	data, err := os.ReadFile(program)
	if err != nil {
		return nil, fmt.Errorf("read the program: %w", err)
	}
	for library, name := range debOf {
		if bytes.Contains(data, []byte("\x00"+library+"\x00")) {
			all = append(all, name)
		}
	}
	return all, nil
}

// cLibrary reports whether a library belongs to the C library's package.
func cLibrary(name string) bool {
	base, _, _ := strings.Cut(name, ".so")
	return slices.Contains([]string{"libc", "libm", "libpthread", "libdl", "librt", "libresolv"}, base) || strings.HasPrefix(name, "ld-linux")
}

// newer compares versions of numbers and dots; the empty one is the oldest.
func newer(a, b string) bool {
	number := func(parts []string, i int) int {
		if i >= len(parts) {
			return 0
		}
		n, err := strconv.Atoi(parts[i])
		if err != nil {
			return 0
		}
		return n
	}
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	for i := range max(len(x), len(y)) {
		if p, q := number(x, i), number(y, i); p != q {
			return p > q
		}
	}
	return false
}
