package main

import (
	"context"
	"strings"
)

// set is a bit for each reason why something is needed.
type set uint8

const (
	forBuild   set = 1 << iota // compile for this machine
	forWindows                 // compile for Windows from Linux
	forScreen                  // a virtual screen with somebody to press keys and take pictures
	forTest                    // what tests compare with
	forBench                   // what benchmarks race against
	forShow                    // pleasant to have on screen
)

// need is one thing that must be on the machine, how to see that it is, and what it is called elsewhere.
type need struct {
	name     string // in plain words
	why      string
	sets     set
	optional bool
	module   string // only needed if go.mod requires this module
	probe    func(ctx context.Context, h host) bool

	apt, dnf, pacman, brew string // package names, separated by spaces
}

// program is true when one of the programs is in the PATH.
func program(names ...string) func(context.Context, host) bool {
	return func(_ context.Context, h host) bool {
		for _, n := range names {
			if _, err := h.lookPath(n); err == nil {
				return true
			}
		}
		return false
	}
}

// programs are all of the named ones.
func programs(names ...string) func(context.Context, host) bool {
	return func(ctx context.Context, h host) bool {
		for _, n := range names {
			if !program(n)(ctx, h) {
				return false
			}
		}
		return true
	}
}

// header is true when the C compiler finds all the headers. Asking the compiler and not pkg-config finds files wherever
// CPATH or a foreign distribution puts them.
func header(files ...string) func(context.Context, host) bool {
	var source strings.Builder
	for _, f := range files {
		source.WriteString("#include <" + f + ">\n")
	}
	source.WriteString("int main(void) { return 0; }\n")
	return func(ctx context.Context, h host) bool {
		cc := compiler(h)
		if cc == "" {
			return false
		}
		_, err := h.output(ctx, source.String(), cc, "-fsyntax-only", "-x", "c", "-")
		return err == nil
	}
}

// library is header plus the pkg-config description that a cgo directive of a dependency names.
func library(pc string, files ...string) func(context.Context, host) bool {
	headers := header(files...)
	return func(ctx context.Context, h host) bool {
		if !headers(ctx, h) {
			return false
		}
		_, err := h.output(ctx, "", "pkg-config", "--exists", pc)
		return err == nil
	}
}

// anyFile is true when a file matches one of the patterns.
func anyFile(patterns ...string) func(context.Context, host) bool {
	return func(_ context.Context, h host) bool {
		for _, p := range patterns {
			if len(h.glob(p)) > 0 {
				return true
			}
		}
		return false
	}
}

// compiler is the C compiler that the go command would take, or "".
func compiler(h host) string {
	if cc := strings.Fields(h.getenv("CC")); len(cc) > 0 {
		return cc[0]
	}
	for _, cc := range []string{"gcc", "clang", "cc"} {
		if _, err := h.lookPath(cc); err == nil {
			return cc
		}
	}
	return ""
}

