package devicetest

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"packbench/devices"
	"packbench/devices/usb"
)

// vhciDir is where Linux's virtual host controller (module vhci-hcd) takes devices. Writing needs root.
const vhciDir = "/sys/devices/platform/vhci_hcd.0"

// kernelPort plugs a virtual device into the kernel of this computer, where it is a USB device like any other: the system's
// own drivers take it, and libusb finds it. It speaks the kernel's USB/IP transfer protocol (Documentation/usb/usbip_protocol)
// over a socket pair.
type kernelPort struct {
	s    *usbSocket
	high bool // 480 Mbit/s; otherwise 12

	mu   sync.Mutex
	sock *os.File // nil while unplugged
	port int
	urbs map[uint32]*urb
	held []byte // came for a transfer that was cancelled in that moment
	stop context.CancelFunc
	wg   sync.WaitGroup
}

// urb is one transfer that the host waits for.
type urb struct {
	seq      uint32
	endpoint uint32
	size     int
	out      []byte
	cancel   context.CancelFunc
	ctx      context.Context
	unlink   uint32 // number of the request that cancelled it; 0: none
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
	if k.sock != nil {
		return nil
	}
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("plug into the kernel: %w", err)
	}
	defer syscall.Close(pair[1]) // the kernel keeps its own reference
	k.sock, k.urbs, k.held = os.NewFile(uintptr(pair[0]), "vhci"), map[uint32]*urb{}, nil
	if err := k.attach(pair[1]); err != nil {
		_ = k.sock.Close()
		k.sock = nil
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	k.stop = cancel
	in, out := make(chan *urb, 1024), make(chan *urb, 1024)
	sock := k.sock
	k.wg.Go(func() { k.receive(ctx, sock, in, out) })
	k.wg.Go(func() { k.each(ctx, in, k.serveIn) })
	k.wg.Go(func() { k.each(ctx, out, k.serveOut) })
	return nil
}

