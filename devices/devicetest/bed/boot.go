package bed

import (
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
// build machines. The clock is the slow and steady one: the fast one runs away under emulation, and time limits would fire.
func Boot(ctx context.Context, k Kernel, image, dir string, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := exec.CommandContext(ctx, emulator, "-M", "q35", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "1024",
		"-nodefaults", "-no-reboot", "-display", "none", "-monitor", "none",
		"-chardev", "file,id=console,path="+filepath.Join(dir, "console.log"), "-serial", "chardev:console",
		"-chardev", "stdio,id=tests,signal=off", "-serial", "chardev:tests",
		"-kernel", k.Image, "-initrd", image,
		"-append", "console=ttyS0 loglevel=4 panic=-1 mitigations=off clocksource=hpet tsc=unstable no_timer_check random.trust_cpu=on")
	cmd.Stdout, cmd.Stderr = out, os.Stderr
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("run the emulated computer: %w", err)
	}
	return nil
}
