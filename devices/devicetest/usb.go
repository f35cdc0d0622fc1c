package devicetest

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"packbench/devices"
	"packbench/devices/usb"
)

// usbSocket is a USB socket with one virtual device: a usb.Bus for a driver. It keeps what a driver does that a real device
// or libusb would not bear. All methods may be called concurrently.
type usbSocket struct {
	info    usb.Info // Interface is what the device is
	control func(r usb.Request, data []byte) (int, error)
	write   func(ctx context.Context, p []byte) (int, error) // nil: there is no OUT endpoint
	read    func(ctx context.Context, p []byte) (int, error)
	also    *usb.Interface // a second interface, number 0, that says nothing; nil: there is none
	config  []byte         // the whole configuration descriptor; nil: one interface, as info says
	gone    func()         // tells a bus beyond this one that the cable was pulled in a transfer; may be nil
	restart func()         // tells a bus beyond this one that the device was gone for a moment; may be nil

	mu      sync.Mutex
	plugged bool
	pulled  chan struct{} // closed by Unplug, new with Plug
	claimed *usbClaim
	busy    bool           // another program has it
	pullIn  string         // the moment in which the cable comes out; empty: none
	halted  map[uint8]bool // endpoints that refuse everything until they are cleared
	wrong   []string
}

// UnplugIn pulls the cable once, in the next such moment: "claim", while the device is opened; "control", in a request to it; and
// of a printer "end", when all but the end of a job was taken, and "answer", when it is asked behind a job.
func (s *usbSocket) UnplugIn(moment string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pullIn = moment
}

// isMoment reports whether it is the moment, and pulls the cable.
func (s *usbSocket) isMoment(name string) bool {
	s.mu.Lock()
	is := s.pullIn == name
	if is {
		s.pullIn = ""
	}
	s.mu.Unlock()
	if is {
		s.unplug()
		if s.gone != nil {
			s.gone()
		}
	}
	return is
}

// behind is called when a whole job was taken.
func (s *usbSocket) behind() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pullIn == "answer" {
		s.pullIn = "behind a job"
	}
}

// Addresses of the endpoints.
const (
	endpointIn   = 0x81
	endpointOut  = 0x02
	endpointAlso = 0x83 // of the second interface
)

// halt makes an endpoint refuse everything until it is cleared.
func (s *usbSocket) halt(endpoint uint8) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.halted == nil {
		s.halted = map[uint8]bool{}
	}
	s.halted[endpoint] = true
}

func (s *usbSocket) halts(endpoint uint8) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.halted[endpoint]
}

func (s *usbSocket) unhalt(endpoint uint8) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.halted, endpoint)
}

// takeIn and takeOut are transfers of the two endpoints.
func (s *usbSocket) takeIn(ctx context.Context, p []byte) (int, error) {
	if s.halts(endpointIn) {
		return 0, usb.ErrStall
	}
	return s.read(ctx, p)
}

func (s *usbSocket) takeOut(ctx context.Context, p []byte) (int, error) {
	if s.halts(endpointOut) {
		return 0, usb.ErrStall
	}
	return s.write(ctx, p)
}

func (s *usbSocket) complain(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wrong = append(s.wrong, fmt.Sprintf(format, args...))
}

// Complaints are what the driver did wrong.
func (s *usbSocket) Complaints() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.wrong...)
}

// ID is the device to set in the program.
func (s *usbSocket) ID() usb.ID { return s.info.ID }

// Claimed reports whether a driver has the device.
func (s *usbSocket) Claimed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.claimed != nil
}

// UsedElsewhere lets another program have the device, or gives it back.
func (s *usbSocket) UsedElsewhere(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy = on
}

func (s *usbSocket) plug() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.plugged {
		s.plugged, s.pulled = true, make(chan struct{})
	}
}

func (s *usbSocket) unplug() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.plugged {
		s.plugged = false
		close(s.pulled)
	}
}

func (s *usbSocket) in() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.plugged
}