// linuxNeeds is exact: --no-install-recommends brings neither libc6-dev with gcc nor the software renderer with Xvfb.
// The Wayland headers are for those who type plain "go vet" or "go test": without the tag x11, which every build here has,
// the window toolkit is built for Wayland, too.
func linuxNeeds() []need {
	return []need{
		{name: "a C compiler", why: "SQLite and the window toolkit are partly C", sets: forBuild, probe: header("stdlib.h"),
			apt: "gcc libc6-dev", dnf: "gcc glibc-devel", pacman: "gcc"},
		{name: "pkg-config", why: "finds OpenGL and ALSA", sets: forBuild, probe: program("pkg-config"),
			apt: "pkgconf pkg-config", dnf: "pkgconf-pkg-config", pacman: "pkgconf"},
		{name: "root certificates", why: "modules are fetched by HTTPS", sets: forBuild, optional: true,
			probe: anyFile("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"),
			apt:   "ca-certificates", dnf: "ca-certificates", pacman: "ca-certificates"},
		{name: "OpenGL headers", why: "the window is drawn by OpenGL", sets: forBuild, probe: library("gl", "GL/gl.h"),
			apt: "libgl1-mesa-dev", dnf: "mesa-libGL-devel", pacman: "libglvnd mesa"},
		{name: "X11 headers", why: "windows, keys (Xkb), screens, pointers", sets: forBuild,
			probe: header("X11/Xlib.h", "X11/XKBlib.h", "X11/Xcursor/Xcursor.h", "X11/extensions/Xrandr.h",
				"X11/extensions/Xinerama.h", "X11/extensions/XInput2.h", "X11/extensions/xf86vmode.h"),
			apt:    "libx11-dev libxcursor-dev libxrandr-dev libxinerama-dev libxi-dev libxxf86vm-dev",
			dnf:    "libX11-devel libXcursor-devel libXrandr-devel libXinerama-devel libXi-devel libXxf86vm-devel",
			pacman: "libx11 libxcursor libxrandr libxinerama libxi libxxf86vm"},
		{name: "Wayland headers", why: "for plain go build and go test, typed by hand without the tags", sets: forBuild, optional: true,
			probe: header("wayland-client-core.h", "xkbcommon/xkbcommon.h"), apt: "libwayland-dev libxkbcommon-dev", dnf: "wayland-devel libxkbcommon-devel", pacman: "wayland libxkbcommon"},
		{name: "ALSA headers", why: "the bench says yes and no by sound", sets: forBuild, module: "github.com/ebitengine/oto/v3",
			probe: library("alsa", "alsa/asoundlib.h"), apt: "libasound2-dev", dnf: "alsa-lib-devel", pacman: "alsa-lib"},
		{name: "USB headers", why: "printers and scanners on USB", sets: forBuild, module: "github.com/google/gousb",
			probe: library("libusb-1.0", "libusb-1.0/libusb.h"), apt: "libusb-1.0-0-dev", dnf: "libusb1-devel", pacman: "libusb"},
		{name: "the Windows compiler", why: "C for Windows, on Linux", sets: forWindows, probe: program(mingw),
			apt: "gcc-mingw-w64-x86-64", dnf: "mingw64-gcc", pacman: "mingw-w64-gcc"},
		{name: "Xvfb", why: "a screen where there is none", sets: forScreen, probe: program("Xvfb"),
			apt: "xvfb", dnf: "xorg-x11-server-Xvfb", pacman: "xorg-server-xvfb"},
		{name: "the software renderer of Mesa", why: "OpenGL without a graphics card", sets: forScreen,
			probe: anyFile("/usr/lib/*/dri/*_dri.so", "/usr/lib/dri/*_dri.so", "/usr/lib64/dri/*_dri.so"),
			apt:   "libgl1-mesa-dri", dnf: "mesa-dri-drivers", pacman: "mesa"},
		{name: "openbox", why: "windows get the focus only from a window manager", sets: forScreen, probe: program("openbox"),
			apt: "openbox", dnf: "openbox", pacman: "openbox"},
		{name: "xdotool", why: "presses keys and clicks as a person would", sets: forScreen, probe: program("xdotool"),
			apt: "xdotool", dnf: "xdotool", pacman: "xdotool"},
		{name: "ImageMagick", why: "takes screenshots", sets: forScreen, probe: program("import"),
			apt: "imagemagick", dnf: "ImageMagick", pacman: "imagemagick"},
		{name: "zbarimg", why: "a second opinion on barcodes", sets: forTest | forBench, probe: program("zbarimg"),
			apt: "zbar-tools", dnf: "zbar", pacman: "zbar"},
		{name: "Node.js", why: "a third opinion on barcodes: zxing-wasm, which the test itself gets by npm, at a fixed version", sets: forTest, optional: true,
			probe: programs("node", "npm"), apt: "nodejs npm", dnf: "nodejs npm", pacman: "nodejs npm"},
		{name: "poppler", why: "a second opinion on PDF", sets: forTest | forBench, probe: program("pdftoppm"),
			apt: "poppler-utils", dnf: "poppler-utils", pacman: "poppler"},
		{name: "the sqlite3 shell", why: "a second opinion on the database", sets: forTest | forBench, probe: program("sqlite3"),
			apt: "sqlite3", dnf: "sqlite", pacman: "sqlite"},
		{name: "strace", why: "shows what a power cut would leave on the disk", sets: forTest, optional: true, probe: program("strace"),
			apt: "strace", dnf: "strace", pacman: "strace"},
		{name: "CUPS", why: "the tests print through a queue of their own", sets: forTest, optional: true,
			probe: anyFile("/usr/lib/cups/backend/socket"), // Debian's cups-daemon alone cannot print on a network printer
			apt:   "cups cups-client", dnf: "cups", pacman: "cups"},
		{name: "QEMU", why: "the drivers are tested in an emulated computer with USB devices and cameras of its own", sets: forTest, optional: true,
			probe: program("qemu-system-x86_64"), apt: "qemu-system-x86", dnf: "qemu-system-x86-core", pacman: "qemu-system-x86"},
		{name: "kmod", why: "a library of the emulated computer's device manager", sets: forTest, optional: true,
			probe: anyFile("/lib/*/libkmod.so.2", "/usr/lib/*/libkmod.so.2", "/usr/lib64/libkmod.so.2"), apt: "libkmod2 libcap2", dnf: "kmod-libs", pacman: "kmod"},
		{name: "Noto fonts", why: "product names in Thai, Arabic, Hebrew", sets: forScreen | forShow,
			probe: anyFile("/usr/share/fonts/*/noto/NotoSansThai-*", "/usr/share/fonts/noto/NotoSansThai-*",
				"/usr/share/fonts/*/NotoSansThai*"),
			apt: "fonts-noto-core", dnf: "google-noto-sans-thai-fonts google-noto-sans-arabic-fonts", pacman: "noto-fonts"},
		{name: "Noto fonts for Chinese, Japanese and Korean", why: "product names", sets: forShow, optional: true,
			probe: anyFile("/usr/share/fonts/*/noto/NotoSansCJK-*", "/usr/share/fonts/noto-cjk/*", "/usr/share/fonts/*/NotoSansCJK*",
				"/usr/share/fonts/google-noto-sans-cjk*/*"),
			apt: "fonts-noto-cjk", dnf: "google-noto-sans-cjk-fonts", pacman: "noto-fonts-cjk"},
	}
}

