package devicetest

import (
	"testing"

	"packbench/fulfillment"
)

var tiny = fulfillment.Media{DPI: 203, WidthMM: 1, HeightMM: 1} // 8×8 dots

// Samples worked out by hand from the makers' manuals, not by our encoders.
func TestDecodeRaster(t *testing.T) {
	for _, tt := range []struct {
		name, language, in string
		labels, faults     int
		first              byte // the first row of the first label
	}{
		{"TSPL", "tspl", "SIZE 1 mm,1 mm\r\nGAP 3 mm,0\r\nCLS\r\nBITMAP 0,0,1,2,0,\xf0\xff\r\nPRINT 1,2\r\n", 2, 0, 0x0F},
		{"TSPL with a bit of padding black", "tspl", "SIZE 0.9 mm,1 mm\r\nGAP 3 mm,0\r\nCLS\r\nBITMAP 0,0,1,1,0,\x00\r\nPRINT 1,1\r\n", 1, 1, 0xFE},
		{"TSPL with a setting", "tspl", "SIZE 1 mm,1 mm\r\nGAP 3 mm,0\r\nSET CUTTER ON\r\nCLS\r\nPRINT 1,1\r\n", 1, 1, 0},
		{"TSPL before CLS", "tspl", "BITMAP 0,0,1,1,0,\x00\r\nPRINT 1,1\r\n", 0, 3, 0},
		{"TSPL cut off in its picture", "tspl", "SIZE 1 mm,1 mm\r\nGAP 3 mm,0\r\nCLS\r\nBITMAP 0,0,1,9,0,\x00\r\nPRINT", 0, 1, 0},
		{"EPL", "epl", "\nN\nq8\nQ8,24\nGW0,0,1,2,\xf0\xff\nP1\n", 1, 0, 0x0F},
		{"EPL without N", "epl", "q8\nQ8,24\nGW0,0,1,1,\xf0\nP1\n", 0, 3, 0},
		{"EPL text", "epl", "N\nq8\nQ8,24\nA0,0,0,1,1,1,N,\"x\"\nGW0,0,1,1,\xf0\nP1\n", 1, 1, 0x0F},
		{"ESC/POS", "escpos", "\x1b@\x1dv0\x00\x01\x00\x01\x00\xf0\x1dv0\x00\x01\x00\x01\x00\x0f\x1dVB\x00", 1, 0, 0xF0},
		{"ESC/POS wider than its paper", "escpos", "\x1b@\x1dv0\x00\x02\x00\x01\x00\xf0\x01\x1dVB\x00", 1, 1, 0xF0},
		{"ESC/POS without an end", "escpos", "\x1b@\x1dv0\x00\x01\x00\x01\x00\xf0", 0, 1, 0},
		{"ESC/POS text", "escpos", "hi", 0, 3, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			labels, faults := DecodeRaster(tt.language, tiny, []byte(tt.in))
			if len(labels) != tt.labels || len(faults) != tt.faults {
				t.Fatalf("%d labels, faults %q", len(labels), faults)
			}
			if len(labels) > 0 && labels[0].Bits[0] != tt.first {
				t.Errorf("first row %08b, want %08b", labels[0].Bits[0], tt.first)
			}
		})
	}
}

func FuzzDecodeRaster(f *testing.F) {
	f.Add("tspl", []byte("SIZE 1 mm,1 mm\r\nGAP 3 mm,0\r\nCLS\r\nBITMAP 0,0,1,2,0,\xf0\xff\r\nPRINT 1,2\r\n"))
	f.Add("epl", []byte("\nN\nq8\nQ8,24\nGW0,0,1,2,\xf0\xff\nP1\n"))
	f.Add("escpos", []byte("\x1b@\x1dv0\x00\x01\x00\x01\x00\xf0\x1dVB\x00"))
	f.Fuzz(func(t *testing.T, language string, in []byte) {
		labels, _ := DecodeRaster(language, tiny, in)
		for _, l := range labels {
			if len(l.Bits) != l.Stride*l.H {
				t.Fatalf("%d bytes for %d×%d", len(l.Bits), l.Stride, l.H)
			}
		}
	})
}
