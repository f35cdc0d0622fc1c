package ui

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"packbench/fulfillment"
)

// keyboard types into a burst as the watchdog and the toolkit do, on a clock of its own.
type keyboard struct {
	b     burst
	now   time.Time
	codes []string
}

func (k *keyboard) typed(code string, gap time.Duration) {
	for _, r := range code {
		k.now = k.now.Add(gap)
		k.b.add(r, k.now)
	}
}

func (k *keyboard) enter() {
	if c, ok := k.b.end(); ok {
		k.codes = append(k.codes, c)
	}
}

// wait lets time pass with a tick every 25 ms.
func (k *keyboard) wait(d time.Duration) {
	for range d / watchBusy {
		k.now = k.now.Add(watchBusy)
		k.tick()
	}
}

func (k *keyboard) tick() {
	if c, ok := k.b.tick(k.now); ok {
		k.codes = append(k.codes, c)
	}
}

func newKeyboard() *keyboard { return &keyboard{now: time.Unix(1000, 0)} }

func TestBurstMakesCodes(t *testing.T) {
	for name, c := range map[string]struct {
		keys func(*keyboard)
		want []string
	}{
		"enter ends a code":                    {func(k *keyboard) { k.typed("LOT 42 B", time.Millisecond); k.enter() }, []string{"LOT 42 B"}},
		"two codes are not merged":             {func(k *keyboard) { k.typed("A1", 0); k.enter(); k.typed("B2", 0); k.enter() }, []string{"A1", "B2"}},
		"one character with enter is a code":   {func(k *keyboard) { k.typed("7", 0); k.enter() }, []string{"7"}},
		"enter alone is nothing":               {func(k *keyboard) { k.enter(); k.enter() }, nil},
		"silence ends a code without suffix":   {func(k *keyboard) { k.typed("5770001", time.Millisecond); k.wait(200 * time.Millisecond) }, []string{"5770001"}},
		"stray keys vanish in silence":         {func(k *keyboard) { k.typed("ab", 0); k.wait(200 * time.Millisecond); k.enter() }, nil},
		"a stray key does not spoil the next":  {func(k *keyboard) { k.typed("x", 0); k.wait(300 * time.Millisecond); k.typed("CODE", 0); k.enter() }, []string{"CODE"}},
		"enter after the silence adds nothing": {func(k *keyboard) { k.typed("CODE", 0); k.wait(200 * time.Millisecond); k.enter() }, []string{"CODE"}},
		"group separators are kept":            {func(k *keyboard) { k.typed("01\x1d21", 0); k.enter() }, []string{"01\x1d21"}},
		"a scanner with a suffix may be held up": {func(k *keyboard) {
			k.typed("5770001", 0)
			k.enter()
			k.typed("577", 0)
			k.wait(250 * time.Millisecond)
			k.typed("0002", 0)
			k.enter()
		}, []string{"5770001", "5770002"}},
		"one without a suffix is waited for once": {func(k *keyboard) {
			k.typed("5770001", 0)
			k.enter()
			k.typed("5770002", 0)
			k.wait(400 * time.Millisecond)
			k.typed("5770003", 0)
			k.wait(200 * time.Millisecond)
		}, []string{"5770001", "5770002", "5770003"}},
		"a slow scanner is one code": {func(k *keyboard) { k.typed("ABCDEF", 60*time.Millisecond); k.enter() }, []string{"ABCDEF"}},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKeyboard()
			c.keys(k)
			if !slices.Equal(k.codes, c.want) {
				t.Errorf("got %q, want %q", k.codes, c.want)
			}
		})
	}
}

// A stall of the screen in the middle of a code: keys wait in the queue, and the first tick after the stall sees a long
// silence that was none.
func TestStallDoesNotSplitACode(t *testing.T) {
	for _, at := range []time.Duration{0, 10 * time.Millisecond, 95 * time.Millisecond, 130 * time.Millisecond} {
		k := newKeyboard()
		k.typed("57700", time.Millisecond)
		if at > 0 { // a tick shortly before the stall
			k.now = k.now.Add(at)
			k.tick()
		}
		k.now = k.now.Add(700 * time.Millisecond)
		k.tick() // the tick that was waiting
		k.typed("01234", 0)
		k.enter()
		if !slices.Equal(k.codes, []string{"5770001234"}) {
			t.Errorf("tick %v before the stall: got %q", at, k.codes)
		}
	}
}

func TestTooLongCodesStayTooLong(t *testing.T) {
	k := newKeyboard()
	k.typed(strings.Repeat("9", 4*fulfillment.MaxScan), 0)
	k.enter()
	if n := len(k.codes[0]); n <= fulfillment.MaxScan || n > fulfillment.MaxScan+utf8.UTFMax {
		t.Errorf("%d bytes were kept", n)
	}
}

// Whatever is scanned, with or without suffix, arrives as it was, once, in order.
func TestBurstProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := newKeyboard()
		var want []string
		for range rapid.IntRange(1, 8).Draw(t, "scans") {
			code := rapid.StringOfN(rapid.RuneFrom([]rune("ABC019 -:/\x1d")), 3, 40, -1).Draw(t, "code")
			k.typed(code, time.Duration(rapid.IntRange(0, 90).Draw(t, "gap ms"))*time.Millisecond)
			if rapid.Bool().Draw(t, "suffix") {
				k.enter()
			} else {
				least := 175
				if k.b.ends {
					least += 200
				}
				k.wait(time.Duration(rapid.IntRange(least, 800).Draw(t, "silence ms")) * time.Millisecond)
			}
			want = append(want, code)
			k.wait(time.Duration(rapid.IntRange(0, 300).Draw(t, "pause ms")) * time.Millisecond)
		}
		if !slices.Equal(k.codes, want) {
			t.Fatalf("got %q, want %q", k.codes, want)
		}
	})
}

func FuzzBurst(f *testing.F) {
	f.Add([]byte("5770001\r"), uint8(1))
	f.Add([]byte("LOT 42 B\tX"), uint8(120))
	f.Add([]byte("\x1d\x00\xff\r\r"), uint8(0))
	f.Fuzz(func(t *testing.T, keys []byte, gap uint8) {
		k := newKeyboard()
		var runes strings.Builder
		for _, r := range string(keys) {
			if r == '\r' || r == '\t' {
				k.enter()
				continue
			}
			k.typed(string(r), time.Duration(gap)*time.Millisecond/2)
			runes.WriteRune(r)
		}
		k.wait(400 * time.Millisecond)
		if k.b.open() {
			t.Error("a code stays open after a long silence")
		}
		if got := strings.Join(k.codes, ""); len(got) > runes.Len() {
			t.Errorf("more came out (%q) than was typed (%q)", got, runes.String())
		}
	})
}
