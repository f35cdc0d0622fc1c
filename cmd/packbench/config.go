package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"packbench/devices/usb"
	"packbench/fulfillment"
)

// Config is station.toml.
type Config struct {
	Station   StationConfig    `toml:"station"`
	Shop      ShopConfig       `toml:"shop"`
	Scanners  []ScannerConfig  `toml:"scanner"`
	Printers  []PrinterConfig  `toml:"printer"`
	Scale     *ScaleConfig     `toml:"scale"`
	Cameras   []CameraConfig   `toml:"camera"`
	Policy    PolicyConfig     `toml:"policy"`
	Operators []OperatorConfig `toml:"operator"`
	Boxes     []BoxConfig      `toml:"box"`
	Sender    *AddressConfig   `toml:"sender"`
}

// AddressConfig is the [sender] table, who stands on labels of the seller's own, and an address in a file for sellerlabel.
type AddressConfig struct {
	Name       string   `toml:"name"`
	Company    string   `toml:"company"`
	Lines      []string `toml:"lines"` // street and house, building, village
	City       string   `toml:"city"`
	Region     string   `toml:"region"` // state or province
	PostalCode string   `toml:"postal_code"`
	Country    string   `toml:"country"` // two letters
	Phone      string   `toml:"phone"`
}

// StationConfig is the [station] table.
type StationConfig struct {
	ID       string `toml:"id"`
	Market   string `toml:"market"`
	Language string `toml:"language"`
	Operator string `toml:"operator"`
	// FullScreen is for a PC that does nothing else.
	FullScreen bool `toml:"full_screen"`
}

// ShopConfig is the [shop] table. An empty app_key means: no Seller Center, orders come by import.
type ShopConfig struct {
	APIURL     string   `toml:"api_url"`
	AuthURL    string   `toml:"auth_url"`
	AppKey     string   `toml:"app_key"`
	ShopCipher string   `toml:"shop_cipher"`
	Poll       Duration `toml:"poll"`
	// For the authorization link: the app's service id, the page's host where the market's own is not meant, and where the
	// browser comes back to, as the app's page says it.
	ServiceID    string `toml:"service_id"`
	AuthorizeURL string `toml:"authorize_url"`
	Redirect     string `toml:"redirect"`
	// Hints is where webhooks come in: host:port of this computer to listen on, or a relay's https address to ask.
	Hints string `toml:"hints"`
	// LabelFolder is watched for labels that other programs put there; relative to the data folder.
	LabelFolder string `toml:"label_folder"`
}

// ScannerConfig is one [[scanner]].
type ScannerConfig struct {
	Transport string `toml:"transport"`
	Port      string `toml:"port"`
	Baud      int    `toml:"baud"`
	Prefix    string `toml:"prefix"`
	Exclusive bool   `toml:"exclusive"`
	USBConfig
	Mode     string `toml:"mode"`     // usb: keyboard or pos; empty: what the scanner offers
	Layout   string `toml:"layout"`   // usb, keyboard: the scanner's country setting
	Computer string `toml:"computer"` // keyboard: the computer's own layout, where layout is given; empty: us
}

// USBConfig names a device on USB by what lsusb prints, in hexadecimal digits. The serial number is needed only where two such
// devices are plugged in.
type USBConfig struct {
	VID    string `toml:"vid"`
	PID    string `toml:"pid"`
	Serial string `toml:"serial"`
}

func (u USBConfig) device() (usb.ID, error) {
	digits := func(s string) string { return strings.TrimPrefix(strings.ToLower(s), "0x") }
	name := digits(u.VID) + ":" + digits(u.PID)
	if u.Serial != "" {
		name += ":" + u.Serial
	}
	return usb.ParseID(name)
}

