package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"packbench/devices"
	"packbench/devices/camera"
	"packbench/devices/hid"
	"packbench/devices/printer"
	"packbench/devices/scale"
	"packbench/devices/scanner"
	"packbench/devices/usb"
	"packbench/fulfillment"
)

// labelPrinter is a printer's driver, whatever the way to it.
type labelPrinter interface {
	Media() fulfillment.Media
	Print(ctx context.Context, b fulfillment.Bitmap) (fulfillment.PrintResult, error)
	Prepare(b fulfillment.Bitmap)
	Run(ctx context.Context) error
}

// photoCamera is a camera's driver, whatever the way to it.
type photoCamera interface {
	Name() string
	Latest() (jpeg []byte, at time.Time, seq uint64)
	Snapshot(ctx context.Context) (jpeg []byte, at time.Time, err error)
	Run(ctx context.Context) error
}

// takers are who gets what the devices give.
type takers struct {
	scan       func(context.Context, fulfillment.Scan) error
	weigh      func(context.Context, fulfillment.Weight) error
	calibrated func(scanner.Calibration) // the country setting of a scanner that types; must not block
}

// nobody takes what devices give that are only looked at.
func nobody() takers {
	return takers{func(context.Context, fulfillment.Scan) error { return nil }, func(context.Context, fulfillment.Weight) error { return nil }, nil}
}

// typed is what is known of the scanner that types into the window.
func (c Config) typed() scanner.TypedConfig {
	i := slices.IndexFunc(c.Scanners, func(s ScannerConfig) bool { return s.Transport == "keyboard" })
	if i < 0 {
		return scanner.TypedConfig{}
	}
	s := c.Scanners[i]
	t := scanner.TypedConfig{Prefix: s.Prefix}
	if s.Layout != "" {
		t.Scanner, _ = hid.ParseLayout(s.Layout) // checkLayouts has read both
		t.Computer, _ = hid.ParseLayout(s.Computer)
	}
	return t
}

func openCamera(c CameraConfig, report devices.Report, log *slog.Logger) photoCamera {
	switch crop := c.crop(); {
	case c.Device != "":
		return camera.NewV4L2(camera.V4L2Config{Name: c.Name, Device: c.Device, Width: c.Width, Height: c.Height, Crop: crop}, report, log)
	case strings.HasPrefix(c.URL, "rtsp"):
		return camera.NewRTSP(camera.RTSPConfig{Name: c.Name, URL: c.URL, Crop: crop}, report, log)
	default:
		return camera.NewMJPEG(camera.MJPEGConfig{Name: c.Name, URL: c.URL, Crop: crop}, report, log)
	}
}

// crop is the part of the picture that is kept; checkCameras has refused impossible ones.
func (c CameraConfig) crop() camera.Crop {
	if len(c.Crop) != 4 {
		return camera.Crop{}
	}
	return camera.Crop{X: c.Crop[0], Y: c.Crop[1], W: c.Crop[2], H: c.Crop[3]}
}

func openScale(s ScaleConfig, bus usb.Bus, weights func(context.Context, fulfillment.Weight) error, report devices.Report, log *slog.Logger) func(context.Context) error {
	if s.Transport == "hid" {
		return scale.NewHID(scale.HIDConfig{Device: s.mustDevice()}, bus, weights, report, log).Run
	}
	d, err := scale.NewSerial(scale.SerialConfig{Port: s.Port, Baud: s.Baud, Protocol: scale.Protocol(s.Protocol), Framing: s.Framing, Unit: s.Unit},
		weights, report, log)
	if err == nil {
		return d.Run
	}
	return func(context.Context) error { // the configuration was checked; whatever else is wrong must be seen
		report(devices.Health{Kind: devices.Scale, ID: s.Port, Transport: s.Transport, State: devices.Absent,
			Text: fmt.Sprintf("The scale cannot be used: %v.", err), At: time.Now()})
		return nil
	}
}

// documentPoll is between two looks at the document printer's queue: nobody waits for it.
const documentPoll = 30 * time.Second

// repeat is within which time a scanner sends one code twice on one trigger, and no person scans two items.
const repeat = 30 * time.Millisecond

func usbScannerConfig(s ScannerConfig) scanner.USBConfig {
	layout, _ := hid.ParseLayout(s.Layout) // checkScanners has refused unknown ones
	return scanner.USBConfig{Device: s.mustDevice(), Mode: scanner.Mode(s.Mode), Layout: layout, Prefix: s.Prefix, Exclusive: s.Exclusive, Repeat: repeat}
}

// mustDevice is the device of a configuration that was checked.
func (u USBConfig) mustDevice() usb.ID {
	id, _ := u.device()
	return id
}

// keyboardScans: the window's own keys are a scanner unless another one says exclusive.
func (c Config) keyboardScans() bool {
	for _, s := range c.Scanners {
		if s.Exclusive {
			return false
		}
	}
	return true
}

func openPrinter(p PrinterConfig, bus usb.Bus, report devices.Report, log *slog.Logger) labelPrinter {
	if p.Transport == "spooler" {
		return printer.NewSpooler(printer.SpoolerConfig{Queue: p.Queue, Role: p.Role, Language: languageOf(p), Media: mediaOf(p)}, report, log)
	}
	if p.Transport == "usb" {
		cfg := printer.USBConfig{Device: p.mustDevice(), Role: p.Role, Language: languageOf(p), Media: mediaOf(p), Status: statusOf(p)}
		return printer.NewUSB(cfg, bus, report, log)
	}
	if p.Transport == "serial" {
		cfg := printer.SerialConfig{Port: p.Port, Baud: p.Baud, Role: p.Role, Language: languageOf(p), Media: mediaOf(p), Status: statusOf(p)}
		return printer.NewSerial(cfg, report, log)
	}
	return printer.NewNetwork(printerConfig(p), report, log)
}

func printerConfig(p PrinterConfig) printer.NetworkConfig {
	return printer.NetworkConfig{Address: p.Address, Role: p.Role, Language: languageOf(p), Media: mediaOf(p), Status: statusOf(p)}
}

func statusOf(p PrinterConfig) printer.StatusPolicy {
	if p.NoStatus {
		return printer.StatusOff
	}
	return printer.StatusRequired
}

// languageOf is the printer's language; checkPrinters has refused unknown words.
func languageOf(p PrinterConfig) printer.Language {
	gap := 0
	if p.GapMM != nil {
		if gap = *p.GapMM; gap == 0 {
			gap = -1 // the languages' word for no gap
		}
	}
	switch p.Language {
	case "tspl":
		return printer.TSPL{GapMM: gap}
	case "epl":
		return printer.EPL{GapMM: gap}
	case "escpos":
		return printer.ESCPOS{}
	}
	compression, _ := printer.ParseCompression(p.Compression)
	return printer.ZPL{Compression: compression}
}

// labelMedia is the stock of the label printer; the zero value where there is none.
func (c Config) labelMedia() fulfillment.Media {
	if p := c.labelPrinter(); p != nil {
		return mediaOf(*p)
	}
	return fulfillment.Media{}
}

func mediaOf(p PrinterConfig) fulfillment.Media {
	return fulfillment.Media{DPI: p.DPI, WidthMM: p.WidthMM, HeightMM: p.HeightMM}
}
