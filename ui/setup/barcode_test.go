package setup

import (
	"image"
	"image/color"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"packbench/devices"
)

// stripes is a code of n modules that begins and ends with a bar, as barcodes do.
func stripes(n int) *image.Gray {
	code := image.NewGray(image.Rect(0, 0, n, 1))
	for x := range n {
		if x%2 == 1 || x%5 == 2 {
			code.SetGray(x, 0, color.Gray{Y: 0xFF})
		}
	}
	code.SetGray(n-1, 0, color.Gray{})
	return code
}

func TestABarcodeKeepsWholeModulesAndItsQuietZones(t *testing.T) {
	const n = 288
	code := stripes(n)
	for w := n + 2*quiet; w < 1300; w += 7 {
		pic := drawBarcode(code, w, 9).(*image.Gray)
		dots := w / (n + 2*quiet)
		first, last := -1, -1
		for x := range w {
			if pic.GrayAt(x, 8).Y == 0 {
				if first < 0 {
					first = x
				}
				last = x
			}
		}
		if first < quiet*dots || w-1-last < quiet*dots || last-first+1 != n*dots {
			t.Fatalf("%d pixels: bars from %d to %d with %d dots a module", w, first, last, dots)
		}
		for x := range n * dots {
			if pic.GrayAt(first+x, 0) != code.GrayAt(x/dots, 0) {
				t.Fatalf("%d pixels: dot %d is not that of module %d", w, x, x/dots)
			}
		}
	}
	for _, small := range []image.Image{drawBarcode(code, n+2*quiet-1, 3), drawBarcode(nil, 50, 3)} {
		for _, y := range small.(*image.Gray).Pix {
			if y != 0xFF {
				t.Fatal("bars where there is no room for them, or no code")
			}
		}
	}
}

func TestTheBarcodeStaysInItsCard(t *testing.T) {
	d := &fakeDesk{found: map[devices.Kind][]Choice{devices.Scanner: {{Key: "tty", Kind: devices.Scanner, Name: "Serial"}, {Key: "keyboard", Kind: devices.Scanner, Name: "Types like a keyboard"}}}}
	s, _, _ := newTestWizard(t, d)
	w := test.NewTempWindow(t, s.Object)
	w.Resize(fyne.NewSize(1140+2*4, 444+2*4)) // 1280×720, with the test window's own padding
	test.Tap(s.v.choices[0])
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject
	card, code := s.v.stage.Objects[0], s.v.code
	from, to := at(card), at(card).AddXY(card.Size().Width, card.Size().Height)
	left, right := at(code), at(code).AddXY(code.Size().Width, code.Size().Height)
	if !card.Visible() || left.X < from.X || left.Y < from.Y || right.X > to.X || right.Y > at(s.v.note).Y {
		t.Errorf("the barcode is from %v to %v, its card from %v to %v, the line below at %v", left, right, from, to, at(s.v.note))
	}
	if plate := s.v.plate.Container; from.X < at(plate).X || to.X > at(plate).X+plate.Size().Width || to.Y > at(plate).Y+plate.Size().Height {
		t.Errorf("the white card is from %v to %v, outside of its frame", from, to)
	}
	if code.Size().Width < 288+2*quiet || code.Size().Height < 60 {
		t.Errorf("the barcode has %v", code.Size())
	}
	w.Resize(fyne.NewSize(1226+2*4, 492+2*4)) // 1366×768
	if code.Size().Width < 2*(288+2*quiet) {
		t.Errorf("on the usual screen the barcode has %v: one dot a module", code.Size())
	}
}
