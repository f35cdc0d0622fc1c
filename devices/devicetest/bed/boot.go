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
// build machines. Inside, each instruction takes the same time, and where all only wait the clock jumps to the end of the wait: no
// time limit of a test fires because this computer is busy, and waiting costs nothing. It needs a single processor for that (with two
// the emulator, QEMU 7.2, never comes to the end of the kernel's start), so what only two at the same time can do wrong is not seen here.
func Boot(ctx context.Context, k Kernel, image, dir string, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := exec.CommandContext(ctx, emulator, "-M", "q35", "-accel", "tcg,thread=single", "-icount", "shift=2,sleep=off",
		"-cpu", processor, "-smp", "1", "-m", "1024", "-nodefaults", "-no-reboot", "-display", "none", "-monitor", "none",
		"-chardev", "file,id=console,path="+filepath.Join(dir, "console.log"), "-serial", "chardev:console",
		"-chardev", "stdio,id=tests,signal=off", "-serial", "chardev:tests",
		"-kernel", k.Image, "-initrd", image,
		"-append", "console=ttyS0 loglevel=4 panic=-1 mitigations=off no_timer_check random.trust_cpu=on "+clock)
	cmd.Stdout, cmd.Stderr = out, os.Stderr
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("run the emulated computer: %w", err)
	}
	return nil
}

// processor is an old one with what the programs need: the wide registers of new ones take the emulator longer than they save.
const processor = "qemu64,+ssse3,+sse4.1,+sse4.2,+popcnt,+rdrand"

// clock is the kernel's clock: the processor's counter, which is read without leaving the program. Under -icount QEMU lets it run with the
// emulated nanoseconds.
const clock = "clocksource=tsc tsc=reliable tsc_early_khz=1000000"
