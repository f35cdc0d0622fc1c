package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"packbench/devices"
	"packbench/devices/camera"
	"packbench/devices/hid"
	"packbench/devices/serialport"
	"packbench/devices/usb"
)

// TestUnbound: what is plugged in and named by no table is told, each once; what is named is not told a second time.
func TestUnbound(t *testing.T) {
	keys := usb.Interface{Class: usb.ClassHID, SubClass: 1, Protocol: 1}
	p := pluggedIn{
		wired: []usb.Found{
			{ID: usb.ID{Vendor: 0x0c2e, Product: 1, Serial: "A"}, Interfaces: []usb.Interface{keys}},
			{ID: usb.ID{Vendor: 0x0c2e, Product: 1, Serial: "B"}, Interfaces: []usb.Interface{keys}},
			{ID: usb.ID{Vendor: 0x046d, Product: 2}, Interfaces: []usb.Interface{keys}},
			{ID: usb.ID{Vendor: 0x0922, Product: 3}, Interfaces: []usb.Interface{{Class: usb.ClassHID, Page: hid.PageScale}}},
			{ID: usb.ID{Vendor: 0x0a5f, Product: 4}, Interfaces: []usb.Interface{{Class: usb.ClassPrinter, SubClass: 1, Protocol: 2}}},
			{ID: usb.ID{Vendor: 0x046d, Product: 5}, Interfaces: []usb.Interface{{Class: usb.ClassHID, SubClass: 1, Protocol: 2}}}, // a mouse
		},
		ports:   []serialport.Found{{Path: "/dev/ttyUSB0", Vendor: "0403", Product: "6001", Serial: "X"}, {Path: "/dev/ttyUSB1", Vendor: "1a86", Product: "7523"}},
		named:   []string{"/srv/port"},
		cameras: []camera.Found{{Device: "046d:0825:1", Path: "/dev/video0", Name: "Dock"}, {Device: "/dev/video2", Name: "Other"}},
		queues:  []string{"Labels", "Office"},
	}
	cfg := Config{
		Scanners: []ScannerConfig{{Transport: "usb", USBConfig: USBConfig{VID: "0C2E", PID: "0001", Serial: "A"}}},
		Printers: []PrinterConfig{{Role: "label", Transport: "spooler", Queue: "labels"}, {Role: "document", Transport: "usb", USBConfig: USBConfig{VID: "0a5f", PID: "0004"}}},
		Scale:    &ScaleConfig{Transport: "serial", Port: "0403:6001:X"},
		Cameras:  []CameraConfig{{Name: "dock", Device: "/dev/video0"}},
	}
	var got []string
	for _, h := range unbound(cfg, p, time.Now()) {
		if h.State != devices.Ready || h.Role != "" || !strings.HasPrefix(h.Text, notSetUp) {
			t.Errorf("%+v", h)
		}
		got = append(got, string(h.Kind)+" "+h.Transport+" "+h.ID)
	}
	want := []string{"scanner usb 0c2e:0001:B", "unknown usb 046d:0002", "scale usb 0922:0003", "unknown serial /dev/ttyUSB1", "unknown serial /srv/port", "printer spooler Office", "camera usb /dev/video2"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestDevicesTellsWhatIsPluggedIn: the command says it beside what is set up, and a port that is set up is not told twice.
func TestDevicesTellsWhatIsPluggedIn(t *testing.T) {
	s := newStation(t, "", "[[scanner]]\ntransport = \"serial\"\nport = \"PORTA\"\n")
	a, b := filepath.Join(s.dir, "a"), filepath.Join(s.dir, "b")
	for _, port := range []string{a, b} {
		if err := os.WriteFile(port, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(s.dir, "station.toml")
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(s.toml(t), "PORTA", a)), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv(portsVariable, a+string(filepath.ListSeparator)+b)
	seen := map[string]string{}
	for line := range strings.Lines(s.run(t, "devices", "--json")) {
		var h struct{ Kind, ID, Role, State, Text string }
		if err := json.Unmarshal([]byte(line), &h); err != nil {
			t.Fatal(err)
		}
		if _, twice := seen[h.ID]; twice {
			t.Errorf("%s is told twice", h.ID)
		}
		seen[h.ID] = h.Kind + " " + h.State + " " + h.Text
	}
	if got := seen[b]; got != "unknown ready "+notSetUpPort {
		t.Errorf("the port that nothing uses: %q", got)
	}
	if !strings.HasPrefix(seen[a], "scanner ") {
		t.Errorf("the port in use: %q", seen[a])
	}
}
