//go:build linux && amd64

package bed

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// wanted are the drivers of the kernel that the tests need: both kinds of virtual USB, the system's own drivers that must give
// way, cameras and serial lines. A device is asked for its address in the old way first: the new one resets it twice, an eighth of a
// second each.
var wanted = []Wanted{
	{"usbcore", "old_scheme_first=1"},
	{"usbhid", ""}, {"hid_generic", ""}, {"evdev", ""}, {"usblp", ""}, {"cdc_acm", ""}, {"uvcvideo", ""},
	{"vhci_hcd", ""}, {"dummy_hcd", "num=3"}, {"libcomposite", ""}, {"usb_f_hid", ""}, {"usb_f_printer", ""}, {"usb_f_acm", ""},
	{"vivid", "n_devs=1 node_types=1 num_inputs=1 input_types=0"},
}

// plan says which tests run inside. All those of a package have names with "TheKernel", or "AGadget" where the kernel is at the far
// end, too. Packages are parted, so that the parts run at the same time: the last part of one skips what the others run, so that
// none is forgotten. What runs without the device manager runs before the others, as in a container.
//
// Of the parts every other one runs in the second computer, so those that are next to each other should need about the same time. Each has
// a root hub of its own to plug into, since a hub sets up one device after the other.
//
// No camera is a gadget. Tried with Debian's 6.1.0-57-amd64: usb_f_uvc loads, and a configfs function uvc with one MJPEG size (160×120)
// in a gadget is built without an error, but writing dummy_udc.0 to the gadget's UDC fails with EBUSY, with streaming_maxpacket 1024 and
// with 64. The kernel says
//
//	configfs-gadget.uvc0 gadget.0: uvc: Unable to allocate streaming EP
//	udc dummy_udc.0: failed to start uvc0: -22
//
// since the function (drivers/usb/gadget/function/f_uvc.c) streams over an isochronous endpoint only, and dummy_hcd has none. The
// camera's far end is therefore the one over USB/IP, with a bulk endpoint: TestUVCPicturesAreUntouchedByTheKernel in devices/camera
// compares every picture that came through uvcvideo with the bytes that were sent.
var plan = []struct {
	name, pkg, run, skip string
	udev                 bool
}{
	{"printer-without-udev", "printer", "USBThroughTheKernel/says", "", false},
	{"printer-cut-without-udev", "printer", "USBThroughTheKernel/certainly", "", false},
	{"scale-without-udev", "scale", "TheKernel", "", false},
	{"scanner-without-udev", "scanner", "USBThroughTheKernel/pos/(gives|comes|waits)", "", false},
	{"scanner", "scanner", "TheKernel", "USBThroughTheKernel/keyboard|AThousandScansThroughTheKernel", true}, // the longest first
	{"scanner-keyboard", "scanner", "USBThroughTheKernel/keyboard", "", true},
	{"printer-well", "printer", "TheKernel/^prints", "", true},
	{"camera", "camera", "TheKernel", "", true},
	{"scanner-gadget", "scanner", "USBScannerOnAGadget", "", true},
	{"printer", "printer", "TheKernel", "TheKernel/^(prints|says|certainly|an_answer|a_job|a_refused|a_cable)", true},
	{"printer-health", "printer", "TheKernel/^(says|certainly)", "", true},
	{"printer-cut", "printer", "TheKernel/^(an_answer|a_cable)", "", true},
	{"printer-refused", "printer", "TheKernel/^(a_job|a_refused)", "", true},
	{"serial-gadget", "scanner", "AGadget", "USBScannerOnAGadget", true},
	{"scale", "scale", "TheKernel", "", true},
	{"scale-gadget", "scale", "AGadget", "", true},
	{"scanner-many", "scanner", "AThousandScansThroughTheKernel", "", true},
	{"printer-gadget", "printer", "AGadget", "", true},
}

// limit is how long the inner computers may run on a busy machine; they need half a minute.
const limit = 8 * time.Minute

// environment of the tests inside. A program on one processor would otherwise run Go code on one thread only, and a driver's call into
// libusb would hold that until the runtime takes it away, while the far end, in the same program, has to answer.
var environment = []string{"PACKBENCH_USB=kernel", "GOMAXPROCS=4"}

// computers is how many emulated ones run side by side; each keeps one processor of this one busy.
const computers = 2

// TestInTheKernel boots emulated computers with the drivers' tests in them, and reports each of them.
func TestInTheKernel(t *testing.T) {
	if testing.Short() {
		t.Skip("the emulated computers are left out of short runs")
	}
	k := kernel(t)
	dependsOnDrivers(t)
	dir := t.TempDir()
	parts := make([][]Step, computers)
	for i, s := range steps(t, dir) {
		parts[i%computers] = append(parts[i%computers], s)
	}
	tell(t, inside(t, k, dir, parts))
}

// BenchmarkInTheKernel runs the drivers' benchmarks inside and reports their figures as its own.
func BenchmarkInTheKernel(b *testing.B) {
	k := kernel(b)
	dir := b.TempDir()
	file := filepath.Join(dir, "printer.test")
	compile(b, nil, "test", "-c", "-ldflags", "-s -w", "-o", file, "packbench/devices/printer")
	report := inside(b, k, dir, [][]Step{{{Name: "printer", File: file, Udev: true, Env: environment,
		Args: []string{"-test.run", "^$", "-test.bench", "TheKernel", "-test.benchtime", "25x"}}}})
	for _, p := range report.Problems {
		b.Error(p)
	}
	if len(report.Lines) == 0 {
		b.Error("nothing was measured")
	}
	for _, line := range report.Lines {
		f := strings.Fields(line)
		for i := 2; i+1 < len(f); i += 2 {
			if v, err := strconv.ParseFloat(f[i], 64); err == nil && !strings.HasSuffix(f[i+1], "/op") {
				b.ReportMetric(v, f[i+1])
			}
		}
	}
}

