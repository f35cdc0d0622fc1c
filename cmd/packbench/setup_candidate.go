package main

import (
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"packbench/devices"
	"packbench/devices/camera"
	"packbench/devices/hid"
	"packbench/devices/scale"
	"packbench/ui/setup"
)

// candidate is one device that could be bound to a role; the field of its kind is set.
type candidate struct {
	kind  devices.Kind
	name  string
	bound bool     // stands in the configuration that the bench works with
	nth   int      // which of its kind there
	sizes []string // of the pictures that a camera offers
	doubt bool     // it may be the keyboard that people type on
	path  string   // where the system has it now; empty: not known, or nowhere

	scanner ScannerConfig
	printer PrinterConfig
	scale   ScaleConfig
	camera  CameraConfig
}

// place tells one device from another, whatever its settings are.
func (c candidate) place() string {
	usbPlace := func(u USBConfig) string { return strings.ToLower(u.VID + ":" + u.PID + ":" + u.Serial) }
	switch c.kind {
	case devices.Scanner:
		return c.scanner.Transport + " " + c.scanner.Port + usbPlace(c.scanner.USBConfig)
	case devices.Scale:
		return c.scale.Transport + " " + c.scale.Port + usbPlace(c.scale.USBConfig)
	case devices.Printer, setup.Document:
		p := c.printer
		return p.Transport + " " + p.Address + p.Queue + p.Port + usbPlace(p.USBConfig)
	}
	return c.camera.URL + c.camera.Device
}

// Names of the label sizes that are offered.
var stocks = [][2]int{{102, 152}, {100, 150}, {100, 180}, {105, 148}, {76, 130}}

func stockName(w, h int) string { return fmt.Sprintf("%d × %d", w, h) }

// printerBauds are the speeds at which label printers are delivered, the usual one first.
var printerBauds = []string{"9600", "19200", "38400", "57600", "115200"}

// turnOf offers values, with the one that is set among them.
func turnOf(name, now string, values ...string) setup.Turn {
	if !slices.Contains(values, now) {
		values = append(values, now)
	}
	return setup.Turn{Name: name, Values: values, At: slices.Index(values, now)}
}

// protocolName is a scale's protocol with the unit where it needs one.
func protocolName(s ScaleConfig) string {
	if scale.Protocol(s.Protocol) == scale.ProtocolToledo {
		return s.Protocol + " " + s.Unit
	}
	return s.Protocol
}

func protocolNames() []string {
	var names []string
	for _, p := range scale.Protocols() {
		if p != scale.ProtocolToledo {
			names = append(names, string(p))
			continue
		}
		for _, u := range scale.Units() {
			names = append(names, string(p)+" "+u)
		}
	}
	return names
}

// size is the picture that is asked of the camera.
func (c CameraConfig) size() (width, height int) {
	if c.Width == 0 {
		return camera.UsualWidth, camera.UsualHeight
	}
	return c.Width, c.Height
}

// choice is the candidate as the wizard shows it.
func (c candidate) choice(key string) setup.Choice {
	out := setup.Choice{Key: key, Kind: c.kind, Name: c.name, Bound: c.bound, Doubt: c.doubt}
	_, out.Detail, _ = strings.Cut(strings.TrimRight(c.place(), ":"), " ")
	if strings.HasSuffix(c.name, " "+out.Detail) { // once is enough
		out.Detail = ""
	}
	switch c.kind {
	case devices.Scanner:
		if c.scanner.Transport == "usb" && c.scanner.Mode == "keyboard" {
			out.Turns = []setup.Turn{turnOf("layout", c.scanner.Layout, hid.Layouts()...)}
		}
	case devices.Scale:
		if c.scale.Transport == "serial" {
			out.Turns = []setup.Turn{turnOf("protocol", protocolName(c.scale), protocolNames()...)}
		}
	case devices.Printer:
		p := c.printer
		var sizes []string
		for _, s := range stocks {
			sizes = append(sizes, stockName(s[0], s[1]))
		}
		out.Turns = []setup.Turn{turnOf("language", p.Language, languages...), turnOf("dpi", fmt.Sprint(p.DPI), "203", "300"), turnOf("stock", stockName(p.WidthMM, p.HeightMM), sizes...)}
		if p.Transport == "serial" {
			out.Turns = append(out.Turns, turnOf("baud", fmt.Sprint(p.Baud), printerBauds...))
		}
	case devices.Camera:
		out.Detail = strings.TrimSpace(c.place())
		out.Turns = []setup.Turn{setup.CropTurn(c.camera.Crop)}
		if len(c.sizes) > 0 {
			width, height := c.camera.size()
			out.Turns = append(out.Turns, turnOf("size", stockName(width, height), c.sizes...))
		}
	}
	return out
}

