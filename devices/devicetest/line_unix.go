//go:build unix

package devicetest

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/creack/pty"
	"go.bug.st/serial"

	"packbench/devices"
)

// line is the device's end of a serial line: a pty whose other end stands under a symbolic link that stays the same while
// the device is pulled out and plugged in again. It survives the program closing its end.
type line struct {
	link string
	dir  string // to be removed with the line; empty if the link was chosen by the caller

	mu     sync.Mutex
	master *os.File // nil while unplugged
	slave  *os.File // kept open, or the master would fail with EIO whenever the program is not there
	plug   chan struct{}
	closed bool
}

// writeFor is how long the line may be full before a send fails.
const writeFor = 2 * time.Second

// newLine plugs a line in. link is where the program's end is to be found; empty: in a new temporary folder.
func newLine(link, name string) (*line, error) {
	l := &line{link: link, plug: make(chan struct{})}
	if link == "" {
		dir, err := os.MkdirTemp("", "packbench-bench-")
		if err != nil {
			return nil, fmt.Errorf("make a folder for the %s's line: %w", name, err)
		}
		l.dir, l.link = dir, filepath.Join(dir, name)
	}
	if err := l.Plug(); err != nil {
		_ = l.Close()
		return nil, err
	}
	return l, nil
}

// Path is the port to set in the program.
func (l *line) Path() string { return l.link }

// Plug plugs the device in, again under the same path. Plugging in twice is no error.
func (l *line) Plug() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return fmt.Errorf("plug in %s: %w", l.link, os.ErrClosed)
	}
	if l.master != nil {
		return nil
	}
	master, slave, err := openPTY()
	if err != nil {
		return fmt.Errorf("plug in %s: %w", l.link, err)
	}
	tmp := l.link + ".new"
	_ = os.Remove(tmp)
	if err = os.Symlink(slave.Name(), tmp); err == nil {
		err = os.Rename(tmp, l.link)
	}
	if err != nil {
		_ = master.Close()
		_ = slave.Close()
		return fmt.Errorf("plug in %s: %w", l.link, err)
	}
	l.master, l.slave = master, slave
	close(l.plug)
	l.plug = make(chan struct{})
	return nil
}

// openPTY returns both ends of a pty in raw mode; the master takes deadlines and its Read ends with Close.
func openPTY() (master, slave *os.File, err error) {
	m, slave, err := pty.Open()
	if err != nil {
		return nil, nil, fmt.Errorf("open a pty: %w", err)
	}
	defer m.Close()
	// The pty package leaves the master in blocking mode, where Close does not end a Read: take it over in the other.
	fd, err := syscall.Dup(int(m.Fd()))
	if err == nil {
		syscall.CloseOnExec(fd)
		err = syscall.SetNonblock(fd, true)
	}
	if err != nil {
		_ = slave.Close()
		return nil, nil, fmt.Errorf("take over a pty: %w", err)
	}
	master = os.NewFile(uintptr(fd), m.Name())
	// Opening the port once sets it raw, and that outlasts the close: what is sent before the program opens its end is
	// neither echoed nor changed.
	p, err := serial.Open(slave.Name(), &serial.Mode{BaudRate: 9600})
	if err == nil {
		err = p.Close()
	}
	if err != nil {
		_ = master.Close()
		_ = slave.Close()
		return nil, nil, fmt.Errorf("set a pty raw: %w", err)
	}
	return master, slave, nil
}

// Unplug pulls the cable: the path goes, and the program's open line breaks. Bytes under way are lost.
func (l *line) Unplug() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.unplug()
}

func (l *line) unplug() error {
	if l.master == nil {
		return nil
	}
	err := os.Remove(l.link)
	_ = l.master.Close()
	_ = l.slave.Close()
	l.master, l.slave = nil, nil
	if err != nil {
		return fmt.Errorf("unplug %s: %w", l.link, err)
	}
	return nil
}

// Close unplugs for good.
func (l *line) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	err := l.unplug()
	if l.dir != "" {
		_ = os.RemoveAll(l.dir)
	}
	return err
}

// Send puts bytes on the line as they are; devices.ErrUnplugged while it is unplugged.
func (l *line) Send(p []byte) error {
	l.mu.Lock()
	m := l.master
	l.mu.Unlock()
	if m == nil {
		return fmt.Errorf("send on %s: %w", l.link, devices.ErrUnplugged)
	}
	if err := m.SetWriteDeadline(time.Now().Add(writeFor)); err != nil {
		return fmt.Errorf("send on %s: %w", l.link, err)
	}
	if _, err := m.Write(p); err != nil {
		return fmt.Errorf("send on %s: %w", l.link, err)
	}
	return nil
}

// end is the device's end now, nil while unplugged, and a channel that is closed at the next plug-in.
func (l *line) end() (*os.File, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.master, l.plug
}

// Receive waits for bytes of the program, up to a while.
func (l *line) Receive(wait time.Duration) ([]byte, error) {
	m, _ := l.end()
	if m == nil {
		return nil, fmt.Errorf("receive on %s: %w", l.link, devices.ErrUnplugged)
	}
	if err := m.SetReadDeadline(time.Now().Add(wait)); err != nil {
		return nil, fmt.Errorf("receive on %s: %w", l.link, err)
	}
	buf := make([]byte, 4096)
	n, err := m.Read(buf)
	if err != nil {
		return nil, fmt.Errorf("receive on %s: %w", l.link, err)
	}
	return buf[:n], nil
}