// inside boots a computer with each part of the steps, all at once.
func inside(t testing.TB, k Kernel, dir string, parts [][]Step) Report {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	c := Content{Kernel: k, Drivers: wanted, Libs: udevLibs(t), Init: filepath.Join(dir, "init")}
	compile(t, []string{"CGO_ENABLED=0"}, "build", "-o", c.Init, "./init")
	reports := make([]Report, len(parts))
	var wg sync.WaitGroup
	defer wg.Wait()
	for i := range parts {
		if len(parts[i]) == 0 {
			continue // PACKBENCH_BED_RUN leaves steps out
		}
		own := filepath.Join(dir, "computer-"+strconv.Itoa(i+1))
		if err := os.Mkdir(own, 0o755); err != nil {
			t.Fatal(err)
		}
		c.Steps = parts[i]
		if err := WriteImage(ctx, filepath.Join(own, "image"), c); err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			began := time.Now()
			reports[i] = boot(t, ctx, k, own)
			t.Logf("%s ran %v", filepath.Base(own), time.Since(began).Round(100*time.Millisecond))
		})
	}
	wg.Wait()
	var all Report
	for _, r := range reports {
		all.Results = append(all.Results, r.Results...)
		all.Problems = append(all.Problems, r.Problems...)
		all.Lines = append(all.Lines, r.Lines...)
	}
	return all
}

func kernel(t testing.TB) Kernel {
	t.Helper()
	dir := os.Getenv("PACKBENCH_BED")
	fetch := dir == "fetch"
	var err error
	if dir == "" || fetch {
		if dir, err = CacheDir(); err != nil {
			t.Fatal(err)
		}
	}
	if err := FindEmulator(); err != nil {
		t.Skip(err)
	}
	k, err := FindKernel(t.Context(), dir, fetch)
	if errors.Is(err, ErrNoBed) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// udevLibs are loaded by libusb while it runs, if at all.
func udevLibs(t testing.TB) []string {
	t.Helper()
	found, err := filepath.Glob("/lib/x86_64-linux-gnu/libudev.so.1")
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// dependsOnDrivers lets the go command see which files decide about this test's result: it keeps results and gives them again
// while nothing has changed, and the drivers are compiled behind its back.
func dependsOnDrivers(t testing.TB) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join("..", ".."), func(path string, _ fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".go") {
			_, err = os.Stat(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func compile(t testing.TB, env []string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Env = append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// steps compiles the tests. Without the race detector: it makes an emulated computer too slow, and runs outside.
func steps(t *testing.T, dir string) []Step {
	t.Helper()
	only := regexp.MustCompile(os.Getenv("PACKBENCH_BED_RUN"))
	var all []Step
	var compiled []string
	for _, p := range plan {
		if !only.MatchString(p.name) {
			continue
		}
		if pkg := "packbench/devices/" + p.pkg; !slices.Contains(compiled, pkg) {
			compiled = append(compiled, pkg)
		}
		file := filepath.Join(dir, p.pkg+".test")
		all = append(all, Step{Name: p.name, File: file, Udev: p.udev, Env: environment,
			Args: []string{"-test.v", "-test.run", p.run, "-test.skip", p.skip, "-test.timeout", "180s"}})
	}
	compile(t, nil, append([]string{"test", "-c", "-ldflags", "-s -w", "-o", dir + string(filepath.Separator)}, compiled...)...)
	return all
}

// boot runs the computer of a folder and reads along; what it says goes to a file in the folder of PACKBENCH_BED_LOG, too.
func boot(t testing.TB, ctx context.Context, k Kernel, dir string) Report {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var report Report
	var readErr error
	var wg sync.WaitGroup
	wg.Go(func() { report, readErr = ReadReport(logged(r, filepath.Base(dir))) })
	err = Boot(ctx, k, filepath.Join(dir, "image"), dir, w)
	w.Close()
	wg.Wait()
	if err = errors.Join(err, readErr); err != nil || len(report.Problems) > 0 {
		console, _ := os.ReadFile(filepath.Join(dir, "console.log"))
		t.Logf("the inner computer's console:\n%s", bytes.ToValidUTF8(console[max(0, len(console)-4000):], nil))
	}
	if err != nil {
		t.Error(err)
	}
	return report
}

// tell makes a test of each test.
func tell(t *testing.T, report Report) {
	t.Helper()
	passed := 0
	for _, r := range report.Results {
		if r.Word == "PASS" {
			passed++
		}
		t.Run(r.Step+"/"+r.Test, func(t *testing.T) {
			t.Logf("inside: %s in %v\n%s", r.Word, r.Took, r.Text)
			switch r.Word {
			case "FAIL":
				t.Fail()
			case "SKIP":
				t.Skip("left out inside, too")
			}
		})
	}
	for _, p := range report.Problems {
		t.Error(p)
	}
	if passed == 0 {
		t.Error("no test passed inside")
	}
}