// Open is usb.Bus.
func (s *usbSocket) Open(ctx context.Context, want usb.Want) (usb.Device, error) {
	fail := func(err error) (usb.Device, error) { return nil, fmt.Errorf("open USB device %s: %w", want.ID, err) }
	if s.isMoment("claim") {
		return fail(devices.ErrUnplugged)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id, is := s.info.ID, s.info.Interface
	switch {
	case ctx.Err() != nil:
		return fail(ctx.Err())
	case !s.plugged, want.ID.Vendor != id.Vendor, want.ID.Product != id.Product, want.ID.Serial != "" && want.ID.Serial != id.Serial:
		return fail(devices.ErrAbsent)
	case s.busy:
		return fail(devices.ErrBusy)
	case s.claimed != nil:
		s.wrong = append(s.wrong, "the device was opened twice")
		return fail(devices.ErrBusy)
	}
	for _, w := range want.Interfaces {
		if w.Matches(is.Class, is.SubClass, is.Protocol) && (w.Page == 0 || w.Page == is.Page) {
			s.claimed = &usbClaim{s: s, pulled: s.pulled, info: s.info}
			s.claimed.info.Interface = w
			return s.claimed, nil
		}
	}
	return fail(usb.ErrKind)
}

// usbClaim is one opening.
type usbClaim struct {
	s      *usbSocket
	pulled chan struct{}
	info   usb.Info
	using  sync.Mutex
	closed bool
}

func (c *usbClaim) Info() usb.Info { return c.info }

// use runs one transfer; a pulled cable ends it.
func (c *usbClaim) use(ctx context.Context, what string, f func(context.Context) (int, error)) (int, error) {
	if !c.using.TryLock() {
		c.s.complain("%s while another transfer of the driver runs", what)
		c.using.Lock()
	}
	defer c.using.Unlock()
	if c.closed {
		c.s.complain("%s after Close", what)
		return 0, errors.New("closed")
	}
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		select {
		case <-c.pulled:
			cancel()
		case <-stop:
		}
	})
	n, err := f(inner)
	close(stop)
	wg.Wait()
	select {
	case <-c.pulled:
		if err != nil || n == 0 {
			return n, fmt.Errorf("%s: %w", what, devices.ErrUnplugged)
		}
	default:
	}
	if err != nil && inner.Err() != nil && ctx.Err() != nil {
		err = fmt.Errorf("%s: %w", what, usb.Ended(ctx))
	}
	return n, err
}

func (c *usbClaim) Control(ctx context.Context, r usb.Request, data []byte) (int, error) {
	return c.use(ctx, "control request", func(context.Context) (int, error) {
		if r.Type&0x1F == 1 && r.Index&0xFF != uint16(c.info.Number) && r.Index>>8 != uint16(c.info.Number) {
			c.s.complain("control request %+v to another interface than %d", r, c.info.Number)
		}
		if c.s.isMoment("control") {
			return 0, devices.ErrUnplugged
		}
		if c.s.control == nil {
			return 0, usb.ErrStall
		}
		return c.s.control(r, data)
	})
}

func (c *usbClaim) Read(ctx context.Context, p []byte) (int, error) {
	if c.info.PacketIn > 0 && len(p)%c.info.PacketIn != 0 {
		c.s.complain("read of %d bytes: packets have %d, so one that is full would overflow", len(p), c.info.PacketIn)
	}
	return c.use(ctx, "read", func(ctx context.Context) (int, error) { return c.s.takeIn(ctx, p) })
}

func (c *usbClaim) Write(ctx context.Context, p []byte) (int, error) {
	return c.use(ctx, "write", func(ctx context.Context) (int, error) {
		if c.s.write == nil {
			c.s.complain("a write to a device without an OUT endpoint")
			return 0, devices.ErrUnsupported
		}
		return c.s.takeOut(ctx, p)
	})
}

func (c *usbClaim) Close() error {
	c.using.Lock()
	defer c.using.Unlock()
	if c.closed {
		return nil
	}
	c.closed = true
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.s.claimed, c.s.halted = nil, nil
	return nil
}

// reports are what an interrupt endpoint holds for the host. After each report comes an empty transfer, as some
// controllers give.
type reports struct {
	mu    sync.Mutex
	queue [][]byte
	more  chan struct{} // closed and replaced when something comes
	dense bool          // no empty transfers: through an emulated kernel each costs as much as a report
}

func newReports() *reports { return &reports{more: make(chan struct{})} }

func (q *reports) put(rs ...[]byte) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, r := range rs {
		q.queue = append(q.queue, r)
		if !q.dense {
			q.queue = append(q.queue, nil)
		}
	}
	close(q.more)
	q.more = make(chan struct{})
}

func (q *reports) drop() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.queue = nil
}

// read gives the next report. A transfer ends with a short packet or a full buffer; a report longer than the buffer is an
// overflow, which libusb answers with an error.
func (q *reports) read(ctx context.Context, p []byte) (int, error) {
	for {
		q.mu.Lock()
		more := q.more
		if len(q.queue) > 0 {
			r := q.queue[0]
			q.queue = q.queue[1:]
			q.mu.Unlock()
			if len(r) > len(p) {
				return 0, fmt.Errorf("a report of %d bytes into a buffer of %d: overflow", len(r), len(p))
			}
			return copy(p, r), nil
		}
		q.mu.Unlock()
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-more:
		}
	}
}
