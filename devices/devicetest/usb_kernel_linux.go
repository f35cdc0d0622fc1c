package devicetest

import (
	"fmt"
	"os"
	"testing"
	"time"

	"packbench/devices"
)

// KernelScanner is a virtual scanner that is plugged into this computer's own USB.
type KernelScanner struct {
	*USBScanner
	port kernelPort
}

// InKernel plugs the scanner into the kernel; see KernelUSB. Close it when done.
func (s *USBScanner) InKernel() (*KernelScanner, error) {
	if s.also == nil {
		s.info.Number = 0 // the only interface
	}
	s.ownSerial()
	s.out.dense = s.layout != nil
	k := &KernelScanner{USBScanner: s, port: kernelPort{s: s.usbSocket}}
	s.gone = k.port.pull
	return k, k.port.plug()
}

// Scan sends a code. A scanner that types waits until the driver has it: before that the system would type the code into
// whatever has the focus.
func (k *KernelScanner) Scan(code string) error {
	for end := time.Now().Add(Patience); k.layout != nil && k.in() && !k.port.taken(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			return fmt.Errorf("scan %s: no program has claimed the scanner: %w", code, devices.ErrTimeout)
		}
	}
	return k.USBScanner.Scan(code)
}

// Node is the file by which programs use the device; whoever may open it may use the device.
func (k *KernelScanner) Node(t testing.TB) string {
	t.Helper()
	if err := k.port.appear(); err != nil {
		t.Fatal(err)
	}
	return k.port.node()
}

// Driver is what has an interface: a driver of the system, "usbfs" for a program, or empty for nobody.
func (k *KernelScanner) Driver(number int) string { return k.port.driver(number) }

// Plug plugs the scanner in.
func (k *KernelScanner) Plug() error {
	k.plug()
	return k.port.plug()
}

// Unplug pulls the cable.
func (k *KernelScanner) Unplug() error {
	k.port.unplug()
	return k.USBScanner.Unplug()
}

// Close unplugs for good.
func (k *KernelScanner) Close() { k.port.unplug() }

// ownSerial gives the device a serial number that no device of another test has which runs at the same time.
func (s *usbSocket) ownSerial() {
	s.info.ID.Serial = fmt.Sprintf("%s-%d", s.info.ID.Serial, os.Getpid())
}

// KernelScale is a virtual scale that is plugged into this computer's own USB.
type KernelScale struct {
	*USBScale
	port kernelPort
}

// InKernel plugs the scale into the kernel; see KernelUSB. Close it when done.
func (s *USBScale) InKernel() (*KernelScale, error) {
	s.ownSerial()
	k := &KernelScale{USBScale: s, port: kernelPort{s: s.usbSocket}}
	return k, k.port.plug()
}

// Plug plugs the scale in.
func (k *KernelScale) Plug() error {
	k.plug()
	return k.port.plug()
}

// Unplug pulls the cable.
func (k *KernelScale) Unplug() error {
	k.port.unplug()
	return k.USBScale.Unplug()
}

// Close unplugs for good.
func (k *KernelScale) Close() { k.port.unplug() }

// KernelPrinter is the virtual printer, plugged into this computer's own USB.
type KernelPrinter struct {
	*USBPrinter
	port kernelPort
}

// InKernel plugs the printer into the kernel; see KernelUSB. Close it when done.
func (u *USBPrinter) InKernel() (*KernelPrinter, error) {
	u.sock.ownSerial()
	k := &KernelPrinter{USBPrinter: u, port: kernelPort{s: u.sock}}
	u.sock.gone = k.port.pull
	u.sock.restart = func() { // called from a transfer
		if err := k.port.again(); err != nil {
			u.sock.complain("the printer restarted and did not come back: %v", err)
		}
	}
	if err := k.port.plug(); err != nil {
		return k, err
	}
	return k, k.port.appear()
}

// On switches the printer on.
func (k *KernelPrinter) On() error {
	if err := k.USBPrinter.On(); err != nil {
		return err
	}
	if err := k.port.plug(); err != nil {
		return err
	}
	return k.port.appear()
}

// Clear ends every fault but Off; a printer that restarted is back.
func (k *KernelPrinter) Clear() {
	k.USBPrinter.Clear()
	if k.in() {
		if err := k.port.appear(); err != nil {
			k.sock.complain("%v", err)
		}
	}
}

func (k *KernelPrinter) in() bool { return k.sock.in() }

// Off switches the printer off.
func (k *KernelPrinter) Off() {
	k.port.unplug()
	k.USBPrinter.Off()
}

// Close unplugs for good.
func (k *KernelPrinter) Close() { k.port.unplug() }

// InKernel plugs the sink into the kernel, at high speed, until unplug is called; see KernelUSB.
func (s *USBSink) InKernel() (unplug func(), err error) {
	s.ownSerial()
	port := &kernelPort{s: s.usbSocket, high: true}
	if err := port.plug(); err != nil {
		return func() {}, err
	}
	return port.unplug, port.appear()
}
