package main

import (
	"testing"

	"packbench/devices"
	"packbench/devices/serialport"
)

// A serial device is written down as what it is, not as where it was; one that stood there by its path is listed once, and is
// written down anew when it is kept.
func TestSetupKnowsPortsByIdentity(t *testing.T) {
	found := []serialport.Found{{Path: "/dev/ttyACM0", Vendor: "0525", Product: "a4a7", Serial: "C1"}, {Path: "/dev/ttyUSB0", Vendor: "1a86", Product: "7523"}}
	list := portCandidates(devices.Scanner, found)
	if a, b := list[0].scanner.Port, list[1].scanner.Port; a != "0525:a4a7:C1" || b != "1a86:7523" {
		t.Fatalf("kept as %s and %s", a, b)
	}
	cfg := defaultConfig()
	cfg.Scanners = []ScannerConfig{{Transport: "serial", Port: "/dev/ttyUSB0", Baud: 9600}}
	cfg.Scale = &ScaleConfig{Transport: "serial", Port: "/dev/ttyACM0", Protocol: "sics", Baud: 9600}
	old := bound(cfg, devices.Scanner)
	if !list[1].listedAs(old) || list[0].listedAs(old) {
		t.Error("the scanner is listed twice, or the other port not at all")
	}
	if !list[0].elsewhere(cfg) || list[1].elsewhere(cfg) {
		t.Error("the scale's port is offered as a scanner, or the scanner's own is not")
	}
	_, change := old[0].bind(cfg, list)
	if change(&cfg); len(cfg.Scanners) != 1 || cfg.Scanners[0].Port != "1a86:7523" {
		t.Errorf("kept as %+v", cfg.Scanners)
	}
}

func TestSetupKnowsCamerasByIdentity(t *testing.T) {
	found := []candidate{{kind: devices.Camera, path: "/dev/video2", camera: CameraConfig{Device: "046d:0825:S2"}}}
	cfg := defaultConfig()
	cfg.Cameras = []CameraConfig{{Name: "dock", Device: "/dev/video2"}}
	old := bound(cfg, devices.Camera)
	if !found[0].listedAs(old) {
		t.Error("the camera is listed twice")
	}
	_, change := old[0].bind(cfg, found)
	if change(&cfg); cfg.Cameras[0].Device != "046d:0825:S2" || cfg.Cameras[0].Name != "dock" {
		t.Errorf("kept as %+v", cfg.Cameras)
	}
}