// with is the candidate with the settings that a person chose.
func (c candidate) with(choice setup.Choice) (candidate, error) {
	switch c.kind {
	case devices.Scanner:
		if l := choice.Value("layout"); l != "" {
			c.scanner.Layout = l
		}
	case devices.Scale:
		if p := choice.Value("protocol"); p != "" {
			c.scale.Protocol, c.scale.Unit, _ = strings.Cut(p, " ")
		}
	case devices.Printer:
		p := &c.printer
		p.Language = choice.Value("language")
		if _, err := fmt.Sscanf(choice.Value("dpi"), "%d", &p.DPI); err != nil {
			return c, fmt.Errorf("dots per inch %q: %w", choice.Value("dpi"), err)
		}
		if _, err := fmt.Sscanf(choice.Value("stock"), "%d × %d", &p.WidthMM, &p.HeightMM); err != nil {
			return c, fmt.Errorf("label size %q: %w", choice.Value("stock"), err)
		}
		if b := choice.Value("baud"); b != "" {
			if _, err := fmt.Sscanf(b, "%d", &p.Baud); err != nil {
				return c, fmt.Errorf("bits a second %q: %w", b, err)
			}
		}
	case devices.Camera:
		if part, ok := setup.CropPart(choice.Value("crop")); ok {
			if c.camera.Crop = part[:]; part == setup.Crops[0].Part {
				c.camera.Crop = nil
			}
		}
		if v := choice.Value("size"); v != "" && v != stockName(c.camera.size()) {
			if _, err := fmt.Sscanf(v, "%d × %d", &c.camera.Width, &c.camera.Height); err != nil {
				return c, fmt.Errorf("picture size %q: %w", v, err)
			}
		}
	}
	return c, nil
}

// only is a configuration with nothing but this device. A camera's whole picture is shown, with the frame drawn on it.
func (c candidate) only(base Config) Config {
	base.Scanners, base.Printers, base.Scale, base.Cameras = nil, nil, nil, nil // of a copy
	switch c.kind {
	case devices.Scanner:
		s := c.scanner
		s.Exclusive = true
		base.Scanners = []ScannerConfig{s}
	case devices.Scale:
		base.Scale = &c.scale
	case devices.Printer, setup.Document:
		base.Printers = []PrinterConfig{c.printer}
	case devices.Camera:
		cam := c.camera
		cam.Crop = nil
		base.Cameras = []CameraConfig{cam}
	}
	return base
}

// used reports whether the bench works with this device as it is set here.
func (c candidate) used(cfg Config) bool {
	if c.kind == devices.Scanner && c.scanner.Transport == "keyboard" {
		return true
	}
	for _, b := range bound(cfg, c.kind) {
		same := b.place() == c.place()
		switch c.kind {
		case devices.Scanner: // the layout barcode sets the driver right, whatever the layout was
			b.scanner.Layout = c.scanner.Layout
			if same && reflect.DeepEqual(b.scanner, c.scanner) {
				return true
			}
		case devices.Scale:
			if same && reflect.DeepEqual(b.scale, c.scale) {
				return true
			}
		case devices.Printer, setup.Document:
			if same && reflect.DeepEqual(b.printer, c.printer) {
				return true
			}
		case devices.Camera:
			if same && len(b.camera.Crop) == 0 && stockName(b.camera.size()) == stockName(c.camera.size()) {
				return true
			}
		}
	}
	return false
}

// heldByBench: the bench has the device, with other settings, and nobody else can open it beside it.
func (c candidate) heldByBench(cfg Config) bool {
	if c.kind == setup.Document || c.kind == devices.Printer && (c.printer.Transport == "network" || c.printer.Transport == "spooler") || c.kind == devices.Camera && c.camera.URL != "" {
		return false
	}
	return slices.ContainsFunc(bound(cfg, c.kind), func(b candidate) bool { return b.place() == c.place() })
}

