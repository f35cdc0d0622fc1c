//go:build !linux && !windows

package camera

import (
	"context"
	"fmt"

	"packbench/devices"
)

// stream returns devices.ErrUnsupported.
func (c *V4L2) stream(context.Context) error {
	return fmt.Errorf("open camera %s: %w", c.cfg.Device, devices.ErrUnsupported)
}
