package main

import (
	"fmt"
	"regexp"

	"github.com/pelletier/go-toml/v2"

	"packbench/assets"
	"packbench/fulfillment"
)

// BoxConfig is one [[box]]: what PB:BOX:<code> means. Sides in millimetres, the empty box in grams.
type BoxConfig struct {
	Code     string `toml:"code"`
	Name     string `toml:"name"`
	LengthMM int    `toml:"length_mm"`
	WidthMM  int    `toml:"width_mm"`
	HeightMM int    `toml:"height_mm"`
	WeightG  int    `toml:"weight_g"`
}

// boxCode is what fits on the command sheet behind PB:BOX: in Code 128.
var boxCode = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,15}$`)

func checkBoxes(c *Config) *finding {
	seen := map[string]bool{}
	for i, b := range c.Boxes {
		switch {
		case !boxCode.MatchString(b.Code):
			return &finding{"box", i, "code", fmt.Sprintf("%q cannot be a box's code; use up to 16 letters, digits, dots, dashes", b.Code)}
		case seen[b.Code]:
			return &finding{"box", i, "code", fmt.Sprintf("there is a box %q already; give each box a code of its own", b.Code)}
		case b.WeightG < 0 || b.WeightG > 30_000:
			return &finding{"box", i, "weight_g", fmt.Sprintf("%d g is no weight of an empty box (0 to 30000)", b.WeightG)}
		}
		for _, side := range []struct {
			key string
			mm  int
		}{{"length_mm", b.LengthMM}, {"width_mm", b.WidthMM}, {"height_mm", b.HeightMM}} {
			if side.mm < 1 || side.mm > 3000 {
				return &finding{"box", i, side.key, fmt.Sprintf("%s of box %q is %d mm; measure the box outside, in millimetres (1 to 3000)", side.key, b.Code, side.mm)}
			}
		}
		seen[b.Code] = true
	}
	return nil
}

// boxes are those of station.toml; where it names none, the presets.
func (c Config) boxes() []fulfillment.Box {
	list := c.Boxes
	if len(list) == 0 {
		list = presetBoxes()
	}
	var out []fulfillment.Box
	for _, b := range list {
		out = append(out, fulfillment.Box{Code: b.Code, Name: b.Name, LengthMM: b.LengthMM, WidthMM: b.WidthMM, HeightMM: b.HeightMM, WeightG: b.WeightG})
	}
	return out
}

// presetBoxes come with the program; a test reads them, so they cannot be wrong in a release.
func presetBoxes() []BoxConfig {
	var presets Config
	if err := toml.Unmarshal(assets.Boxes, &presets); err != nil {
		return nil
	}
	return presets.Boxes
}
