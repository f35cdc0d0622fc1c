package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"packbench/devices"
	"packbench/devices/camera"
	"packbench/devices/printer"
	"packbench/devices/scale"
	"packbench/devices/scanner"
	"packbench/fulfillment"
)

// runner is a long part.
type runner struct {
	name string
	run  func(context.Context) error
}

// labelPrinter is a printer's driver, whatever the way to it.
type labelPrinter interface {
	Media() fulfillment.Media
	Print(ctx context.Context, b fulfillment.Bitmap) (fulfillment.PrintResult, error)
	Run(ctx context.Context) error
	Poke()
}

// bench holds the drivers that the configuration asks for.
type benchDevices struct {
	board   *devices.Board
	runs    []runner
	printer labelPrinter  // nil if there is none
	camera  *camera.MJPEG // the first camera; nil if there is none
}

// openDevices makes every configured driver. Nothing is opened before Run: a device that is missing never stops the start.
func openDevices(cfg Config, scans func(context.Context, fulfillment.Scan) error, weights func(context.Context, fulfillment.Weight) error, log *slog.Logger) *benchDevices {
	b := &benchDevices{board: new(devices.Board)}
	for _, s := range cfg.Scanners {
		if s.Transport != "serial" {
			continue
		}
		d := scanner.NewSerial(scanner.SerialConfig{Port: s.Port, Baud: s.Baud, Prefix: s.Prefix, Repeat: 30 * time.Millisecond}, scans, b.board.Report, log)
		b.runs = append(b.runs, runner{"scanner " + s.Port, d.Run})
	}
	if s := cfg.Scale; s != nil {
		b.openScale(*s, weights, log)
	}
	if p := cfg.labelPrinter(); p != nil {
		b.printer = openPrinter(*p, b.board.Report, log)
		b.runs = append(b.runs, runner{"printer " + p.Address + p.Queue, b.printer.Run})
	}
	for i, c := range cfg.Cameras {
		d := camera.NewMJPEG(camera.MJPEGConfig{Name: c.Name, URL: c.URL}, b.board.Report, log)
		b.runs = append(b.runs, runner{"camera " + c.Name, d.Run})
		if i == 0 {
			b.camera = d
		}
	}
	if cfg.keyboardScans() {
		b.board.Report(devices.Health{Kind: devices.Scanner, ID: "keyboard", Transport: "keyboard", State: devices.Ready,
			Text: "The window takes scans typed like a keyboard", At: time.Now()})
	}
	return b
}

func (b *benchDevices) openScale(s ScaleConfig, weights func(context.Context, fulfillment.Weight) error, log *slog.Logger) {
	d, err := scale.NewSerial(scale.SerialConfig{Port: s.Port, Baud: s.Baud, Protocol: scale.Protocol(s.Protocol), Framing: s.Framing, Unit: s.Unit},
		weights, b.board.Report, log)
	if err != nil { // the configuration was checked; whatever else is wrong must be seen
		b.board.Report(devices.Health{Kind: devices.Scale, ID: s.Port, Transport: s.Transport, State: devices.Absent,
			Text: fmt.Sprintf("The scale cannot be used: %v.", err), At: time.Now()})
		return
	}
	b.runs = append(b.runs, runner{"scale " + s.Port, d.Run})
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

func openPrinter(p PrinterConfig, report devices.Report, log *slog.Logger) labelPrinter {
	if p.Transport == "spooler" {
		return printer.NewSpooler(printer.SpoolerConfig{Queue: p.Queue, Role: p.Role, Language: languageOf(p), Media: mediaOf(p)}, report, log)
	}
	return printer.NewNetwork(printerConfig(p), report, log)
}

func printerConfig(p PrinterConfig) printer.NetworkConfig {
	cfg := printer.NetworkConfig{Address: p.Address, Role: p.Role, Language: languageOf(p), Media: mediaOf(p)}
	if p.NoStatus {
		cfg.Status = printer.StatusOff
	}
	return cfg
}

// languageOf is the printer's language; checkPrinters has refused unknown ones.
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
	return printer.ZPL{}
}

func mediaOf(p PrinterConfig) fulfillment.Media {
	return fulfillment.Media{DPI: p.DPI, WidthMM: p.WidthMM, HeightMM: p.HeightMM}
}
