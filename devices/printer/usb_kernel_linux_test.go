package printer_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"packbench/devices"
	"packbench/devices/devicetest"
	"packbench/devices/printer"
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

// smallLabel takes an emulated computer a tenth of the time to draw.
var smallLabel = fulfillment.Media{DPI: media.DPI, WidthMM: 60, HeightMM: 30}

// The same suite with the whole way between: kernel, usbfs, libusb.
func TestUSBThroughTheKernel(t *testing.T) {
	inKernel(t)
	devicetest.RunPrinter(t, func(t *testing.T, report devices.Report) (devicetest.PrinterEnd, devicetest.PrinterDriver) {
		end, err := newUSBEnd(t).InKernel()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(end.Close)
		cfg := usbConfig(end.USBPrinter)
		cfg.Media = smallLabel
		// In an emulated computer the virtual printer takes seconds to draw a label before it answers.
		cfg.Timeouts.Stall, cfg.Timeouts.Status, cfg.Timeouts.After = 2*time.Second, 2*time.Second, devicetest.Patience
		if strings.HasSuffix(t.Name(), "trouble_behind_the_last_byte_may_mean_a_label") {
			cfg.Timeouts.Poll = time.Hour // so that trouble is not seen before the job
		}
		return end, printer.NewUSB(cfg, usb.NewSystem(), report, quiet)
	})
}
