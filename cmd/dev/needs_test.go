package main

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
)

// machine is a made-up computer: the programs, headers and files on it, and a package manager that may bring more.
type machine struct {
	programs map[string]bool
	headers  bool
	files    map[string]bool
	env      map[string]string
	goMod    string
	ran      []string
	aptFails func(args string) bool
	brings   map[string]func() // package: what its installation changes
}

func bareDebian() *machine {
	m := &machine{programs: map[string]bool{"apt-get": true}, files: map[string]bool{}, env: map[string]string{},
		goMod: "module packbench\nrequire (\n\tgithub.com/ebitengine/oto/v3 v3.4.0\n)\n"}
	program := func(p string) func() { return func() { m.programs[p] = true } }
	m.brings = map[string]func(){
		"gcc": program("gcc"), "pkgconf": program("pkg-config"), "libc6-dev": func() { m.headers = true },
		"xvfb": program("Xvfb"), "openbox": program("openbox"), "xdotool": program("xdotool"), "imagemagick": program("import"),
		"zbar-tools": program("zbarimg"), "poppler-utils": program("pdftoppm"), "sqlite3": program("sqlite3"),
		"gcc-mingw-w64-x86-64": program(mingw),
		"libgl1-mesa-dri":      func() { m.files["/usr/lib/*/dri/*_dri.so"] = true },
		"cups":                 func() { m.files["/usr/lib/cups/backend/socket"] = true },
		"fonts-noto-core":      func() { m.files["/usr/share/fonts/*/noto/NotoSansThai-*"] = true },
	}
	return m
}

func (m *machine) host() host {
	return host{
		goos: "linux", root: true,
		getenv: func(k string) string { return m.env[k] },
		lookPath: func(name string) (string, error) {
			if m.programs[name] {
				return "/usr/bin/" + name, nil
			}
			return "", os.ErrNotExist
		},
		glob: func(p string) []string {
			if m.files[p] {
				return []string{p}
			}
			return nil
		},
		readFile: func(string) ([]byte, error) { return []byte(m.goMod), nil },
		output: func(_ context.Context, stdin, name string, _ ...string) ([]byte, error) {
			if !m.programs[name] || strings.HasPrefix(stdin, "#include") && !m.headers {
				return nil, os.ErrNotExist
			}
			return nil, nil
		},
		stream: func(_ context.Context, _ io.Writer, _ []string, name string, args ...string) error {
			all := name + " " + strings.Join(args, " ")
			m.ran = append(m.ran, all)
			if m.aptFails != nil && m.aptFails(all) {
				return errors.New("exit status 100")
			}
			for p, bring := range m.brings {
				if strings.Contains(all+" ", " "+p+" ") {
					bring()
				}
			}
			return nil
		},
	}
}

func TestBareMachineGetsWhatTheCommandNeeds(t *testing.T) {
	tests := []struct {
		name    string
		sets    set
		in, out []string // packages that must and must not be installed
	}{
		{"build", forBuild, []string{"gcc", "libc6-dev", "libgl1-mesa-dev", "libx11-dev", "libwayland-dev", "libasound2-dev"},
			[]string{"xvfb", "zbar-tools", "gcc-mingw-w64-x86-64", "libusb-1.0-0-dev"}},
		{"windows", forWindows, []string{"gcc-mingw-w64-x86-64"}, []string{"libx11-dev", "xvfb"}},
		{"test", forBuild | forScreen | forTest, []string{"gcc", "xvfb", "openbox", "libgl1-mesa-dri", "poppler-utils", "fonts-noto-core", "cups"},
			[]string{"fonts-noto-cjk"}},
		{"demo", forBuild | forScreen | forShow, []string{"xdotool", "imagemagick", "fonts-noto-cjk"}, []string{"sqlite3"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := bareDebian()
			var said strings.Builder
			d := &dev{root: "/r", host: m.host(), out: io.Discard, msg: &said}
			if err := d.provide(t.Context(), tt.sets); err != nil {
				t.Fatalf("got %v, want everything installed\n%s", err, said.String())
			}
			all := strings.Join(m.ran, "\n") + "\n"
			if n := strings.Count(all, " update\n"); n != 1 {
				t.Errorf("got %d apt-get updates, want 1:\n%s", n, all)
			}
			if !strings.Contains(all, "DEBIAN_FRONTEND=noninteractive") || !strings.Contains(all, "--no-install-recommends") {
				t.Errorf("apt-get may ask or bring too much:\n%s", all)
			}
			words := strings.Fields(all)
			for _, p := range tt.in {
				if !contains(words, p) {
					t.Errorf("%s was not installed:\n%s", p, all)
				}
			}
			for _, p := range tt.out {
				if contains(words, p) {
					t.Errorf("%s was installed for nothing:\n%s", p, all)
				}
			}
			m.ran = nil
			if err := d.provide(t.Context(), tt.sets&^forShow); err != nil || len(m.ran) > 0 && tt.sets&forBuild == 0 {
				t.Errorf("second time: got %v and %v, want nothing to do", err, m.ran)
			}
		})
	}
}

