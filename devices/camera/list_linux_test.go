package camera

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestListLeavesTheSecondNodeOut(t *testing.T) {
	root := t.TempDir()
	for name, index := range map[string]string{"video0": "0\n", "video1": "1\n", "video2": "0\n"} {
		dir := filepath.Join(root, name)
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		for file, text := range map[string]string{"index": index, "name": "Cam " + name + "\n"} {
			if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got, want := listIn(root), []Found{{"/dev/video0", "Cam video0"}, {"/dev/video2", "Cam video2"}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
