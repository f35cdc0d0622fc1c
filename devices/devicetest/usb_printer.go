package devicetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"packbench/devices"
	"packbench/devices/usb"
)

// USBPrinter is the virtual label printer in a virtual USB socket, which is a usb.Bus. What the driver has written the
// printer has taken, as on USB; what it holds of a job outlasts the driver's claim and ends with a soft reset or power. All
// methods may be called concurrently.
type USBPrinter struct {
	*Printer
	sock   *usbSocket
	cables chan net.Conn // the printer's ends of new lines

	umu   sync.Mutex
	host  net.Conn // our end of the line inside; nil while off
	deaf  bool     // it does not know SOFT_RESET
	stall int      // bytes of jobs until it refuses the next; below 0: never
}

// NewUSBPrinter switches a printer on. dpi is what it prints with. It prints only while Run runs.
func NewUSBPrinter(dpi int) (*USBPrinter, error) {
	p, err := NewPrinter("", dpi)
	if err != nil {
		return nil, err
	}
	u := &USBPrinter{Printer: p, stall: -1, cables: make(chan net.Conn, 256)}
	u.sock = &usbSocket{control: u.control, read: u.read, write: u.write,
		info: usb.Info{ID: usb.ID{Vendor: 0x0a5f, Product: 0x0120, Serial: "P001"}, Model: "Virtual label printer",
			Interface: usb.Interface{Class: usb.ClassPrinter, SubClass: 1, Protocol: 2}, PacketIn: 64, PacketOut: 64}}
	u.sock.plug()
	u.cable()
	return u, nil
}

// Run prints until ctx ends; then it switches the printer off and returns nil.
func (u *USBPrinter) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	wg.Go(func() { done <- u.Printer.Run(inner) })
	for {
		select {
		case err := <-done:
			return err
		case c := <-u.cables:
			wg.Go(func() { u.serve(inner, c) })
		}
	}
}

// cable lays a new line inside the printer: what came on the old one is forgotten.
func (u *USBPrinter) cable() {
	host, end := net.Pipe()
	u.mu.Lock()
	u.conns[end] = true
	u.mu.Unlock()
	u.umu.Lock()
	old := u.host
	u.host = host
	u.umu.Unlock()
	if old != nil {
		_ = old.Close()
	}
	u.cables <- end
}

func (u *USBPrinter) line() net.Conn {
	u.umu.Lock()
	defer u.umu.Unlock()
	return u.host
}

// ID is the device to set in the program.
func (u *USBPrinter) ID() usb.ID { return u.sock.ID() }

// Open is usb.Bus.
func (u *USBPrinter) Open(ctx context.Context, want usb.Want) (usb.Device, error) {
	return u.sock.Open(ctx, want)
}

// Claimed reports whether a driver has the printer.
func (u *USBPrinter) Claimed() bool { return u.sock.Claimed() }

// UsedElsewhere lets another program have the printer, or gives it back.
func (u *USBPrinter) UsedElsewhere(on bool) { u.sock.UsedElsewhere(on) }

// KnowsNoReset makes the printer refuse SOFT_RESET, as some do.
func (u *USBPrinter) KnowsNoReset() {
	u.umu.Lock()
	defer u.umu.Unlock()
	u.deaf = true
}

// OneWay takes the IN endpoint away.
func (u *USBPrinter) OneWay() { u.sock.info.PacketIn = 0 }

// On switches the printer on.
func (u *USBPrinter) On() error {
	if err := u.Printer.On(); err != nil {
		return err
	}
	u.cable()
	u.sock.plug()
	return nil
}

// Off switches the printer off: it goes from the bus, and what it held is lost.
func (u *USBPrinter) Off() {
	u.sock.unplug()
	u.Printer.Off()
}

// Complaints are what the printer was sent and should not have been, and what the driver did wrong with the socket.
func (u *USBPrinter) Complaints() []string {
	return append(u.Printer.Complaints(), u.sock.Complaints()...)
}

const usbDeviceID = "MFG:Packbench;CMD:ZPL;MDL:Virtual label printer;CLS:PRINTER;"

