package bed

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Wanted is a driver of the kernel with its settings.
type Wanted struct{ Name, Args string }

// Content is what the inner computer gets.
type Content struct {
	Kernel  Kernel
	Init    string   // the program of the folder init, compiled without cgo
	Drivers []Wanted // with all that they need, in this order
	Steps   []Step   // File is a path of this computer here
	Libs    []string // libraries that are loaded by name while a program runs
}

// WriteImage writes the initial file system to a file.
func WriteImage(ctx context.Context, file string, c Content) (err error) {
	f, err := os.Create(file)
	if err != nil {
		return fmt.Errorf("write the inner computer's files: %w", err)
	}
	defer func() {
		if cerr := f.Close(); err == nil {
			err = cerr
		}
	}()
	buf := bufio.NewWriterSize(f, 1<<20)
	im := &image{ctx: ctx, a: archive{w: buf}, has: map[string]bool{}}
	if err := im.fill(c); err != nil {
		return fmt.Errorf("write the inner computer's files: %w", err)
	}
	return buf.Flush()
}

type image struct {
	ctx context.Context
	a   archive
	has map[string]bool
}

func (im *image) fill(c Content) error {
	for _, d := range []string{"dev", "proc", "sys", "tmp", "run", "bin", "etc", "test", "drivers"} {
		im.dir(d)
	}
	im.a.node("dev/console", 5, 1)
	if err := im.copy("init", c.Init); err != nil {
		return err
	}
	plan := Plan{}
	if err := im.drivers(c, &plan); err != nil {
		return err
	}
	for _, s := range c.Steps {
		inside := "/test/" + filepath.Base(s.File) // several steps run the same program
		if err := im.program(inside, s.File); err != nil {
			return err
		}
		s.File = inside
		plan.Steps = append(plan.Steps, s)
	}
	if c.Kernel.Udev != "" {
		// One program with two names.
		if err := im.program("/bin/udevadm", c.Kernel.Udev); err != nil {
			return err
		}
		im.a.link("bin/systemd-udevd", "udevadm")
	}
	for _, l := range c.Libs {
		if err := im.copy(l, l); err != nil {
			return err
		}
	}
	text, err := json.Marshal(plan)
	if err != nil {
		return err
	}
	im.a.file(PlanFile, text)
	return im.a.close()
}

func (im *image) drivers(c Content, plan *Plan) error {
	all, err := findDrivers(c.Kernel.Drivers)
	if err != nil {
		return err
	}
	var names []string
	args := map[string]string{}
	for _, w := range c.Drivers {
		names = append(names, w.Name)
		args[w.Name] = w.Args
	}
	load, err := all.order(im.ctx, names)
	if err != nil {
		return err
	}
	for _, l := range load {
		file := "/drivers/" + l.name + ".ko"
		im.a.file(file, l.data)
		plan.Modules = append(plan.Modules, Module{File: file, Args: args[l.name]})
	}
	return nil
}

// program copies a program and the libraries that it is linked with.
func (im *image) program(inside, file string) error {
	if err := im.copy(inside, file); err != nil {
		return err
	}
	out, err := exec.CommandContext(im.ctx, "ldd", file).CombinedOutput()
	if err != nil && !strings.Contains(string(out), "not a dynamic executable") {
		return fmt.Errorf("libraries of %s: %w: %s", filepath.Base(file), err, out)
	}
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "not found") {
			return fmt.Errorf("%s needs a library that is not here: %s", filepath.Base(file), strings.TrimSpace(line))
		}
		for f := range strings.FieldsSeq(line) {
			if strings.HasPrefix(f, "/") {
				if err := im.copy(f, f); err != nil {
					return err
				}
				break
			}
		}
	}
	return nil
}

func (im *image) copy(inside, file string) error {
	if im.has[inside] {
		return nil
	}
	im.has[inside] = true
	b, err := os.ReadFile(file) // through symbolic links: inside it is a file
	if err != nil {
		return err
	}
	im.dir(filepath.Dir(strings.TrimPrefix(inside, "/")))
	im.a.file(inside, b)
	return nil
}

// dir makes a folder and those above it.
func (im *image) dir(path string) {
	var above []string
	for p := path; p != "." && p != "/" && !im.has["dir "+p]; p = filepath.Dir(p) {
		im.has["dir "+p] = true
		above = append(above, p)
	}
	slices.Reverse(above)
	for _, p := range above {
		im.a.dir(p)
	}
}
