package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// rule is one line of the table: what a room may import of ours, and why not more.
type rule struct {
	room  string   // package path below the module; a trailing /... takes the rooms below it too
	may   []string // the same notation
	clean bool     // no third-party package either
	why   string
}

// table holds the arrows. The first rule that fits a package counts.
var table = []rule{
	{room: "cmd/packbench/...", may: []string{"..."}, why: "it joins everything"},
	{room: "cmd/sandbox/...", may: []string{"cmd/sandbox/...", "fulfillment"}, why: "the Seller Center on loopback must not share code with the client it checks"},
	{room: "cmd/demo/...", may: []string{"cmd/demo/...", "devices/devicetest", "fulfillment"}, why: "the demo packs through the devices, as a packer would"},
	{room: "cmd/dev/...", may: []string{"cmd/dev/..."}, clean: true, why: "it installs what is missing, so it must build with Go alone"},
	{room: "fulfillment/station", may: []string{"fulfillment"}, why: "disk, printer and screen are interfaces"},
	{room: "fulfillment/label", may: []string{"fulfillment", "fulfillment/label/zpl"}, why: "it draws what carriers send and knows nothing of disk, device or screen"},
	{room: "fulfillment/...", may: []string{"fulfillment"}, why: "rules know nothing of disk, device or screen"},
	{room: "devices/devicetest", may: []string{"devices/...", "fulfillment"}, why: "the virtual bench stands at the far end of the drivers"},
	{room: "devices/devicetest/bed/...", may: []string{"devices/devicetest/bed"}, clean: true, why: "it runs tests in an emulated computer and knows nothing of what they test"},
	{room: "devices/devicetest/record", may: []string{"devices", "devices/devicetest", "devices/serialport", "devices/usb"}, why: "it listens to devices and writes down what they send"},
	{room: "devices/scanner", may: devicesMay, why: driverWhy},
	{room: "devices/scale", may: devicesMay, why: driverWhy},
	{room: "devices/printer", may: devicesMay, why: driverWhy},
	{room: "devices/camera", may: devicesMay, why: driverWhy},
	{room: "devices/hid", clean: true, why: "it is pure: bytes in, text and grams out"},
	{room: "devices/usb", may: []string{"devices", "devices/hid"}, why: "it carries bytes and knows no scanner, scale or printer"},
	{room: "devices/...", may: []string{"devices"}, why: "drivers know nothing about who listens"},
	{room: "storage/...", may: []string{"storage/...", "fulfillment", "fulfillment/station", "fulfillment/syncer"}, why: "storage implements its callers' interfaces and knows no device"},
	{room: "ui/...", may: []string{"ui/...", "fulfillment", "fulfillment/station", "devices", "assets/..."}, why: "the window shows views and calls back; it never reads disk, network or devices itself"},
	{room: "assets/...", may: []string{"assets/..."}, clean: true, why: "pictures and texts need nobody"},
}

var devicesMay = []string{"devices", "devices/hid", "devices/serialport", "devices/usb", "fulfillment"}

const driverWhy = "a driver gives values to a callback and knows nothing about who listens"

// rootRule is fulfillment itself: nothing of ours, and nothing but the standard library.
var rootRule = rule{room: "fulfillment", clean: true, why: "the rules are pure"}

func fits(pattern, pkg string) bool {
	if pattern == "..." || pattern == pkg {
		return true
	}
	base, below := strings.CutSuffix(pattern, "/...")
	return below && (pkg == base || strings.HasPrefix(pkg, base+"/"))
}

func ruleFor(pkg string) (rule, bool) {
	if pkg == "fulfillment" {
		return rootRule, true
	}
	for _, r := range table {
		if fits(r.room, pkg) {
			return r, true
		}
	}
	return rule{}, false
}

// allowed says whether a package may import another, and the reason if not.
func allowed(pkg, imported string) (string, bool) {
	r, ok := ruleFor(pkg)
	if !ok {
		return pkg + " stands in no room of the table", false
	}
	ours, isOurs := strings.CutPrefix(imported, "packbench/")
	if !isOurs {
		first, _, _ := strings.Cut(imported, "/")
		if r.clean && strings.Contains(first, ".") {
			return pkg + " must not import " + imported + ": " + r.why, false
		}
		return "", true
	}
	for _, m := range r.may {
		if fits(m, ours) {
			return "", true
		}
	}
	return pkg + " must not import " + ours + ": " + r.why, false
}

// eachImport calls f for every import of every non-test file of the module.
func eachImport(t *testing.T, f func(pkg, imported string)) {
	t.Helper()
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || d.Name() == "build" || strings.HasPrefix(d.Name(), ".") && name != root) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		src, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, src, parser.ImportsOnly)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, filepath.Dir(name))
		if err != nil {
			return err
		}
		for _, im := range file.Imports {
			p, err := strconv.Unquote(im.Path.Value)
			if err != nil {
				return err
			}
			f(path.Clean(filepath.ToSlash(rel)), p)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestImportTable(t *testing.T) {
	n := 0
	eachImport(t, func(pkg, imported string) {
		n++
		if why, ok := allowed(pkg, imported); !ok {
			t.Error(why)
		}
	})
	if n < 100 {
		t.Fatalf("only %d imports were seen: the test looks at the wrong place", n)
	}
}

func TestTheTableCanRefuse(t *testing.T) {
	for _, c := range [][2]string{
		{"ui/bench", "packbench/storage"}, {"fulfillment", "packbench/storage"}, {"fulfillment", "github.com/google/uuid"},
		{"storage", "packbench/devices"}, {"devices/scanner", "packbench/storage"}, {"cmd/dev", "github.com/google/uuid"},
		{"ui", "packbench/devices/scanner"}, {"fulfillment/label", "packbench/fulfillment/station"}, {"somewhere", "fmt"},
		{"cmd/sandbox/shop", "packbench/fulfillment/sellercenter"},
	} {
		if _, ok := allowed(c[0], c[1]); ok {
			t.Errorf("%s may import %s", c[0], c[1])
		}
	}
}

// Nothing of the demo or the sandbox is compiled into the program.
func TestTheProgramHoldsNoDemo(t *testing.T) {
	reach := map[string][]string{}
	eachImport(t, func(pkg, imported string) {
		if ours, ok := strings.CutPrefix(imported, "packbench/"); ok {
			reach[pkg] = append(reach[pkg], ours)
		}
	})
	seen := map[string]bool{}
	var walk func(string)
	walk = func(pkg string) {
		if seen[pkg] {
			return
		}
		seen[pkg] = true
		for _, p := range reach[pkg] {
			walk(p)
		}
	}
	walk("cmd/packbench")
	for pkg := range seen {
		for _, bad := range []string{"cmd/sandbox/...", "cmd/demo/...", "devices/devicetest/..."} {
			if fits(bad, pkg) {
				t.Errorf("packbench is compiled with %s", pkg)
			}
		}
	}
	if !seen["storage"] || !seen["ui"] {
		t.Fatal("the walk did not reach the program's own rooms")
	}
}
