package devicetest

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Samples worked out by hand from the ZPL II guide, not by our encoder.
func TestDecodeGF(t *testing.T) {
	tests := []struct {
		name, in string
		want     []byte
		fail     bool
	}{
		{"plain hex", "A,4,4,2,FF0012ab", []byte{0xFF, 0, 0x12, 0xAB}, false},
		{"line ends do not count", "A,4,4,2,FF00\r\n12AB", []byte{0xFF, 0, 0x12, 0xAB}, false},
		{"runs", "A,4,4,4,H1I2K3", []byte{0x11, 0x22, 0x23, 0x33}, true}, // 2+3+5 digits: too long for the row
		{"runs that fit", "A,4,4,4,H1I2I3", []byte{0x11, 0x22, 0x23, 0x33}, false},
		{"a run of twenty and more", "A,11,11,11,gHF", bytes.Repeat([]byte{0xFF}, 11), false},
		{"fill with white, with black, repeat", "A,8,8,2,F,:8!:", []byte{0xF0, 0, 0xF0, 0, 0x8F, 0xFF, 0x8F, 0xFF}, false},
		{"too few rows", "A,4,4,2,FF00", nil, true},
		{"too many rows", "A,2,2,2,FF00FF00", nil, true},
		{"repeat before the first row", "A,2,2,2,:", nil, true},
		{"a count without a digit", "A,2,2,2,FFG,", nil, true},
		{"a strange letter", "A,2,2,2,FFx0", nil, true},
		{"counts that do not agree", "A,3,4,2,FF0012AB", nil, true},
		{"no bytes a row", "A,4,4,0,FF0012AB", nil, true},
		{"binary is not read", "B,1,1,1,\xff", nil, true},
		{"B64", "A,3,3,3,:B64:AQID:" + "9B89", []byte{1, 2, 3}, true}, // a wrong checksum
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, _, err := DecodeGF(tt.in)
			if (err != nil) != tt.fail {
				t.Fatalf("got %x, %v", got, err)
			}
			if diff := cmp.Diff(tt.want, got); !tt.fail && diff != "" {
				t.Errorf("dots (-want +got):\n%s", diff)
			}
		})
	}
	// The check value of CRC-16/XMODEM in every catalogue.
	if got := crcXModem([]byte("123456789")); got != 0x31C3 {
		t.Errorf("checksum %04X, want 31C3", got)
	}
}

func TestDrawLabelComplains(t *testing.T) {
	tests := []struct {
		name, in string
		faults   int
	}{
		{"a picture", "^XA^PW16^LL2^FO0,0^GFA,4,4,2,FF0012AB^FS^PQ1^XZ", 0},
		{"a setting", "^XA^PW16^LL2^JUS^FO0,0^GFA,4,4,2,FF0012AB^FS^PQ1^XZ", 1},
		{"text", "^XA^PW16^LL2^FO0,0^A0N,20^FDhello^FS^XZ", 2},
		{"black outside", "^XA^PW12^LL2^FO0,0^GFA,4,4,2,FFFF^FS^XZ", 1},
		{"no size", "^XA^FO0,0^GFA,2,2,2,FFFF^FS^XZ", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, _, faults := drawLabel(tt.in, 203); (len(faults) > 0) != (tt.faults > 0) {
				t.Errorf("faults %q", faults)
			}
		})
	}
}

func FuzzDecodeGF(f *testing.F) {
	f.Add("A,4,4,2,FF0012ab")
	f.Add("A,8,8,2,F,:8!:")
	f.Add("A,3,3,3,:Z64:eJxjZGIGAAANAAc=:0000")
	f.Add("A,16777216,16777216,16777216,z0")
	f.Fuzz(func(t *testing.T, in string) {
		bits, stride, err := DecodeGF(in)
		if err == nil && (stride <= 0 || len(bits)%stride != 0) {
			t.Fatalf("%d bytes in rows of %d", len(bits), stride)
		}
	})
}
