package main

import (
	"fmt"
	"slices"
)

// put replaces the nth of a list, or adds one; the list itself is not changed. keep carries over what the binding leaves alone.
func put[T any](list []T, nth int, fresh T, keep func(old, fresh T) T) []T {
	list = slices.Clone(list)
	if nth < 0 || nth >= len(list) {
		var none T
		return append(list, keep(none, fresh))
	}
	list[nth] = keep(list[nth], fresh)
	return list
}

// without is the list without its nth; the list itself is not changed, and an empty one is nil, as a file without a table gives it.
func without[T any](list []T, nth int) []T {
	if len(list) == 1 {
		return nil
	}
	return slices.Delete(slices.Clone(list), nth, nth+1)
}

func keepScanner(old, s ScannerConfig) ScannerConfig {
	s.Prefix, s.Exclusive = old.Prefix, old.Exclusive
	return s
}

func keepPrinter(old, p PrinterConfig) PrinterConfig {
	p.GapMM, p.NoStatus = old.GapMM, old.NoStatus
	return p
}

// texts are the keys whose value is not empty.
func texts(pairs ...string) []tomlKey {
	var out []tomlKey
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			out = append(out, textKey(pairs[i], pairs[i+1]))
		}
	}
	return out
}

func usbKeys(u USBConfig) []tomlKey { return texts("vid", u.VID, "pid", u.PID, "serial", u.Serial) }

func baudKey(n int) []tomlKey {
	if n == 0 {
		return nil
	}
	return []tomlKey{numberKey("baud", n)}
}

func scannerKeys(s ScannerConfig) []tomlKey {
	return slices.Concat(texts("transport", s.Transport, "port", s.Port), baudKey(s.Baud), usbKeys(s.USBConfig), texts("mode", s.Mode, "layout", s.Layout, "computer", s.Computer))
}

func printerKeys(p PrinterConfig) []tomlKey {
	if p.Role == "document" {
		return texts("role", p.Role, "transport", p.Transport, "queue", p.Queue)
	}
	return slices.Concat(texts("role", p.Role, "transport", p.Transport, "address", p.Address, "queue", p.Queue, "port", p.Port), baudKey(p.Baud), usbKeys(p.USBConfig),
		texts("language", p.Language), []tomlKey{numberKey("dpi", p.DPI), numberKey("width_mm", p.WidthMM), numberKey("height_mm", p.HeightMM)})
}

func scaleKeys(s ScaleConfig) []tomlKey {
	keys := slices.Concat(texts("transport", s.Transport, "port", s.Port), baudKey(s.Baud), usbKeys(s.USBConfig))
	if s.Transport == "serial" {
		keys = append(keys, texts("protocol", s.Protocol, "unit", s.Unit, "framing", s.Framing)...)
	}
	return keys
}

func cameraKeys(c CameraConfig) []tomlKey {
	keys := texts("name", c.Name, "url", c.URL, "device", c.Device)
	if c.Width > 0 {
		keys = append(keys, numberKey("width", c.Width), numberKey("height", c.Height))
	}
	if len(c.Crop) == 4 {
		keys = append(keys, tomlKey{"crop", fmt.Sprintf("[%d, %d, %d, %d]", c.Crop[0], c.Crop[1], c.Crop[2], c.Crop[3])})
	}
	return keys
}
