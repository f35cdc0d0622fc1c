package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const handWritten = `# The bench at the window
[station]
id = "PACK-07"   # never change
market = "GB"

# The Zebra that Ines bought
[[printer]]
role = "label"   # only one
transport = "usb" # under the bench
vid = "0a5f"
pid = "0120"
language = "epl"
dpi = 203
width_mm = 102
height_mm = 152
gap_mm = 2

# dock
[[camera]]
name = "dock"
url = "http://10.0.0.9/mjpeg"
crop = [
  0, 0, # left, top
  500, 500,
]

[policy]
weigh = "off"
`

var netPrinter = binding{table: "printer", nth: 0, keys: []tomlKey{textKey("role", "label"), textKey("transport", "network"), textKey("address", "10.0.0.5:9100"),
	textKey("language", "zpl"), numberKey("dpi", 300), numberKey("width_mm", 100), numberKey("height_mm", 150)}}

func wantNetPrinter(c *Config) {
	p := PrinterConfig{Role: "label", Transport: "network", Address: "10.0.0.5:9100", Language: "zpl", DPI: 300, WidthMM: 100, HeightMM: 150}
	if len(c.Printers) == 0 {
		c.Printers = append(c.Printers, p)
		return
	}
	p.GapMM = c.Printers[0].GapMM
	c.Printers[0] = p
}

// TestAByteOrderMarkHidesNoTable: the first table of such a file is changed, not made a second time.
func TestAByteOrderMarkHidesNoTable(t *testing.T) {
	for _, marks := range []string{byteOrderMark, byteOrderMark + byteOrderMark} {
		_, printer, _ := strings.Cut(handWritten, "# The Zebra that Ines bought\n")
		file := stationFile(t, marks+printer)
		if _, err := keepBinding(file, netPrinter, wantNetPrinter); err != nil {
			t.Fatal(err)
		}
		if cfg, err := loadConfig(file, true); err != nil || len(cfg.Printers) != 1 || cfg.Printers[0].Address != "10.0.0.5:9100" {
			t.Errorf("%d marks: %+v, %v", len(marks)/3, cfg.Printers, err)
		}
	}
}

func stationFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "station.toml")
	if err := os.WriteFile(file, []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestKeepBindingKeepsWhatAPersonWrote(t *testing.T) {
	for name, text := range map[string]string{"Unix": handWritten, "Windows": strings.ReplaceAll(handWritten, "\n", "\r\n")} {
		file := stationFile(t, text)
		before, err := keepBinding(file, netPrinter, wantNetPrinter)
		if err != nil {
			t.Fatal(name, err)
		}
		if kept, err := os.ReadFile(before); err != nil || string(kept) != text || before != file+".before" {
			t.Errorf("%s: the file before is %q in %s, %v", name, kept, before, err)
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range []string{"# The bench at the window", `id = "PACK-07"   # never change`, "# The Zebra that Ines bought", `role = "label" # only one`,
			`transport = "network" # under the bench`, "gap_mm = 2", "# dock", "  0, 0, # left, top", `weigh = "off"`} {
			if !strings.Contains(string(got), line) {
				t.Errorf("%s: %q is gone:\n%s", name, line, got)
			}
		}
		if strings.Contains(string(got), "vid") || strings.Count(string(got), "\r\n") != strings.Count(text, "\r\n")/2*2 && name == "Unix" {
			t.Errorf("%s: the old device shines through:\n%s", name, got)
		}
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o640 {
			t.Errorf("%s: mode %v, %v", name, info.Mode(), err)
		}
	}
}

func TestKeepBindingMakesTheFirstFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "station.toml")
	if before, err := keepBinding(file, netPrinter, wantNetPrinter); err != nil || before != "" {
		t.Fatal(before, err)
	}
	cfg, err := loadConfig(file, true)
	if err != nil || cfg.labelPrinter() == nil || cfg.labelPrinter().Address != "10.0.0.5:9100" {
		t.Errorf("%+v, %v", cfg.Printers, err)
	}
	crop := binding{table: "camera", nth: -1, keys: []tomlKey{textKey("name", "dock"), textKey("url", "http://10.0.0.9/m"), {"crop", "[100, 0, 800, 1000]"}}}
	if _, err := keepBinding(file, crop, func(c *Config) {
		c.Cameras = append(c.Cameras, CameraConfig{Name: "dock", URL: "http://10.0.0.9/m", Crop: []int{100, 0, 800, 1000}})
	}); err != nil {
		t.Fatal(err)
	}
}

