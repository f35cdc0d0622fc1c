package printer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"packbench/devices"
)

// cups is one queue of CUPS.
type cups struct{ queue string }

// command runs one of CUPS's programs with English words. The error wraps what it said.
func (s cups) command(ctx context.Context, in []byte, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C", "LANG=C", "SOFTWARE=")
	cmd.Stdin = bytes.NewReader(in)
	cmd.WaitDelay = time.Second
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return out.String(), fmt.Errorf("run %s for queue %s: %w: %s", name, s.queue, err, strings.TrimSpace(errs.String()))
	}
	return out.String(), nil
}

// look asks once how the queue feels; the error is a sentence.
func (s cups) look(ctx context.Context) error {
	out, err := s.command(ctx, nil, "lpstat", "-l", "-p", s.queue)
	q := parseQueue(out)
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return &Failure{Text: "This system has no print service (CUPS) that Packbench can use. Install cups-client, or set the printer's network address.",
			Cause: fmt.Errorf("%w: %w", devices.ErrUnsupported, err)}
	case err != nil && !q.known && strings.Contains(err.Error(), "Invalid destination"):
		return &Failure{Text: fmt.Sprintf("There is no print queue %s, or the print service is not running. Look in the system's printer settings.", s.queue),
			Cause: fmt.Errorf("%w: %w", devices.ErrAbsent, err)}
	case err != nil && !q.known:
		return &Failure{Text: "The system's print service does not answer. Start it.", Cause: fmt.Errorf("%w: %w", devices.ErrAbsent, err)}
	}
	if text := q.trouble(s.queue); text != "" {
		return &Failure{Text: text, Cause: fmt.Errorf("%w: queue says %q %v", ErrTrouble, q.message, q.reasons)}
	}
	return nil
}

func (s cups) submit(ctx context.Context, job []byte) (id string, taken bool, err error) {
	out, err := s.command(ctx, job, "lp", "-d", s.queue, "-o", "raw", "-t", "Packbench label")
	m := requestID.FindStringSubmatch(out)
	if err == nil && m != nil {
		return m[1], true, nil
	}
	exit, ok := errors.AsType[*exec.ExitError](err)
	if err == nil {
		err = fmt.Errorf("lp said %.100q", out)
	}
	return "", !ok || !exit.Exited(), err
}

func (s cups) cancel(ctx context.Context, id string) error {
	_, err := s.command(ctx, nil, "cancel", id)
	return err
}

// job looks for a job among those that wait and those that do not any more. CUPS does not always give a completed job the
// reason job-completed-successfully; that it is among the second and was neither cancelled nor aborted says as much.
func (s cups) job(ctx context.Context, id string) (j spoolJob, known, gone bool) {
	for _, which := range []string{"not-completed", "completed"} {
		out, err := s.command(ctx, nil, "lpstat", "-l", "-W", which, "-o", s.queue)
		if err != nil {
			return spoolJob{}, false, false
		}
		if j, known = parseJobs(out)[id]; known {
			return j, true, which == "completed"
		}
	}
	return spoolJob{}, false, false
}
