package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"packbench/devices"
	"packbench/devices/camera"
	"packbench/devices/printer"
	"packbench/devices/serialport"
	"packbench/devices/usb"
	"packbench/ui/setup"
)

// pluggedIn is what this computer has, whether the station uses it or not.
type pluggedIn struct {
	wired   []usb.Found
	ports   []serialport.Found
	named   []string // ports that the system does not list
	cameras []camera.Found
	queues  []string
}

// lookAround asks the system. Nothing is opened; where the system tells nothing, nothing is there.
func lookAround(ctx context.Context) pluggedIn {
	var p pluggedIn
	p.wired, _ = usb.List()
	p.ports, _ = serialport.List()
	p.cameras = camera.List()
	p.queues, _ = printer.Queues(ctx)
	for _, path := range filepath.SplitList(os.Getenv(portsVariable)) {
		if _, err := os.Stat(path); err == nil {
			p.named = append(p.named, path)
		}
	}
	return p
}

// Sentences about devices that are not set up.
const (
	notSetUp     = "Plugged in, not set up"
	notSetUpKeys = "Plugged in, not set up: a keyboard, or a scanner that types"
	notSetUpPort = "Plugged in, not set up: a scanner, a scale or a printer"
)

// kindUnknown is a device that only a person can tell: a serial port, a keyboard of an unknown maker.
const kindUnknown devices.Kind = "unknown"

// unbound are the devices that no table of the configuration names, in the form of the bound ones.
func unbound(cfg Config, p pluggedIn, now time.Time) []devices.Health {
	var out []devices.Health
	add := func(kind devices.Kind, id, transport, text string) {
		out = append(out, devices.Health{Kind: kind, ID: id, Transport: transport, State: devices.Ready, Text: text, At: now})
	}
	for _, kind := range setup.Steps {
		for _, c := range usbCandidates(p.wired, kind) {
			id := wiredID(c)
			switch {
			case cfg.usesUSB(id):
			case c.doubt:
				add(kindUnknown, id.String(), "usb", notSetUpKeys)
			default:
				add(kind, id.String(), "usb", notSetUp)
			}
		}
	}
	for _, f := range p.ports {
		if !cfg.usesPort(f.Path) && !cfg.usesPort(f.Identity()) && !cfg.usesPort(f.Vendor+":"+f.Product) {
			id := f.Path
			if f.Serial != "" {
				id = f.Identity()
			}
			add(kindUnknown, id, "serial", notSetUpPort)
		}
	}
	for _, path := range p.named {
		if !cfg.usesPort(path) {
			add(kindUnknown, path, "serial", notSetUpPort)
		}
	}
	for _, q := range p.queues {
		if !slices.ContainsFunc(cfg.Printers, func(b PrinterConfig) bool { return strings.EqualFold(b.Queue, q) }) {
			add(devices.Printer, q, "spooler", notSetUp)
		}
	}
	for _, c := range p.cameras {
		if !slices.ContainsFunc(cfg.Cameras, func(b CameraConfig) bool {
			return b.Device != "" && (b.Device == c.Path || sameCamera(b.Device, c.Device))
		}) {
			add(devices.Camera, c.Device, "usb", notSetUp+": "+c.Name)
		}
	}
	return out
}

// wiredID is the device of a candidate on USB, whatever its kind.
func wiredID(c candidate) usb.ID {
	for _, u := range []USBConfig{c.scanner.USBConfig, c.scale.USBConfig, c.printer.USBConfig} {
		if u.VID != "" {
			return u.mustDevice()
		}
	}
	return usb.ID{}
}

// usesUSB reports whether a table names the device; one without a serial number names any of its kind.
func (c Config) usesUSB(id usb.ID) bool {
	var all []USBConfig
	for _, s := range c.Scanners {
		all = append(all, s.USBConfig)
	}
	for _, p := range c.Printers {
		all = append(all, p.USBConfig)
	}
	if c.Scale != nil {
		all = append(all, c.Scale.USBConfig)
	}
	return slices.ContainsFunc(all, func(u USBConfig) bool {
		is, err := u.device()
		return err == nil && covers(is, id)
	})
}

// covers reports whether a name without or with a serial number means the device.
func covers(name, id usb.ID) bool {
	return name.Vendor == id.Vendor && name.Product == id.Product && (name.Serial == "" || name.Serial == id.Serial)
}

func (c Config) usesPort(port string) bool {
	used := func(at string) bool { return at != "" && strings.EqualFold(at, port) }
	return slices.ContainsFunc(c.Scanners, func(s ScannerConfig) bool { return used(s.Port) }) ||
		slices.ContainsFunc(c.Printers, func(p PrinterConfig) bool { return used(p.Port) }) || c.Scale != nil && used(c.Scale.Port)
}

func sameCamera(name, device string) bool {
	if name == device {
		return true
	}
	want, err := usb.ParseID(name)
	is, ierr := usb.ParseID(device)
	return err == nil && ierr == nil && covers(want, is)
}
