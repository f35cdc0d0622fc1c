package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"packbench/devices"
	"packbench/devices/printer"
	"packbench/devices/usb"
)

const goodConfig = `[station]
id = "PACK-07"
market = "GB"

[shop]
api_url = "http://127.0.0.1:8080"
app_key = "key"
poll = "5s"

[[scanner]]
transport = "serial"
port = "/dev/ttyACM0"

[[printer]]
role = "label"
transport = "network"
address = "10.0.0.5:9100"
language = "zpl"
dpi = 203
width_mm = 102
height_mm = 152

[scale]
transport = "serial"
port = "/dev/ttyUSB0"

[[camera]]
name = "dock"
url = "http://10.0.0.9/mjpeg"

[policy]
weigh = "block"
apply_scan = false
`

func TestAGoodConfiguration(t *testing.T) {
	cfg, err := parseConfig("station.toml", []byte(goodConfig))
	if err != nil {
		t.Fatal(err)
	}
	pol := cfg.policy()
	if cfg.Station.ID != "PACK-07" || time.Duration(cfg.Shop.Poll) != 5*time.Second || cfg.Scanners[0].Baud != 9600 || cfg.Scale.Protocol != "sics" {
		t.Errorf("got %+v", cfg)
	}
	if pol.HasCamera != (len(cfg.Cameras) > 0) || pol.ApplyScan || !pol.HasScale || !pol.HasPrinter || pol.Verify != "block" || pol.MarkShipped != "handover" {
		t.Errorf("got policy %+v", pol)
	}
	if cfg.Shop.AuthURL == "" {
		t.Error("a key that is not written lost its default")
	}
}

func TestPrinterLanguages(t *testing.T) {
	for _, word := range languages {
		cfg, err := parseConfig("station.toml", []byte(strings.Replace(goodConfig, `"zpl"`, `"`+word+`"`, 1)))
		if err != nil {
			t.Fatal(err)
		}
		if got := printerConfig(cfg.Printers[0]).Language.Name(); got != word {
			t.Errorf("%s became %s", word, got)
		}
		if _, err := printer.ParseLanguage(word); err != nil {
			t.Error(err)
		}
	}
}

func TestPrinterCompression(t *testing.T) {
	for word, want := range map[string]printer.Compression{"": printer.Auto, "auto": printer.Auto, "z64": printer.Z64, "acs": printer.ACS, "hex": printer.Hex} {
		text := goodConfig
		if word != "" {
			text = strings.Replace(goodConfig, `"zpl"`, "\"zpl\"\ncompression = \""+word+`"`, 1)
		}
		cfg, err := parseConfig("station.toml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got := printerConfig(cfg.Printers[0]).Language; got != (printer.ZPL{Compression: want}) {
			t.Errorf("%q became %+v", word, got)
		}
	}
}

