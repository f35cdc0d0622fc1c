package printer

import (
	"context"
	"log/slog"

	"packbench/devices"
	"packbench/devices/usb"
	"packbench/fulfillment"
)

// USBConfig describes a label printer on USB.
type USBConfig struct {
	Device   usb.ID // also the printer's identity
	Role     string // label or document
	Language Language
	Media    fulfillment.Media
	Status   StatusPolicy
	Timeouts Timeouts // Dial is not used
}

// USB prints on one printer of the USB printer class.
type USB struct{ *cabled }

// NewUSB returns a driver. Nothing is claimed before Run or Print.
func NewUSB(cfg USBConfig, bus usb.Bus, report devices.Report, log *slog.Logger) *USB {
	c := &cabled{place: "USB printer " + cfg.Device.String(), cable: "USB cable", speech: speech{set: cfg.Language}, media: cfg.Media, policy: cfg.Status, t: cfg.Timeouts}
	c.claim = func(ctx context.Context) (usb.Device, error) {
		return bus.Open(ctx, usb.Want{ID: cfg.Device, Interfaces: printerInterfaces})
	}
	c.words = func(err error) string {
		_, text := usb.Words("printer", cfg.Device, err)
		return text
	}
	c.begin(devices.Health{ID: cfg.Device.String(), Role: cfg.Role, Transport: "usb"}, report, log)
	return &USB{c}
}
