package main

import (
	"cmp"
	"strings"

	"packbench/devices"
	"packbench/devices/hid"
	"packbench/devices/scanner"
	"packbench/fulfillment"
	"packbench/ui/setup"
)

// onTrial is what is tried of a kind; nil: nothing.
func (d *setupDesk) onTrial(kind devices.Kind) *trial {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.on != nil && d.on.what.kind == kind {
		return d.on
	}
	return nil
}

// listens reports whether the bench's own scale is on trial.
func (d *setupDesk) listens() bool {
	t := d.onTrial(devices.Scale)
	return t != nil && t.live
}

// takes reports whether a scan of the bench's scanners belongs to the scanner test. Commands and badges go to the bench at all
// times; so does everything when the test is left.
func (d *setupDesk) takes(s fulfillment.Scan) bool {
	t := d.onTrial(devices.Scanner)
	if t == nil {
		return false
	}
	calibration := readingOf(ScannerConfig{Transport: "keyboard"}, s.Code).Calibration
	switch {
	case strings.HasPrefix(s.Code, "PB:") && !calibration:
		return false
	case s.Device != t.what.scanner.device():
		d.show(setup.News{Reading: &setup.Reading{Code: s.Code, Other: true}})
	default:
		d.read(t, s.Code)
		if typed := d.app.devices.typed.Load(); calibration && typed != nil && s.Device == scanner.KeyboardDevice {
			typed.Scan(s.Code, s.At) // from now on the window reads it rightly, too
		}
	}
	return true
}

// calibrated: a scanner of the bench has read the calibration barcode.
func (d *setupDesk) calibrated(c scanner.Calibration) {
	t := d.onTrial(devices.Scanner)
	switch {
	case t == nil:
	case c.Device != t.what.scanner.device():
		d.show(setup.News{Reading: &setup.Reading{Code: c.Code, Other: true}})
	default:
		d.show(setup.News{Reading: calibrationOf(c)})
	}
}

// device is the scanner as its scans name it.
func (s ScannerConfig) device() string {
	if s.Transport == "usb" {
		return s.mustDevice().String()
	}
	return cmp.Or(s.Port, s.Transport)
}

func (d *setupDesk) weighed(w fulfillment.Weight) {
	if d.listens() {
		d.show(setup.News{Weight: &w})
	}
}

func (d *setupDesk) feels(h devices.Health) {
	d.mu.Lock()
	t := d.on
	d.mu.Unlock()
	if t != nil && t.live && isOf(h, t.what.kind) {
		d.show(setup.News{Health: &h})
	}
}

// read tells what became of a code on its way from the scanner on trial.
func (d *setupDesk) read(t *trial, code string) {
	r := readingOf(t.what.scanner, code)
	if r.Calibration && !r.Caps && t.what.scanner.Transport == "keyboard" {
		r.Mended = r.Typed != ""
		d.mu.Lock()
		d.typed = &ScannerConfig{Transport: "keyboard", Layout: r.Typed, Computer: r.Read}
		d.mu.Unlock()
	}
	d.show(setup.News{Reading: r})
}

// calibrationOf is what a USB scanner's driver found out. It reads with the right layout already.
func calibrationOf(c scanner.Calibration) *setup.Reading {
	r := &setup.Reading{Code: c.Code, Keys: true, Calibration: true, Caps: c.Caps, Layout: c.Typed}
	if c.Typed != c.Read {
		r.Typed, r.Read, r.Mended = c.Typed, c.Read, !c.Caps
	}
	return r
}

// readingOf looks at a code of a scanner of which nobody but the window or its own wire says how it was read. Which country
// setting the computer itself reads the window's keys with is not known, so the calibration barcode is looked for on every pair; a
// code that came through as it is needs no guess.
func readingOf(s ScannerConfig, code string) *setup.Reading {
	r := &setup.Reading{Code: code, Keys: s.Transport == "keyboard" || s.Transport == "usb" && s.Mode == "keyboard", Calibration: code == hid.Calibration}
	if r.Calibration || s.Transport != "keyboard" {
		return r
	}
	for _, name := range hid.Layouts() {
		read, err := hid.ParseLayout(name)
		if err != nil {
			continue
		}
		typed, caps, is := hid.Calibrated(read, code)
		if !is {
			continue
		}
		r.Calibration, r.Caps = true, caps
		if typed.Name() != read.Name() {
			r.Typed, r.Read = typed.Name(), read.Name()
		}
		return r
	}
	return r
}
