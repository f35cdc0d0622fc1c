package label

import (
	"bufio"
	"bytes"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"packbench/fulfillment"
)

//go:embed testdata/zxing
var zxingFiles embed.FS

// zxingHome is a folder with zxing-wasm 3.1.4 (zxing-cpp) in it, installed once by npm into the user's cache. Without node
// and npm, or without a package registry, the test is skipped and says so.
func zxingHome(t testing.TB) string {
	t.Helper()
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(program + " is not installed: zxing-cpp is not asked")
		}
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Skipf("no cache folder, zxing-cpp is not asked: %v", err)
	}
	home := filepath.Join(cache, "packbench-test", "zxing-wasm-3.1.4")
	if _, err := os.Stat(filepath.Join(home, "node_modules", "zxing-wasm")); err != nil {
		if err := os.MkdirAll(filepath.Dir(home), 0o700); err != nil {
			t.Skipf("zxing-cpp is not asked: %v", err)
		}
		fresh, err := os.MkdirTemp(filepath.Dir(home), "new-*")
		if err != nil {
			t.Skipf("zxing-cpp is not asked: %v", err)
		}
		defer os.RemoveAll(fresh)
		copyZXing(t, fresh)
		cmd := exec.Command("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
		cmd.Dir = fresh
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Skipf("npm cannot install zxing-wasm, zxing-cpp is not asked: %v\n%.400s", err, out)
		}
		if err := os.Rename(fresh, home); err != nil && !os.IsExist(err) {
			if _, there := os.Stat(home); there != nil {
				t.Skipf("zxing-cpp is not asked: %v", err)
			}
		}
	}
	copyZXing(t, home)
	return home
}

func copyZXing(t testing.TB, dir string) {
	t.Helper()
	err := fs.WalkDir(zxingFiles, "testdata/zxing", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := zxingFiles.ReadFile(path)
		if err != nil {
			return err
		}
		name := filepath.Join(dir, filepath.Base(path))
		if old, err := os.ReadFile(name); err == nil && bytes.Equal(old, data) {
			return nil
		}
		return os.WriteFile(name, data, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// zxing reads many pictures in one process and returns the texts of each.
func zxing(t testing.TB, pictures []fulfillment.Bitmap) [][]string {
	t.Helper()
	home := zxingHome(t)
	cmd := exec.Command("node", "read.mjs", tempFile(t, "pictures.pbm", pbms(pictures)))
	cmd.Dir = home
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("zxing: %v\n%s", err, stderr.String())
	}
	var all [][]string
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var codes, texts []string
		if err := json.Unmarshal(lines.Bytes(), &codes); err != nil {
			t.Fatalf("zxing: %v in %q", err, lines.Text())
		}
		for _, c := range codes {
			text, err := hex.DecodeString(c)
			if err != nil {
				t.Fatalf("zxing: %v", err)
			}
			texts = append(texts, string(text))
		}
		all = append(all, texts)
	}
	if len(all) != len(pictures) {
		t.Fatalf("zxing read %d pictures of %d", len(all), len(pictures))
	}
	return all
}

func pbms(pictures []fulfillment.Bitmap) []byte {
	var out bytes.Buffer
	for _, b := range pictures {
		fmt.Fprintf(&out, "P4\n%d %d\n", b.W, b.H)
		out.Write(b.Bits)
	}
	return out.Bytes()
}

// zbarAll reads many pictures, a hundred in one process, and returns all texts. Only printable texts can be told apart.
func zbarAll(t testing.TB, pictures []fulfillment.Bitmap) (texts []string) {
	t.Helper()
	if _, err := exec.LookPath("zbarimg"); err != nil {
		t.Skip("zbarimg is not installed: it is not asked")
	}
	dir := t.TempDir()
	for part := range slices.Chunk(pictures, 100) {
		args := []string{"--quiet", "--raw", "-Sdisable", "-Scode128.enable", "-Sqrcode.enable"}
		for i, b := range part {
			name := filepath.Join(dir, fmt.Sprint(i, ".pbm"))
			if err := os.WriteFile(name, pbms([]fulfillment.Bitmap{b}), 0o600); err != nil {
				t.Fatal(err)
			}
			args = append(args, name)
		}
		out, err := exec.Command("zbarimg", args...).Output()
		if exit, ok := err.(*exec.ExitError); err != nil && (!ok || exit.ExitCode() != 4) { // 4: nothing in some of them
			t.Fatalf("zbarimg: %v", err)
		}
		texts = append(texts, strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")...)
	}
	return texts
}

// differ tells what one list has and the other has not, each as often as it stands there.
func differ(want, got []string) (missing, extra []string) {
	count := map[string]int{}
	for _, s := range want {
		count[s]++
	}
	for _, s := range got {
		if count[s]--; count[s] < 0 {
			extra = append(extra, s)
		}
	}
	for s, n := range count {
		for ; n > 0; n-- {
			missing = append(missing, s)
		}
	}
	return missing, extra
}
