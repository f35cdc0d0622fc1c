package serialport

import (
	"fmt"
	"strings"
	"testing"

	"packbench/devices"
)

// The sentence about a port that this user may not open holds the one command that helps.
func TestWordsOfADeniedPort(t *testing.T) {
	for port, command := range map[string]string{"/dev/ttyUSB0": "sudo packbench udev –", "0403:6001:X": "sudo packbench udev 0403:6001 –"} {
		if _, text := Words("scale", port, fmt.Errorf("open: %w", devices.ErrDenied)); !strings.Contains(text, command) {
			t.Errorf("%s: %s", port, text)
		}
	}
}