func TestPrinterOnAQueue(t *testing.T) {
	text := strings.Replace(goodConfig, `transport = "network"`, "transport = \"spooler\"\nqueue = \"Zebra_ZD421\"", 1)
	cfg, err := parseConfig("station.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	p := openPrinter(cfg.Printers[0], usb.NewSystem(), func(devices.Health) {}, slog.New(slog.DiscardHandler))
	if _, ok := p.(*printer.Spooler); !ok || p.Media() != mediaOf(cfg.Printers[0]) {
		t.Errorf("got a %T", p)
	}
}

func TestBadConfigurationsAreNamedByLineAndSentence(t *testing.T) {
	for _, c := range []struct {
		name, old, new string
		line           int
		says           string
	}{
		{"an unknown key", `market = "GB"`, `markt = "GB"`, 3, "markt"},
		{"an unknown table", `[policy]`, `[polizy]`, 0, "polizy"},
		{"a wrong type", `dpi = 203`, `dpi = "203"`, 19, "whole number"},
		{"a wrong resolution", `dpi = 203`, `dpi = 250`, 19, "203 or 300"},
		{"an unknown printer language", `language = "zpl"`, `language = "pcl"`, 18, "zpl, tspl, epl, escpos"},
		{"an impossible gap", `language = "zpl"`, "language = \"tspl\"\ngap_mm = 99", 19, "between labels"},
		{"a spooler without a queue", `transport = "network"`, `transport = "spooler"`, 14, "print queue"},
		{"a queue that is an option", `transport = "network"`, "transport = \"spooler\"\nqueue = \"-h\"", 17, "print queue"},
		{"a way to the printer that is not built", `transport = "network"`, `transport = "bluetooth"`, 16, "spooler"},
		{"a missing resolution is the table's fault", "dpi = 203\n", "", 14, "resolution"},
		{"an impossible width", `width_mm = 102`, `width_mm = 2`, 20, "width"},
		{"an unknown word", `weigh = "block"`, `weigh = "sometimes"`, 32, "off, warn, block"},
		{"an address without a port", `"10.0.0.5:9100"`, `"10.0.0.5"`, 17, "host:port"},
		{"a station without a name", `"PACK-07"`, `""`, 2, "station"},
		{"a market that does not exist", `"GB"`, `"XX"`, 3, "US, GB, IE"},
		{"a letter of another encoding", `"GB"`, "\"GB\" # caf\xe9", 3, "UTF-8"},
		{"two label printers", "[scale]\n", "[[printer]]\nrole = \"label\"\ntransport = \"network\"\naddress = \"10.0.0.6:9100\"\nlanguage = \"zpl\"\ndpi = 203\nwidth_mm = 102\nheight_mm = 152\n[scale]\n", 24, "label printer already"},
		{"scanner and scale on one port", "/dev/ttyUSB0", "/dev/ttyACM0", 25, "used by scanner 1"},
		{"two scanners on one port", "[[printer]]", "[[scanner]]\ntransport = \"serial\"\nport = \"/dev/ttyACM0\"\n\n[[printer]]", 16, "used by scanner 1"},
		{"two cameras of one name", "[policy]", "[[camera]]\nname = \"dock\"\nurl = \"http://10.0.0.8/mjpeg\"\n\n[policy]", 32, "already"},
		{"a camera with a device and a url", "url = \"http://10.0.0.9/mjpeg\"", "url = \"http://10.0.0.9/mjpeg\"\ndevice = \"/dev/video0\"", 30, "not both"},
		{"a camera that is no address", "http://10.0.0.9/mjpeg", "ftp://10.0.0.9/mjpeg", 29, "rtsp://"},
		{"a camera that is no device", "url = \"http://10.0.0.9/mjpeg\"", "device = \"video0\"", 29, "/dev/video0"},
		{"a crop beyond the picture", "name = \"dock\"", "name = \"dock\"\ncrop = [500, 0, 600, 1000]", 29, "thousandths"},
		{"a serial printer without a port", "transport = \"network\"", "transport = \"serial\"", 16, "needs a port"},
		{"printer and scanner on one port", "transport = \"network\"\naddress = \"10.0.0.5:9100\"", "transport = \"serial\"\nport = \"/dev/ttyACM0\"", 17, "used by scanner 1"},
		{"a length of time that is a number", `poll = "5s"`, `poll = 30`, 8, `"30s"`},
		{"a scale in double brackets", "[scale]", "[[scale]]", 23, "[scale] in single brackets"},
		{"two cameras in single brackets", "[[camera]]", "[camera]\nname = \"a\"\n[camera]", 27, "[[camera]] in double brackets"},
		{"a password in an address", "http://127.0.0.1:8080", "https://me:pass@example.com", 6, "password"},
		{"a port that does not exist", "10.0.0.5:9100", "x:99999", 17, "1 to 65535"},
		{"an address with an empty port", "10.0.0.5:9100", "10.0.0.5:", 17, "9100"},
		{"a port without a host", "10.0.0.5:9100", ":9100", 17, "host:port"},
		{"a misspelt way to the scanner", `transport = "serial"`, `transport = "seriall"`, 11, `did you mean "serial"?`},
		{"an unknown compression", `language = "zpl"`, "language = \"zpl\"\ncompression = \"z46\"", 19, "none of auto, z64, acs, hex"},
		{"a compression where there is none", `language = "zpl"`, "language = \"tspl\"\ncompression = \"acs\"", 19, "no compression"},
		{"a misspelt way to the printer", `transport = "network"`, `transport = "netwrok"`, 16, `did you mean "network"?`},
		{"a misspelt word", `weigh = "block"`, `weigh = "blok"`, 32, `did you mean "block"?`},
		{"a market in small letters", `"GB"`, `"gb"`, 3, "capitals"},
		{"plain http to the outside", `http://127.0.0.1:8080`, `http://example.com`, 6, "https"},
		{"a length of time without a unit", `poll = "5s"`, `poll = "5"`, 8, "length of time"},
		{"a scale that is needed and missing", "[scale]\ntransport = \"serial\"\nport = \"/dev/ttyUSB0\"\n", "", 29, "needs a [scale]"},
		{"a protocol that no scale speaks", "port = \"/dev/ttyUSB0\"", "port = \"/dev/ttyUSB0\"\nprotocol = \"w\"", 26, "sics, nci, toledo8217"},
		{"a scale that does not say its unit", "port = \"/dev/ttyUSB0\"", "port = \"/dev/ttyUSB0\"\nprotocol = \"toledo8217\"", 23, "does not say its unit"},
		{"a framing that is none", "port = \"/dev/ttyUSB0\"", "port = \"/dev/ttyUSB0\"\nframing = \"8E2\"", 26, "7E1"},
		{"no TOML at all", `[station]`, `station is PACK-07`, 1, ""},
		{"a USB scanner that is not named", "transport = \"serial\"\nport = \"/dev/ttyACM0\"", "transport = \"usb\"\npid = \"0104\"", 10, "lsusb"},
		{"a USB scanner of another layout", "transport = \"serial\"\nport = \"/dev/ttyACM0\"", "transport = \"usb\"\nvid = \"1d6b\"\npid = \"0104\"\nlayout = \"dvorak\"", 14, "us, uk, de, fr"},
		{"a USB scanner of another mode", "transport = \"serial\"\nport = \"/dev/ttyACM0\"", "transport = \"usb\"\nvid = \"1d6b\"\npid = \"0104\"\nmode = \"laser\"", 14, "keyboard, pos"},
		{"a computer of another layout", "transport = \"serial\"\nport = \"/dev/ttyACM0\"", "transport = \"keyboard\"\nlayout = \"fr\"\ncomputer = \"dvorak\"", 13, "us, uk, de, fr"},
		{"a HID scale that is not named", "transport = \"serial\"\nport = \"/dev/ttyUSB0\"", "transport = \"hid\"\nvid = \"dymo\"\npid = \"8003\"", 25, "lsusb"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(goodConfig, c.old, c.new, 1)
			if text == goodConfig {
				t.Fatal("the test changes nothing")
			}
			_, err := parseConfig("station.toml", []byte(text))
			var bad *configError
			if !errors.As(err, &bad) {
				t.Fatalf("got %v, want a finding", err)
			}
			if c.line != 0 && bad.line != c.line {
				t.Errorf("line %d, want %d: %v", bad.line, c.line, err)
			}
			for _, no := range []string{"ns\"", "not built yet", "cannot decode", "me:pass", "main."} {
				if strings.Contains(err.Error(), no) {
					t.Errorf("%v speaks of %q", err, no)
				}
			}
			if bad.line == 0 || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "station.toml") {
				t.Errorf("%v does not name file, line and %q", err, c.says)
			}
		})
	}
}

