package bed

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// emulator is the program that is the computer.
const emulator = "qemu-system-x86_64"

// FindEmulator says whether the emulator is installed; the error wraps ErrNoBed.
func FindEmulator() error {
	if _, err := exec.LookPath(emulator); err != nil {
		return fmt.Errorf("%s is not installed (package qemu-system-x86): %w", emulator, ErrNoBed)
	}
	return nil
}

// Boot starts the computer with a kernel and an initial file system and writes what the tests inside say to out, line by line.
// It returns when the computer has switched itself off or ctx ends; the kernel's own messages go to a file, console.log, in
// dir.
//
// The kernel is emulated instruction by instruction, without hardware acceleration, so that it works in containers and on
// build machines.
func Boot(ctx context.Context, k Kernel, image, dir string, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := exec.CommandContext(ctx, emulator, "-M", "q35", "-accel", "tcg,thread=multi", "-cpu", processor, "-smp", "2", "-m", "1024",
		"-nodefaults", "-no-reboot", "-display", "none", "-monitor", "none",
		"-chardev", "file,id=console,path="+filepath.Join(dir, "console.log"), "-serial", "chardev:console",
		"-chardev", "stdio,id=tests,signal=off", "-serial", "chardev:tests",
		"-kernel", k.Image, "-initrd", image,
		"-append", "console=ttyS0 loglevel=4 panic=-1 mitigations=off no_timer_check random.trust_cpu=on "+clock())
	cmd.Stdout, cmd.Stderr = out, os.Stderr
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("run the emulated computer: %w", err)
	}
	return nil
}

// processor is an old one with what the programs need: the wide registers of new ones take the emulator longer than they save.
const processor = "qemu64,+ssse3,+sse4.1,+sse4.2,+popcnt,+rdrand"

// clock is the kernel's clock. The processor's counter, which is that of this computer, is read without leaving the program; but how
// fast it runs the kernel must be told: measured by an emulated timer beside a busy machine it comes out wrong, and time limits would
// fire. Where the counter does not run evenly, the clock is the slow and steady one.
func clock() string {
	cpu, err := os.ReadFile("/proc/cpuinfo")
	rate := counterRate()
	if err != nil || rate == 0 || !bytes.Contains(cpu, []byte(" constant_tsc ")) || !bytes.Contains(cpu, []byte(" nonstop_tsc ")) {
		return "clocksource=hpet tsc=unstable"
	}
	return fmt.Sprintf("clocksource=tsc tsc=reliable tsc_early_khz=%d", rate)
}
