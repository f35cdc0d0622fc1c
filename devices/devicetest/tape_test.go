package devicetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
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
	var played []byte
	if err := got.Play(t.Context(), 1000, func(b []byte) error { played = append(played, b...); return nil }); err != nil || string(played) != "\x02\x0c]" {
		t.Errorf("played %q, %v", played, err)
	}
	for _, bad := range []string{"1 < zz", "x < 00", "1 = 00", "-1 < 00", "1 <"} {
		if _, err := ParseTape([]byte(bad)); err == nil {
			t.Errorf("%q was taken", bad)
		}
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