// PrinterConfig is one [[printer]].
type PrinterConfig struct {
	Role      string `toml:"role"`
	Transport string `toml:"transport"`
	Address   string `toml:"address"`
	Queue     string `toml:"queue"` // of the system's print service, for transport spooler
	Port      string `toml:"port"`  // for transport serial
	Baud      int    `toml:"baud"`
	Language  string `toml:"language"`
	DPI       int    `toml:"dpi"`
	WidthMM   int    `toml:"width_mm"`
	HeightMM  int    `toml:"height_mm"`
	// GapMM is the distance between two labels on the roll for languages that must be told (tspl, epl); missing: 3, and 0 is
	// stock without gaps.
	GapMM *int `toml:"gap_mm"`
	// NoStatus is for printers that never answer a status request: they are printed to without asking.
	NoStatus bool `toml:"no_status"`
	// Compression is how pictures are written in zpl: auto (by what the printer says of itself; also if missing), z64, acs or hex.
	Compression string `toml:"compression"`
	USBConfig
}

// ScaleConfig is the [scale] table.
type ScaleConfig struct {
	Transport string `toml:"transport"`
	Port      string `toml:"port"`
	Protocol  string `toml:"protocol"`
	Baud      int    `toml:"baud"`
	Unit      string `toml:"unit"`    // what a toledo8217 scale shows: it does not say
	Framing   string `toml:"framing"` // "7E1" and the like, where it is not as the protocol's scales are delivered
	USBConfig
}

// CameraConfig is one [[camera]].
type CameraConfig struct {
	Name   string `toml:"name"`
	URL    string `toml:"url"`
	Device string `toml:"device"` // a path, or "vendor:product" or "vendor:product:serial"
	Width  int    `toml:"width"`  // of the picture wanted, dots; device only
	Height int    `toml:"height"`
	Crop   []int  `toml:"crop"` // left, top, width, height of the part that is kept, in thousandths of the picture
}

// PolicyConfig is the [policy] table.
type PolicyConfig struct {
	Verify        string `toml:"verify"`
	Weigh         string `toml:"weigh"`
	ApplyScan     *bool  `toml:"apply_scan"`
	MarkShipped   string `toml:"mark_shipped"`
	Arrange       string `toml:"arrange"`
	EvidenceDays  int    `toml:"evidence_days"`
	BuyerDataDays int    `toml:"buyer_data_days"`
	PackagingG    int    `toml:"packaging_g"` // the most that packaging weighs; 0: the program's own rule
}

// OperatorConfig is one [[operator]]: who a PB:USER badge belongs to.
type OperatorConfig struct {
	Badge string `toml:"badge"`
	Name  string `toml:"name"`
	Role  string `toml:"role"` // packer (default) or supervisor
}

// Duration is a time.Duration written like "30s".
type Duration time.Duration

// UnmarshalText reads a Go duration.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is not a length of time; write for example \"30s\"", text)
	}
	*d = Duration(v)
	return nil
}

func defaultConfig() Config {
	yes := true
	return Config{
		Station: StationConfig{ID: "PACK-01", Market: "US", Language: "en"},
		Shop: ShopConfig{APIURL: "https://open-api.tiktokglobalshop.com", AuthURL: "https://auth.tiktok-shops.com", Redirect: defaultRedirect,
			Poll: Duration(30 * time.Second)},
		Policy: PolicyConfig{Verify: "block", Weigh: "warn", ApplyScan: &yes, MarkShipped: "handover", Arrange: "ahead",
			EvidenceDays: 120, BuyerDataDays: 30},
	}
}

// configError is a wrong configuration: exit code 2, with file, line and a sentence.
type configError struct {
	file string
	line int // 0: not one line's fault
	text string
}

func (e *configError) Error() string {
	if e.line > 0 {
		return fmt.Sprintf("%s, line %d: %s", e.file, e.line, e.text)
	}
	return fmt.Sprintf("%s: %s", e.file, e.text)
}

// maxConfig is the size of a configuration in bytes, up to which it is read; one of fifty devices is a few pages.
const maxConfig = 1 << 20

