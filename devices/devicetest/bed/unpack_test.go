package bed

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// kernelELF is the least that the emulator's way in is found in: a note of that kind by that name, behind another one.
func kernelELF(t *testing.T, name string, kind uint32) []byte {
	t.Helper()
	note := func(name string, kind uint32, text []byte) []byte {
		b := binary.LittleEndian.AppendUint32(nil, uint32(len(name)+1))
		b = binary.LittleEndian.AppendUint32(b, uint32(len(text)))
		b = binary.LittleEndian.AppendUint32(b, kind)
		b = append(b, append([]byte(name), make([]byte, 4-len(name)%4)...)...)
		return append(b, append(text, make([]byte, -len(text)&3)...)...)
	}
	notes := append(note("GNU", 3, []byte("build")), note(name, kind, make([]byte, 8))...)
	var b bytes.Buffer
	h := elf.Header64{Type: uint16(elf.ET_EXEC), Machine: uint16(elf.EM_X86_64), Version: 1, Phoff: 64, Ehsize: 64, Phentsize: 56, Phnum: 1}
	copy(h.Ident[:], elf.ELFMAG)
	h.Ident[elf.EI_CLASS], h.Ident[elf.EI_DATA], h.Ident[elf.EI_VERSION] = byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), 1
	for _, part := range []any{h, elf.Prog64{Type: uint32(elf.PT_NOTE), Off: 120, Filesz: uint64(len(notes))}, notes} {
		if err := binary.Write(&b, binary.LittleEndian, part); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func TestAKernelIsUnpackedOnce(t *testing.T) {
	if _, err := exec.LookPath("xz"); err != nil {
		t.Skip("no xz here")
	}
	pack := func(b []byte) []byte {
		cmd := exec.Command("xz", "--stdout")
		cmd.Stdin = bytes.NewReader(b)
		packed, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		return append(append([]byte("the part that unpacks"), packed...), "what stands behind"...)
	}
	good := kernelELF(t, "Xen", 18)
	for name, tt := range map[string]struct {
		image []byte
		plain bool
	}{
		"with a way in":        {pack(good), true},
		"of another kind":      {pack(kernelELF(t, "Xen", 17)), false},
		"of another maker":     {pack(kernelELF(t, "GNU", 18)), false},
		"no program":           {pack([]byte("text")), false},
		"another compression":  {[]byte("zstd"), false},
		"broken off":           {pack(good)[:60], false},
		"with a broken stream": {append([]byte(xzMagic), "nonsense"...), false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			image := filepath.Join(dir, "vmlinuz-6.1.0")
			if err := os.WriteFile(image, tt.image, 0o644); err != nil {
				t.Fatal(err)
			}
			want, files := image, 1
			if tt.plain {
				want, files = filepath.Join(dir, "vmlinux-6.1.0"), 2
			}
			for range 2 {
				if got := unpacked(t.Context(), image); got != want {
					t.Errorf("got %s, want %s", got, want)
				}
			}
			if left, err := os.ReadDir(dir); err != nil || len(left) != files {
				t.Errorf("the folder holds %v, %v", left, err)
			}
			if b, err := os.ReadFile(want); tt.plain && (err != nil || !bytes.Equal(b, good)) {
				t.Errorf("unpacked to %d bytes, want %d (%v)", len(b), len(good), err)
			}
		})
	}
}
