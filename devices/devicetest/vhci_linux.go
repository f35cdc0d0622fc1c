package devicetest

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"packbench/devices"
)

// vhciDir is where Linux's virtual host controller (module vhci-hcd) takes devices. Writing needs root.
const vhciDir = "/sys/devices/platform/vhci_hcd.0"

// kernelPort plugs a virtual device into the kernel of this computer, where it is a USB device like any other: the system's
// own drivers take it, and libusb finds it. It speaks the kernel's USB/IP transfer protocol (Documentation/usb/usbip_protocol)
// over a socket pair.
type kernelPort struct {
	s    *usbSocket
	high bool // 480 Mbit/s; otherwise 12

	mu    sync.Mutex
	cable *vhciCable // nil while unplugged
	wg    sync.WaitGroup
}

// KernelUSB says why virtual devices cannot be plugged into this computer's own USB; nil: they can.
func KernelUSB() error {
	f, err := os.OpenFile(vhciDir+"/attach", os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("no virtual USB host controller (modprobe vhci-hcd, as root): %w: %w", devices.ErrUnsupported, err)
	}
	return f.Close()
}

func (k *kernelPort) plug() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.cable != nil {
		return nil
	}
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("plug into the kernel: %w", err)
	}
	defer syscall.Close(pair[1]) // the kernel keeps its own reference
	sock := os.NewFile(uintptr(pair[0]), "vhci")
	port, err := k.attach(pair[1])
	if err != nil {
		return errors.Join(err, sock.Close())
	}
	k.cable = newCable(k.s, sock, port, &k.wg)
	return nil
}

// attach gives the kernel the other end of the socket, at a free port. Another test may take a port at the same time.
func (k *kernelPort) attach(socket int) (port int, err error) {
	const fullSpeed = 2
	speed := fullSpeed
	if k.high {
		speed++
	}
	err = syscall.EBUSY
	for range 10 {
		ports, perr := freePorts()
		if perr != nil {
			return 0, fmt.Errorf("plug into the kernel: %w", perr)
		}
		for _, port := range ports {
			err = os.WriteFile(vhciDir+"/attach", fmt.Appendf(nil, "%d %d %d %d", port, socket, port+1, speed), 0)
			if !errors.Is(err, syscall.EBUSY) {
				return port, err
			}
		}
	}
	return 0, fmt.Errorf("plug into the kernel: no free port: %w", err)
}

// pull takes the device off the bus without waiting for the transfers, of which the caller may be one.
func (k *kernelPort) pull() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.cable != nil {
		k.cable.pull()
		k.cable = nil
	}
}

// unplug pulls the cable and waits until the system has seen that.
func (k *kernelPort) unplug() {
	k.pull()
	k.wg.Wait()
	k.vanish()
}

// again pulls the cable and plugs it in again; a transfer may call it.
func (k *kernelPort) again() error {
	k.pull()
	k.vanish()
	return k.plug()
}

// vanish waits until the system has seen that the device is gone: it must not take the one that comes next for the same, or for a second.
func (k *kernelPort) vanish() {
	for end := time.Now().Add(Patience); k.listed("/sys/bus/usb/devices/*:1.0") && time.Now().Before(end); {
		time.Sleep(lookAgain)
	}
}

func (k *kernelPort) in() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.cable != nil
}

// freePorts are those of all controllers that the module makes, of which each has its own root hub. A hub sets up one device after
// the other, half a second each: so every process begins with a controller of its own.
func freePorts() ([]int, error) {
	status, err := filepath.Glob(vhciDir + "/status*") // one file a controller
	if err != nil || len(status) == 0 {
		return nil, errors.Join(err, errors.New("no controller"))
	}
	var ports []int
	for i := range status {
		text, err := os.ReadFile(status[(os.Getpid()+i)%len(status)])
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(text)) {
			var hub string
			var port, state int // hub port state …
			const free = 4
			if n, _ := fmt.Sscanf(line, "%s %d %d", &hub, &port, &state); n == 3 && hub == "hs" && state == free {
				ports = append(ports, port)
			}
		}
	}
	return ports, nil
}

// appear waits until the system has found the device and set it up.
func (k *kernelPort) appear() error {
	for end := time.Now().Add(Patience); time.Now().Before(end); time.Sleep(lookAgain) {
		if k.in() && k.listed("/sys/bus/usb/devices/*:1.0") {
			return nil
		}
	}
	return fmt.Errorf("USB device %s: not found by the system: %w", k.s.info.ID, devices.ErrTimeout)
}

// taken reports whether a program, and not a driver of the system, has the device's interface.
func (k *kernelPort) taken() bool { return k.listed("/sys/bus/usb/drivers/usbfs/*:1.0") }

// driver is what has an interface of the device: a driver of the system, "usbfs" for a program, or empty for nobody.
func (k *kernelPort) driver(number int) string {
	found, _ := filepath.Glob(fmt.Sprintf("/sys/bus/usb/devices/*:1.%d", number)) // the pattern is well formed
	for _, f := range found {
		if b, err := os.ReadFile(f + "/../serial"); err != nil || strings.TrimSpace(string(b)) != k.s.info.ID.Serial {
			continue
		}
		if to, err := os.Readlink(f + "/driver"); err == nil {
			return filepath.Base(to)
		}
	}
	return ""
}

// node is /dev/bus/usb/BUS/DEVICE; empty while the system does not have the device.
func (k *kernelPort) node() string {
	found, _ := filepath.Glob("/sys/bus/usb/devices/*/serial") // the pattern is well formed
	for _, f := range found {
		if b, err := os.ReadFile(f); err != nil || strings.TrimSpace(string(b)) != k.s.info.ID.Serial {
			continue
		}
		var number [2]int
		for i, name := range []string{"busnum", "devnum"} {
			if b, err := os.ReadFile(filepath.Join(filepath.Dir(f), name)); err == nil {
				_, _ = fmt.Sscan(string(b), &number[i])
			}
		}
		return fmt.Sprintf("/dev/bus/usb/%03d/%03d", number[0], number[1])
	}
	return ""
}

func (k *kernelPort) listed(interfaces string) bool { return listedUSB(interfaces, k.s.info.ID.Serial) }

// lookAgain is the time between two looks of listedUSB: an emulated processor needs milliseconds to go through all root hubs.
const lookAgain = 20 * time.Millisecond

// listedUSB reports whether one of the interfaces that a pattern finds belongs to the device with that serial number.
func listedUSB(interfaces, serial string) bool {
	found, _ := filepath.Glob(interfaces) // the patterns are well formed
	for _, f := range found {
		if b, err := os.ReadFile(f + "/../serial"); err == nil && strings.TrimSpace(string(b)) == serial {
			return true
		}
	}
	return false
}

// videoNodes are the paths of the device's video nodes, the first one first.
func (k *kernelPort) videoNodes() []string {
	found, _ := filepath.Glob("/sys/bus/usb/devices/*:1.0/video4linux/video*") // the pattern is well formed
	var nodes []string
	for _, f := range found {
		dir, err := filepath.EvalSymlinks(filepath.Join(f, "device"))
		if err != nil {
			continue // it goes in this moment
		}
		if b, err := os.ReadFile(filepath.Join(filepath.Dir(dir), "serial")); err == nil && strings.TrimSpace(string(b)) == k.s.info.ID.Serial {
			nodes = append(nodes, "/dev/"+filepath.Base(f))
		}
	}
	slices.SortFunc(nodes, func(a, b string) int { return cmp.Or(len(a)-len(b), strings.Compare(a, b)) })
	return nodes
}
