package serialport

import (
	"errors"
	"fmt"

	"packbench/devices"
)

// Reopener opens one device's port again and again. Where Config.Port is a path it remembers which USB device was there: another
// one that has taken the path since is not taken for it, and the device itself is found where it is now. It belongs to one
// goroutine at a time.
type Reopener struct {
	Config Config
	known  identity // zero: not open yet, or no USB device
}

// Open is Open of the package; the error can wrap devices.ErrOther.
func (r *Reopener) Open() (*Port, error) {
	if _, named := parseIdentity(r.Config.Port); named {
		return Open(r.Config) // looks for the device by itself
	}
	p, err := r.openAt(r.Config.Port)
	if r.known != (identity{}) && (errors.Is(err, devices.ErrOther) || errors.Is(err, devices.ErrAbsent)) {
		path, ferr := r.known.find()
		switch {
		case ferr == nil && path != r.Config.Port:
			return r.openAt(path)
		case errors.Is(ferr, devices.ErrAmbiguous):
			return nil, fmt.Errorf("open serial port %s: %w", r.Config.Port, ferr)
		}
	}
	return p, err
}

// openAt looks before and after: before, so that another device is not disturbed, and after, because it may have come in between.
func (r *Reopener) openAt(path string) (*Port, error) {
	other := func() error {
		if is := identityOf(path); r.known == (identity{}) || is == r.known {
			return nil
		}
		return fmt.Errorf("open serial port %s: %w", path, devices.ErrOther)
	}
	if is := identityOf(path); is != (identity{}) {
		if err := other(); err != nil {
			return nil, err
		}
	}
	c := r.Config
	c.Port = path
	p, err := Open(c)
	if err != nil {
		return nil, err
	}
	if err := other(); err != nil {
		_ = p.Close()
		return nil, err
	}
	if r.known == (identity{}) {
		r.known = identityOf(path)
	}
	return p, nil
}