func contains(words []string, w string) bool {
	for _, x := range words {
		if x == w {
			return true
		}
	}
	return false
}

func TestModuleDecidesAboutItsHeaders(t *testing.T) {
	m := bareDebian()
	m.goMod += "require github.com/google/gousb v1.1.3\n"
	got := packages(missing(t.Context(), m.host(), forBuild, m.goMod), func(n need) string { return n.apt })
	if !contains(got, "libusb-1.0-0-dev") {
		t.Errorf("got %v, want the USB headers, because go.mod requires gousb", got)
	}
}

func TestNoWayToInstallIsAnExitCodeTwoWithNames(t *testing.T) {
	tests := []struct {
		name    string
		prepare func(*machine, *host)
		want    string
	}{
		{"fedora", func(m *machine, _ *host) { m.programs = map[string]bool{"dnf": true} }, "sudo dnf install gcc glibc-devel"},
		{"arch", func(m *machine, _ *host) { m.programs = map[string]bool{"pacman": true} }, "sudo pacman -S gcc pkgconf"},
		{"mac", func(m *machine, h *host) { m.programs = map[string]bool{"brew": true}; h.goos = "darwin" }, "xcode-select --install"},
		{"unknown", func(m *machine, _ *host) { m.programs = nil }, "sudo dnf install"},
		{"refused", func(m *machine, _ *host) { m.env["PACKBENCH_NO_INSTALL"] = "1" }, "sudo apt-get install --no-install-recommends gcc libc6-dev"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := bareDebian()
			h := m.host()
			tt.prepare(m, &h)
			var said strings.Builder
			d := &dev{root: "/r", host: h, out: io.Discard, msg: &said}
			err := d.provide(t.Context(), forBuild)
			if !errors.Is(err, errUsage) {
				t.Errorf("got %v, want exit code 2", err)
			}
			if !strings.Contains(said.String(), tt.want) {
				t.Errorf("got\n%s\nwant it to say %q", said.String(), tt.want)
			}
			if len(m.ran) > 0 {
				t.Errorf("ran %v, want nothing", m.ran)
			}
		})
	}
}

func TestAptWithoutRoot(t *testing.T) {
	m := bareDebian()
	h := m.host()
	h.root = false
	d := &dev{root: "/r", host: h, out: io.Discard, msg: io.Discard}
	if err := d.provide(t.Context(), forBuild); !errors.Is(err, errUsage) || !strings.Contains(err.Error(), "apt-get install") {
		t.Errorf("neither root nor sudo: got %v, want the command as root and exit code 2", err)
	}
	m.programs["sudo"] = true
	if err := d.provide(t.Context(), forBuild); err != nil {
		t.Fatal(err)
	}
	for _, cmd := range m.ran {
		if !strings.HasPrefix(cmd, "sudo env DEBIAN_FRONTEND=noninteractive apt-get ") {
			t.Errorf("got %q, want it by sudo", cmd)
		}
	}
}

func TestAptFailures(t *testing.T) {
	m := bareDebian()
	m.aptFails = func(args string) bool { return strings.HasSuffix(args, " update") || strings.Contains(args, "cjk") }
	d := &dev{root: "/r", host: m.host(), out: io.Discard, msg: io.Discard}
	if err := d.provide(t.Context(), forBuild|forShow); err != nil {
		t.Errorf("only the lists and the optional fonts failed: got %v, want to go on", err)
	}
	m = bareDebian()
	m.aptFails = func(args string) bool { return strings.Contains(args, " install ") }
	d.host = m.host()
	if err := d.provide(t.Context(), forBuild); err == nil {
		t.Error("got no error, want one: apt-get install failed")
	}
	m = bareDebian()
	delete(m.brings, "gcc")
	d.host = m.host()
	if err := d.provide(t.Context(), forBuild); !errors.Is(err, errUsage) || !strings.Contains(err.Error(), "a C compiler") {
		t.Errorf("got %v, want the compiler named as still missing", err)
	}
}
