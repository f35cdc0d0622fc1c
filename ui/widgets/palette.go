package widgets

import (
	"fmt"
	"image/color"
)

// The palette. Contrast of every pair used for words is held by a test: 4.5:1 at least, 7:1 for ink on paper.
var (
	Paper     = rgb(0xF1F4F8) // behind everything
	Card      = rgb(0xFFFFFF)
	Ink       = rgb(0x0E1726)
	Soft      = rgb(0x465468) // second words on Card and Paper
	Line      = rgb(0xC9D2DE)
	Navy      = rgb(0x0B1F3A) // frame
	OnNavy    = rgb(0xFFFFFF)
	NavySoft  = rgb(0xB9C7DA) // second words on Navy
	Good      = rgb(0x0A7136) // accepted
	GoodPale  = rgb(0xE2F4E8)
	Done      = rgb(0x06532A) // complete
	Bad       = rgb(0xB80F1E) // refused
	BadPale   = rgb(0xFDE7E8)
	Warn      = rgb(0xFFB81C) // a person is needed; its words are Ink
	WarnPale  = rgb(0xFFF3D3)
	WarnInk   = rgb(0x7A4A00)
	Blue      = rgb(0x0B57B7) // next step
	BluePale  = rgb(0xE4EFFE)
	Idle      = rgb(0x33435C) // nothing has happened yet
	White     = rgb(0xFFFFFF)
	Violet    = rgb(0x6A1FA0) // gifts
	VioletPle = rgb(0xF3E6FB)
	Clear     = color.NRGBA{}
)

func rgb(v uint32) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xFF}
}

func hex(c color.NRGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

// Type sizes in the window's units (pixels at scale 1). Giant words are read at two metres: 44 units on a 22-inch
// 1366×768 screen are 16 mm, four times what 20/20 sight needs there.
const (
	SizeGiant  float32 = 46
	SizeBig    float32 = 34
	SizeTitle  float32 = 24
	SizeBody   float32 = 18
	SizeSmall  float32 = 15
	TouchSize  float32 = 60 // smallest edge of anything a glove must hit
	RadiusCard float32 = 10
)

// Scale is how much larger than in a window of 1366×768 things are drawn, given the ratio of heights: a larger screen is
// read from further away. It stays between 1 and 1.5, in steps, so that small changes redraw nothing.
func Scale(ratio float32) float32 {
	steps := float32(int(ratio*10)) / 10
	return max(1, min(1.5, steps))
}
