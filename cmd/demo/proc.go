package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// process is a program that runs beside us, with its words in a file of its own. Whoever starts it must stop it.
type process struct {
	name string
	cmd  *exec.Cmd
	log  *os.File
	done chan struct{} // closed when it has ended
	err  error         // valid after done

	stopOnce sync.Once
}

// startProcess starts a program; its stderr, and its stdout too if out is nil, go to logFile.
func startProcess(logFile string, env []string, out io.Writer, program string, args ...string) (*process, error) {
	log, err := os.OpenFile(logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("log of %s: %w", filepath.Base(program), err)
	}
	p := &process{name: filepath.Base(program), log: log, done: make(chan struct{})}
	p.cmd = exec.Command(program, args...) //nolint:noctx // it outlives every context of ours on purpose: stop ends it in order
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stdout, p.cmd.Stderr = log, log
	if out != nil {
		p.cmd.Stdout = out
	}
	if err := p.cmd.Start(); err != nil {
		_ = log.Close()
		return nil, fmt.Errorf("starting %s: %w; build everything with: go run ./cmd/dev demo", p.name, err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// stop asks the program to end, waits, and kills it if it does not. It returns how it ended; being killed is an error.
func (p *process) stop(patience time.Duration) error {
	var err error
	p.stopOnce.Do(func() {
		defer p.log.Close()
		_ = p.cmd.Process.Signal(syscall.SIGTERM) // gone already is fine
		select {
		case <-p.done:
			var exit *exec.ExitError
			if errors.As(p.err, &exit) && exit.ExitCode() < 0 && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGTERM {
				return // it has no handler: SIGTERM ended it
			}
			if p.err != nil {
				err = fmt.Errorf("%s ended badly: %w; see %s", p.name, p.err, p.log.Name())
			}
		case <-time.After(patience):
			_ = p.cmd.Process.Kill()
			<-p.done
			err = fmt.Errorf("%s did not end within %s and was killed; see %s", p.name, patience, p.log.Name())
		}
	})
	return err
}

// ended reports whether the program is gone.
func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// command runs a program to its end and returns its stdout. Its stderr is in the error.
func command(ctx context.Context, env []string, program string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = append(os.Environ(), env...)
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Run(); err != nil {
		return out.String(), fmt.Errorf("%s %s: %w: %s", filepath.Base(program), strings.Join(args, " "), err, strings.TrimSpace(errs.String()))
	}
	return out.String(), nil
}
