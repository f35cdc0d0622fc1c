package printer

import "testing"

func TestSuggest(t *testing.T) {
	for _, c := range []struct {
		maker, model, commands string
		want                   Suggestion
	}{
		{"Zebra Technologies", "ZTC ZD421-300dpi ZPL", "", Suggestion{"zpl", false, 300}},
		{"Zebra", "LP2844", "EPL", Suggestion{"epl", true, 203}},
		{"Zebra", "LP2844-Z", "ZPL", Suggestion{"zpl", true, 203}},
		{"Unknown", "Label 1", "MODEL:TSPL2,PCL", Suggestion{"tspl", true, 203}},
		{"Munbyn", "ITPP941", "", Suggestion{"tspl", false, 203}},
		{"", "rollo_x1038", "", Suggestion{"tspl", false, 203}},
		{"EPSON", "TM-T88V", "ESC/POS", Suggestion{"escpos", true, 203}},
		{"Acme", "LaserWriter 3000", "PCL,PS", Suggestion{"", false, 203}},
		{"Acme", "Thing 300", "", Suggestion{"", false, 300}},
	} {
		if got := Suggest(c.maker, c.model, c.commands); got != c.want {
			t.Errorf("%s %s %s: got %+v, want %+v", c.maker, c.model, c.commands, got, c.want)
		}
	}
}
