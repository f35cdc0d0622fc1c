package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Two things that Go asks of Windows and Wine 8 does not have.
const (
	// prng is bcryptprimitives.dll, without which no program of Go starts: random bytes from the function that is there.
	prng = `#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG); /* RtlGenRandom of advapi32 */
__declspec(dllexport) BOOL WINAPI ProcessPrng(BYTE *p, SIZE_T n)
{
	for (ULONG k; n > 0; p += k, n -= k)
		if (!SystemFunction036(p, k = n > 65536 ? 65536 : (ULONG)n))
			return FALSE;
	return TRUE;
}
`
	// deletes is the file of Go's library that deletes; it knows the older way, too, and is told to go it.
	deletes = "internal/syscall/windows/at_windows.go"
)

// wineFlag takes --wine out of the arguments of test.
func wineFlag(args []string) (rest []string, wine bool) {
	for i, a := range args {
		if a == "--" {
			return append(rest, args[i:]...), wine
		}
		if a == "--wine" || a == "-wine" {
			wine = true
			continue
		}
		rest = append(rest, a)
	}
	return rest, wine
}

// wineTest runs tests as Windows programs under Wine, in a Wine folder of their own: those of the packages without C if none is named.
// It is more than linking and less than Windows. Without Wine it says so and is no failure.
func (d *dev) wineTest(ctx context.Context, args []string) error {
	wine, err := d.host.lookPath("wine")
	if err != nil {
		fmt.Fprintln(d.out, "skip\tGOOS=windows\tnothing ran: there is no Wine here (on Debian and Ubuntu: apt install wine wine64)")
		return nil
	}
	if err := d.provide(ctx, forWindows); err != nil {
		return err
	}
	pkgs, extra := splitArgs(args)
	if pkgs[0] == "./..." {
		if pkgs, err = d.pureForWindows(ctx); err != nil {
			return err
		}
		pkgs = slices.DeleteFunc(pkgs, func(name string) bool { return strings.HasSuffix(name, "/cmd/dev") }) // it starts programs of this system
	}
	dir, err := os.MkdirTemp("", "packbench-wine-")
	if err != nil {
		return fmt.Errorf("make a folder for Wine: %w", err)
	}
	defer os.RemoveAll(dir)
	env := []string{"WINEPREFIX=" + filepath.Join(dir, "prefix"), "WINEDEBUG=-all", "GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=1", "CC=" + mingw}
	// Its server outlives the first test, which must not be waited for with the pipes of that test.
	defer func() { _ = d.host.stream(context.WithoutCancel(ctx), d.msg, env, "wineserver", "-k") }()
	if err := d.makeWine(ctx, dir, env); err != nil {
		return err
	}
	args = append([]string{"-C", d.root, "test", "-vet=off", "-p", "2", "-timeout", "10m", "-exec", wine, "-overlay", filepath.Join(dir, "overlay.json")},
		compileFlags("windows", false)...)
	if err := d.host.stream(ctx, d.out, env, "go", append(append(args, pkgs...), extra...)...); err != nil {
		return fmt.Errorf("tests under Wine: %w; see above", err)
	}
	return nil
}

// makeWine makes the Wine folder and what Wine 8 lacks.
func (d *dev) makeWine(ctx context.Context, dir string, env []string) error {
	if err := os.Mkdir(filepath.Join(dir, "prefix"), 0o700); err != nil {
		return fmt.Errorf("make a folder for Wine: %w", err)
	}
	for _, step := range [][]string{{"wineserver", "-p"}, {"wineboot", "-i"}} {
		if err := d.host.stream(ctx, d.msg, env, step[0], step[1:]...); err != nil {
			return fmt.Errorf("%s: %w; see above", strings.Join(step, " "), err)
		}
	}
	source, dll := filepath.Join(dir, "prng.c"), filepath.Join(dir, "prefix/drive_c/windows/system32/bcryptprimitives.dll")
	if _, err := os.Stat(dll); err != nil {
		if err := os.WriteFile(source, []byte(prng), 0o600); err != nil {
			return fmt.Errorf("make bcryptprimitives.dll: %w", err)
		}
		if err := d.host.stream(ctx, d.msg, nil, mingw, "-shared", "-o", dll, source, "-ladvapi32"); err != nil {
			return fmt.Errorf("make bcryptprimitives.dll: %w; see above", err)
		}
	}
	return d.overlay(ctx, dir)
}

// overlay makes overlay.json, by which Go's library deletes in the older way.
func (d *dev) overlay(ctx context.Context, dir string) error {
	out, err := d.host.output(ctx, "", "go", "env", "GOROOT")
	if err != nil {
		return fmt.Errorf("look for Go's library: %w", err)
	}
	file := filepath.Join(strings.TrimSpace(string(out)), "src", filepath.FromSlash(deletes))
	text, err := d.host.readFile(file)
	if err != nil {
		return fmt.Errorf("look for Go's library: %w", err)
	}
	const off, on = "\nvar TestDeleteatFallback bool\n", "\nvar TestDeleteatFallback = true\n"
	if !strings.Contains(string(text), off) {
		return fmt.Errorf("%s has changed: Wine 8 cannot delete with it, look there for another way", file)
	}
	mine := filepath.Join(dir, "at_windows.go")
	if err := os.WriteFile(mine, []byte(strings.Replace(string(text), off, on, 1)), 0o600); err != nil {
		return fmt.Errorf("make an overlay: %w", err)
	}
	json := fmt.Sprintf(`{"Replace":{%q:%q}}`, file, mine)
	if err := os.WriteFile(filepath.Join(dir, "overlay.json"), []byte(json), 0o600); err != nil {
		return fmt.Errorf("make an overlay: %w", err)
	}
	return nil
}
