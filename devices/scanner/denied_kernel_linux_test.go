package scanner_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"packbench/devices"
	"packbench/devices/devicetest"
	"packbench/devices/scanner"
	"packbench/devices/usb"
	"packbench/fulfillment"
)

// personVariable names the device in the process that is nobody in particular.
const personVariable = "PACKBENCH_USB_PERSON"

// A person who may not use the scanner is told what an administrator must do; once that is done it works, without a restart.
func TestDeniedThroughTheKernel(t *testing.T) {
	if name := os.Getenv(personVariable); name != "" {
		scanAsAPerson(t, name)
		return
	}
	inKernel(t)
	end, err := devicetest.NewUSBPOSScanner().InKernel()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(end.Close)
	node := end.Node(t)
	if err := os.Chmod(node, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*devicetest.Patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run", "^TestDeniedThroughTheKernel$", "-test.v")
	cmd.Env = append(os.Environ(), personVariable+"="+end.ID().String())
	const nobody = 65534
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var said []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		line, ok := strings.CutPrefix(lines.Text(), "person: ")
		if !ok {
			continue
		}
		said = append(said, line)
		switch {
		case strings.Contains(line, "This user may not use the USB scanner"):
			err = os.Chmod(node, 0o666) // what the rule does for whoever is logged in
		case strings.HasPrefix(line, string(devices.Ready)):
			err = end.Scan("576461413038785752")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v; it said %q", err, said)
	}
	if len(said) != 3 || !strings.HasPrefix(said[0], "attention This user may not") || !strings.Contains(said[0], "administrator") ||
		!strings.HasPrefix(said[1], "ready") || said[2] != "scan 576461413038785752" {
		t.Errorf("the person was told %q", said)
	}
}

func scanAsAPerson(t *testing.T, name string) {
	if os.Geteuid() == 0 {
		t.Fatal("still an administrator")
	}
	id, err := usb.ParseID(name)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*devicetest.Patience)
	defer cancel()
	got := false
	u := scanner.NewUSB(scanner.USBConfig{Device: id}, usb.NewSystem(), func(_ context.Context, s fulfillment.Scan) error {
		fmt.Println("person: scan " + s.Code)
		got = true
		time.AfterFunc(50*time.Millisecond, cancel)
		return nil
	}, func(h devices.Health) { fmt.Println("person: " + devicetest.Line(h)) }, slog.New(slog.DiscardHandler))
	if err := u.Run(ctx); err != nil || !got {
		t.Errorf("Run = %v, a scan came: %v", err, got)
	}
}
