package main

import (
	"strings"
	"testing"

	"packbench/fulfillment"
)

const oneBox = "\n[[box]]\ncode = \"S1\"\nname = \"Small\"\nlength_mm = 200\nwidth_mm = 150\nheight_mm = 100\nweight_g = 60\n"

func TestBoxesOfTheStation(t *testing.T) {
	cfg, err := parseConfig("station.toml", []byte(goodConfig+oneBox))
	if err != nil {
		t.Fatal(err)
	}
	want := fulfillment.Box{Code: "S1", Name: "Small", LengthMM: 200, WidthMM: 150, HeightMM: 100, WeightG: 60}
	if boxes := cfg.policy().Boxes; len(boxes) != 1 || boxes[0] != want {
		t.Errorf("boxes %+v", boxes)
	}
	if names := sheetNames(cfg).Boxes; len(names) != 1 || names["S1"] != "Small" {
		t.Errorf("on the sheet: %v", names)
	}
	for _, c := range []struct{ old, new, says string }{
		{`code = "S1"`, `code = "S 1"`, "cannot be a box's code"},
		{`length_mm = 200`, `length_mm = 0`, "measure the box"},
		{`weight_g = 60`, `weight_g = -1`, "weight"},
		{oneBox, oneBox + oneBox, "already"},
	} {
		if _, err := parseConfig("station.toml", []byte(goodConfig+strings.Replace(oneBox, c.old, c.new, 1))); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.new, err)
		}
	}
}

// A station without [[box]] tables has the presets, which must pass the same check.
func TestPresetBoxes(t *testing.T) {
	cfg := defaultConfig()
	if n := len(cfg.boxes()); n < 5 || len(sheetNames(cfg).Boxes) != n {
		t.Errorf("%d presets, %d on the sheet", n, len(sheetNames(cfg).Boxes))
	}
	cfg.Boxes = presetBoxes()
	if f := checkBoxes(&cfg); f != nil {
		t.Errorf("preset %d: %s", f.nth, f.text)
	}
}
