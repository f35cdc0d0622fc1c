package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"packbench/devices/hid"
	"packbench/devices/scale"
	"packbench/devices/scanner"
)

// finding is one impossible value: where it stands and a sentence.
type finding struct {
	table string
	nth   int // which of several [[table]]s, 0 the first
	key   string
	text  string
}

var stationID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$`)

// checkConfig returns the first impossible value; nil if there is none. It fills in defaults of optional keys.
func checkConfig(c *Config) *finding {
	for _, check := range []func(*Config) *finding{checkStation, checkShop, checkHints, checkScanners, checkPrinters, checkScale, checkCameras, checkPlaces, checkPolicy, checkOperators, checkBoxes, checkSender} {
		if f := check(c); f != nil {
			return f
		}
	}
	return nil
}

func checkStation(c *Config) *finding {
	switch {
	case !stationID.MatchString(c.Station.ID):
		return &finding{"station", 0, "id", fmt.Sprintf("%q cannot be a station's name; use up to 32 letters, digits, dots, dashes", c.Station.ID)}
	case !slices.Contains(markets, c.Station.Market):
		return &finding{"station", 0, "market", fmt.Sprintf("%q is not a market of the Seller Center; write its two-letter code in capitals: %s", c.Station.Market, strings.Join(markets, ", "))}
	}
	return nil
}

func checkShop(c *Config) *finding {
	for _, at := range [][2]string{{"api_url", c.Shop.APIURL}, {"auth_url", c.Shop.AuthURL}, {"authorize_url", c.Shop.AuthorizeURL}} {
		if at[1] == "" && at[0] == "authorize_url" {
			continue
		}
		u, err := url.Parse(at[1])
		switch {
		case err == nil && u.User != nil: // the address is not repeated: it would be a secret in a log
			return &finding{"shop", 0, at[0], "the address holds a user name or a password; take them out, this file is no place for secrets"}
		case err != nil || u.Hostname() == "" || (u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname()))):
			return &finding{"shop", 0, at[0], fmt.Sprintf("%q is not an https address", at[1])}
		}
	}
	if id := c.Shop.ServiceID; strings.Trim(id, "0123456789") != "" {
		return &finding{"shop", 0, "service_id", fmt.Sprintf("%q is no service id; it is a long number that stands on the app's page in the Partner Center", id)}
	}
	if u, err := url.Parse(c.Shop.Redirect); err != nil || u.Scheme != "http" || !isLoopback(u.Hostname()) || checkAddress(u.Host) != "" || u.RawQuery != "" || u.User != nil {
		return &finding{"shop", 0, "redirect", fmt.Sprintf("the browser must come back to this computer: write an address such as %q, the same as at the app in the Partner Center", defaultRedirect)}
	}
	switch d := time.Duration(c.Shop.Poll); {
	case d > 0 && d < time.Microsecond: // a bare number is read as nanoseconds, which nobody means
		return &finding{"shop", 0, "poll", fmt.Sprintf("%d has no unit; write for example poll = \"%ds\"", int64(d), int64(d))}
	case d < time.Second || d > time.Hour:
		return &finding{"shop", 0, "poll", fmt.Sprintf("%q is not between \"1s\" and \"1h\"", d.String())}
	}
	return nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func checkScanners(c *Config) *finding {
	for i := range c.Scanners {
		s := &c.Scanners[i]
		switch s.Transport {
		case "keyboard":
			if f := checkLayouts(*s, i); f != nil {
				return f
			}
		case "serial":
			if s.Port == "" {
				return &finding{"scanner", i, "transport", "a serial scanner needs a port, for example port = \"/dev/ttyACM0\""}
			}
			if s.Baud == 0 {
				s.Baud = 9600
			}
		case "usb":
			if f := checkUSBScanner(*s, i); f != nil {
				return f
			}
		default:
			return &finding{"scanner", i, "transport", oneOf(s.Transport, "serial", "usb", "keyboard")}
		}
		if s.Baud != 0 && !slices.Contains(bauds, s.Baud) {
			return &finding{"scanner", i, "baud", fmt.Sprintf("%d is not a speed of serial ports; 9600 is usual", s.Baud)}
		}
	}
	return nil
}

func checkUSBScanner(s ScannerConfig, i int) *finding {
	if f := checkUSB("scanner", i, s.USBConfig); f != nil {
		return f
	}
	if _, err := scanner.ParseMode(s.Mode); err != nil {
		return &finding{"scanner", i, "mode", err.Error()}
	}
	return checkLayouts(s, i)
}

func checkLayouts(s ScannerConfig, i int) *finding {
	for _, l := range [][2]string{{"layout", s.Layout}, {"computer", s.Computer}} {
		if _, err := hid.ParseLayout(l[1]); err != nil {
			return &finding{"scanner", i, l[0], err.Error()}
		}
	}
	return nil
}

// checkUSB wants vendor and product.
func checkUSB(table string, nth int, u USBConfig) *finding {
	if _, err := u.device(); err != nil {
		return &finding{table, nth, "vid", fmt.Sprintf("vid %q and pid %q name no USB device; write the four digits of each as lsusb prints them, for example vid = \"0a5f\" and pid = \"0120\"", u.VID, u.PID)}
	}
	return nil
}

var bauds = []int{1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200}

var languages = []string{"zpl", "tspl", "epl", "escpos"}

func checkPrinters(c *Config) *finding {
	for i := range c.Printers {
		p := &c.Printers[i]
		if p.Role == "" {
			p.Role = "label"
		}
		if p.Role == "document" {
			if f := checkDocumentPrinter(*p, i); f != nil {
				return f
			}
			continue
		}
		switch {
		case p.Role != "label":
			return &finding{"printer", i, "role", oneOf(p.Role, "label", "document")}
		case !slices.Contains(languages, p.Language):
			return &finding{"printer", i, "language", oneOf(p.Language, languages...)}
		case p.GapMM != nil && (*p.GapMM < 0 || *p.GapMM > 50):
			return &finding{"printer", i, "gap_mm", fmt.Sprintf("%d mm is no distance between labels (0 to 50; 0 is stock without gaps)", *p.GapMM)}
		case p.DPI != 203 && p.DPI != 300:
			return &finding{"printer", i, "dpi", fmt.Sprintf("%d dpi is no label printer's resolution; write 203 or 300 as the printer's sticker says", p.DPI)}
		case p.WidthMM < 20 || p.WidthMM > 220:
			return &finding{"printer", i, "width_mm", fmt.Sprintf("%d mm is not a label's width (20 to 220)", p.WidthMM)}
		case p.HeightMM < 20 || p.HeightMM > 400:
			return &finding{"printer", i, "height_mm", fmt.Sprintf("%d mm is not a label's height (20 to 400)", p.HeightMM)}
		}
		if f := checkCompression(p, i); f != nil {
			return f
		}
		if f := checkPrinterPlace(p, i); f != nil {
			return f
		}
	}
	return nil
}

func checkScale(c *Config) *finding {
	s := c.Scale
	if s == nil {
		return nil
	}
	if s.Protocol == "" {
		s.Protocol = "sics"
	}
	if s.Baud == 0 {
		s.Baud = 9600
	}
	switch {
	case s.Transport == "hid":
		return checkUSB("scale", 0, s.USBConfig)
	case s.Transport != "serial":
		return &finding{"scale", 0, "transport", oneOf(s.Transport, "serial", "hid")}
	case s.Port == "":
		return &finding{"scale", 0, "port", "a serial scale needs a port, for example port = \"/dev/ttyUSB0\""}
	case !slices.Contains(scale.Protocols(), scale.Protocol(s.Protocol)):
		return &finding{"scale", 0, "protocol", oneOf(s.Protocol, "sics", "nci", "toledo8217")}
	case scale.Protocol(s.Protocol) == scale.ProtocolToledo && !slices.Contains(scale.Units(), s.Unit):
		return &finding{"scale", 0, "unit", "a toledo8217 scale does not say its unit; write what its display shows: " + strings.Join(scale.Units(), ", ")}
	case !slices.Contains(bauds, s.Baud):
		return &finding{"scale", 0, "baud", fmt.Sprintf("%d is not a speed of serial ports; 9600 is usual", s.Baud)}
	}
	if s.Framing != "" {
		if _, _, err := scale.ParseFraming(s.Framing); err != nil {
			return &finding{"scale", 0, "framing", err.Error()}
		}
	}
	return nil
}

func checkPolicy(c *Config) *finding {
	p := c.Policy
	for _, w := range []struct {
		key, value string
		words      []string
	}{
		{"verify", p.Verify, []string{"off", "warn", "block"}},
		{"weigh", p.Weigh, []string{"off", "warn", "block"}},
		{"mark_shipped", p.MarkShipped, []string{"handover", "label"}},
		{"arrange", p.Arrange, []string{"ahead", "at_pack"}},
	} {
		if !slices.Contains(w.words, w.value) {
			return &finding{"policy", 0, w.key, oneOf(w.value, w.words...)}
		}
	}
	switch {
	case p.Weigh == "block" && c.Scale == nil:
		return &finding{"policy", 0, "weigh", "\"block\" needs a [scale]; without one nothing could be packed"}
	case p.PackagingG < 0 || p.PackagingG > 10_000:
		return &finding{"policy", 0, "packaging_g", fmt.Sprintf("%d g is no weight of packaging; write the heaviest box with its filling in grams (1 to 10000), or 0 for the usual rule", p.PackagingG)}
	case p.EvidenceDays < 1 || p.EvidenceDays > 3650:
		return &finding{"policy", 0, "evidence_days", fmt.Sprintf("%d is not between 1 and 3650 days", p.EvidenceDays)}
	case p.BuyerDataDays < 1 || p.BuyerDataDays > 3650:
		return &finding{"policy", 0, "buyer_data_days", fmt.Sprintf("%d is not between 1 and 3650 days", p.BuyerDataDays)}
	}
	return nil
}

func checkOperators(c *Config) *finding {
	seen := map[string]bool{}
	for i := range c.Operators {
		o := &c.Operators[i]
		o.Badge, o.Name = strings.TrimSpace(o.Badge), strings.TrimSpace(o.Name) // as a scan is
		switch {
		case o.Badge == "" || o.Name == "":
			return &finding{"operator", i, "badge", "an operator needs a badge and a name"}
		case strings.HasPrefix(strings.ToUpper(o.Badge), "PB:"):
			return &finding{"operator", i, "badge", fmt.Sprintf("badge %q begins like a command; write only what stands behind PB:USER:", o.Badge)}
		case seen[o.Badge]:
			return &finding{"operator", i, "badge", fmt.Sprintf("badge %q belongs to somebody else already", o.Badge)}
		case o.Role != "" && o.Role != "packer" && o.Role != "supervisor":
			return &finding{"operator", i, "role", oneOf(o.Role, "packer", "supervisor")}
		}
		seen[o.Badge] = true
	}
	return nil
}

func checkSender(c *Config) *finding {
	s := c.Sender
	if s == nil {
		return nil
	}
	blank := func(line string) bool { return strings.TrimSpace(line) == "" }
	switch {
	case !country.MatchString(s.Country):
		return &finding{"sender", 0, "country", fmt.Sprintf("%q is no country; write its two-letter code in capitals, for example \"GB\"", s.Country)}
	case blank(s.Name):
		return &finding{"sender", 0, "name", "a sender needs a name"}
	case len(s.Lines) == 0 || slices.ContainsFunc(s.Lines, blank):
		return &finding{"sender", 0, "lines", "a sender needs lines (street and house), none of them blank"}
	case blank(s.City):
		return &finding{"sender", 0, "city", "a sender needs a city"}
	}
	return nil
}

var country = regexp.MustCompile(`^[A-Z]{2}$`)

// lineOf finds the line on which a key of the n-th such table stands; the table's own line where the key is missing; 0
// where even that cannot be told.
func lineOf(text []byte, table string, nth int, key string) int {
	at, seen, inside := 0, -1, false
	for i, raw := range strings.Split(string(text), "\n") {
		line := strings.TrimSpace(raw)
		if strings.HasPrefix(line, "[") {
			name, _, _ := strings.Cut(strings.Trim(line, "[] \t"), "]")
			inside = false
			if strings.TrimSpace(name) == table {
				seen++
				if inside = seen == nth; inside {
					at = i + 1
				}
			}
			continue
		}
		k, _, ok := strings.Cut(line, "=")
		if inside && ok && strings.TrimSpace(k) == key {
			return i + 1
		}
	}
	return at
}

func joinKey(key []string) string { return strings.Join(key, ".") }

func bytesReader(b []byte) io.Reader { return bytes.NewReader(b) }