func TestEncodingsOfTheFile(t *testing.T) {
	if _, err := parseConfig("station.toml", []byte("\xef\xbb\xbf\xef\xbb\xbf"+goodConfig)); err != nil {
		t.Errorf("two of them: %v", err)
	}
	if _, err := parseConfig("station.toml", []byte("\xef\xbb\xbf"+goodConfig)); err != nil {
		t.Errorf("with a byte order mark: %v", err)
	}
	for name, order := range map[string]binary.AppendByteOrder{"little": binary.LittleEndian, "big": binary.BigEndian} {
		for _, mark := range []bool{true, false} {
			var text []byte
			if mark {
				text = order.AppendUint16(text, 0xfeff)
			}
			for _, u := range utf16.Encode([]rune(goodConfig)) {
				text = order.AppendUint16(text, u)
			}
			_, err := parseConfig("station.toml", text)
			var bad *configError
			if !errors.As(err, &bad) || bad.line != 1 || !strings.Contains(err.Error(), "UTF-16") {
				t.Errorf("%s endian, mark %v: got %v", name, mark, err)
			}
		}
	}
}

func TestNearestWord(t *testing.T) {
	words := []string{"serial", "usb", "keyboard"}
	for got, want := range map[string]string{"seriall": "serial", "SERIAL": "serial", "ubs": "", "us": "usb", "keybord": "keyboard", "bluetooth": "", "": ""} {
		if w := nearest(got, words); w != want {
			t.Errorf("%q: got %q, want %q", got, w, want)
		}
	}
}

