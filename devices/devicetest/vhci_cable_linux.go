package devicetest

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"syscall"
	"time"

	"packbench/devices"
	"packbench/devices/usb"
)

// vhciCable is a device's way into the kernel from being plugged in to being pulled.
type vhciCable struct {
	s    *usbSocket
	sock *os.File
	port int
	stop context.CancelFunc
	wg   *sync.WaitGroup

	mu     sync.Mutex
	pulled bool
	urbs   map[uint32]*urb
	held   []byte // came for a transfer that was cancelled in that moment
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

// newCable serves the socket, whose other end the kernel has at the port, until the cable is pulled; wg waits for the rest.
func newCable(s *usbSocket, sock *os.File, port int, wg *sync.WaitGroup) *vhciCable {
	ctx, cancel := context.WithCancel(context.Background())
	c := &vhciCable{s: s, sock: sock, port: port, stop: cancel, wg: wg, urbs: map[uint32]*urb{}}
	in, out := make(chan *urb, 1024), make(chan *urb, 1024)
	wg.Go(func() { c.receive(ctx, in, out) })
	wg.Go(func() { each(ctx, in, c.serveIn) })
	wg.Go(func() { each(ctx, out, c.serveOut) })
	return c
}

// hubNotices is how long transfers of a device that is gone fail until the hub says that it is; real ones need up to a quarter of a
// second.
const hubNotices = 50 * time.Millisecond

// pull pulls the cable. Transfers fail from then on with what a host controller says when nothing answers (the kernel's
// Documentation/driver-api/usb/error-codes, EPROTO), and only then the port is empty. Left without an answer a request of one of
// the kernel's own drivers would hold the device, and everybody who looks through the bus, for five seconds.
func (c *vhciCable) pull() {
	c.stop()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pulled = true
	for _, u := range c.urbs {
		c.fail(u)
	}
	c.wg.Go(func() {
		time.Sleep(hubNotices)
		_ = os.WriteFile(vhciDir+"/detach", fmt.Append(nil, c.port), 0)
		_ = syscall.Shutdown(int(c.sock.Fd()), syscall.SHUT_RDWR) // ends the reading
	})
}

// transfers reports whether the host waits for one that is no control request.
func (c *vhciCable) transfers() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, u := range c.urbs {
		if u.endpoint != 0 {
			return true
		}
	}
	return false
}

// fail ends a transfer of a device that is gone; mu is held.
func (c *vhciCable) fail(u *urb) {
	delete(c.urbs, u.seq)
	u.cancel()
	c.send(3, u.seq, -int32(syscall.EPROTO), 0, nil)
	if u.unlink != 0 {
		c.send(4, u.unlink, 0, 0, nil)
	}
}

func each(ctx context.Context, from <-chan *urb, serve func(*urb)) {
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
func (c *vhciCable) receive(ctx context.Context, in, out chan<- *urb) {
	defer c.sock.Close()
	be := binary.BigEndian
	for {
		var h [48]byte
		if _, err := io.ReadFull(c.sock, h[:]); err != nil {
			return
		}
		if be.Uint32(h[0:]) == 2 {
			c.unlink(be.Uint32(h[4:]), be.Uint32(h[20:]))
			continue
		}
		u := &urb{seq: be.Uint32(h[4:]), endpoint: be.Uint32(h[16:]), size: int(be.Uint32(h[24:]))}
		u.ctx, u.cancel = context.WithCancel(ctx)
		toHost := be.Uint32(h[12:]) == 1
		if !toHost {
			u.out = make([]byte, u.size)
			if _, err := io.ReadFull(c.sock, u.out); err != nil {
				return
			}
		}
		c.mu.Lock()
		c.urbs[u.seq] = u
		pulled := c.pulled
		if pulled {
			c.fail(u)
		}
		c.mu.Unlock()
		switch {
		case pulled:
		case u.endpoint == 0:
			c.serveControl(u, h[40:48], toHost)
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
func (c *vhciCable) unlink(seq, victim uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	u := c.urbs[victim]
	status := int32(0)
	if u != nil {
		u.cancel()
		if u.out != nil {
			u.unlink = seq
			return
		}
		delete(c.urbs, victim)
		status = -int32(syscall.ECONNRESET)
	}
	c.send(4, seq, status, 0, nil)
}

// send writes one answer; mu is held.
func (c *vhciCable) send(command, seq uint32, status int32, n int, data []byte) {
	b := make([]byte, 48, 48+len(data))
	binary.BigEndian.PutUint32(b[0:], command)
	binary.BigEndian.PutUint32(b[4:], seq)
	binary.BigEndian.PutUint32(b[20:], uint32(status))
	binary.BigEndian.PutUint32(b[24:], uint32(n))
	_, _ = c.sock.Write(append(b, data...)) // a host that let go hears nothing
}

// answer ends a transfer; false: it was cancelled before.
func (c *vhciCable) answer(u *urb, err error, n int, data []byte) bool {
	status := int32(0)
	switch {
	case errors.Is(err, devices.ErrTimeout), errors.Is(err, context.Canceled):
		status = -int32(syscall.ECONNRESET)
	case err != nil:
		status = -int32(syscall.EPIPE)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.urbs[u.seq] == nil {
		return false
	}
	delete(c.urbs, u.seq)
	u.cancel()
	c.send(3, u.seq, status, n, data)
	if u.unlink != 0 {
		c.send(4, u.unlink, 0, 0, nil)
	}
	return true
}

func (c *vhciCable) serveIn(u *urb) {
	buf := make([]byte, u.size)
	c.mu.Lock()
	n := copy(buf, c.held)
	had := c.held != nil
	c.held = nil
	c.mu.Unlock()
	var err error
	if !had {
		n, err = c.s.takeIn(u.ctx, buf)
	}
	if !c.answer(u, err, n, buf[:n]) && n > 0 {
		c.mu.Lock()
		c.held = buf[:n]
		c.mu.Unlock()
	}
}

func (c *vhciCable) serveOut(u *urb) {
	n, err := 0, error(devices.ErrUnsupported)
	if u.ctx.Err() != nil {
		err = u.ctx.Err()
	} else if c.s.write != nil {
		n, err = c.s.takeOut(u.ctx, u.out)
	}
	c.answer(u, err, n, nil)
}

// serveControl answers control requests: the bus's own from the descriptors, the rest by the device.
func (c *vhciCable) serveControl(u *urb, setup []byte, toHost bool) {
	r := usb.Request{Type: setup[0], Request: setup[1], Value: binary.LittleEndian.Uint16(setup[2:]), Index: binary.LittleEndian.Uint16(setup[4:])}
	data, err, known := c.s.standard(r)
	if !known {
		data = make([]byte, u.size)
		var n int
		n, err = c.s.control(r, data)
		data = data[:n]
		if errors.Is(err, devices.ErrTimeout) {
			return // it does not answer; the host gives up by itself
		}
	}
	if !toHost {
		c.answer(u, err, u.size, nil)
		return
	}
	data = data[:min(len(data), u.size)]
	c.answer(u, err, len(data), data)
}
