package scanner

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"packbench/devices"
	"packbench/devices/hid"
	"packbench/fulfillment"
)

func layoutNamed(t testing.TB, name string) *hid.Layout {
	t.Helper()
	l, err := hid.ParseLayout(name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// typedOn is what a computer of one layout reads of a text that a scanner types on another.
func typedOn(scanner, computer *hid.Layout, text string) string {
	k := hid.NewKeyboard(computer)
	var b strings.Builder
	for _, r := range text {
		for _, report := range hid.Stroke(scanner, r) {
			b.WriteString(k.Feed(report))
		}
	}
	return b.String()
}

// Once the calibration barcode was scanned, every code comes out as it stands on the label, whatever the two settings are.
func TestTypedCodesAreMended(t *testing.T) {
	for _, s := range hid.Layouts() {
		for _, c := range hid.Layouts() {
			var last devices.Health
			typed := NewTyped(TypedConfig{}, func(h devices.Health) { last = h })
			from, to := layoutNamed(t, s), layoutNamed(t, c)
			if _, ok := typed.Scan(typedOn(from, to, hid.Calibration), time.Now()); ok {
				t.Errorf("%s read with %s: the calibration barcode came through", s, c)
			}
			if last.State != devices.Ready {
				t.Errorf("%s read with %s: %+v", s, c, last)
			}
			for _, code := range []string{"576461413038785752", "MUG-RED_01/A", "PB:MODE:HANDOFF", "1Z999AA10123456784"} {
				got, ok := typed.Scan(typedOn(from, to, code), time.Now())
				if !ok || got.Code != code || got.ID == "" || got.Device != KeyboardDevice {
					t.Errorf("%s read with %s: got %+v, want %q", s, c, got, code)
				}
			}
		}
	}
}

func TestTypedCodesAreTakenApart(t *testing.T) {
	typed := NewTyped(TypedConfig{Prefix: "~"}, func(devices.Health) {})
	for in, want := range map[string]fulfillment.Scan{
		"~]E05901234123457": {Code: "5901234123457", AIM: "]E0"},
		"]C1~0105901234":    {Code: "0105901234", AIM: "]C1"},
		"MUG":               {Code: "MUG"},
	} {
		if got, ok := typed.Scan(in, time.Now()); !ok || got.Code != want.Code || got.AIM != want.AIM {
			t.Errorf("%q: got %+v", in, got)
		}
	}
	if _, ok := typed.Scan("~", time.Now()); ok {
		t.Error("a prefix alone is a code")
	}
}

// What the configuration names is mended from the start; Caps Lock is named and never guessed away.
func TestTypedLayoutsFromTheConfiguration(t *testing.T) {
	fr, us := layoutNamed(t, "fr"), layoutNamed(t, "us")
	var last devices.Health
	typed := NewTyped(TypedConfig{Scanner: fr}, func(h devices.Health) { last = h })
	if got, _ := typed.Scan(typedOn(fr, us, "AZ-1234"), time.Now()); got.Code != "AZ-1234" {
		t.Errorf("got %q", got.Code)
	}
	if _, ok := typed.Scan("pb:layout:azqywm-/_@#23", time.Now()); ok || last.State != devices.Attention {
		t.Errorf("%v %+v", ok, last)
	}
}

// Where both layouts can type a text, nothing is lost on the way there and back.
func TestMendingUndoesEveryTyping(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		from := layoutNamed(t, rapid.SampledFrom(hid.Layouts()).Draw(rt, "scanner"))
		to := layoutNamed(t, rapid.SampledFrom(hid.Layouts()).Draw(rt, "computer"))
		text := rapid.StringMatching(`[A-Z0-9:/_.-]{1,40}`).Draw(rt, "text")
		if got, ok := hid.Mend(from, to, typedOn(from, to, text)); ok && got != text {
			rt.Fatalf("%s read with %s: %q became %q", from.Name(), to.Name(), text, got)
		}
	})
}
