package bed

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Kernel is a stock kernel with its drivers, unpacked into a folder and not installed.
type Kernel struct {
	Image   string // vmlinuz, or vmlinux where it could be unpacked
	Drivers string // lib/modules/VERSION
	Udev    string // the device manager's program; empty: there is none
}

// ErrNoBed says that this computer cannot run the bed; the text says what is missing.
var ErrNoBed = errors.New("no emulated computer here")

// CacheDir is where the kernel is kept, in the user's cache folder.
func CacheDir() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache folder: %w", err)
	}
	return filepath.Join(dir, "packbench", "bed"), nil
}

// FindKernel returns the kernel of a folder. With fetch it is downloaded and unpacked there if it is not there yet (Debian and
// what descends from it; about 70 MB, once). The error wraps ErrNoBed where there is none and none can be had.
func FindKernel(ctx context.Context, dir string, fetch bool) (Kernel, error) {
	if k, ok := kernelIn(dir); ok {
		k.Image = unpacked(ctx, k.Image)
		return k, nil
	}
	if !fetch {
		return Kernel{}, fmt.Errorf("no kernel in %s (go run ./cmd/dev test puts one there): %w", dir, ErrNoBed)
	}
	if err := download(ctx, dir); err != nil {
		return Kernel{}, fmt.Errorf("fetch a kernel: %w: %w", ErrNoBed, err)
	}
	if k, ok := kernelIn(dir); ok {
		k.Image = unpacked(ctx, k.Image)
		return k, nil
	}
	return Kernel{}, fmt.Errorf("the packages hold no kernel: %w", ErrNoBed)
}

func kernelIn(dir string) (Kernel, bool) {
	images, _ := filepath.Glob(filepath.Join(dir, "boot", "vmlinuz-*")) // the pattern is well formed
	for _, image := range images {
		version := strings.TrimPrefix(filepath.Base(image), "vmlinuz-")
		for _, lib := range []string{"lib", "usr/lib"} {
			k := Kernel{Image: image, Drivers: filepath.Join(dir, lib, "modules", version)}
			if _, err := os.Stat(filepath.Join(k.Drivers, "kernel")); err != nil {
				continue
			}
			for _, udev := range []string{"bin/udevadm", "usr/bin/udevadm"} {
				if _, err := os.Stat(filepath.Join(dir, udev)); err == nil {
					k.Udev = filepath.Join(dir, udev)
				}
			}
			return k, true
		}
	}
	return Kernel{}, false
}

// download unpacks the distribution's kernel and device manager beside dir and renames the whole: a download that was broken
// off leaves nothing that looks like a kernel.
func download(ctx context.Context, dir string) error {
	out, err := exec.CommandContext(ctx, "apt-cache", "depends", "linux-image-amd64").Output()
	if err != nil {
		return fmt.Errorf("ask apt for the kernel's name: %w", err)
	}
	name := ""
	for line := range strings.Lines(string(out)) {
		if p, ok := strings.CutPrefix(strings.TrimSpace(line), "Depends: linux-image-"); ok {
			name = "linux-image-" + p
			break
		}
	}
	if name == "" {
		return errors.New("apt knows no linux-image-amd64")
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(filepath.Dir(dir), "bed-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	get := exec.CommandContext(ctx, "apt-get", "-q", "download", name, "udev")
	get.Dir = tmp
	if b, err := get.CombinedOutput(); err != nil {
		return fmt.Errorf("apt-get download %s udev: %w: %s", name, err, b)
	}
	root := filepath.Join(tmp, "root")
	debs, _ := filepath.Glob(filepath.Join(tmp, "*.deb")) // the pattern is well formed
	for _, deb := range debs {
		if b, err := exec.CommandContext(ctx, "dpkg-deb", "-x", deb, root).CombinedOutput(); err != nil {
			return fmt.Errorf("unpack %s: %w: %s", filepath.Base(deb), err, b)
		}
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	return os.Rename(root, dir)
}