// loadConfig reads and checks station.toml. A missing file gives the defaults, so that a fresh station can start, unless
// the file was asked for by name.
func loadConfig(file string, named bool) (Config, error) {
	cfg := defaultConfig()
	text, err := readPlain(file, maxConfig)
	switch {
	case errors.Is(err, os.ErrNotExist) && !named:
		return cfg, nil
	case err != nil:
		return cfg, &configError{file: file, text: fmt.Sprintf("cannot be read (%v); check the path and its permissions", err)}
	}
	return parseConfig(file, text)
}

func parseConfig(file string, text []byte) (Config, error) {
	cfg := defaultConfig()
	text, line, wrong := readable(text)
	if wrong != "" {
		return cfg, &configError{file: file, line: line, text: wrong}
	}
	d := toml.NewDecoder(bytesReader(text)).DisallowUnknownFields()
	if err := d.Decode(&cfg); err != nil {
		if line, wrong := wrongBrackets(text); wrong != "" {
			return cfg, &configError{file: file, line: line, text: wrong}
		}
		return cfg, tomlError(file, err)
	}
	if bad := checkConfig(&cfg); bad != nil {
		return cfg, &configError{file: file, line: lineOf(text, bad.table, bad.nth, bad.key), text: bad.text}
	}
	return cfg, nil
}

// tomlError turns the parser's finding into file, line and a sentence.
func tomlError(file string, err error) error {
	var strict *toml.StrictMissingError
	if errors.As(err, &strict) && len(strict.Errors) > 0 {
		first := strict.Errors[0]
		row, _ := first.Position()
		return &configError{file: file, line: row, text: fmt.Sprintf("nothing is called %q here; check the spelling", joinKey(first.Key()))}
	}
	var bad *toml.DecodeError
	if errors.As(err, &bad) {
		row, _ := bad.Position()
		if wrong := wrongValue(bad); wrong != "" {
			return &configError{file: file, line: row, text: wrong}
		}
		return &configError{file: file, line: row, text: strings.TrimPrefix(bad.Error(), "toml: ")}
	}
	return &configError{file: file, text: err.Error()}
}

// policy is the part of the configuration that the rules need.
func (c Config) policy() fulfillment.Policy {
	return fulfillment.Policy{
		Verify: fulfillment.Strictness(c.Policy.Verify), Weigh: fulfillment.Strictness(c.Policy.Weigh),
		HasScale: c.Scale != nil, HasPrinter: c.labelPrinter() != nil, HasCamera: len(c.Cameras) > 0, ApplyScan: *c.Policy.ApplyScan,
		MarkShipped: c.Policy.MarkShipped, ArrangeAt: c.Policy.Arrange, AskOperator: c.Station.Operator == "" && len(c.Operators) > 0,
		Boxes: c.boxes(), PackagingG: c.Policy.PackagingG,
	}
}

// labelPrinter is the first printer bound to the role label; nil if there is none.
func (c Config) labelPrinter() *PrinterConfig {
	for i := range c.Printers {
		if c.Printers[i].Role == "label" {
			return &c.Printers[i]
		}
	}
	return nil
}

// documentPrinter is the printer bound to the role document; nil if there is none.
func (c Config) documentPrinter() *PrinterConfig {
	for i := range c.Printers {
		if c.Printers[i].Role == "document" {
			return &c.Printers[i]
		}
	}
	return nil
}

func (c Config) operators() []fulfillment.Operator {
	var out []fulfillment.Operator
	for _, o := range c.Operators {
		out = append(out, fulfillment.Operator{Badge: o.Badge, Name: o.Name, Supervisor: o.Role == "supervisor"})
	}
	return out
}

// defaultDataDir is the system's folder for application data.
func defaultDataDir() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("find the folder for application data: %w; name one with --data", err)
	}
	return filepath.Join(dir, "packbench"), nil
}
