//go:build unix

package printer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"packbench/devices"
	"packbench/devices/devicetest"
	"packbench/devices/printer"
	"packbench/fulfillment"
)

const cupsdConf = `Listen 127.0.0.1:%d
LogLevel warn
DefaultAuthType None
WebInterface No
Browsing Off
<Location />
  Order allow,deny
  Allow all
</Location>
<Policy default>
  <Limit All>
    Order allow,deny
    Allow all
  </Limit>
</Policy>
`

const cupsFiles = `ServerRoot %[1]s/root
ServerBin /usr/lib/cups
DataDir /usr/share/cups
RequestRoot %[1]s/spool
CacheDir %[1]s/cache
StateDir %[1]s/state
TempDir %[1]s/tmp
AccessLog %[1]s/log/access
ErrorLog %[1]s/log/error
PageLog %[1]s/log/page
User %[2]s
Group %[3]s
Sandboxing relaxed
`

// cups starts a print service of the test's own and points lp, lpstat and cancel to it.
func cups(t *testing.T) {
	t.Helper()
	for _, tool := range []string{"cupsd", "lp", "lpstat", "lpadmin", "cancel"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("the print queue is not tested: %s is not installed (packages cups and cups-client)", tool)
		}
	}
	dir, err := os.MkdirTemp("", "packbench-cups-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	who, group := account(t)
	for _, sub := range []string{"", "root", "spool", "cache", "state", "log", "tmp"} {
		_ = os.Mkdir(filepath.Join(dir, sub), 0o700)
		if err := os.Chmod(filepath.Join(dir, sub), 0o775); err != nil {
			t.Fatal(err)
		}
		if os.Getuid() == 0 {
			if err := os.Chown(filepath.Join(dir, sub), 0, group.id); err != nil {
				t.Fatal(err)
			}
		}
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := ln.Addr().(*net.TCPAddr).Port
	_ = ln.Close()
	write(t, filepath.Join(dir, "cupsd.conf"), fmt.Sprintf(cupsdConf, port))
	write(t, filepath.Join(dir, "cups-files.conf"), fmt.Sprintf(cupsFiles, dir, who, group.name))
	cmd := exec.Command("cupsd", "-f", "-c", filepath.Join(dir, "cupsd.conf"), "-s", filepath.Join(dir, "cups-files.conf"))
	if err := cmd.Start(); err != nil {
		t.Skip("the print queue is not tested: cupsd does not start: ", err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	t.Setenv("CUPS_SERVER", "127.0.0.1:"+strconv.Itoa(port))
	t.Setenv("LC_ALL", "C")
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if out, _ := exec.Command("lpstat", "-r").Output(); strings.Contains(string(out), "is running") {
			return
		}
		if time.Now().After(end) {
			log, _ := os.ReadFile(filepath.Join(dir, "log", "error"))
			t.Skipf("the print queue is not tested: cupsd does not answer: %s", log)
		}
	}
}

type groupID struct {
	name string
	id   int
}

// account is whom cupsd's own programs run as: it refuses root.
func account(t *testing.T) (string, groupID) {
	me, err := user.Current()
	name := "lp"
	if err == nil && os.Getuid() != 0 {
		name = me.Username
	}
	u, err := user.Lookup(name)
	if err != nil {
		t.Skip("the print queue is not tested: ", err)
	}
	g, err := user.LookupGroupId(u.Gid)
	if err != nil {
		t.Skip("the print queue is not tested: ", err)
	}
	gid, _ := strconv.Atoi(g.Gid)
	return name, groupID{g.Name, gid}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func tool(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v: %s", name, args, err, out)
	}
}

func spooler(queue string, report devices.Report) *printer.Spooler {
	return printer.NewSpooler(printer.SpoolerConfig{Queue: queue, Role: "label", Language: printer.ZPL{}, Media: media,
		Done: 4 * time.Second, Poll: 300 * time.Millisecond}, report, quiet)
}

// What the queue is given comes out dot by dot, through a real print service and its socket backend.
func TestSpooler(t *testing.T) {
	cups(t)
	end := newEnd(t)
	tool(t, "lpadmin", "-p", "zebra", "-E", "-v", "socket://"+end.Address(), "-m", "raw")
	states := devicetest.NewInbox[devices.Health]()
	s := spooler("zebra", states.Put)
	stop := devicetest.Start(t, "Run", s.Run)
	states.Until(t, "ready", func(h devices.Health) bool { return h.State == devices.Ready && h.Transport == "spooler" })
	for i := range 3 {
		b := devicetest.Checkerboard(media, i)
		if res, err := s.Print(t.Context(), b); err != nil || !res.Complete || res.Sent != res.Total {
			t.Fatalf("Print = %+v, %v (%q; %d labels)", res, err, errors.Unwrap(err), len(end.Labels()))
		}
		l := end.Labels()
		if len(l) != i+1 || !bytes.Equal(l[i].Bitmap.Bits, b.Bits) {
			t.Fatalf("%d labels came out, or another one", len(l))
		}
	}
	if c := end.Complaints(); len(c) > 0 {
		t.Errorf("complaints %q", c)
	}
	tool(t, "cupsdisable", "-r", "labels are being loaded", "zebra")
	s.Poke()
	states.Until(t, "stopped", func(h devices.Health) bool {
		return h.State == devices.Attention && strings.Contains(h.Text, "stopped")
	})
	if res, err := s.Print(t.Context(), devicetest.Checkerboard(media, 1)); err == nil || res.Sent != 0 || res.Complete {
		t.Errorf("Print into a stopped queue = %+v, %v", res, err)
	}
	tool(t, "cupsenable", "zebra")
	s.Poke()
	states.Until(t, "ready again", func(h devices.Health) bool { return h.State == devices.Ready })
	tool(t, "cupsreject", "zebra")
	if res, err := s.Print(t.Context(), devicetest.Checkerboard(media, 1)); err == nil || res.Complete || !strings.Contains(err.Error(), "did not take") {
		t.Errorf("Print into a queue that takes no jobs = %+v, %v", res, err)
	}
	stop()
	if n := len(end.Labels()); n != 3 {
		t.Errorf("%d labels came out", n)
	}
}

// A job that does not get through is taken back: it must not come out when the printer is switched on.
func TestSpoolerTakesBack(t *testing.T) {
	cups(t)
	end := newEnd(t)
	end.Off()
	tool(t, "lpadmin", "-p", "zebra", "-E", "-v", "socket://"+end.Address(), "-m", "raw")
	states := devicetest.NewInbox[devices.Health]()
	s := spooler("zebra", states.Put)
	res, err := s.Print(t.Context(), devicetest.Checkerboard(media, 1))
	if err == nil || !res.Complete || !errors.Is(err, devices.ErrTimeout) || !strings.Contains(err.Error(), "taken back") {
		t.Fatalf("Print = %+v, %v", res, err)
	}
	states.Until(t, "attention", func(h devices.Health) bool { return h.State == devices.Attention })
	if err := end.On(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), devicetest.Patience)
	defer cancel()
	b := devicetest.Checkerboard(media, 2)
	if res, err := s.Print(ctx, b); err != nil {
		t.Fatalf("Print = %+v, %v", res, err)
	}
	if l := end.Labels(); len(l) != 1 || !bytes.Equal(l[0].Bitmap.Bits, b.Bits) {
		t.Errorf("%d labels came out, or another one", len(l))
	}
}

func TestSpoolerWithoutQueueOrService(t *testing.T) {
	if _, err := exec.LookPath("lpstat"); err != nil {
		t.Skip("the print queue is not tested: lpstat is not installed (package cups-client)")
	}
	t.Setenv("CUPS_SERVER", "127.0.0.1:1") // nobody listens there
	states := devicetest.NewInbox[devices.Health]()
	s := spooler("nowhere", states.Put)
	res, err := s.Print(t.Context(), fulfillment.NewBitmap(fits(media)))
	if err == nil || res.Sent != 0 || res.Complete || !errors.Is(err, devices.ErrAbsent) {
		t.Errorf("Print = %+v, %v", res, err)
	}
	states.Until(t, "absent", func(h devices.Health) bool { return h.State == devices.Absent })
	t.Setenv("PATH", t.TempDir())
	if _, err := s.Print(t.Context(), fulfillment.NewBitmap(fits(media))); !errors.Is(err, devices.ErrUnsupported) {
		t.Errorf("without CUPS: %v", err)
	}
}
