//go:build linux && amd64

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
	"unsafe"

	"packbench/devices/devicetest/bed"
)

// tests is the line on which the outer computer listens; the console has the kernel's own messages.
const tests = "/dev/ttyS1"

// atOnce is how many steps run at a time. Waiting costs nothing here, so more would not be done sooner.
const atOnce = 3

func main() {
	if err := run(); err != nil {
		fmt.Println("init:", err)
	}
	syscall.Sync()
	_ = syscall.Reboot(syscall.LINUX_REBOOT_CMD_POWER_OFF)
	select {} // the first process must not end
}

func run() error {
	if err := mounts(); err != nil {
		return err
	}
	line, err := os.OpenFile(tests, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer line.Close()
	text, err := os.ReadFile(bed.PlanFile)
	if err != nil {
		return err
	}
	var plan bed.Plan
	if err := json.Unmarshal(text, &plan); err != nil {
		return err
	}
	for _, m := range plan.Modules {
		if err := load(m); err != nil {
			fmt.Fprintln(line, bed.ExitLine("load-"+filepath.Base(m.File), err.Error()))
		}
	}
	if err := syscall.Mount("configfs", "/sys/kernel/config", "configfs", 0, ""); err != nil {
		fmt.Fprintln(line, bed.ExitLine("configfs", err.Error()))
	}
	for _, udev := range []bool{false, true} {
		if udev {
			if err := startUdev(); err != nil {
				fmt.Fprintln(line, bed.ExitLine("udev", err.Error()))
			}
		}
		var wg sync.WaitGroup
		turn := make(chan struct{}, atOnce)
		for _, s := range plan.Steps {
			if s.Udev == udev {
				turn <- struct{}{}
				wg.Go(func() {
					fmt.Fprintln(line, bed.ExitLine(s.Name, step(s, line)))
					<-turn
				})
			}
		}
		wg.Wait()
	}
	fmt.Fprintln(line, bed.EndLine())
	// The line has sent everything when the emulator has it; give the last bytes the time.
	time.Sleep(50 * time.Millisecond)
	return nil
}

func mounts() error {
	for _, m := range []struct{ kind, at string }{
		{"proc", "/proc"}, {"sysfs", "/sys"}, {"devtmpfs", "/dev"}, {"tmpfs", "/tmp"}, {"tmpfs", "/run"},
		{"tmpfs", "/dev/shm"}, {"devpts", "/dev/pts"},
	} {
		if err := os.MkdirAll(m.at, 0o755); err != nil {
			return err
		}
		if err := syscall.Mount(m.kind, m.at, m.kind, 0, ""); err != nil {
			return fmt.Errorf("mount %s: %w", m.at, err)
		}
	}
	return loopback()
}

// loopback switches the network interface lo on.
func loopback() error {
	s, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM, 0)
	if err != nil {
		return fmt.Errorf("network: %w", err)
	}
	defer syscall.Close(s)
	var req struct {
		name  [16]byte
		flags uint16
		_     [22]byte
	}
	copy(req.name[:], "lo")
	req.flags = syscall.IFF_UP | syscall.IFF_RUNNING
	if _, _, e := syscall.Syscall(syscall.SYS_IOCTL, uintptr(s), syscall.SIOCSIFFLAGS, uintptr(unsafe.Pointer(&req))); e != 0 {
		return fmt.Errorf("network: %w", e)
	}
	return nil
}

func load(m bed.Module) error {
	f, err := os.Open(m.File)
	if err != nil {
		return err
	}
	defer f.Close()
	args, err := syscall.BytePtrFromString(m.Args)
	if err != nil {
		return err
	}
	const finitModule = 313 // amd64; package syscall has no name for it
	if _, _, e := syscall.Syscall(finitModule, f.Fd(), uintptr(unsafe.Pointer(args)), 0); e != 0 && e != syscall.EEXIST {
		return e
	}
	return nil
}

func startUdev() error {
	for _, d := range []string{"/run/udev", "/etc/udev/rules.d", "/lib/udev/rules.d"} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return err
		}
	}
	return exec.CommandContext(context.Background(), "/bin/systemd-udevd", "--daemon").Run()
}

// step runs one test and says how it ended, empty for well.
func step(s bed.Step, line *os.File) string {
	dir := filepath.Join("/tmp", s.Name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err.Error()
	}
	cmd := exec.CommandContext(context.Background(), s.File, s.Args...)
	cmd.Dir = dir
	cmd.Env = append([]string{"HOME=/tmp", "TMPDIR=/tmp", "PATH=/bin"}, s.Env...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err.Error()
	}
	cmd.Stderr = cmd.Stdout
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return err.Error()
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		fmt.Fprintln(line, bed.SaidLine(s.Name, lines.Text()))
	}
	err = cmd.Wait()
	fmt.Println("init:", s.Name, "ended after", time.Since(began).Round(time.Millisecond), "and used the processor for",
		cmd.ProcessState.UserTime().Round(time.Millisecond), "itself,", cmd.ProcessState.SystemTime().Round(time.Millisecond), "in the kernel")
	if err != nil {
		return err.Error()
	}
	return ""
}
