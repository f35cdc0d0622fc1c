package devicetest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"packbench/devices"
	"packbench/devices/hid"
	"packbench/devices/usb"
)

// gadgetHID sends reports through the kernel's HID function. Its methods may be called concurrently.
type gadgetHID struct {
	g *gadget

	mu    sync.Mutex
	queue [][]byte
	more  chan struct{}
	file  *os.File           // nil while unplugged
	stop  context.CancelFunc // of the writer
	wg    sync.WaitGroup
}

func newGadgetHID(id uint16, i usb.Interface, size int) (*gadgetHID, error) {
	g, err := newGadget(0x1d6b, id, "hid", map[string]string{"protocol": strconv.Itoa(int(i.Protocol)), "subclass": strconv.Itoa(int(i.SubClass)),
		"report_length": strconv.Itoa(size), "report_desc": string(reportDescriptors[i.Page])})
	if err != nil {
		return nil, err
	}
	h := &gadgetHID{g: g, more: make(chan struct{}, 1)}
	return h, h.Plug()
}

// ID is the device to set in the program.
func (h *gadgetHID) ID() usb.ID { return h.g.id }

// Plug plugs the device in.
func (h *gadgetHID) Plug() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.file != nil {
		return nil
	}
	if err := h.g.plug(); err != nil {
		return err
	}
	number, err := os.ReadFile(filepath.Join(h.g.dir, "functions", h.g.function, "dev")) // major:minor
	if err != nil {
		return fmt.Errorf("gadget: %w", err)
	}
	_, minor, _ := strings.Cut(strings.TrimSpace(string(number)), ":")
	if h.file, err = os.OpenFile("/dev/hidg"+minor, os.O_RDWR, 0); err != nil {
		return fmt.Errorf("gadget: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	h.stop, h.queue = cancel, nil
	file := h.file
	h.wg.Go(func() { h.write(ctx, file) })
	return nil
}

// write gives the host one report after the other; each waits until the host has taken it.
func (h *gadgetHID) write(ctx context.Context, file *os.File) {
	for {
		h.mu.Lock()
		var report []byte
		if len(h.queue) > 0 {
			report, h.queue = h.queue[0], h.queue[1:]
		}
		h.mu.Unlock()
		if report != nil {
			for _, err := file.Write(report); err != nil && ctx.Err() == nil; _, err = file.Write(report) {
				time.Sleep(5 * time.Millisecond) // the host is setting the device up
			}
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-h.more:
		}
	}
}

func (h *gadgetHID) send(rs ...[]byte) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.file == nil {
		return devices.ErrUnplugged
	}
	h.queue = append(h.queue, rs...)
	select {
	case h.more <- struct{}{}:
	default:
	}
	return nil
}

// Unplug pulls the cable; reports under way are lost.
func (h *gadgetHID) Unplug() error {
	h.mu.Lock()
	file := h.file
	h.file = nil
	h.mu.Unlock()
	if file == nil {
		return nil
	}
	// Before the cable: Linux 6.1 falls over a report that is written while the function is taken apart.
	h.stop()
	_ = file.SetDeadline(time.Unix(1, 0))
	h.wg.Wait()
	return errors.Join(h.g.unplug(), file.Close())
}

// Close unplugs for good.
func (h *gadgetHID) Close() {
	_ = h.Unplug()
	h.g.remove()
}

// GadgetScanner is a scanner made of the kernel's HID function.
type GadgetScanner struct {
	*gadgetHID
	speak *USBScanner // only for its reports
}

// NewGadgetScanner plugs in a scanner that types on a keyboard of that layout, or one in HID POS mode without a layout; see
// KernelUSB. Close it when done.
func NewGadgetScanner(l *hid.Layout) (*GadgetScanner, error) {
	s := &GadgetScanner{speak: NewUSBPOSScanner()}
	if l != nil {
		s.speak = NewUSBScanner(l)
	}
	var err error
	s.gadgetHID, err = newGadgetHID(0x0106, s.speak.info.Interface, s.speak.info.PacketIn)
	return s, err
}

// Scan sends a code; one that is typed waits until a program has the scanner, or the system would type it.
func (s *GadgetScanner) Scan(code string) error {
	rs, err := s.speak.Reports(code)
	if err != nil {
		return err
	}
	for end := time.Now().Add(Patience); s.speak.layout != nil && s.in() && !listedUSB("/sys/bus/usb/drivers/usbfs/*:1.0", s.g.id.Serial); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			return fmt.Errorf("scan %s: no program has claimed the scanner: %w", code, devices.ErrTimeout)
		}
	}
	if err := s.send(rs...); err != nil {
		return fmt.Errorf("scan %s: %w", code, err)
	}
	return nil
}

func (h *gadgetHID) in() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.file != nil
}

// GadgetScale is a scale made of the kernel's HID function. It cannot be asked, and says its weight ten times a second.
type GadgetScale struct {
	*gadgetHID
	smu    sync.Mutex
	report []byte
}

// NewGadgetScale plugs in an empty scale; see KernelUSB. Close it when done. It weighs while Run runs.
func NewGadgetScale() (*GadgetScale, error) {
	h, err := newGadgetHID(0x0107, usb.Interface{Class: usb.ClassHID, Page: hid.PageScale}, 6)
	return &GadgetScale{gadgetHID: h, report: scaleReport(hid.ScaleZero, 0)}, err
}

// Run says the weight until ctx ends.
func (s *GadgetScale) Run(ctx context.Context) error {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			s.smu.Lock()
			report := s.report
			s.smu.Unlock()
			s.mu.Lock()
			waits := len(s.queue) > 0
			s.mu.Unlock()
			if !waits {
				_ = s.send(report) // nobody hears an unplugged scale
			}
		}
	}
}

// Limits: below zero there is no weight, and a scale that cannot be asked may be silent.
func (s *GadgetScale) Limits() ScaleLimits { return ScaleLimits{NoNegative: true, Unasked: true} }

// SetGrams puts so much on the scale.
func (s *GadgetScale) SetGrams(g int, stable bool) { s.show(weightReport(g, stable)) }

// Over puts too much on the scale, until SetGrams.
func (s *GadgetScale) Over() { s.show(scaleReport(hid.ScaleOver, 0)) }

// Under lifts the pan, until SetGrams.
func (s *GadgetScale) Under() { s.show(scaleReport(hid.ScaleUnder, 0)) }

// Silent is not to be had here.
func (s *GadgetScale) Silent(bool) {}

// Complaints are none: the kernel has the other end.
func (s *GadgetScale) Complaints() []string { return nil }

func (s *GadgetScale) show(report []byte) {
	s.smu.Lock()
	s.report = report
	s.smu.Unlock()
	_ = s.send(report) // nobody hears an unplugged scale
}
