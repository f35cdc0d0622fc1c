package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// provide makes sure that everything of the sets is on the machine: it looks, says what is missing, installs it where apt
// is the way, and looks again. Wraps errUsage where a person has to install something.
func (d *dev) provide(ctx context.Context, sets set) error {
	goMod, err := d.host.readFile(filepath.Join(d.root, "go.mod"))
	if err != nil {
		return fmt.Errorf("reading go.mod: %w", err)
	}
	lacks := missing(ctx, d.host, sets, string(goMod))
	if len(lacks) == 0 {
		return nil
	}
	fmt.Fprintln(d.msg, "Missing on this machine:")
	for _, n := range lacks {
		note := ""
		if n.optional {
			note = ", not required"
		}
		fmt.Fprintf(d.msg, "  - %s (%s%s)\n", n.name, n.why, note)
	}
	if _, err := d.host.lookPath("apt-get"); err == nil && d.host.goos == "linux" && d.host.getenv("PACKBENCH_NO_INSTALL") == "" {
		if err := aptInstall(ctx, d.host, d.msg, lacks); err != nil {
			return err
		}
		lacks = missing(ctx, d.host, sets, string(goMod))
		if hard := required(lacks); len(hard) > 0 {
			return fmt.Errorf("still missing after the installation: %s: %w", names(hard), errUsage)
		}
		return nil
	}
	fmt.Fprint(d.msg, advice(d.host, lacks))
	if hard := required(lacks); len(hard) > 0 {
		return fmt.Errorf("install what is missing and start again: %w", errUsage)
	}
	return nil
}

func required(needs []need) []need {
	var hard []need
	for _, n := range needs {
		if !n.optional {
			hard = append(hard, n)
		}
	}
	return hard
}

func names(needs []need) string {
	var s []string
	for _, n := range needs {
		s = append(s, n.name)
	}
	return strings.Join(s, ", ")
}

// packages joins the package names of the needs, each once, in order.
func packages(needs []need, of func(need) string) []string {
	var all []string
	seen := map[string]bool{}
	for _, n := range needs {
		for _, p := range strings.Fields(of(n)) {
			if !seen[p] {
				seen[p] = true
				all = append(all, p)
			}
		}
	}
	return all
}

// aptInstall installs the packages of the needs. What is merely pleasant is installed by a call of its own, whose failure
// is said and survived.
func aptInstall(ctx context.Context, h host, msg io.Writer, lacks []need) error {
	apt := []string{"env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "Dpkg::Use-Pty=0"}
	if !h.root {
		if _, err := h.lookPath("sudo"); err != nil {
			return fmt.Errorf("neither root nor sudo here. As root: apt-get update && apt-get install -y --no-install-recommends %s: %w",
				strings.Join(packages(lacks, func(n need) string { return n.apt }), " "), errUsage)
		}
		apt = append([]string{"sudo"}, apt...)
	}
	run := func(args ...string) error {
		all := append(append([]string{}, apt...), args...)
		fmt.Fprintln(msg, "+", strings.Join(all, " "))
		return h.stream(ctx, msg, nil, all[0], all[1:]...)
	}
	if err := run("update"); err != nil {
		fmt.Fprintf(msg, "apt-get update failed (%v); trying with the package lists that are there\n", err)
	}
	install := []string{"install", "-y", "--no-install-recommends"}
	hard := required(lacks)
	if names := packages(hard, func(n need) string { return n.apt }); len(names) > 0 {
		if err := run(append(install, names...)...); err != nil {
			return fmt.Errorf("installing %s: %w; see what apt-get says above", strings.Join(names, " "), err)
		}
	}
	if soft := packages(optional(lacks), func(n need) string { return n.apt }); len(soft) > 0 {
		if err := run(append(install, soft...)...); err != nil {
			fmt.Fprintf(msg, "%s could not be installed (%v); going on without\n", strings.Join(soft, " "), err)
		}
	}
	return nil
}

func optional(needs []need) []need {
	var soft []need
	for _, n := range needs {
		if n.optional {
			soft = append(soft, n)
		}
	}
	return soft
}

// advice is the exact command for the package manager that is there, or one line for each that could be.
func advice(h host, lacks []need) string {
	managers := []struct {
		program, command string
		of               func(need) string
	}{
		{"apt-get", "sudo apt-get install --no-install-recommends", func(n need) string { return n.apt }},
		{"dnf", "sudo dnf install", func(n need) string { return n.dnf }},
		{"pacman", "sudo pacman -S", func(n need) string { return n.pacman }},
		{"brew", "brew install", func(n need) string { return n.brew }},
	}
	var lines strings.Builder
	for _, m := range managers {
		names := packages(lacks, m.of)
		if m.program == "brew" {
			names = nil // its entries may hold a remark
			for _, n := range lacks {
				if n.brew != "" {
					names = append(names, n.brew)
				}
			}
		}
		if len(names) == 0 {
			continue
		}
		line := fmt.Sprintf("  %s %s\n", m.command, strings.Join(names, " "))
		if _, err := h.lookPath(m.program); err == nil {
			return "Install it with:\n" + line
		}
		lines.WriteString(line)
	}
	if lines.Len() == 0 {
		return ""
	}
	return "Install it with the one that this system has:\n" + lines.String()
}
