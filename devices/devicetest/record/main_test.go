//go:build unix

package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"packbench/devices/devicetest"
	"packbench/devices/usb"
)

// What a device on a real line sends stands in the file, with times, and can be played back.
func TestRecordSerial(t *testing.T) {
	end, err := devicetest.NewScanner("")
	if err != nil {
		t.Fatal(err)
	}
	defer end.Close()
	devicetest.Start(t, "the scanner", func(ctx context.Context) error {
		for _, code := range []string{"ONE", "TWO"} {
			time.Sleep(100 * time.Millisecond)
			if err := end.Scan(code); err != nil {
				return err
			}
		}
		return nil
	})
	file := filepath.Join(t.TempDir(), "scanner.tape")
	var msg strings.Builder
	err = run(t.Context(), []string{"--transport", "serial", "--port", end.Path(), "--for", "1s", "--note", "virtual scanner", "--ask", "5", "-o", file}, &msg)
	if err == nil || !strings.Contains(err.Error(), "hexadecimal") {
		t.Errorf("half a byte: %v", err)
	}
	if err := run(t.Context(), []string{"--transport", "serial", "--port", end.Path(), "--for", "1s", "--note", "virtual scanner", "-o", file}, &msg); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	tape, err := devicetest.ParseTape(text)
	if err != nil {
		t.Fatal(err)
	}
	var all []byte
	for _, p := range tape.Pieces {
		all = append(all, p.Bytes...)
	}
	if string(all) != "ONE\rTWO\r" || tape.Note != "virtual scanner" {
		t.Errorf("recorded %q, %q", all, tape.Note)
	}
}

func TestPageOfADevice(t *testing.T) {
	for page, want := range map[string]uint16{"": 0, "8c": 0x8C, "0x8D": 0x8D} {
		if i, err := (options{transport: "hid", page: page}).wanted(); err != nil || i.Page != want || i.Class != usb.ClassHID {
			t.Errorf("--page %q: %+v, %v", page, i, err)
		}
	}
}

func TestRecordSaysWhatIsWrong(t *testing.T) {
	for _, args := range [][]string{{}, {"-o", "x"}, {"--transport", "hid", "-o", "x"}, {"--transport", "serial", "--port", "/nowhere", "-o", "x"},
		{"--transport", "hid", "--device", "ffff:ffff", "--page", "pos", "-o", "x"}, {"--transport", "usb", "--device", "ffff:ffff", "--page", "8c", "-o", "x"}} {
		if err := run(t.Context(), args, &strings.Builder{}); err == nil {
			t.Errorf("%v was taken", args)
		}
	}
}
