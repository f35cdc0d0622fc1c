package devicetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"packbench/devices"
	"packbench/devices/usb"
)

// GadgetPrinter is the virtual printer behind the kernel's printer function. All that comes from the host it has.
type GadgetPrinter struct {
	*Printer
	g *gadget
}

// NewGadgetPrinter plugs a printer in; see KernelUSB. Close it when done. It prints only while Run runs.
func NewGadgetPrinter(dpi int) (*GadgetPrinter, error) {
	p, err := NewPrinter("", dpi)
	if err != nil {
		return nil, err
	}
	g, err := newGadget(0x0a5f, 0x0122, "printer", map[string]string{"pnp_string": usbDeviceID, "q_len": "4"})
	if err != nil {
		return nil, err
	}
	return &GadgetPrinter{Printer: p, g: g}, g.plug()
}

// ID is the device to set in the program.
func (p *GadgetPrinter) ID() usb.ID { return p.g.id }

// Close unplugs for good.
func (p *GadgetPrinter) Close() { p.g.remove() }

// Run prints until ctx ends.
func (p *GadgetPrinter) Run(ctx context.Context) error {
	nodes, _ := filepath.Glob("/dev/g_printer*") // the pattern is well formed
	if len(nodes) == 0 {
		return errors.New("gadget: the printer function has no file")
	}
	f, err := os.OpenFile(nodes[len(nodes)-1], os.O_RDWR, 0)
	for end := time.Now().Add(Patience); errors.Is(err, syscall.ENODEV) && ctx.Err() == nil && time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond) // the host is setting the device up
		f, err = os.OpenFile(nodes[len(nodes)-1], os.O_RDWR, 0)
	}
	if err != nil {
		return fmt.Errorf("gadget: %w", err)
	}
	host, end := net.Pipe()
	p.mu.Lock()
	p.conns[end] = true
	p.mu.Unlock()
	var wg sync.WaitGroup
	defer wg.Wait()
	defer context.AfterFunc(ctx, func() { _ = f.SetDeadline(time.Unix(1, 0)); _ = host.Close() })()
	wg.Go(func() { p.serve(ctx, end) })
	wg.Go(func() { _, _ = io.Copy(struct{ io.Writer }{f}, host) })
	wg.Go(func() {
		_, _ = io.Copy(host, struct{ io.Reader }{f})
		_ = host.Close()
	})
	err = p.Printer.Run(ctx)
	wg.Wait()
	return errors.Join(err, f.Close())
}

// GadgetSerialScanner is a scanner in USB serial mode, made of the kernel's ACM function.
type GadgetSerialScanner struct {
	g    *gadget
	mu   sync.Mutex
	in   bool
	line *os.File // the gadget's end, open from the first scan until it is unplugged
}

// NewGadgetSerialScanner plugs a scanner in; see KernelUSB. Close it when done.
func NewGadgetSerialScanner() (*GadgetSerialScanner, error) {
	g, err := newGadget(0x1d6b, 0x0105, "acm", nil)
	if err != nil {
		return nil, err
	}
	s := &GadgetSerialScanner{g: g}
	return s, s.Plug()
}

// ID is the device to set in the program as its port.
func (s *GadgetSerialScanner) ID() usb.ID { return s.g.id }

// Plug plugs the scanner in.
func (s *GadgetSerialScanner) Plug() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.in = true
	return s.g.plug()
}

// Unplug pulls the cable.
func (s *GadgetSerialScanner) Unplug() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.in = false
	err := s.g.unplug()
	s.hangUp()
	return err
}

// Scan sends a code and a carriage return.
func (s *GadgetSerialScanner) Scan(code string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.in {
		return fmt.Errorf("scan %s: %w", code, devices.ErrUnplugged)
	}
	if s.line == nil {
		var err error
		if s.line, err = s.open(); err != nil {
			return err
		}
	}
	_, err := s.line.WriteString(code + "\r")
	return err
}

// open opens the gadget's end of the line once for as long as it is plugged in: closing it with bytes on their way makes the
// kernel send some of them twice.
func (s *GadgetSerialScanner) open() (*os.File, error) {
	n, err := os.ReadFile(filepath.Join(s.g.dir, "functions", s.g.function, "port_num"))
	if err != nil {
		return nil, fmt.Errorf("gadget: %w", err)
	}
	f, err := os.OpenFile("/dev/ttyGS"+strings.TrimSpace(string(n)), os.O_WRONLY, 0)
	if err != nil {
		return nil, fmt.Errorf("gadget: %w", err)
	}
	return f, nil
}

func (s *GadgetSerialScanner) hangUp() {
	if s.line != nil {
		_ = s.line.Close()
		s.line = nil
	}
}

// Close unplugs for good.
func (s *GadgetSerialScanner) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hangUp()
	s.g.remove()
}
