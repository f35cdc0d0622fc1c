//go:build !unix

package devicetest

import (
	"fmt"
	"os"
	"time"

	"packbench/devices"
)

// line needs pseudo-terminals, which this system does not have: the virtual scanner and scale cannot be made here.
type line struct{}

func newLine(_, name string) (*line, error) {
	return nil, fmt.Errorf("make a virtual %s: pseudo-terminals: %w", name, devices.ErrUnsupported)
}

func (*line) Path() string                     { return "" }
func (*line) Plug() error                      { return devices.ErrUnsupported }
func (*line) Unplug() error                    { return devices.ErrUnsupported }
func (*line) Close() error                     { return nil }
func (*line) Send([]byte) error                { return devices.ErrUnsupported }
func (*line) end() (*os.File, <-chan struct{}) { return nil, nil }

func (*line) Receive(time.Duration) ([]byte, error) { return nil, devices.ErrUnsupported }
