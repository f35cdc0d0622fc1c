package devicetest

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// SerialPrinter is the virtual label printer on a pseudo-terminal. All methods may be called concurrently.
type SerialPrinter struct {
	*Printer
	*line

	smu    sync.Mutex
	cables chan net.Conn
	host   net.Conn // our end of the line inside
}

// NewSerialPrinter switches a printer on; link as for NewScanner. It prints only while Run runs.
func NewSerialPrinter(link string, dpi int) (*SerialPrinter, error) {
	p, err := NewPrinter("", dpi)
	if err != nil {
		return nil, err
	}
	l, err := newLine(link, "printer")
	if err != nil {
		return nil, err
	}
	s := &SerialPrinter{Printer: p, line: l, cables: make(chan net.Conn, 256)}
	s.cable()
	return s, nil
}

// cable lays a new line inside the printer: what came on the old one is forgotten.
func (s *SerialPrinter) cable() {
	host, end := net.Pipe()
	s.Printer.mu.Lock()
	s.conns[end] = true
	s.Printer.mu.Unlock()
	s.smu.Lock()
	old := s.host
	s.host = host
	s.smu.Unlock()
	if old != nil {
		_ = old.Close()
	}
	s.cables <- end
}

// On switches the printer on, and with it the adapter in its plug.
func (s *SerialPrinter) On() error {
	if err := s.Printer.On(); err != nil {
		return err
	}
	s.cable()
	return s.Plug()
}

// Off switches the printer off; the port goes with it.
func (s *SerialPrinter) Off() {
	_ = s.Unplug() // it is gone either way
	s.Printer.Off()
}

// Run prints until ctx ends; then it switches the printer off and returns nil.
func (s *SerialPrinter) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	wg.Go(func() { done <- s.Printer.Run(inner) })
	wg.Go(func() { s.carry(inner) })
	for {
		select {
		case err := <-done:
			return errors.Join(err, s.Close())
		case c := <-s.cables:
			wg.Go(func() { s.serve(inner, c) })
		}
	}
}

// carry moves bytes between the line and the printer. A printer that broke its inner line has restarted: its port goes and
// comes.
func (s *SerialPrinter) carry(ctx context.Context) {
	for ctx.Err() == nil {
		master, plugged := s.end()
		if master == nil {
			select {
			case <-ctx.Done():
			case <-plugged:
			}
			continue
		}
		s.smu.Lock()
		host := s.host
		s.smu.Unlock()
		power := s.powered()
		var wg sync.WaitGroup
		stop := context.AfterFunc(ctx, func() { _ = master.Close(); _ = host.Close() })
		wg.Go(func() {
			_, _ = io.Copy(master, host)
			_ = master.SetReadDeadline(time.Unix(1, 0))
		})
		_, err := io.Copy(host, master)
		restarted := errors.Is(err, io.ErrClosedPipe) || errors.Is(err, os.ErrDeadlineExceeded)
		_ = host.Close()
		wg.Wait()
		stop()
		if ctx.Err() == nil && restarted && s.isOn() && s.powered() == power {
			_ = s.Unplug()
			s.cable()
			_ = s.Plug()
		}
	}
}

func (s *SerialPrinter) isOn() bool {
	s.Printer.mu.Lock()
	defer s.Printer.mu.Unlock()
	return s.ln != nil
}
