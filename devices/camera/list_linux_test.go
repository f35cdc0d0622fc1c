package camera

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"packbench/devices"
	"packbench/devices/usb"
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
	if got, want := listIn(root), []Found{{"/dev/video0", "/dev/video0", "Cam video0"}, {"/dev/video2", "/dev/video2", "Cam video2"}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// plugCamera puts a USB camera with two nodes into a system.
func plugCamera(t *testing.T, root, socket, serial string, nodes ...string) {
	t.Helper()
	dir := filepath.Join(root, "devices", socket)
	put := func(file, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put(filepath.Join(dir, "idVendor"), "046d\n")
	put(filepath.Join(dir, "idProduct"), "0825\n")
	put(filepath.Join(dir, "if0", "x"), "")
	if serial != "" {
		put(filepath.Join(dir, "serial"), serial+"\n")
	}
	for i, n := range nodes {
		put(filepath.Join(root, "class", n, "index"), strconv.Itoa(i))
		put(filepath.Join(root, "class", n, "name"), "Cam\n")
		if err := os.Symlink(filepath.Join(dir, "if0"), filepath.Join(root, "class", n, "device")); err != nil {
			t.Fatal(err)
		}
	}
}

// A camera is stored and found by what it is; where that says several, none is taken.
func TestCamerasAreKnownByIdentity(t *testing.T) {
	root := t.TempDir()
	old := sysVideo
	sysVideo = filepath.Join(root, "class")
	t.Cleanup(func() { sysVideo = old })
	plugCamera(t, root, "1-1", "", "video0", "video1")
	plugCamera(t, root, "1-2", "S2", "video2", "video3")
	if got, want := List(), []Found{{"046d:0825", "/dev/video0", "Cam"}, {"046d:0825:S2", "/dev/video2", "Cam"}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for device, want := range map[string]struct {
		nodes []string
		err   error
	}{
		"046d:0825:S2": {[]string{"/dev/video2", "/dev/video3"}, nil},
		"046d:0825":    {nil, devices.ErrAmbiguous},
		"046d:0825:S3": {nil, devices.ErrAbsent},
		"046d:0826":    {nil, devices.ErrAbsent},
	} {
		c := NewV4L2(V4L2Config{Name: "dock", Device: device}, func(devices.Health) {}, nil)
		got, _, err := c.nodes()
		if !slices.Equal(got, want.nodes) || !errors.Is(err, want.err) {
			t.Errorf("%s: %v, %v, want %+v", device, got, err, want)
		}
		if _, _, err := c.open(); want.err != nil && !errors.Is(err, want.err) {
			t.Errorf("%s is opened with %v", device, err)
		}
	}
	// Another one has taken the path of a camera that is set by its path.
	path := filepath.Join(root, "video2")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c := NewV4L2(V4L2Config{Name: "dock", Device: path}, func(devices.Health) {}, nil)
	c.is = usb.ID{Vendor: 0x046d, Product: 0x0825, Serial: "S9"}
	if got, _, err := c.nodes(); len(got) != 0 || !errors.Is(err, devices.ErrOther) {
		t.Errorf("another camera at the path: %v, %v", got, err)
	}
	if state, text := c.words(devices.ErrOther); state != devices.Absent || !strings.Contains(text, "Another camera than dock") {
		t.Errorf("%s %s", state, text)
	}
}
