package usb

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"packbench/devices"
)

// ID is the identity of a device.
type ID struct {
	Vendor, Product uint16
	Serial          string // empty: any, as long as there is only one such device
}

// ParseID reads "0a5f:0120" or "0a5f:0120:SERIAL", the numbers as lsusb prints them.
func ParseID(s string) (ID, error) {
	f := strings.SplitN(s, ":", 3)
	if len(f) < 2 || len(f[0]) != 4 || len(f[1]) != 4 {
		return ID{}, fmt.Errorf("%q is no USB device; write vendor:product or vendor:product:serial, for example \"0a5f:0120\"", s)
	}
	vendor, errV := strconv.ParseUint(f[0], 16, 16)
	product, errP := strconv.ParseUint(f[1], 16, 16)
	if errV != nil || errP != nil {
		return ID{}, fmt.Errorf("%q is no USB device; vendor and product are four hexadecimal digits each", s)
	}
	id := ID{Vendor: uint16(vendor), Product: uint16(product)}
	if len(f) == 3 {
		id.Serial = f[2]
	}
	return id, nil
}

// String is what ParseID reads.
func (id ID) String() string {
	s := fmt.Sprintf("%04x:%04x", id.Vendor, id.Product)
	if id.Serial != "" {
		s += ":" + id.Serial
	}
	return s
}

// Any matches every subclass or protocol.
const Any = 0xFF

// USB classes (usb.org, "Defined Class Codes").
const (
	ClassHID     = 3
	ClassPrinter = 7
)

// Interface says which kind of interface is wanted.
type Interface struct {
	Class, SubClass, Protocol uint8
	// Page is the usage page that the report descriptor of a HID interface must begin with; 0: any.
	Page uint16
}

// Matches leaves Page aside: it must be asked for.
func (i Interface) Matches(class, subClass, protocol uint8) bool {
	return i.Class == class && (i.SubClass == Any || i.SubClass == subClass) && (i.Protocol == Any || i.Protocol == protocol)
}

// Want says which device, and which of its interfaces, the first choice first.
type Want struct {
	ID         ID
	Interfaces []Interface
	// Hold are other interfaces of the device that are taken from the system with it, and not used: a keyboard that would type.
	// Page is left aside. Windows gives no keyboard away.
	Hold []Interface
}

// Info is what is known of a claimed interface.
type Info struct {
	ID        ID     // with the serial number that the device has
	Model     string // as the device says; may be empty
	Number    uint8  // of the interface: the index of class requests
	Interface Interface
	PacketIn  int // largest packet of the IN endpoint, bytes; 0: there is none
	PacketOut int
}

// Request is a control request.
type Request struct {
	Type, Request uint8
	Value, Index  uint16
}

// Causes that only USB has.
var (
	ErrStall     = errors.New("the device refused the request")
	ErrAmbiguous = devices.ErrAmbiguous
	ErrKind      = errors.New("the device is there and has no interface of the kind wanted")
)

// Bus opens devices. It may be used concurrently.
type Bus interface {
	// Open claims the first interface that is wanted: from then on nobody else has it, neither another program nor the
	// system's own driver, so that a scanner types into no window. The error wraps devices.ErrAbsent, ErrBusy, ErrDenied,
	// ErrUnsupported, ErrAmbiguous or ErrKind where that is the cause.
	Open(ctx context.Context, want Want) (Device, error)
}

// Device is one claimed interface. Its methods belong to one goroutine; Close releases it.
//
// Errors wrap devices.ErrUnplugged when the device has gone, devices.ErrTimeout when ctx had a deadline that passed, ErrStall
// when the device refused, or ctx's own error when it was cancelled. After ErrStall of Read or Write the endpoint refuses
// everything until Close, which clears it.
type Device interface {
	Info() Info
	// Control sends one control request; the direction is that of Type. It may go on for up to a second after ctx ends.
	Control(ctx context.Context, r Request, data []byte) (int, error)
	// Read waits for one transfer. n == 0 without an error is an empty one, which some devices send after each report. Bytes
	// that came before the end of ctx are returned without an error.
	Read(ctx context.Context, p []byte) (n int, err error)
	// Write returns how many bytes the device has taken, with an error too.
	Write(ctx context.Context, p []byte) (n int, err error)
	Close() error
}

// Ended is the error of a transfer that ctx ended.
func Ended(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("%w: %w", devices.ErrTimeout, ctx.Err())
	}
	return ctx.Err()
}