// otherNeeds is for macOS and Windows: there the system brings its own OpenGL, sound and screen.
func otherNeeds(goos string) []need {
	cc := need{name: "a C compiler", why: "SQLite and the window toolkit are partly C", sets: forBuild, probe: header("stdlib.h")}
	if goos == "darwin" {
		cc.brew = "gcc (or, without Homebrew: xcode-select --install)"
	} else {
		cc.name += " (MSYS2, mingw-w64: pacman -S mingw-w64-x86_64-gcc, and its bin folder in the PATH)"
	}
	return []need{cc,
		{name: "the Windows compiler", why: "C for Windows", sets: forWindows, probe: program(mingw), brew: "mingw-w64"},
		{name: "zbarimg", why: "a second opinion on barcodes", sets: forTest | forBench, optional: true, probe: program("zbarimg"), brew: "zbar"},
		{name: "poppler", why: "a second opinion on PDF", sets: forTest | forBench, optional: true, probe: program("pdftoppm"), brew: "poppler"},
	}
}

// missing returns what of the sets the machine lacks. goMod decides about needs that belong to a module.
func missing(ctx context.Context, h host, sets set, goMod string) []need {
	all := linuxNeeds()
	if h.goos != "linux" {
		all = otherNeeds(h.goos)
	}
	var lacks []need
	for _, n := range all {
		if n.sets&sets == 0 || n.module != "" && !strings.Contains(goMod, n.module+" ") {
			continue
		}
		if !n.probe(ctx, h) {
			lacks = append(lacks, n)
		}
	}
	return lacks
}
