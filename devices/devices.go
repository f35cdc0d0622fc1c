package devices

import (
	"errors"
	"time"
)

// Kind of a device.
type Kind string

const (
	Scanner Kind = "scanner"
	Scale   Kind = "scale"
	Printer Kind = "printer"
	Camera  Kind = "camera"
)

// State is how a device feels. The words are fixed by the contract.
type State string

const (
	Ready     State = "ready"
	Attention State = "attention" // there, but a person must do something; also: it does not answer
	Absent    State = "absent"
)

// Health is one device's state in words.
type Health struct {
	Kind      Kind
	ID        string // stable identity: port, address, vendor:product:serial
	Role      string // label, document, the camera's name; may be empty
	Transport string // serial, keyboard, network, …
	State     State
	Text      string // one sentence for the operator: what is the matter and what to do
	At        time.Time
}

// Causes. Drivers wrap them; texts are chosen with errors.Is.
var (
	ErrAbsent      = errors.New("device is not there")
	ErrBusy        = errors.New("device is used by another program")
	ErrDenied      = errors.New("no permission to use the device")
	ErrUnplugged   = errors.New("device was unplugged")
	ErrTimeout     = errors.New("device did not answer in time")
	ErrUnsupported = errors.New("not supported on this system")
	// ErrAmbiguous and ErrOther keep one device from being taken for another.
	ErrAmbiguous = errors.New("several such devices are plugged in")
	ErrOther     = errors.New("another device is in its place")
)

// Report tells whoever listens how a device feels. Drivers call it from their Run, on every change and at least when
// they start; it must not block.
type Report func(Health)
