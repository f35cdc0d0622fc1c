package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// errSecondStart: another window has this data folder; it was brought to the front.
var errSecondStart = errors.New("packbench already runs on this data folder; its window was brought to the front")

const (
	lockName  = "packbench.lock"
	frontName = "packbench.front"
)

// instance holds the data folder for one window. The file must stay reachable: the lock is gone when it is collected.
type instance struct {
	lock  *os.File
	front net.Listener
	dir   string
}

// claimInstance takes the data folder, or brings the window that has it to the front and returns errSecondStart.
func claimInstance(dir string) (*instance, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w; choose another with --data", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the data folder %s: %w; check its permissions or choose another with --data", dir, err)
	}
	if err := lockFile(f); err != nil {
		defer f.Close()
		return nil, errors.Join(errSecondStart, knock(dir))
	}
	var lc net.ListenConfig
	l, err := lc.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for a second start: %w", errors.Join(err, f.Close()))
	}
	at := filepath.Join(dir, frontName)
	_ = os.Remove(at) // the lock is ours, so that whatever lies there is of nobody
	if err := replaceFile(at, []byte(l.Addr().String()), 0o600); err != nil {
		return nil, errors.Join(err, l.Close(), f.Close())
	}
	return &instance{lock: f, front: l, dir: dir}, nil
}

// knock asks the first window to come to the front.
func knock(dir string) error {
	addr, err := readPlain(filepath.Join(dir, frontName), maxConfig)
	if err != nil {
		return fmt.Errorf("it did not say where: %w", err)
	}
	d := net.Dialer{Timeout: 2 * time.Second}
	c, err := d.Dial("tcp", strings.TrimSpace(string(addr)))
	if err != nil {
		return fmt.Errorf("it did not answer: %w", err)
	}
	_, err = c.Write([]byte("front\n"))
	return errors.Join(err, c.Close())
}

// run calls front for every second start until ctx ends.
func (i *instance) run(ctx context.Context, front func()) error {
	stop := context.AfterFunc(ctx, func() { _ = i.front.Close() })
	defer stop()
	for {
		c, err := i.front.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("listen for a second start: %w", err)
		}
		_ = c.Close()
		front()
	}
}

func (i *instance) release() {
	_ = i.front.Close()
	_ = os.Remove(filepath.Join(i.dir, frontName))
	_ = i.lock.Close()
}