func (u *USBPrinter) control(r usb.Request, data []byte) (int, error) {
	switch {
	case r.Type == 0xA1 && r.Request == 0:
		n := len(usbDeviceID) + 2
		return copy(data, append([]byte{byte(n >> 8), byte(n)}, usbDeviceID...)), nil
	case r.Type == 0xA1 && r.Request == 1:
		return copy(data, []byte{u.portStatus()}), nil
	case r.Type == 0x21 && r.Request == 2:
		u.umu.Lock()
		deaf := u.deaf
		u.umu.Unlock()
		if deaf {
			return 0, usb.ErrStall
		}
		u.cable()
		return 0, nil
	}
	u.sock.complain("control request %+v", r)
	return 0, usb.ErrStall
}

func (u *USBPrinter) portStatus() byte {
	u.mu.Lock()
	defer u.mu.Unlock()
	status := byte(0x18)
	if u.fault.paperOut {
		status = 0x38
	}
	if u.fault.paperOut || u.fault.headOpen {
		status &^= 0x08
	}
	return status
}

// StallAfter makes the printer refuse the next byte after so many of jobs from now on, and everything after it until the endpoint
// is cleared.
func (u *USBPrinter) StallAfter(n int) {
	u.umu.Lock()
	defer u.umu.Unlock()
	u.stall = n
}

// UnplugIn pulls the cable once, in the next such moment; see the moments of a USB socket.
func (u *USBPrinter) UnplugIn(moment string) { u.sock.UnplugIn(moment) }

// StallAnswers makes the printer refuse to be read until the endpoint is cleared.
func (u *USBPrinter) StallAnswers() { u.sock.halt(endpointIn) }

// write gives bytes to the printer; it takes them when it reads them.
func (u *USBPrinter) write(ctx context.Context, p []byte) (int, error) {
	c := u.line()
	defer untilDone(ctx, c.SetWriteDeadline)()
	u.umu.Lock()
	most := len(p)
	end := most > 0 && most <= len("^XZ") && p[0] != '~' // of a job
	if end && u.sock.isMoment("end") {
		u.umu.Unlock()
		return 0, devices.ErrUnplugged
	}
	counts := u.stall >= 0 && most > 0 && p[0] != '~' // questions are no job
	if counts {
		most = min(most, u.stall)
	}
	u.umu.Unlock()
	n, err := c.Write(p[:most])
	if end && err == nil {
		u.sock.behind()
	}
	if counts && u.counted(n, err == nil && n < len(p)) {
		return n, usb.ErrStall
	}
	return n, u.ended(err)
}

// counted counts bytes of a job that were taken, and halts with the one that is refused.
func (u *USBPrinter) counted(n int, refused bool) bool {
	u.umu.Lock()
	defer u.umu.Unlock()
	u.stall -= n
	if refused {
		u.stall = -1
		u.sock.halt(endpointOut)
	}
	return refused
}

func (u *USBPrinter) read(ctx context.Context, p []byte) (int, error) {
	if u.sock.isMoment("behind a job") {
		return 0, devices.ErrUnplugged
	}
	c := u.line()
	defer untilDone(ctx, c.SetReadDeadline)()
	n, err := c.Read(p)
	return n, u.ended(err)
}

// untilDone ends transfers with ctx.
func untilDone(ctx context.Context, set func(time.Time) error) func() {
	_ = set(time.Time{})
	over := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		_ = set(time.Unix(1, 0))
		close(over)
	})
	return func() {
		if !stop() {
			<-over // or it would end a later transfer
		}
	}
}

// ended tells a printer that broke its line: it has restarted, which the bus sees as pulled and plugged in again.
func (u *USBPrinter) ended(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("%w: %w", devices.ErrTimeout, err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrClosedPipe):
		if u.sock.in() {
			u.sock.unplug()
			u.cable()
			u.sock.plug()
			if u.sock.restart != nil {
				u.sock.restart()
			}
		}
		return fmt.Errorf("%w: %w", devices.ErrUnplugged, err)
	}
	return err
}
