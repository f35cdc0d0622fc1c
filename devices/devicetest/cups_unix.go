//go:build unix

package devicetest

import (
	"context"
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

// StartCUPS starts a print service of the test's own and points lp, lpstat and cancel to it. Without CUPS on this computer the test
// is skipped.
func StartCUPS(t testing.TB) {
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
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := ln.Addr().(*net.TCPAddr).Port
	_ = ln.Close()
	write(t, filepath.Join(dir, "cupsd.conf"), fmt.Sprintf(cupsdConf, port))
	write(t, filepath.Join(dir, "cups-files.conf"), fmt.Sprintf(cupsFiles, dir, who, group.name))
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), "cupsd", "-f", "-c", filepath.Join(dir, "cupsd.conf"), "-s", filepath.Join(dir, "cups-files.conf"))
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
		if out, _ := exec.CommandContext(t.Context(), "lpstat", "-r").Output(); strings.Contains(string(out), "is running") {
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
func account(t testing.TB) (string, groupID) {
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

func write(t testing.TB, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// RawQueue makes a queue that passes everything on to a printer on TCP as it is.
func RawQueue(t testing.TB, queue, address string) {
	t.Helper()
	CUPSTool(t, "lpadmin", "-p", queue, "-E", "-v", "socket://"+address, "-m", "raw")
}

// CUPSTool runs one of CUPS's programs.
func CUPSTool(t testing.TB, name string, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v: %s", name, args, err, out)
	}
}
