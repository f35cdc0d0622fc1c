package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"packbench/assets"
	"packbench/devices/usb"
)

// runUdev writes the rules that let who sits at the computer use the bench's devices, with lines for the devices that are named.
// Into the system's folder only an administrator can; afterwards the system is asked to read them.
func runUdev(ctx context.Context, c *call) error {
	rules, err := udevRules(c.args)
	if err != nil {
		return err
	}
	if out := c.flags["out"]; out == "-" {
		_, err := io.WriteString(c.out, rules)
		return err
	} else if out != "" {
		return c.writeResult(out, func(w io.Writer) error { _, err := io.WriteString(w, rules); return err })
	}
	if runtime.GOOS != "linux" {
		return errors.New("only Linux needs these rules; with --out FILE they are written to a file")
	}
	if err := os.WriteFile(usb.RulesFile, []byte(rules), 0o644); err != nil { // #nosec G306 -- rules are for everybody to read
		return fmt.Errorf("write %s: %w; put sudo before the command", usb.RulesFile, err)
	}
	for _, args := range [][]string{{"control", "--reload"}, {"trigger", "--subsystem-match=usb", "--subsystem-match=tty"}} {
		if said, err := exec.CommandContext(ctx, "udevadm", args...).CombinedOutput(); err != nil {
			fmt.Fprintf(c.err, "packbench: udevadm %s: %v %s\n", args[0], err, strings.TrimSpace(string(said)))
			fmt.Fprintln(c.out, "written to", usb.RulesFile, "– start the computer again")
			return nil
		}
	}
	fmt.Fprintln(c.out, "written to", usb.RulesFile, "– pull the device's cable and plug it in again")
	return nil
}

// udevRules are the shipped rules, and before their end a line for each device that they do not name.
func udevRules(ids []string) (string, error) {
	var more strings.Builder
	for _, s := range ids {
		id, err := usb.ParseID(s)
		if err != nil {
			return "", &usageError{err.Error()}
		}
		more.WriteString(usb.Rules(id))
	}
	if more.Len() == 0 {
		return assets.UdevRules, nil
	}
	head, tail, ok := strings.Cut(assets.UdevRules, "# Serial ports:")
	if !ok {
		return "", errors.New("the rules in this program have no part about serial ports")
	}
	return head + "# Named by hand.\n" + more.String() + "\n# Serial ports:" + tail, nil
}
