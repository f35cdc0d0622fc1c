package devicetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"packbench/devices"
	"packbench/devices/usb"
)

func TestTape(t *testing.T) {
	var tape Tape
	tape.Note = "Maker Model"
	tape.Add(1200*time.Microsecond, false, []byte{2, 0x0C, ']'})
	tape.Add(3*time.Second, true, []byte("W\r"))
	got, err := ParseTape(tape.Marshal())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(tape, got); diff != "" {
		t.Errorf("came back otherwise (-want +got):\n%s", diff)
	}
	for _, bad := range []string{"1 < zz", "x < 00", "1 = 00", "-1 < 00", "1 <"} {
		if _, err := ParseTape([]byte(bad)); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

// A player answers in its turn, and keeps what it was told otherwise.
func TestPlayer(t *testing.T) {
	var tape Tape
	tape.Add(0, true, []byte("W\r"))
	tape.Add(30*time.Millisecond, false, []byte("12.34"))
	tape.Add(31*time.Millisecond, true, []byte("W\r"))
	tape.Add(32*time.Millisecond, false, []byte("end"))
	p := NewPlayer(tape)
	d, err := p.Bus(usb.Info{PacketIn: 8, PacketOut: 8}).Open(t.Context(), usb.Want{Interfaces: []usb.Interface{{SubClass: usb.Any, Protocol: usb.Any}}})
	if err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 8)
	soon, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if n, err := d.Read(soon, buf); !errors.Is(err, devices.ErrTimeout) {
		t.Errorf("an answer before its question: %q, %v", buf[:n], err)
	}
	began := time.Now()
	for _, piece := range []string{"W", "\r"} {
		if _, err := d.Write(t.Context(), []byte(piece)); err != nil {
			t.Error(err)
		}
	}
	if n, err := d.Read(t.Context(), buf); err != nil || string(buf[:n]) != "12.34" || time.Since(began) < 30*time.Millisecond {
		t.Errorf("%q, %v after %v", buf[:n], err, time.Since(began))
	}
	if _, err := d.Write(t.Context(), []byte("S\r")); err == nil || len(p.Complaints()) != 1 || p.Left() != 2 {
		t.Errorf("another question: %v, complaints %q, %d pieces left", err, p.Complaints(), p.Left())
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}

func FuzzTape(f *testing.F) {
	f.Add([]byte("# x\n12.4 < 02 0c\n15.0 > 57 0d\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		tape, err := ParseTape(text)
		if err != nil {
			return
		}
		again, err := ParseTape(tape.Marshal())
		if err != nil || len(again.Pieces) != len(tape.Pieces) {
			t.Fatalf("%d pieces came back as %d, %v", len(tape.Pieces), len(again.Pieces), err)
		}
	})
}
