package main

import (
	"bytes"
	"debug/elf"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// someProgram is linked with the C library and nothing else, as on any Linux.
const someProgram = "/bin/true"

func testPackage(t *testing.T) (*debPackage, []byte) {
	t.Helper()
	if f, err := elf.Open(someProgram); err != nil {
		t.Skipf("%s is no program of Linux: %v", someProgram, err)
	} else {
		_ = f.Close()
	}
	root, err := findRoot()
	if err != nil {
		t.Fatal(err)
	}
	d := &dev{root: root, host: realHost(), out: io.Discard, msg: io.Discard}
	p, err := d.contents(someProgram)
	if err != nil {
		t.Fatal(err)
	}
	p.at = time.Unix(1_700_000_001, 0).UTC()
	deb, err := p.deb()
	if err != nil {
		t.Fatal(err)
	}
	return p, deb
}

// dpkg runs one of dpkg's programs; where there is none the test ends.
func dpkg(t *testing.T, name string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skip("no dpkg here:", err)
	}
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// TestDebianPackage: Debian's own tools read the package, and what is in it is what must be.
func TestDebianPackage(t *testing.T) {
	p, deb := testPackage(t)
	again, err := p.deb()
	if err != nil || !bytes.Equal(deb, again) {
		t.Errorf("the same files make another package: %v", err)
	}
	file := filepath.Join(t.TempDir(), "packbench.deb")
	if err := os.WriteFile(file, deb, 0o600); err != nil {
		t.Fatal(err)
	}
	info := dpkg(t, "dpkg-deb", "-I", file)
	for _, want := range []string{"Package: packbench", "Version: " + p.control["Version"], "Depends: libc6 (>= 2.", "Installed-Size: ", "postinst", "postrm", "md5sums"} {
		if !strings.Contains(info, want) {
			t.Errorf("dpkg-deb -I does not say %q:\n%s", want, info)
		}
	}
	list := dpkg(t, "dpkg-deb", "-c", file)
	for _, want := range []string{"-rwxr-xr-x root/root", "./usr/bin/packbench", "./usr/share/applications/app.packbench.station.desktop", "./usr/share/icons/hicolor/scalable/apps/app.packbench.station.svg",
		"./usr/lib/udev/rules.d/60-packbench.rules", "./usr/share/man/man1/packbench.1.gz", "./usr/share/doc/packbench/copyright"} {
		if !strings.Contains(list, want) {
			t.Errorf("dpkg-deb -c does not list %q:\n%s", want, list)
		}
	}
	for name, script := range p.scripts {
		if out, err := exec.CommandContext(t.Context(), "sh", "-n", "-c", script).CombinedOutput(); err != nil {
			t.Errorf("%s: %v %s", name, err, out)
		}
	}
}

// TestDebianPackageInstalls: dpkg unpacks, configures and removes it in a system of its own, where no udev runs.
func TestDebianPackageInstalls(t *testing.T) {
	_, deb := testPackage(t)
	dir := t.TempDir()
	file, root := filepath.Join(dir, "packbench.deb"), filepath.Join(dir, "root")
	if err := os.WriteFile(file, deb, 0o600); err != nil {
		t.Fatal(err)
	}
	admin := filepath.Join(root, "var", "lib", "dpkg")
	for _, d := range []string{filepath.Join(admin, "info"), filepath.Join(admin, "updates")} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range []string{"status", "available"} {
		if err := os.WriteFile(filepath.Join(admin, f), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// The scripts run outside of the root, with DPKG_ROOT, as on a system that is made for another computer.
	common := []string{"--root=" + root, "--force-script-chrootless", "--force-depends", "--force-not-root", "--log=" + filepath.Join(dir, "log")}
	dpkg(t, "dpkg", append(common, "-i", file)...)
	got, err := os.ReadFile(filepath.Join(root, "usr", "bin", "packbench"))
	want, werr := os.ReadFile(someProgram)
	if err != nil || werr != nil || !bytes.Equal(got, want) {
		t.Errorf("what was installed is not what was packed: %v, %v", err, werr)
	}
	if said := dpkg(t, "dpkg", append(common, "--verify", "packbench")...); said != "" {
		t.Errorf("dpkg --verify: %s", said)
	}
	if status := dpkg(t, "dpkg-query", "--admindir="+admin, "-W", "-f=${Status}", "packbench"); status != "install ok installed" {
		t.Errorf("status %q", status)
	}
	dpkg(t, "dpkg", append(common, "-r", "packbench")...)
	if _, err := os.Stat(filepath.Join(root, "usr", "bin", "packbench")); err == nil {
		t.Error("removed, and still there")
	}
}

func TestLibrariesOpenedByName(t *testing.T) {
	file := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(file, []byte("ELF\x00libX11.so.6\x00libXcursor.so.1 is a word\x00"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := opensItself(file); err != nil || len(got) != 1 || got[0] != "libx11-6" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestNewerVersions(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
	}{{"2.34", "2.4", true}, {"2.2.5", "2.2", true}, {"2.17", "2.17", false}, {"2.4", "2.34", false}, {"2.1", "", true}} {
		if newer(tt.a, tt.b) != tt.want {
			t.Errorf("newer(%q, %q) is not %v", tt.a, tt.b, tt.want)
		}
	}
}

func TestFyneAppsDetails(t *testing.T) {
	got := details("[Details]\nName = \"P\"\nID = \"a.b\"\n\n[Migrations]\nfyneDo = true\nName = \"no\"\n")
	if got["Name"] != "P" || got["ID"] != "a.b" || got["fyneDo"] != "" || missingDetails(got) == nil {
		t.Errorf("%v", got)
	}
}
