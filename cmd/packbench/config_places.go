package main

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"packbench/devices/camera"
	"packbench/devices/printer"
	"packbench/devices/usb"
)

// queueName: what CUPS allows, and nothing that its commands would take for an option.
var queueName = regexp.MustCompile(`^[^-/#\pZ\pC"'][^/#\pZ\pC"']{0,126}$`)

// checkDocumentPrinter: only the system's print service can draw a PDF as a printer needs it.
func checkDocumentPrinter(p PrinterConfig, i int) *finding {
	switch {
	case p.Transport != "spooler":
		return &finding{"printer", i, "transport", fmt.Sprintf("a document printer is reached through the system's print service only, not by %q; set it up there and write transport = \"spooler\" and queue = \"NAME\"", p.Transport)}
	case !queueName.MatchString(p.Queue):
		return &finding{"printer", i, "queue", fmt.Sprintf("%q is not the name of a print queue; `lpstat -p` lists them", p.Queue)}
	}
	return nil
}

// checkPrinterPlace: where the printer is to be found.
func checkPrinterPlace(p *PrinterConfig, i int) *finding {
	switch p.Transport {
	case "network":
		if wrong := checkAddress(p.Address); wrong != "" {
			return &finding{"printer", i, "address", wrong}
		}
	case "spooler":
		if !queueName.MatchString(p.Queue) {
			return &finding{"printer", i, "queue", fmt.Sprintf("%q is not the name of a print queue; `lpstat -p` lists them", p.Queue)}
		}
	case "usb":
		return checkUSB("printer", i, p.USBConfig)
	case "serial":
		if p.Port == "" {
			return &finding{"printer", i, "transport", "a serial printer needs a port, for example port = \"/dev/ttyUSB0\""}
		}
		if p.Baud < 0 {
			return &finding{"printer", i, "baud", "baud is how many bits a second, for example 9600 or 115200"}
		}
	default:
		return &finding{"printer", i, "transport", oneOf(p.Transport, "network", "usb", "serial", "spooler")}
	}
	return nil
}

// checkCompression: a word that is known, and only where there is a choice.
func checkCompression(p *PrinterConfig, i int) *finding {
	if _, err := printer.ParseCompression(p.Compression); err != nil {
		return &finding{"printer", i, "compression", oneOf(p.Compression, "auto", "z64", "acs", "hex")}
	}
	if p.Compression != "" && p.Language != "zpl" {
		return &finding{"printer", i, "compression", fmt.Sprintf("%s has no compression to choose; take the line out", p.Language)}
	}
	return nil
}

// checkAddress wants host:port; it returns what is wrong, or nothing.
func checkAddress(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil || host == "" {
		return fmt.Sprintf("%q is not host:port, for example \"10.0.0.5:9100\"", address)
	}
	n, err := strconv.Atoi(port)
	switch {
	case port == "":
		return fmt.Sprintf("%q has no port; raw printing usually has port 9100: \"%s:9100\"", address, host)
	case err != nil || n < 1 || n > 65535:
		return fmt.Sprintf("%q is no port (1 to 65535); raw printing usually has port 9100", port)
	}
	return ""
}

func checkCameras(c *Config) *finding {
	seen := map[string]int{}
	for i := range c.Cameras {
		cam := &c.Cameras[i]
		if cam.Name == "" {
			cam.Name = fmt.Sprintf("camera-%d", i+1)
		}
		if first, ok := seen[cam.Name]; ok {
			return &finding{"camera", i, "name", fmt.Sprintf("camera %d is called %q already; give each camera a name of its own", first+1, cam.Name)}
		}
		seen[cam.Name] = i
		if f := checkCamera(cam, i); f != nil {
			return f
		}
	}
	return nil
}

func checkCamera(cam *CameraConfig, i int) *finding {
	if n := len(cam.Crop); n > 0 {
		if n != 4 {
			return &finding{"camera", i, "crop", "crop needs four numbers: left, top, width and height in thousandths of the picture"}
		}
		if _, err := camera.NewCrop(cam.Crop[0], cam.Crop[1], cam.Crop[2], cam.Crop[3]); err != nil {
			return &finding{"camera", i, "crop", err.Error()}
		}
	}
	if cam.Width < 0 || cam.Height < 0 || (cam.Width == 0) != (cam.Height == 0) {
		return &finding{"camera", i, "width", "a camera's picture needs a width and a height in dots, or neither"}
	}
	if cam.Device != "" {
		if cam.URL != "" {
			return &finding{"camera", i, "device", "a camera has a device or a url, not both"}
		}
		if _, err := usb.ParseID(cam.Device); err != nil && !strings.HasPrefix(cam.Device, "/dev/") {
			return &finding{"camera", i, "device", fmt.Sprintf("%q is no camera of this computer; write a path such as \"/dev/video0\", or vendor:product", cam.Device)}
		}
		return nil
	}
	u, err := url.Parse(cam.URL)
	if err != nil || u.Host == "" || !slices.Contains([]string{"http", "https", "rtsp", "rtsps"}, u.Scheme) {
		return &finding{"camera", i, "url", fmt.Sprintf("%q is not the address of a camera; it begins with http:// (MJPEG) or rtsp://", cam.URL)}
	}
	return nil
}

// checkPlaces: two devices at one place would take each other's bytes, and of two label printers one would never print.
func checkPlaces(c *Config) *finding {
	used := map[string]string{}
	take := func(place, what string) (by string, taken bool) {
		by, taken = used[strings.ToLower(place)]
		used[strings.ToLower(place)] = what
		return by, taken
	}
	for i, s := range c.Scanners {
		if place, key := placeOf(s.Transport, s.Port, s.USBConfig); place != "" {
			if by, taken := take(place, fmt.Sprintf("scanner %d", i+1)); taken {
				return &finding{"scanner", i, key, fmt.Sprintf("%s is used by %s already", place, by)}
			}
		}
	}
	labels, documents := 0, 0
	for i, p := range c.Printers {
		if p.Role == "document" {
			if documents++; documents > 1 {
				return &finding{"printer", i, "role", "there is a document printer already, and only one can be used; take one out"}
			}
		}
		if p.Role == "label" {
			if labels++; labels > 1 {
				return &finding{"printer", i, "role", "there is a label printer already, and only one can be used; give the other role = \"document\" or take it out"}
			}
		}
		if place, key := placeOf(p.Transport, p.Port, p.USBConfig); place != "" {
			if by, taken := take(place, fmt.Sprintf("printer %d", i+1)); taken {
				return &finding{"printer", i, key, fmt.Sprintf("%s is used by %s already", place, by)}
			}
		}
	}
	if s := c.Scale; s != nil {
		if place, key := placeOf(s.Transport, s.Port, s.USBConfig); place != "" {
			if by, taken := take(place, "the scale"); taken {
				return &finding{"scale", 0, key, fmt.Sprintf("%s is used by %s already", place, by)}
			}
		}
	}
	return nil
}

// placeOf is where a device is plugged in, and the key that says so; empty for what has no place of its own.
func placeOf(transport, port string, u USBConfig) (place, key string) {
	switch transport {
	case "serial":
		return port, "port"
	case "usb", "hid":
		return strings.Trim(u.VID+":"+u.PID+":"+u.Serial, ":"), "vid"
	}
	return "", ""
}
