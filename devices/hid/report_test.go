package hid_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"packbench/devices/hid"
)

func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

// posReport is what a scanner sends, written as its manual shows it.
func posReport(aim, data string, more bool) []byte {
	r := make([]byte, 64)
	r[0], r[1] = 2, byte(len(data))
	copy(r[2:5], aim)
	copy(r[5:61], data)
	if more {
		r[63] = 1
	}
	return r
}

func TestParsePOS(t *testing.T) {
	// From a maker's manual: 02 0C 5D 43 31 30 30 33 34 …
	r := append(unhex("02 0C 5D 43 31 30 30 33 34 30 31 32 33 34 35 36 37"), make([]byte, 47)...)
	got, err := hid.ParsePOS(r)
	if err != nil || got.AIM != "]C1" || string(got.Data) != "003401234567" || got.More {
		t.Errorf("got %+v, %v", got, err)
	}
	bad := posReport("]Q1", "x", false)
	bad[1] = 57
	other := posReport("]Q1", "x", false)
	other[0] = 1
	for _, r := range [][]byte{nil, r[:63], append(r, 0), bad, other} {
		if got, err := hid.ParsePOS(r); err == nil {
			t.Errorf("% x: %+v", r, got)
		}
	}
	if got, err := hid.ParsePOS(posReport("\x00\x00\x00", "AB", false)); err != nil || got.AIM != "" || string(got.Data) != "AB" {
		t.Errorf("without an identifier: %+v, %v", got, err)
	}
}

func TestPOSJoins(t *testing.T) {
	broken := posReport("]Q1", "", true)
	broken[1] = 99
	brokenLast := posReport("]Q1", "", false)
	brokenLast[1] = 99
	long := strings.Repeat("0123456789", 20)
	tests := []struct {
		name    string
		reports [][]byte
		want    []hid.Code
		errs    int
	}{
		{"one", [][]byte{posReport("]C1", "A\x1dB", false)}, []hid.Code{{AIM: "]C1", Text: "A\x1dB"}}, 0},
		{"four", [][]byte{posReport("]Q1", long[:56], true), posReport("]Q1", long[56:112], true), posReport("]Q1", long[112:168], true), posReport("]Q1", long[168:], false)},
			[]hid.Code{{AIM: "]Q1", Text: long}}, 0},
		{"the last is empty", [][]byte{posReport("]Q1", long[:56], true), posReport("]Q1", "", false)}, []hid.Code{{AIM: "]Q1", Text: long[:56]}}, 0},
		{"nothing at all", [][]byte{posReport("]Q1", "", false)}, nil, 0},
		{"broken in the middle", [][]byte{posReport("]Q1", "AA", true), broken, posReport("]Q1", "BB", false), posReport("]E0", "4006381333931", false)},
			[]hid.Code{{AIM: "]E0", Text: "4006381333931"}}, 1},
		{"broken at the end", [][]byte{posReport("]Q1", "AA", true), brokenLast, posReport("]E0", "4006381333931", false)},
			[]hid.Code{{AIM: "]E0", Text: "4006381333931"}}, 1},
		{"broken at the beginning", [][]byte{broken, posReport("]Q1", "BB", false), posReport("]E0", "1", false)}, []hid.Code{{AIM: "]E0", Text: "1"}}, 1},
		{"cut off by another", [][]byte{posReport("]Q1", "AA", true), posReport("]E0", "1", false)}, []hid.Code{{AIM: "]E0", Text: "1"}}, 1},
		{"a short one in the middle", [][]byte{posReport("]Q1", "AA", true), {2, 1}, posReport("]Q1", "BB", false), posReport("]E0", "1", false)}, []hid.Code{{AIM: "]E0", Text: "1"}}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var p hid.POS
			var got []hid.Code
			errs := 0
			for _, r := range tt.reports {
				c, ok, err := p.Feed(r)
				if ok {
					got = append(got, c)
				}
				if err != nil {
					errs++
				}
			}
			if fmt.Sprint(got) != fmt.Sprint(tt.want) || errs != tt.errs {
				t.Errorf("got %v and %d errors, want %v and %d", got, errs, tt.want, tt.errs)
			}
		})
	}
}

func TestPOSAnyCut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.StringN(1, 300, 600).Draw(t, "code")
		var p hid.POS
		for rest := want; ; {
			n := min(len(rest), rapid.IntRange(0, 56).Draw(t, "n"))
			more := n < len(rest)
			c, ok, err := p.Feed(posReport("]Q1", rest[:n], more))
			if err != nil || ok == more {
				t.Fatalf("ok %v, %v", ok, err)
			}
			if rest = rest[n:]; !more {
				if c.Text != want || c.AIM != "]Q1" {
					t.Fatalf("got %q, want %q", c.Text, want)
				}
				return
			}
		}
	})
}