// attach gives the kernel the other end of the socket, at a free port. Another test may take a port at the same time.
func (k *kernelPort) attach(socket int) error {
	const fullSpeed = 2
	speed := fullSpeed
	if k.high {
		speed++
	}
	err := error(syscall.EBUSY)
	for range 10 {
		ports, perr := freePorts()
		if perr != nil {
			return fmt.Errorf("plug into the kernel: %w", perr)
		}
		for _, k.port = range ports {
			err = os.WriteFile(vhciDir+"/attach", fmt.Appendf(nil, "%d %d %d %d", k.port, socket, k.port+1, speed), 0)
			if !errors.Is(err, syscall.EBUSY) {
				return err
			}
		}
	}
	return fmt.Errorf("plug into the kernel: no free port: %w", err)
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
		if k.listed("/sys/bus/usb/devices/*:1.0") {
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

// pull takes the device off the bus without waiting for the transfers, of which the caller may be one.
func (k *kernelPort) pull() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.sock == nil {
		return
	}
	k.stop()
	_ = k.sock.Close()
	k.sock = nil
	_ = os.WriteFile(vhciDir+"/detach", fmt.Append(nil, k.port), 0)
}

func (k *kernelPort) unplug() {
	k.pull()
	k.wg.Wait()
}

func (k *kernelPort) each(ctx context.Context, from <-chan *urb, serve func(*urb)) {
	for {
		select {
		case <-ctx.Done():
			return
		case u := <-from:
			serve(u)
		}
	}
}

// receive takes what the host submits and cancels.
func (k *kernelPort) receive(ctx context.Context, sock *os.File, in, out chan<- *urb) {
	be := binary.BigEndian
	for {
		var h [48]byte
		if _, err := io.ReadFull(sock, h[:]); err != nil {
			return
		}
		if be.Uint32(h[0:]) == 2 {
			k.unlink(be.Uint32(h[4:]), be.Uint32(h[20:]))
			continue
		}
		u := &urb{seq: be.Uint32(h[4:]), endpoint: be.Uint32(h[16:]), size: int(be.Uint32(h[24:]))}
		u.ctx, u.cancel = context.WithCancel(ctx)
		toHost := be.Uint32(h[12:]) == 1
		if !toHost {
			u.out = make([]byte, u.size)
			if _, err := io.ReadFull(sock, u.out); err != nil {
				return
			}
		}
		k.mu.Lock()
		k.urbs[u.seq] = u
		k.mu.Unlock()
		switch {
		case u.endpoint == 0:
			k.serveControl(u, h[40:48], toHost)
		case toHost && u.endpoint == endpointAlso&0x7F: // it says nothing, until it is cancelled
		case toHost:
			in <- u
		default:
			out <- u
		}
	}
}

// unlink cancels a transfer. To the device answers first, with what it has taken so far; from the device nothing is lost:
// what comes in this moment is held for the next one.
func (k *kernelPort) unlink(seq, victim uint32) {
	k.mu.Lock()
	defer k.mu.Unlock()
	u := k.urbs[victim]
	status := int32(0)
	if u != nil {
		u.cancel()
		if u.out != nil {
			u.unlink = seq
			return
		}
		delete(k.urbs, victim)
		status = -int32(syscall.ECONNRESET)
	}
	k.send(4, seq, status, 0, nil)
}

// send writes one answer; mu is held.
func (k *kernelPort) send(command, seq uint32, status int32, n int, data []byte) {
	if k.sock == nil {
		return
	}
	b := make([]byte, 48, 48+len(data))
	binary.BigEndian.PutUint32(b[0:], command)
	binary.BigEndian.PutUint32(b[4:], seq)
	binary.BigEndian.PutUint32(b[20:], uint32(status))
	binary.BigEndian.PutUint32(b[24:], uint32(n))
	_, _ = k.sock.Write(append(b, data...)) // an unplugged host hears nothing
}

// answer ends a transfer; false: it was cancelled before.
func (k *kernelPort) answer(u *urb, err error, n int, data []byte) bool {
	status := int32(0)
	switch {
	case errors.Is(err, devices.ErrTimeout), errors.Is(err, context.Canceled):
		status = -int32(syscall.ECONNRESET)
	case err != nil:
		status = -int32(syscall.EPIPE)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.urbs[u.seq] == nil {
		return false
	}
	delete(k.urbs, u.seq)
	u.cancel()
	k.send(3, u.seq, status, n, data)
	if u.unlink != 0 {
		k.send(4, u.unlink, 0, 0, nil)
	}
	return true
}

func (k *kernelPort) serveIn(u *urb) {
	buf := make([]byte, u.size)
	k.mu.Lock()
	n := copy(buf, k.held)
	had := k.held != nil
	k.held = nil
	k.mu.Unlock()
	var err error
	if !had {
		n, err = k.s.takeIn(u.ctx, buf)
	}
	if !k.answer(u, err, n, buf[:n]) && n > 0 {
		k.mu.Lock()
		k.held = buf[:n]
		k.mu.Unlock()
	}
}

func (k *kernelPort) serveOut(u *urb) {
	n, err := 0, error(devices.ErrUnsupported)
	if u.ctx.Err() != nil {
		err = u.ctx.Err()
	} else if k.s.write != nil {
		n, err = k.s.takeOut(u.ctx, u.out)
	}
	k.answer(u, err, n, nil)
}

// serveControl answers control requests: the bus's own from the descriptors, the rest by the device.
func (k *kernelPort) serveControl(u *urb, setup []byte, toHost bool) {
	r := usb.Request{Type: setup[0], Request: setup[1], Value: binary.LittleEndian.Uint16(setup[2:]), Index: binary.LittleEndian.Uint16(setup[4:])}
	data, err, known := k.s.standard(r)
	if !known {
		data = make([]byte, u.size)
		var n int
		n, err = k.s.control(r, data)
		data = data[:n]
		if errors.Is(err, devices.ErrTimeout) {
			return // it does not answer; the host gives up by itself
		}
	}
	if !toHost {
		k.answer(u, err, u.size, nil)
		return
	}
	data = data[:min(len(data), u.size)]
	k.answer(u, err, len(data), data)
}
