package devicetest

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"packbench/devices/usb"
)

// KernelCamera is a virtual camera of the USB video class that is plugged into this computer's own USB, where the system's
// driver makes video nodes of it. It sends MJPEG on a bulk endpoint. All methods may be called concurrently.
type KernelCamera struct {
	*Camera
	sock *usbSocket
	port kernelPort

	cmu     sync.Mutex
	rest    []byte // of the payload under way
	packets [][]byte
	short   bool // the payload ended with a full transfer: an empty one must follow
	shown   int
	id      byte // of the frame, in every payload header
	at      time.Time
}

// The largest payload the camera announces.
const payloadSize = 32 << 10

// NewKernelCamera plugs a camera in; see KernelUSB. Close it when done.
func NewKernelCamera(cfg CameraConfig) (*KernelCamera, error) {
	k := &KernelCamera{Camera: NewPictures(cfg)}
	k.sock = &usbSocket{control: k.control, read: k.read, config: cameraConfiguration(k.cfg),
		info: usb.Info{ID: usb.ID{Vendor: 0x1d6b, Product: 0x0301, Serial: "V001"}, Model: "Virtual camera"}}
	k.sock.ownSerial()
	k.port = kernelPort{s: k.sock, high: true}
	return k, k.On()
}

// ID is the device to set in the program.
func (k *KernelCamera) ID() usb.ID { return k.sock.ID() }

// On plugs the camera in.
func (k *KernelCamera) On() error {
	k.cmu.Lock()
	k.rest, k.packets, k.short = nil, nil, false
	k.cmu.Unlock()
	k.sock.plug()
	if err := k.port.plug(); err != nil {
		return err
	}
	return k.port.appear()
}

// Off pulls the cable.
func (k *KernelCamera) Off() {
	k.port.unplug()
	k.sock.unplug()
}

// Close unplugs for good.
func (k *KernelCamera) Close() { k.Off() }

// Viewers is 1 while the system waits for pictures.
func (k *KernelCamera) Viewers() int {
	k.port.mu.Lock()
	defer k.port.mu.Unlock()
	if k.port.cable != nil && k.port.cable.transfers() {
		return 1
	}
	return 0
}

// read gives the next piece of a payload; at the end of a picture it waits until the next one is due.
func (k *KernelCamera) read(ctx context.Context, p []byte) (int, error) {
	k.cmu.Lock()
	defer k.cmu.Unlock()
	for len(k.rest) == 0 && !k.short {
		if len(k.packets) > 0 {
			k.rest, k.packets = k.packets[0], k.packets[1:]
			break
		}
		if err := k.wait(ctx); err != nil {
			return 0, err
		}
	}
	n := copy(p, k.rest)
	k.rest = k.rest[n:]
	k.short = len(k.rest) == 0 && n == len(p)
	return n, nil
}

// wait lets a picture's time pass and cuts the next one into payloads: a header of two bytes with the frame's id, and the end
// of the frame on the last (USB video class 1.5, 2.4.3.3).
func (k *KernelCamera) wait(ctx context.Context) error {
	t := time.NewTimer(time.Until(k.at.Add(time.Second / time.Duration(k.cfg.FPS))))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
	}
	k.at = time.Now()
	pic, seq, err := k.Next(k.shown)
	if err != nil || seq == k.shown {
		return err
	}
	k.shown = seq
	k.id ^= 1
	const room = payloadSize - 2
	for len(pic) > 0 {
		n := min(room, len(pic))
		head := []byte{2, 0x80 | k.id}
		if n == len(pic) {
			head[1] |= 2
		}
		k.packets = append(k.packets, append(head, pic[:n]...))
		pic = pic[n:]
	}
	return nil
}

// control answers the streaming interface's probe and commit (USB video class 1.5, 4.3.1.1), of which there is one choice.
func (k *KernelCamera) control(r usb.Request, data []byte) (int, error) {
	const setCur, getCur, getMin, getMax, getLen, getInfo, getDef = 0x01, 0x81, 0x82, 0x83, 0x85, 0x86, 0x87
	if r.Type&0x1F != 1 || r.Index&0xFF != 1 || r.Value>>8 != 1 && r.Value>>8 != 2 {
		return 0, usb.ErrStall
	}
	le := binary.LittleEndian
	probe := make([]byte, 26)
	probe[0], probe[2], probe[3] = 1, 1, 1
	le.PutUint32(probe[4:], cameraInterval)
	le.PutUint32(probe[18:], uint32(2*k.cfg.Width*k.cfg.Height))
	le.PutUint32(probe[22:], payloadSize)
	switch r.Request {
	case setCur:
		return len(data), nil
	case getCur, getMin, getMax, getDef:
		return copy(data, probe), nil
	case getLen:
		return copy(data, []byte{byte(len(probe)), 0}), nil
	case getInfo:
		return copy(data, []byte{3}), nil
	}
	return 0, usb.ErrStall
}

// cameraInterval is the announced time between two pictures, in units of 100 ns.
const cameraInterval = 333333

// cameraConfiguration is the configuration descriptor of a camera with one MJPEG size: interface association, control interface
// with a camera and an output terminal, streaming interface with one bulk endpoint (USB video class 1.5, 3).
func cameraConfiguration(cfg CameraConfig) []byte {
	le := binary.LittleEndian
	w, h := uint16(cfg.Width), uint16(cfg.Height)
	largest := 2 * uint32(w) * uint32(h)
	terminals := append([]byte{17, 0x24, 2, 1, 0x01, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0}, 9, 0x24, 3, 2, 0x01, 0x01, 0, 1, 0)
	header := []byte{13, 0x24, 1, 0, 1, byte(13 + len(terminals)), 0, 0, 0, 0, 0, 1, 1}
	le.PutUint32(header[7:], 6_000_000)
	format := []byte{11, 0x24, 6, 1, 1, 1, 1, 0, 0, 0, 0}
	frame := []byte{30, 0x24, 7, 1, 0}
	frame = le.AppendUint16(le.AppendUint16(frame, w), h)
	for _, v := range []uint32{largest * 80, largest * 240, largest, cameraInterval} {
		frame = le.AppendUint32(frame, v)
	}
	frame = le.AppendUint32(append(frame, 1), cameraInterval)
	total := 14 + len(format) + len(frame)
	input := []byte{14, 0x24, 1, 1, byte(total), byte(total >> 8), 0x81, 0, 2, 0, 0, 0, 1, 0}
	d := []byte{9, 2, 0, 0, 2, 1, 0, 0x80, 50}
	for _, part := range [][]byte{
		{8, 11, 0, 2, 14, 3, 0, 0},
		{9, 4, 0, 0, 0, 14, 1, 0, 0}, header, terminals,
		{9, 4, 1, 0, 1, 14, 2, 0, 0}, input, format, frame,
		{7, 5, 0x81, 2, 0, 2, 0}, // bulk, 512 bytes
	} {
		d = append(d, part...)
	}
	le.PutUint16(d[2:], uint16(len(d)))
	return d
}

// Node waits for the system's video node of the camera that has the pictures' number, 0 or 1: a camera has one for pictures
// and one for data about them.
func (k *KernelCamera) Node(i int) (string, error) {
	for end := time.Now().Add(Patience); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if nodes := k.port.videoNodes(); len(nodes) > i {
			return nodes[i], nil
		}
	}
	return "", fmt.Errorf("camera %s: no video node %d", k.ID(), i)
}
