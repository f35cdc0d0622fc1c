package hid_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"packbench/devices/hid"
)

func layout(t testing.TB, name string) *hid.Layout {
	t.Helper()
	l, err := hid.ParseLayout(name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// typed feeds reports given as hex and returns the text.
func typed(l *hid.Layout, reports ...string) string {
	k := hid.NewKeyboard(l)
	var b strings.Builder
	for _, r := range reports {
		b.WriteString(k.Feed(unhex(r)))
	}
	return b.String()
}

const up = "00 00 00 00 00 00 00 00"

func TestKeyboard(t *testing.T) {
	tests := []struct {
		name, layout string
		reports      []string
		want         string
	}{
		{"a word and Enter", "us", []string{"02 00 04", up, "00 00 05", up, "00 00 28", up}, "Ab\r"},
		{"Tab is an end, too", "us", []string{"00 00 1E", up, "00 00 2B"}, "1\r"},
		{"the keypad's Enter", "us", []string{"00 00 62", up, "00 00 58"}, "0\r"},
		{"a key that stays down counts once", "us", []string{"00 00 04", "00 00 04", "00 00 04 05", "00 00 05", up, "00 00 05"}, "abb"},
		{"the same letter twice", "us", []string{"00 00 04", up, "00 00 04"}, "aa"},
		{"without a release between", "us", []string{"00 00 04", "00 00 05", "00 00 04"}, "aba"},
		{"six keys in order", "us", []string{"00 00 1E 04 1F 05 20 06"}, "1a2b3c"},
		{"one key in two places", "us", []string{"00 00 04 04"}, "a"},
		{"rollover says nothing", "us", []string{"00 00 04", "00 00 01 01 01 01 01 01", "00 00 04 05"}, "ab"},
		{"shift does not type", "us", []string{"02 00 00", up}, ""},
		{"right shift", "us", []string{"20 00 2D"}, "_"},
		{"GS as Ctrl and ]", "us", []string{"01 00 30", up}, "\x1d"},
		{"GS as right Ctrl", "us", []string{"10 00 30"}, "\x1d"},
		{"GS on a German keyboard", "de", []string{"01 00 30"}, "\x1d"},
		{"GS on a French keyboard", "fr", []string{"01 00 30"}, "\x1d"},
		{"Ctrl and M is the letter's", "fr", []string{"01 00 33"}, "\r"},
		{"GS as Alt 029", "us", []string{"04 00 62", "04 00 00", "04 00 5A", "04 00 00", "04 00 61", "04 00 00", up}, "\x1d"},
		{"Alt released together with the next key", "us", []string{"04 00 5C", "04 00 00", "04 00 5D", "00 00 04"}, "-a"},
		{"Alt with a code page", "us", []string{"04 00 5A", "04 00", "04 00 59", "04 00 00", "04 00 61", up}, "█"},
		{"Alt 0233", "us", []string{"04 00 62", "04 00 5A", "04 00 5B", "04 00 00", "04 00 5B", up}, "é"},
		{"Alt 0128 is the euro", "us", []string{"04 00 62", "04 00 59", "04 00 5A", "04 00 60", up}, "€"},
		{"Alt and a number that is none", "us", []string{"04 00 61", "04 00 60", "04 00 5F", up}, "\ufffd"},
		{"the right Alt without AltGr", "us", []string{"40 00 5C", "40 00 5D", up}, "-"},
		{"Alt and a letter is a menu", "us", []string{"04 00 09", up}, ""},
		{"caps lock", "us", []string{"00 00 39", up, "00 00 04", up, "02 00 04", up, "00 00 1E", up, "00 00 39", up, "00 00 04"}, "Aa1a"},
		{"pound", "uk", []string{"02 00 20", up, "00 00 32", up, "02 00 1F"}, "£#\""},
		{"German z and y", "de", []string{"00 00 1D", up, "00 00 1C", up, "02 00 24", up, "00 00 38"}, "yz/-"},
		{"German AltGr", "de", []string{"40 00 14", up, "40 00 26", up, "05 00 2D", up, "40 00 64"}, "@]\\|"},
		{"German ^ before a space", "de", []string{"00 00 35", up, "00 00 2C"}, "^"},
		{"German accent on a letter", "de", []string{"00 00 2E", up, "00 00 08"}, "é"},
		{"an accent on a digit", "de", []string{"00 00 35", up, "00 00 1E"}, "^1"},
		{"an accent before Enter", "de", []string{"00 00 35", up, "00 00 28"}, "^\r"},
		{"two accents", "de", []string{"00 00 35", up, "00 00 35"}, "^^"},
		{"French digits need shift", "fr", []string{"02 00 1E", up, "00 00 1E", up, "02 00 27"}, "1&0"},
		{"French letters", "fr", []string{"00 00 14", up, "00 00 1A", up, "00 00 33", up, "00 00 10"}, "azm,"},
		{"French AltGr", "fr", []string{"40 00 26", up, "40 00 2D", up, "40 00 1F", up, "00 00 2C"}, "^]~"},
		{"short reports", "us", []string{"", "00", "00 00"}, ""},
		{"keys of no layout", "us", []string{"00 00 3A 4F E0 FF 65 29"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := typed(layout(t, tt.layout), tt.reports...); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestLayoutsByName(t *testing.T) {
	for _, name := range hid.Layouts() {
		if l := layout(t, strings.ToUpper(name)); l.Name() != name {
			t.Errorf("%s gives %s", name, l.Name())
		}
	}
	if layout(t, "").Name() != "us" {
		t.Error("no layout is not the American one")
	}
	if _, err := hid.ParseLayout("dvorak"); err == nil || !strings.Contains(err.Error(), "us, uk, de, fr") {
		t.Errorf("got %v", err)
	}
}

// Every printable ASCII character can be typed on every layout: otherwise a barcode could not be read.
func TestEveryLayoutTypesASCII(t *testing.T) {
	for _, name := range hid.Layouts() {
		l := layout(t, name)
		for c := byte(' '); c < 0x7F; c++ {
			if reports := hid.Stroke(l, rune(c)); reports == nil {
				t.Errorf("%s cannot type %q", name, c)
			}
		}
	}
}

// What a scanner types is what is read, on any layout, however keys overlap.
func TestTypingComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l, err := hid.ParseLayout(rapid.SampledFrom(hid.Layouts()).Draw(t, "layout"))
		if err != nil {
			t.Fatal(err)
		}
		want := rapid.StringOf(rapid.RuneFrom([]rune("abzAMZqwym019 ]^`~@#{}-_/\\'\"|<>\x1d"))).Draw(t, "code") + "\r"
		k := hid.NewKeyboard(l)
		var got strings.Builder
		for _, r := range want {
			for _, report := range hid.Stroke(l, r) {
				got.WriteString(k.Feed(report))
				if rapid.Bool().Draw(t, "again") {
					got.WriteString(k.Feed(report)) // a report repeated while nothing changes
				}
				if rapid.Bool().Draw(t, "error") {
					got.WriteString(k.Feed([]byte{report[0], 0, 1, 1, 1, 1, 1, 1}))
				}
			}
		}
		if got.String() != want {
			t.Fatalf("%s: typed %q, read %q", l.Name(), want, got.String())
		}
	})
}

func FuzzKeyboard(f *testing.F) {
	f.Add("us", unhex("02 00 1D 00 00 00 00 00 00 00 00 00 00 00 00 00 01 00 30 00 00 00 00 00"))
	f.Add("us", unhex("04 00 62 00 00 00 00 00 04 00 5A 00 00 00 00 00 04 00 61 00 00 00 00 00 00 00 00 00 00 00 00 00"))
	f.Add("de", unhex("00 00 35 00 00 00 00 00 00 00 01 01 01 01 01 01 40 00 14 00 00 00 00 00"))
	f.Add("fr", unhex("00 00 2F 04 05 06 07 08"))
	f.Fuzz(func(t *testing.T, name string, stream []byte) {
		l, err := hid.ParseLayout(name)
		if err != nil {
			return
		}
		k := hid.NewKeyboard(l)
		for len(stream) > 0 {
			n := min(8, len(stream))
			k.Feed(stream[:n])
			if n == 8 && stream[2] > 3 {
				if text := k.Feed(stream[:n]); text != "" && stream[3] != 1 {
					if !rollover(stream[2:8]) {
						t.Fatalf("the same report again typed %q", text)
					}
				}
			}
			stream = stream[n:]
		}
	})
}

func rollover(keys []byte) bool {
	for _, k := range keys {
		if k >= 1 && k <= 3 {
			return true
		}
	}
	return false
}
