package bed

import (
	"bytes"
	"context"
	"debug/elf"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// unpacked returns the kernel without its compression, kept beside the compressed one: an emulated processor unpacks it with every
// start, which takes seconds. Where that cannot be (another compression, no xz, a folder that is not to be written) it returns the
// compressed one.
func unpacked(ctx context.Context, image string) string {
	plain := filepath.Join(filepath.Dir(image), strings.Replace(filepath.Base(image), "vmlinuz", "vmlinux", 1))
	if startsDirectly(plain) {
		return plain
	}
	b, err := os.ReadFile(image)
	if err != nil {
		return image
	}
	_, packed, found := bytes.Cut(b, []byte(xzMagic))
	if !found {
		return image
	}
	f, err := os.CreateTemp(filepath.Dir(image), "vmlinux-*.part")
	if err != nil {
		return image
	}
	defer os.Remove(f.Name())
	defer f.Close()
	cmd := exec.CommandContext(ctx, "xz", "--decompress", "--stdout", "--single-stream") // what is behind the kernel is not its
	cmd.Stdin, cmd.Stdout = bytes.NewReader(append([]byte(xzMagic), packed...)), f
	if cmd.Run() != nil || f.Sync() != nil || !startsDirectly(f.Name()) || os.Rename(f.Name(), plain) != nil {
		return image
	}
	return plain
}

const xzMagic = "\xFD7zXZ\x00"

// startsDirectly reports whether the emulator can start an unpacked kernel: it needs to be told where, in an ELF note (Xen
// Documentation/x86/booting "PVH"; xen/interface/elfnote.h, XEN_ELFNOTE_PHYS32_ENTRY).
func startsDirectly(file string) bool {
	f, err := elf.Open(file)
	if err != nil {
		return false
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type != elf.PT_NOTE {
			continue
		}
		notes := make([]byte, p.Filesz)
		if _, err := p.ReadAt(notes, 0); err != nil {
			return false
		}
		for len(notes) >= 12 {
			le := binary.LittleEndian
			name, text, kind := int(le.Uint32(notes)+3)&^3, int(le.Uint32(notes[4:])+3)&^3, le.Uint32(notes[8:])
			if len(notes) < 12+name+text {
				return false
			}
			const phys32Entry = 18
			if kind == phys32Entry && bytes.HasPrefix(notes[12:], []byte("Xen\x00")) {
				return true
			}
			notes = notes[12+name+text:]
		}
	}
	return false
}
