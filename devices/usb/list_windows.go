//go:build windows && cgo

package usb

import (
	"fmt"

	"github.com/sstallion/go-hid"

	"packbench/devices"
)

// List names the HID devices that are plugged in, without opening them: scanners in HID POS mode and scales are among them. Printers
// are offered by the system's queues. It was linked, and never ran: Wine 8 lets hidapi not start, because it lacks
// CM_Get_Device_Interface_PropertyW.
func List() ([]Found, error) {
	library.Lock()
	defer library.Unlock()
	if err := begun(); err != nil {
		return nil, fmt.Errorf("list USB devices: start hidapi: %w: %w", devices.ErrUnsupported, err)
	}
	var all []collection
	err := hid.Enumerate(0, 0, func(i *hid.DeviceInfo) error {
		all = append(all, collection{ID{i.VendorID, i.ProductID, i.SerialNbr}, i.MfrStr, i.ProductStr, i.UsagePage})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list USB devices: %w", err)
	}
	return foundIn(all), nil
}