func TestUSBDevices(t *testing.T) {
	text := strings.NewReplacer("transport = \"serial\"\nport = \"/dev/ttyACM0\"", "transport = \"usb\"\nvid = \"0x1D6B\"\npid = \"0104\"\nserial = \"S001\"\nlayout = \"de\"",
		"transport = \"serial\"\nport = \"/dev/ttyUSB0\"", "transport = \"hid\"\nvid = \"0922\"\npid = \"8003\"",
		"transport = \"network\"", "transport = \"usb\"\nvid = \"0a5f\"\npid = \"0120\"").Replace(goodConfig)
	cfg, err := parseConfig("station.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	s, w, p := usbScannerConfig(cfg.Scanners[0]), cfg.Scale.mustDevice(), cfg.Printers[0].mustDevice()
	if s.Device.String() != "1d6b:0104:S001" || s.Layout.Name() != "de" || w.String() != "0922:8003" || p.String() != "0a5f:0120" {
		t.Errorf("got %+v, %v, %v", s, w, p)
	}
	ignore := slog.New(slog.DiscardHandler)
	b := newBenchDevices(usb.NewSystem(), takers{}, ignore)
	kinds := map[string]int{}
	for _, is := range cfg.atWork("") {
		d := b.open(is)
		kinds[fmt.Sprintf("%T", is)]++
		if _, labels := is.(PrinterConfig); labels != (d.printer != nil) || d.run == nil {
			t.Errorf("%+v", d)
		}
	}
	if len(kinds) != 4 {
		t.Errorf("devices %v", kinds)
	}
}

func TestAMissingFileIsFineUnlessItWasNamed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "station.toml")
	if cfg, err := loadConfig(file, false); err != nil || cfg.Station.ID != "PACK-01" {
		t.Errorf("got %v, %v", cfg.Station, err)
	}
	if _, err := loadConfig(file, true); err == nil {
		t.Error("a named file that is missing was not said")
	}
	if err := os.Mkdir(file, 0o700); err != nil {
		t.Fatal(err)
	}
	var bad *configError
	if _, err := loadConfig(file, false); !errors.As(err, &bad) {
		t.Errorf("got %v", err)
	}
}

func FuzzConfig(f *testing.F) {
	f.Add([]byte(goodConfig))
	f.Add([]byte("[[printer]]\n[[printer]]\ndpi=1"))
	f.Add([]byte{0xff, 0})
	f.Fuzz(func(t *testing.T, text []byte) {
		_, err := parseConfig("station.toml", text)
		var bad *configError
		if err != nil && !errors.As(err, &bad) {
			t.Errorf("%v is no finding with a file", err)
		}
	})
}