// elsewhere: the place is used by a device of another kind.
func (c candidate) elsewhere(cfg Config) bool {
	var place string
	switch c.kind {
	case devices.Scanner:
		place, _ = placeOf(c.scanner.Transport, c.scanner.Port, c.scanner.USBConfig)
	case devices.Scale:
		place, _ = placeOf(c.scale.Transport, c.scale.Port, c.scale.USBConfig)
	case devices.Printer:
		place, _ = placeOf(c.printer.Transport, c.printer.Port, c.printer.USBConfig)
	}
	if place == "" {
		return false
	}
	at := func(port string) bool { return strings.EqualFold(port, place) || c.path != "" && port == c.path }
	for _, kind := range setup.Steps {
		if kind == c.kind {
			continue
		}
		for _, b := range bound(cfg, kind) {
			for _, p := range [][2]string{{b.scanner.Transport, b.scanner.Port}, {b.scale.Transport, b.scale.Port}, {b.printer.Transport, b.printer.Port}} {
				if p[0] == "serial" && at(p[1]) {
					return true
				}
			}
		}
	}
	return false
}

// listedAs: the device stands in the list by its path already, as a configuration of before names it.
func (c candidate) listedAs(list []candidate) bool {
	return slices.ContainsFunc(list, func(b candidate) bool { return b.bound && c.path != "" && c.path == b.byPath() })
}

// byPath is where the configuration says that the device is; empty: it is named otherwise.
func (c candidate) byPath() string {
	var path string
	switch c.kind {
	case devices.Scanner:
		path = c.scanner.Port
	case devices.Scale:
		path = c.scale.Port
	case devices.Printer:
		path = c.printer.Port
	case devices.Camera:
		path = c.camera.Device
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return path
}

// identified is the candidate named by what it is, where a configuration of before names it by its path.
func (c candidate) identified(found []candidate) candidate {
	for _, f := range found {
		switch {
		case f.path == "" || f.path != c.byPath():
		case c.kind == devices.Camera:
			c.camera.Device = f.camera.Device
		case c.scanner.Transport == "serial":
			c.scanner.Port = f.scanner.Port
		case c.scale.Transport == "serial":
			c.scale.Port = f.scale.Port
		case c.printer.Transport == "serial":
			c.printer.Port = f.printer.Port
		}
	}
	return c
}

// bind is what must be written, and what the configuration becomes. A printer takes the place of the one with the role label, a
// camera that of the first, a scanner its own or that of the first one that is no keyboard.
//
// found are the devices of its kind that the system knows.
func (c candidate) bind(cfg Config, found []candidate) (binding, func(*Config)) {
	now := bound(cfg, c.kind)
	nth := -1
	if len(now) > 0 {
		nth = now[0].nth
	}
	for _, b := range now {
		if b.place() == c.place() {
			nth = b.nth
		}
	}
	if c.scanner.Transport == "keyboard" {
		nth = slices.IndexFunc(cfg.Scanners, func(s ScannerConfig) bool { return s.Transport == "keyboard" })
	}
	c = c.identified(found)
	b := binding{table: c.table(), nth: nth}
	switch c.kind {
	case devices.Scanner:
		b.keys = scannerKeys(c.scanner)
		return b, func(cfg *Config) { cfg.Scanners = put(cfg.Scanners, nth, c.scanner, keepScanner) }
	case devices.Printer, setup.Document:
		b.keys = printerKeys(c.printer)
		return b, func(cfg *Config) { cfg.Printers = put(cfg.Printers, nth, c.printer, keepPrinter) }
	case devices.Scale:
		b.nth, b.keys = 0, scaleKeys(c.scale)
		return b, func(cfg *Config) { s := c.scale; cfg.Scale = &s }
	}
	if len(now) > 0 {
		c.camera.Name = now[0].camera.Name
	}
	if c.camera.Name == "" {
		c.camera.Name = "dock"
	}
	b.keys = cameraKeys(c.camera)
	return b, func(cfg *Config) {
		cfg.Cameras = put(cfg.Cameras, nth, c.camera, func(_, fresh CameraConfig) CameraConfig { return fresh })
	}
}

// table is the name of its table in station.toml.
func (c candidate) table() string {
	if c.kind == setup.Document {
		return string(devices.Printer)
	}
	return string(c.kind)
}

// unbind is what must be taken out so that the station does without the device, and what the configuration becomes. One that does
// not stand in it changes nothing.
func (c candidate) unbind(cfg Config) (binding, func(*Config)) {
	for _, b := range bound(cfg, c.kind) {
		if b.place() != c.place() {
			continue
		}
		out := func(cfg *Config) {
			switch c.kind {
			case devices.Scanner:
				cfg.Scanners = without(cfg.Scanners, b.nth)
			case devices.Scale:
				cfg.Scale = nil
			case devices.Camera:
				cfg.Cameras = without(cfg.Cameras, b.nth)
			default:
				cfg.Printers = without(cfg.Printers, b.nth)
			}
		}
		return binding{table: c.table(), nth: b.nth, out: true}, out
	}
	return binding{}, func(*Config) {}
}
