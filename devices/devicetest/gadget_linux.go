package devicetest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"packbench/devices/usb"
)

// gadgets is where the kernel builds USB devices out of its own functions (Documentation/usb/gadget_configfs).
const gadgets = "/sys/kernel/config/usb_gadget"

// gadget is a USB device whose device side is the kernel's, not ours, on a controller of dummy_hcd: the second kind of far end, which
// knows nothing of what the first kind and the drivers might misunderstand together. It belongs to one goroutine.
type gadget struct {
	id       usb.ID
	function string // "hid.usb0"
	dir      string
	udc      string // the controller that it is plugged into
}

var gadgetCount atomic.Int32

// newGadget builds a device with one function, unplugged.
func newGadget(vendor, product uint16, function string, attributes map[string]string) (*gadget, error) {
	name := fmt.Sprintf("pb%d-%d", os.Getpid(), gadgetCount.Add(1))
	kind, _, _ := strings.Cut(function, ".")
	g := &gadget{id: usb.ID{Vendor: vendor, Product: product, Serial: "G" + name}, function: kind + "." + name, dir: filepath.Join(gadgets, name)}
	for _, d := range []string{"", "strings/0x409", "configs/c.1", "functions/" + g.function} {
		if err := os.MkdirAll(filepath.Join(g.dir, d), 0o755); err != nil {
			return nil, fmt.Errorf("build a gadget %s: %w", function, err)
		}
	}
	values := map[string]string{"idVendor": fmt.Sprintf("0x%04x", vendor), "idProduct": fmt.Sprintf("0x%04x", product), "bcdUSB": "0x0200",
		"strings/0x409/manufacturer": "Packbench", "strings/0x409/product": "Gadget", "strings/0x409/serialnumber": g.id.Serial}
	for k, v := range attributes {
		values["functions/"+g.function+"/"+k] = v
	}
	for k, v := range values {
		if err := g.put(k, v); err != nil {
			return nil, err
		}
	}
	err := os.Symlink(filepath.Join(g.dir, "functions", g.function), filepath.Join(g.dir, "configs/c.1", g.function))
	return g, err
}

func (g *gadget) put(attribute, value string) error {
	f, err := os.OpenFile(filepath.Join(g.dir, attribute), os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("gadget: %w", err)
	}
	defer f.Close()
	if _, err := f.WriteString(value); err != nil {
		return fmt.Errorf("gadget %s: %w", attribute, err)
	}
	return nil
}

// plug plugs the device into a controller that is free and waits until the host has set it up. Other tests use the others.
func (g *gadget) plug() error {
	for end := time.Now().Add(Patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		all, _ := filepath.Glob("/sys/class/udc/dummy_udc.*") // the pattern is well formed
		if len(all) == 0 {
			return errors.New("gadget: no controller of dummy_hcd")
		}
		for _, c := range all {
			err := g.put("UDC", filepath.Base(c))
			if err == nil {
				g.udc = filepath.Base(c)
				return g.configured(end)
			}
			if !errors.Is(err, syscall.EBUSY) {
				return err
			}
		}
	}
	return errors.New("gadget: every controller is taken")
}

func (g *gadget) configured(end time.Time) error {
	for time.Now().Before(end) {
		if b, err := os.ReadFile("/sys/class/udc/" + g.udc + "/state"); err == nil && strings.TrimSpace(string(b)) == "configured" {
			return nil
		}
		time.Sleep(2 * time.Millisecond)
	}
	return fmt.Errorf("gadget %s: the host did not set it up", g.id)
}

// unplug pulls the cable and waits until the host has seen that: one that is back before may never be set up again.
func (g *gadget) unplug() error {
	err := g.put("UDC", "\n")
	for end := time.Now().Add(Patience); listedUSB("/sys/bus/usb/devices/*:1.0", g.id.Serial) && time.Now().Before(end); {
		time.Sleep(lookAgain)
	}
	return err
}

// remove unplugs the device and takes it apart. Nothing is left of it but what is still open.
func (g *gadget) remove() {
	_ = g.unplug()
	for _, p := range []string{"configs/c.1/" + g.function, "functions/" + g.function, "configs/c.1", "strings/0x409", ""} {
		_ = os.Remove(filepath.Join(g.dir, p))
	}
}
