package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// pack makes the Debian package: the program, its icon and place in the menu, the manual page, and the rules that let who sits at
// the computer use the devices.
func (d *dev) pack(ctx context.Context, args []string) error {
	goos, file, err := buildArgs(args, d.host.goos)
	if err != nil {
		return fmt.Errorf("package: %w", err)
	}
	if goos != "linux" || d.host.goos != "linux" {
		return fmt.Errorf("packages are made on Linux for Linux: %w", errUsage)
	}
	if err := d.provide(ctx, forBuild); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "packbench-package-")
	if err != nil {
		return fmt.Errorf("make the package: %w", err)
	}
	defer os.RemoveAll(dir)
	program := filepath.Join(dir, "packbench")
	if err := d.compile(ctx, "linux", nil, program, "./cmd/packbench"); err != nil {
		return err
	}
	p, err := d.contents(program)
	if err != nil {
		return err
	}
	p.at = d.moment(ctx)
	deb, err := p.deb()
	if err != nil {
		return err
	}
	if err := os.WriteFile(file, deb, 0o644); err != nil { // #nosec G306 -- a package is for everybody to read
		return fmt.Errorf("write the package: %w", err)
	}
	fmt.Fprintf(d.out, "%s: %s %s, %.1f MB\n", file, p.control["Version"], p.control["Architecture"], float64(len(deb))/1e6)
	return nil
}

// moment is the time of everything in the package: the same sources make the same package.
func (d *dev) moment(ctx context.Context) time.Time {
	text := d.host.getenv("SOURCE_DATE_EPOCH")
	if out, err := d.host.output(ctx, "", "git", "-C", d.root, "log", "-1", "--format=%ct"); text == "" && err == nil {
		text = strings.TrimSpace(string(out))
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.Unix(n, 0).UTC()
	}
	return time.Now().UTC().Truncate(time.Second)
}

// details are the [Details] of FyneApp.toml: the one place that says what the program is called.
func details(toml string) map[string]string {
	all, in := map[string]string{}, false
	for line := range strings.Lines(toml) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			in = line == "[Details]"
		}
		if key, value, ok := strings.Cut(line, "="); ok && in {
			all[strings.TrimSpace(key)] = strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	return all
}

// contents are the files of the package around a program that was built.
func (d *dev) contents(program string) (*debPackage, error) {
	var failed error
	read := func(parts ...string) []byte {
		b, err := d.host.readFile(filepath.Join(append([]string{d.root}, parts...)...))
		if err != nil && failed == nil {
			failed = fmt.Errorf("make the package: %w", err)
		}
		return b
	}
	app := details(string(read("FyneApp.toml")))
	id, name, version := app["ID"], app["Name"], app["Version"]
	binary, err := os.ReadFile(program)
	if err != nil {
		return nil, fmt.Errorf("make the package: %w", err)
	}
	depends, err := dependsOf(program)
	if err != nil {
		return nil, err
	}
	p := &debPackage{control: map[string]string{
		"Package": "packbench", "Version": version, "Architecture": debArch(runtime.GOARCH), "Maintainer": "The Packbench authors <packbench@localhost>",
		"Section": "misc", "Priority": "optional", "Depends": strings.Join(depends, ", "), "Recommends": "libgl1-mesa-dri, udev, fonts-noto-core",
		"Suggests": "cups-client, fonts-noto-cjk", "Description": "packing bench of a TikTok Shop seller\n Scan, verify, weigh, label and hand over, with the network down, too.\n It owns the bench's scanner, scale, label printer and camera.",
	}, scripts: map[string]string{"postinst": postinst, "postrm": postrm}}
	p.add("usr/bin/packbench", 0o755, binary)
	p.add("usr/share/applications/"+id+".desktop", 0o644, []byte(desktopFile(id, name)))
	p.add("usr/share/icons/hicolor/256x256/apps/"+id+".png", 0o644, read(filepath.FromSlash(app["Icon"])))
	p.add("usr/share/icons/hicolor/scalable/apps/"+id+".svg", 0o644, read("assets", "appicon.svg"))
	p.add("usr/lib/udev/rules.d/60-packbench.rules", 0o644, read("assets", "udev", "60-packbench.rules"))
	p.add("usr/share/doc/packbench/copyright", 0o644, read("LICENSE"))
	p.add("usr/share/doc/packbench/manual.md", 0o644, read("assets", "manual", "en.md"))
	page, err := zipped([]byte(manualPage(name, version)), time.Time{})
	if err != nil {
		return nil, err
	}
	p.add("usr/share/man/man1/packbench.1.gz", 0o644, page)
	return p, errors.Join(failed, missingDetails(app))
}

func missingDetails(app map[string]string) error {
	for _, key := range []string{"ID", "Name", "Version", "Icon"} {
		if app[key] == "" {
			return fmt.Errorf("FyneApp.toml has no %s", key)
		}
	}
	return nil
}

func desktopFile(id, name string) string {
	return "[Desktop Entry]\nType=Application\nName=" + name + "\nGenericName=Packing bench\nComment=Scan, verify, weigh, label and hand over parcels\nExec=packbench\nIcon=" + id +
		"\nTerminal=false\nCategories=Office;\nStartupWMClass=" + name + "\n"
}

// udevReads asks udev for the rules, where a udev runs: not in a chroot or a container, and never so that the installation fails.
const udevReads = `if [ -z "${DPKG_ROOT:-}" ] && [ -d /run/udev ] && command -v udevadm >/dev/null 2>&1; then
	udevadm control --reload || true
	udevadm trigger --subsystem-match=usb --subsystem-match=tty || true
fi
`

const (
	postinst = "#!/bin/sh\nset -e\nif [ \"$1\" = configure ]; then\n" + udevReads + "fi\n"
	postrm   = "#!/bin/sh\nset -e\nif [ \"$1\" = remove ]; then\n" + udevReads + "fi\n"
)

func manualPage(name, version string) string {
	return `.TH PACKBENCH 1 "" "` + name + " " + version + `"
.SH NAME
packbench \- packing bench of a TikTok Shop seller
.SH SYNOPSIS
.B packbench
.RI [ COMMAND ]
.RB [ \-\-data
.IR DIR ]
.RB [ \-\-config
.IR FILE ]
.SH DESCRIPTION
Without a command it opens the station's window: scan the order, scan each item, the label prints; then the handoff.
.B packbench help
lists the commands.
.SH FILES
.TP
.I ~/.config/packbench/station.toml
the station's settings; Equipment, Set devices up writes the devices into it
.TP
.I /usr/lib/udev/rules.d/60-packbench.rules
lets who sits at the computer use scanners, scales and label printers; for others:
.B sudo packbench udev VENDOR:PRODUCT
.TP
.I /usr/share/doc/packbench/manual.md
the manual, which the window shows, too
.SH EXIT STATUS
0 done, 1 failed, 2 wrong usage or configuration.
`
}
