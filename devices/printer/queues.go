//go:build !windows

package printer

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
)

// Queues are the names of the system's print queues, sorted. A system without CUPS has none.
func Queues(ctx context.Context) ([]string, error) {
	out, err := cups{}.command(ctx, nil, "lpstat", "-e")
	if errors.Is(err, exec.ErrNotFound) || err != nil && strings.Contains(err.Error(), "No destinations") {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list print queues: %w", err)
	}
	return queueNames(out), nil
}

// queueNames reads lpstat -e: one name a line.
func queueNames(out string) []string {
	var names []string
	for line := range strings.Lines(out) {
		if name := strings.TrimSpace(line); name != "" && !strings.ContainsAny(name, " \t") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