func TestParseScale(t *testing.T) {
	tests := []struct {
		report string
		want   hid.ScaleReport
		fail   string
	}{
		{"03 04 02 00 14 00", hid.ScaleReport{Status: hid.ScaleStable, Grams: 20, Stable: true}, ""},
		{"03 04 0B FF 34 19", hid.ScaleReport{Status: hid.ScaleStable, Grams: 18291, Stable: true}, ""}, // 645.2 oz
		{"03 04 03 FD D2 04", hid.ScaleReport{Status: hid.ScaleStable, Grams: 1234, Stable: true}, ""},
		{"03 03 03 FD D2 04", hid.ScaleReport{Status: hid.ScaleMoving, Grams: 1234}, ""},
		{"03 02 0C FE 00 00", hid.ScaleReport{Status: hid.ScaleZero, Stable: true}, ""},
		{"03 04 0C FE 64 00", hid.ScaleReport{Status: hid.ScaleStable, Grams: 454, Stable: true}, ""},  // 1.00 lb
		{"03 04 01 02 FF FF", hid.ScaleReport{Status: hid.ScaleStable, Grams: 6554, Stable: true}, ""}, // 6553.5 g goes up
		{"03 04 02 80 FF FF", hid.ScaleReport{Status: hid.ScaleStable, Grams: 0, Stable: true}, ""},
		{"03 01 00 00 00 00", hid.ScaleReport{Status: hid.ScaleFault}, ""},
		{"03 05 02 00 14 00", hid.ScaleReport{Status: hid.ScaleUnder}, ""},
		{"03 06 02 00 14 00", hid.ScaleReport{Status: hid.ScaleOver}, ""},
		{"03 07 02 00 14 00", hid.ScaleReport{Status: hid.ScaleCalibrate}, ""},
		{"03 08 02 00 14 00", hid.ScaleReport{Status: hid.ScaleRezero}, ""},
		{"03 04 02 00 14 00 00 00", hid.ScaleReport{Status: hid.ScaleStable, Grams: 20, Stable: true}, ""},
		{"03 04 02 7F FF FF", hid.ScaleReport{}, "no parcel"},
		{"03 04 06 00 14 00", hid.ScaleReport{}, "unit 6"},
		{"03 00 02 00 14 00", hid.ScaleReport{}, "status 0"},
		{"03 09 02 00 14 00", hid.ScaleReport{}, "status 9"},
		{"04 04 02 00 14 00", hid.ScaleReport{}, "want id 3"},
		{"00 00 00 00 00 00", hid.ScaleReport{}, "want id 3"},
		{"03 04 02 00 14", hid.ScaleReport{}, "6 bytes"},
		{"", hid.ScaleReport{}, "want id"},
	}
	for _, tt := range tests {
		t.Run(tt.report, func(t *testing.T) {
			got, err := hid.ParseScale(unhex(tt.report))
			if tt.fail != "" {
				if err == nil || !strings.Contains(err.Error(), tt.fail) || got != tt.want {
					t.Fatalf("got %+v, %v, want an error with %q", got, err, tt.fail)
				}
				return
			}
			if err != nil || got != tt.want {
				t.Fatalf("got %+v, %v, want %+v", got, err, tt.want)
			}
		})
	}
}

// The grams are never further than half a gram from the true weight.
func TestScaleIsExact(t *testing.T) {
	per := map[byte]string{1: "1/1000", 2: "1", 3: "1000", 11: "28.349523125", 12: "453.59237"}
	rapid.Check(t, func(t *rapid.T) {
		unit := rapid.SampledFrom([]byte{1, 2, 3, 11, 12}).Draw(t, "unit")
		exp := rapid.Int8Range(-6, 1).Draw(t, "exp")
		w := rapid.Uint16().Draw(t, "weight")
		got, err := hid.ParseScale([]byte{3, 4, unit, byte(exp), byte(w), byte(w >> 8)})
		if err != nil {
			t.Fatal(err)
		}
		one, _ := new(big.Rat).SetString(per[unit])
		want, _ := new(big.Rat).SetString(fmt.Sprintf("%de%d", w, exp))
		want.Mul(want, one)
		off := want.Sub(want, new(big.Rat).SetInt64(int64(got.Grams)))
		if off.Abs(off).Cmp(big.NewRat(1, 2)) > 0 {
			t.Fatalf("%d e%d of unit %d is %d g: %s off", w, exp, unit, got.Grams, off.FloatString(4))
		}
	})
}

func TestUsagePage(t *testing.T) {
	tests := []struct {
		descriptor string
		want       uint16
	}{
		{"05 01 09 06 A1 01 05 07", 1},
		{"05 8C 09 02 A1 01 09 12", hid.PageScanner},
		{"05 8D 09 20 A1 01", hid.PageScale},
		{"06 66 FF 09 01 A1 01 05 8C A1 02", 0xFF66},
		{"FE 02 10 AA BB 05 8D A1 01", hid.PageScale},
		{"07 8C 00 00 00 A1 01", hid.PageScanner},
		{"05 8C 09 02", 0},
		{"05", 0},
		{"FE", 0},
		{"", 0},
	}
	for _, tt := range tests {
		if got := hid.UsagePage(unhex(tt.descriptor)); got != tt.want {
			t.Errorf("%s: got %#x, want %#x", tt.descriptor, got, tt.want)
		}
	}
}

func FuzzReports(f *testing.F) {
	f.Add(unhex("03 04 0B FF 34 19"))
	f.Add(unhex("05 8C 09 02 A1 01 09 12 FE 03"))
	f.Add(posReport("]C1", "003401234567", false))
	f.Add(bytes.Join([][]byte{posReport("]Q1", "A", true), posReport("]Q1", "B", false)}, nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		hid.UsagePage(b)
		if r, err := hid.ParseScale(b); err == nil && (r.Grams < 0 || r.Stable && r.Status != hid.ScaleStable && r.Status != hid.ScaleZero) {
			t.Fatalf("%+v", r)
		}
		var p hid.POS
		for len(b) > 0 {
			n := min(64, len(b))
			if c, ok, err := p.Feed(b[:n]); ok && (c.Text == "" || err != nil && n != 64) || len(c.Text) > 8192+56 {
				t.Fatalf("%+v, %v", c, err)
			}
			b = b[n:]
		}
	})
}
