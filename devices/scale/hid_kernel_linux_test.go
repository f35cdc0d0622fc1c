package scale_test

import (
	"context"
	"log/slog"
	"os"
	"testing"
	"time"

	"packbench/devices"
	"packbench/devices/devicetest"
	"packbench/devices/scale"
	"packbench/devices/usb"
	"packbench/fulfillment"
)

// inKernel leaves a test out where virtual devices cannot, or must not, become devices of this computer: on a desk they would
// type and print for whoever sits there.
func inKernel(t *testing.T) {
	t.Helper()
	if os.Getenv("PACKBENCH_USB") != "kernel" {
		t.Skip("USB through the kernel is tested with PACKBENCH_USB=kernel, as root, on a computer of its own with vhci-hcd loaded")
	}
	if err := devicetest.KernelUSB(); err != nil {
		t.Fatal(err)
	}
}

// The same suite with the whole way between: kernel, usbfs, libusb.
func TestHIDThroughTheKernel(t *testing.T) {
	inKernel(t)
	devicetest.RunScale(t, func(t *testing.T) (devicetest.ScaleEnd, devicetest.RunScaleDriver) {
		end, err := devicetest.NewUSBScale().InKernel()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(end.Close)
		return end, func(ctx context.Context, out func(context.Context, fulfillment.Weight) error, report devices.Report) error {
			cfg := scale.HIDConfig{Device: end.ID(), Heartbeat: 100 * time.Millisecond, Silence: 800 * time.Millisecond}
			return scale.NewHID(cfg, usb.NewSystem(), out, report, slog.New(slog.DiscardHandler)).Run(ctx)
		}
	})
}

// A scale whose device side is the kernel's own HID function.
func TestHIDScaleOnAGadget(t *testing.T) {
	inKernel(t)
	devicetest.RunScale(t, func(t *testing.T) (devicetest.ScaleEnd, devicetest.RunScaleDriver) {
		end, err := devicetest.NewGadgetScale()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(end.Close)
		devicetest.Start(t, "the scale", end.Run)
		return end, func(ctx context.Context, out func(context.Context, fulfillment.Weight) error, report devices.Report) error {
			cfg := scale.HIDConfig{Device: end.ID(), Heartbeat: 100 * time.Millisecond, Silence: 800 * time.Millisecond}
			return scale.NewHID(cfg, usb.NewSystem(), out, report, slog.New(slog.DiscardHandler)).Run(ctx)
		}
	})
}