func TestKeepBindingRefusesAndChangesNothing(t *testing.T) {
	for name, text := range map[string]string{
		"broken already":    "[station\n",
		"long texts":        "[station]\nid = \"\"\"PACK-01\"\"\"\n",
		"an inline table":   "printer = [{role=\"label\", transport=\"network\", address=\"1.2.3.4:9100\", language=\"zpl\", dpi=203, width_mm=102, height_mm=152}]\n",
		"a port used twice": "[[scanner]]\ntransport = \"serial\"\nport = \"/dev/x\"\n[scale]\ntransport = \"serial\"\nport = \"/dev/y\"\n",
	} {
		file := stationFile(t, text)
		b, want := netPrinter, wantNetPrinter
		if name == "a port used twice" {
			b = binding{table: "scale", nth: 0, keys: []tomlKey{textKey("transport", "serial"), textKey("port", "/dev/x"), textKey("protocol", "sics")}}
			want = func(c *Config) { c.Scale = &ScaleConfig{Transport: "serial", Port: "/dev/x", Protocol: "sics"} }
		}
		if _, err := keepBinding(file, b, want); err == nil {
			t.Errorf("%s: it was written", name)
		}
		if got, err := os.ReadFile(file); err != nil || string(got) != text {
			t.Errorf("%s: the file was changed: %q, %v", name, got, err)
		}
		if _, err := os.Stat(file + ".before"); err == nil {
			t.Errorf("%s: a backup of nothing", name)
		}
	}
}

// Whatever stands in a file that the program can read: a binding is written so that the loader finds it and nothing else has
// changed, or it is refused.
func TestBindTextProperty(t *testing.T) {
	lines := []string{"", "# note", "[[printer]]\nlanguage = \"tspl\"\ntransport = \"network\"\naddress = \"a:1\"\ndpi = 203\nwidth_mm=100\nheight_mm =150 # tall", "[scale]\ntransport = \"serial\"\nport=\"/dev/a\"",
		"[[scanner]] # one\n  transport = 'keyboard'", "[[camera]]\nurl = \"http://h/#mjpeg\" # x\ncrop = [ # c\n0,0,\n500,500]", "[policy]\nweigh = \"off\""}
	rapid.Check(t, func(t *rapid.T) {
		var text []string
		for i, l := range lines {
			if rapid.Bool().Draw(t, "line "+string(rune('a'+i))) {
				text = append(text, l)
			}
		}
		old := []byte(strings.Join(text, "\n"))
		was, err := parseConfig("station.toml", old)
		if err != nil {
			t.Fatalf("the test's own file is wrong: %v\n%s", err, old)
		}
		fresh, err := bindText(old, netPrinter)
		if err != nil {
			t.Fatal(err)
		}
		is, err := parseConfig("station.toml", fresh)
		if err != nil {
			t.Fatalf("%v\n%s\n---\n%s", err, old, fresh)
		}
		wantNetPrinter(&was)
		if is.Printers[0] != was.Printers[0] || len(is.Cameras) != len(was.Cameras) || len(is.Scanners) != len(was.Scanners) || (is.Scale == nil) != (was.Scale == nil) {
			t.Fatalf("%s\n---\n%s", old, fresh)
		}
		if strings.Count(string(fresh), "#") != strings.Count(string(old), "#") {
			t.Fatalf("a comment is gone:\n%s\n---\n%s", old, fresh)
		}
		dock := binding{table: "camera", nth: 0, keys: []tomlKey{textKey("name", "dock"), textKey("url", "http://h/#2"), {"crop", "[1, 2, 300, 400]"}}}
		filmed, err := bindText(fresh, dock)
		if err != nil {
			t.Fatal(err)
		}
		if is, err := parseConfig("station.toml", filmed); err != nil || is.Cameras[0].URL != "http://h/#2" || is.Cameras[0].Crop[2] != 300 || is.Policy != was.Policy && *is.Policy.ApplyScan != *was.Policy.ApplyScan {
			t.Fatalf("%v\n%s\n---\n%s", err, fresh, filmed)
		}
		again, err := bindText(fresh, netPrinter)
		if err != nil || string(again) != string(fresh) {
			t.Fatalf("writing it twice changes it again:\n%s\n---\n%s", fresh, again)
		}
	})
}
