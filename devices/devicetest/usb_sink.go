package devicetest

import (
	"context"
	"sync/atomic"

	"packbench/devices/usb"
)

// USBSink is a printer that takes bytes as fast as they come, prints nothing and answers nothing: what drivers are measured
// with. It is a usb.Bus. All methods may be called concurrently.
type USBSink struct {
	*usbSocket
	taken atomic.Int64
}

// NewUSBSink plugs one in.
func NewUSBSink() *USBSink {
	s := &USBSink{}
	s.usbSocket = &usbSocket{
		info: usb.Info{ID: usb.ID{Vendor: 0x0a5f, Product: 0x0121, Serial: "K001"}, Model: "Sink",
			Interface: usb.Interface{Class: usb.ClassPrinter, SubClass: 1, Protocol: 2}, PacketIn: 512, PacketOut: 512},
		control: func(r usb.Request, data []byte) (int, error) {
			if r.Type == 0xA1 && r.Request == 1 {
				return copy(data, []byte{0x18}), nil
			}
			return 0, usb.ErrStall
		},
		write: func(_ context.Context, p []byte) (int, error) {
			s.taken.Add(int64(len(p)))
			return len(p), nil
		},
		read: func(ctx context.Context, _ []byte) (int, error) {
			<-ctx.Done()
			return 0, ctx.Err()
		},
	}
	s.plug()
	return s
}

// Taken is how many bytes have come.
func (s *USBSink) Taken() int64 { return s.taken.Load() }
