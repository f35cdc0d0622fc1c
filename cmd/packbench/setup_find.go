package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/boombuler/barcode/code128"

	"packbench/devices"
	"packbench/devices/camera"
	"packbench/devices/hid"
	"packbench/devices/printer"
	"packbench/devices/serialport"
	"packbench/devices/usb"
	"packbench/ui/setup"
)

// portsVariable names serial ports that the system does not list – virtual ones, or those of a serial server – separated as in
// PATH.
const portsVariable = "PACKBENCH_SERIAL_PORTS"

// Find implements setup.Desk.
func (d *setupDesk) Find(ctx context.Context, kind devices.Kind) ([]setup.Choice, error) {
	cfg := d.app.devices.config()
	list := bound(cfg, kind)
	wired, _ := d.plugged() // where the system tells nothing there are none
	var err error
	switch kind {
	case devices.Scanner, devices.Scale:
		var ports []candidate
		ports, err = serialCandidates(kind)
		list = slices.Concat(list, usbCandidates(wired, kind), ports)
		if kind == devices.Scanner {
			slices.SortStableFunc(list, func(a, b candidate) int { return cmp.Compare(flag(a.doubt), flag(b.doubt)) })
			list = append(list, candidate{kind: kind, name: "Types like a keyboard", scanner: ScannerConfig{Transport: "keyboard"}})
		}
	case devices.Printer:
		queues, noQueues := queueCandidates(ctx)
		ports, noPorts := serialCandidates(kind)
		list, err = slices.Concat(list, usbCandidates(wired, kind), queues, ports), errors.Join(noQueues, noPorts)
	case setup.Document:
		var queues []candidate
		queues, err = documentCandidates(ctx, cfg)
		list = append(list, queues...)
	case devices.Camera:
		list = append(list, plugged(kind)...)
	}
	for i, c := range list {
		if c.camera.Device != "" {
			for _, s := range camera.Sizes(c.camera.Device) {
				list[i].sizes = append(list[i].sizes, stockName(s.X, s.Y))
			}
		}
	}
	if kept, kerr := loadConfig(d.app.config, false); kerr == nil {
		cfg = kept // what this setup has written counts, too
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []setup.Choice
	for _, c := range list {
		key := string(kind) + " " + c.place()
		if slices.ContainsFunc(out, func(o setup.Choice) bool { return o.Key == key }) || !c.bound && (c.listedAs(list) || c.elsewhere(cfg)) {
			continue
		}
		d.found[key] = c
		out = append(out, c.choice(key))
	}
	return out, err
}

// plugged are the devices whose paths the system gives out anew.
func plugged(kind devices.Kind) (out []candidate) {
	switch kind {
	case devices.Scanner, devices.Scale, devices.Printer:
		found, err := serialport.List()
		if err != nil {
			return nil // what is known stays as it is
		}
		return portCandidates(kind, found)
	case devices.Camera:
		for _, c := range camera.List() {
			out = append(out, candidate{kind: kind, name: c.Name, path: c.Path, camera: CameraConfig{Device: c.Device}})
		}
	}
	return out
}

// Address implements setup.Desk.
func (d *setupDesk) Address(kind devices.Kind, address string) (setup.Choice, error) {
	address = strings.TrimSpace(address)
	c := candidate{kind: kind, name: address}
	switch kind {
	case devices.Printer:
		if _, _, err := net.SplitHostPort(address); err != nil {
			address = net.JoinHostPort(strings.Trim(address, "[]"), "9100")
		}
		c.name, c.printer = "Network printer", usualPrinter(PrinterConfig{Transport: "network", Address: address})
	case devices.Camera:
		if !strings.Contains(address, "://") {
			address = "http://" + address
		}
		c.name, c.camera = "Network camera", CameraConfig{URL: address}
	default:
		return setup.Choice{}, errors.New("only printers and cameras have an address")
	}
	if f := checkConfig(ptr(c.only(defaultConfig()))); f != nil {
		return setup.Choice{}, errors.New(f.text)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	key := string(kind) + " " + c.place()
	if known, ok := d.found[key]; ok && known.bound {
		c = known
	}
	d.found[key] = c
	return c.choice(key), nil
}

func ptr[T any](v T) *T { return &v }

func flag(on bool) int {
	if on {
		return 1
	}
	return 0
}

// bound are the devices of a kind in the configuration that the bench works with.
func bound(cfg Config, kind devices.Kind) []candidate {
	var out []candidate
	switch kind {
	case devices.Scanner:
		for i, s := range cfg.Scanners {
			if s.Transport != "keyboard" {
				out = append(out, candidate{kind: kind, name: "Scanner", bound: true, nth: i, scanner: s})
			}
		}
	case devices.Scale:
		if cfg.Scale != nil {
			out = append(out, candidate{kind: kind, name: "Scale", bound: true, scale: *cfg.Scale})
		}
	case devices.Printer:
		for i, p := range cfg.Printers {
			if p.Role == "label" {
				out = append(out, candidate{kind: kind, name: "Label printer", bound: true, nth: i, printer: p})
			}
		}
	case setup.Document:
		for i, p := range cfg.Printers {
			if p.Role == "document" {
				out = append(out, candidate{kind: kind, name: "Document printer", bound: true, nth: i, printer: p})
			}
		}
	case devices.Camera:
		for i, c := range cfg.Cameras[:min(1, len(cfg.Cameras))] {
			out = append(out, candidate{kind: kind, name: cmp.Or(c.Name, "Camera"), bound: true, nth: i, camera: c})
		}
	}
	return out
}

// serialCandidates are the serial ports, each as a scanner, a scale or a printer.
func serialCandidates(kind devices.Kind) ([]candidate, error) {
	found, err := serialport.List()
	out := portCandidates(kind, found)
	for _, p := range filepath.SplitList(os.Getenv(portsVariable)) {
		if _, err := os.Stat(p); err == nil {
			out = append(out, portCandidate(kind, "Serial "+filepath.Base(p), p, p))
		}
	}
	return out, err
}

// portCandidates are kept by what they are, so that they are found again on whatever path they come back.
func portCandidates(kind devices.Kind, found []serialport.Found) []candidate {
	var out []candidate
	for _, p := range found {
		out = append(out, portCandidate(kind, "Serial "+p.Path, p.Place(found), p.Path))
	}
	return out
}

func portCandidate(kind devices.Kind, name, port, path string) candidate {
	c := candidate{kind: kind, name: name, path: path}
	c.scanner = ScannerConfig{Transport: "serial", Port: port, Baud: 9600}
	c.scale = ScaleConfig{Transport: "serial", Port: port, Baud: 9600, Protocol: "sics"}
	c.printer = usualPrinter(PrinterConfig{Transport: "serial", Port: port, Baud: 9600})
	return c
}

// usbCandidates are the USB devices of a kind.
func usbCandidates(found []usb.Found, kind devices.Kind) []candidate {
	var out []candidate
	hidOf := func(page uint16, protocol uint8) usb.Interface {
		return usb.Interface{Class: usb.ClassHID, SubClass: usb.Any, Protocol: protocol, Page: page}
	}
	for _, f := range found {
		c := candidate{kind: kind, name: strings.TrimSpace(f.Maker + " " + f.Model)}
		at := USBConfig{VID: fmt.Sprintf("%04x", f.ID.Vendor), PID: fmt.Sprintf("%04x", f.ID.Product), Serial: f.ID.Serial}
		c.name = cmp.Or(c.name, at.VID+":"+at.PID)
		switch {
		case kind == devices.Scanner && f.Has(hidOf(hid.PageScanner, usb.Any)):
			c.scanner = ScannerConfig{Transport: "usb", USBConfig: at, Mode: "pos"}
		case kind == devices.Scanner && f.Has(hidOf(0, 1)):
			// Any other keyboard is offered last, and kept only after a scan has proved it.
			c.doubt = !usb.MakesScanners(f.ID.Vendor)
			c.scanner = ScannerConfig{Transport: "usb", USBConfig: at, Mode: "keyboard", Layout: "us"}
		case kind == devices.Scale && f.Has(hidOf(hid.PageScale, usb.Any)):
			c.scale = ScaleConfig{Transport: "hid", USBConfig: at}
		case kind == devices.Printer && f.Has(usb.Interface{Class: usb.ClassPrinter, SubClass: usb.Any, Protocol: usb.Any}):
			c.printer = suggested(PrinterConfig{Transport: "usb", USBConfig: at}, f)
		default:
			continue
		}
		out = append(out, c)
	}
	return out
}

// suggested is a USB printer with the language that it says it speaks, or that such printers usually speak.
func suggested(p PrinterConfig, f usb.Found) PrinterConfig {
	id := map[string]string{"MFG": f.Maker, "MDL": f.Model}
	if n := len(f.Printer) + 2; f.Printer != "" {
		if said, err := printer.ParseDeviceID(append([]byte{byte(n >> 8), byte(n)}, f.Printer...)); err == nil {
			id = said
		}
	}
	s := printer.Suggest(id["MFG"], id["MDL"], id["CMD"])
	p.Language, p.DPI = s.Language, s.DPI
	return usualPrinter(p)
}

// usualPrinter fills in what most label printers are.
func usualPrinter(p PrinterConfig) PrinterConfig {
	p.Role, p.Language, p.DPI = "label", cmp.Or(p.Language, "zpl"), cmp.Or(p.DPI, 203)
	p.WidthMM, p.HeightMM = cmp.Or(p.WidthMM, 102), cmp.Or(p.HeightMM, 152)
	return p
}

func queueCandidates(ctx context.Context) ([]candidate, error) {
	names, err := printer.Queues(ctx)
	var out []candidate
	for _, name := range names {
		s := printer.Suggest("", name, "")
		out = append(out, candidate{kind: devices.Printer, name: "Print queue " + name,
			printer: usualPrinter(PrinterConfig{Transport: "spooler", Queue: name, Language: s.Language, DPI: s.DPI})})
	}
	return out, err
}

// documentCandidates are the queues that may print papers: not the one that the labels go to.
func documentCandidates(ctx context.Context, cfg Config) ([]candidate, error) {
	names, err := printer.Queues(ctx)
	var out []candidate
	for _, name := range names {
		if p := cfg.labelPrinter(); p != nil && p.Transport == "spooler" && strings.EqualFold(p.Queue, name) {
			continue
		}
		out = append(out, candidate{kind: setup.Document, name: "Print queue " + name, printer: PrinterConfig{Role: "document", Transport: "spooler", Queue: name}})
	}
	return out, err
}

// calibrationPicture is the barcode that finds a scanner's country setting out, to be scanned off the screen: one dot a module.
func calibrationPicture() image.Image {
	code, err := code128.Encode(hid.Calibration)
	if err != nil {
		panic(err) // a constant
	}
	return code
}
