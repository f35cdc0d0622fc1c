package camera

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"testing"
)

func testPicture(t testing.TB, w, h int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetRGBA(x, y, color.RGBA{uint8(x * 255 / w), uint8(y * 255 / h), uint8(x * y), 255})
		}
	}
	b, err := encode(img)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A driver's buffer holds the end of an older, larger picture behind the new one.
func TestWholeEndsWithThePicture(t *testing.T) {
	small, large := testPicture(t, 32, 24), testPicture(t, 64, 48)
	pic, tables, err := whole(append(bytes.Clone(small), large[len(large)/2:]...))
	if err != nil || !tables || !bytes.Equal(pic, small) {
		t.Errorf("%d bytes of %d, tables %v, %v", len(pic), len(small), tables, err)
	}
	for n := range len(small) {
		if pic, _, err := whole(small[:n]); err == nil {
			t.Fatalf("a picture cut off after %d of %d bytes is %d bytes long", n, len(small), len(pic))
		}
	}
}

// Cameras may leave the Huffman tables out; no reader of photos knows what to do then.
func TestTablesAreAdded(t *testing.T) {
	pic := testPicture(t, 32, 24)
	bare := bytes.Replace(pic, standardTables(), nil, 1)
	if len(bare) == len(pic) {
		t.Fatal("the picture has no standard tables")
	}
	if _, err := jpeg.Decode(bytes.NewReader(bare)); err == nil {
		t.Fatal("the picture can be read without tables")
	}
	got, tables, err := whole(bare)
	if err != nil || tables {
		t.Fatalf("tables %v, %v", tables, err)
	}
	a, errA := jpeg.Decode(bytes.NewReader(pic))
	b, errB := jpeg.Decode(bytes.NewReader(withTables(got)))
	if errA != nil || errB != nil || !bytes.Equal(a.(*image.YCbCr).Y, b.(*image.YCbCr).Y) {
		t.Errorf("another picture: %v, %v", errA, errB)
	}
}

func FuzzWhole(f *testing.F) {
	pic := testPicture(f, 16, 16)
	f.Add(pic)
	f.Add(append(bytes.Clone(pic), pic...))
	f.Add([]byte{0xFF, 0xD8, 0xFF, 0xFF, 0xFF, 0xDA, 0, 2, 0xFF, 0xD9})
	f.Fuzz(func(t *testing.T, b []byte) {
		pic, _, err := whole(b)
		if err == nil && (!bytes.HasPrefix(b, pic) || !bytes.HasSuffix(pic, []byte{0xFF, 0xD9})) {
			t.Fatalf("not the beginning of what came, or without an end")
		}
	})
}

func TestYUYV(t *testing.T) {
	const w, h, stride = 16, 8, 40 // rows with something behind them
	raw := make([]byte, stride*h)
	for y := range h {
		for x := range w {
			raw[y*stride+2*x] = uint8(100 + 10*(x/8)) // grey, the right half lighter
			raw[y*stride+2*x+1] = 128
		}
	}
	pic, err := yuyv(raw, w, h, stride)
	if err != nil {
		t.Fatal(err)
	}
	img, err := jpeg.Decode(bytes.NewReader(pic))
	if err != nil || img.Bounds().Dx() != w || img.Bounds().Dy() != h {
		t.Fatal("no picture:", err)
	}
	left, right := color.GrayModel.Convert(img.At(2, 4)).(color.Gray), color.GrayModel.Convert(img.At(13, 4)).(color.Gray)
	if left.Y < 97 || left.Y > 103 || right.Y < 107 || right.Y > 113 {
		t.Errorf("grey %d and %d, want about 100 and 110", left.Y, right.Y)
	}
	for _, bad := range [][3]int{{w, h, 2*w - 1}, {w, h + 1, stride}, {0, h, stride}, {w + 1, h, stride}} {
		if _, err := yuyv(raw, bad[0], bad[1], bad[2]); err == nil {
			t.Errorf("%v is a picture", bad)
		}
	}
}

func TestChoose(t *testing.T) {
	fixed := func(w, h int) size { return size{minW: w, maxW: w, minH: h, maxH: h} }
	tests := []struct {
		name         string
		sizes        []size
		w, h         int
		wantW, wantH int
	}{
		{"as wanted", []size{fixed(640, 480), fixed(1280, 720), fixed(1920, 1080)}, 1280, 720, 1280, 720},
		{"the smallest that holds it", []size{fixed(3840, 2160), fixed(640, 480), fixed(1920, 1080)}, 1280, 720, 1920, 1080},
		{"else the largest", []size{fixed(320, 240), fixed(640, 480), fixed(160, 120)}, 1280, 720, 640, 480},
		{"as wanted of many", []size{{160, 1920, 2, 120, 1080, 2}}, 1279, 720, 1280, 720},
		{"steps do not go beyond the largest", []size{{160, 1000, 64, 120, 700, 64}}, 1280, 720, 1000, 700},
		{"none", nil, 1280, 720, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if w, h := choose(tt.sizes, tt.w, tt.h); w != tt.wantW || h != tt.wantH {
				t.Errorf("%d×%d, want %d×%d", w, h, tt.wantW, tt.wantH)
			}
		})
	}
}

func TestCrop(t *testing.T) {
	pic := testPicture(t, 200, 100)
	if got, err := (Crop{}).apply(pic); err != nil || !bytes.Equal(got, pic) {
		t.Error("a picture that is not cropped was changed:", err)
	}
	c, err := NewCrop(500, 0, 250, 1000)
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.apply(pic)
	if err != nil {
		t.Fatal(err)
	}
	img, err := jpeg.Decode(bytes.NewReader(got))
	if err != nil || img.Bounds().Dx() != 50 || img.Bounds().Dy() != 100 {
		t.Fatal("not the part:", err)
	}
	if r, _, _, _ := img.At(25, 2).RGBA(); r>>8 < 140 || r>>8 > 178 { // red grows from left to right
		t.Errorf("red %d in the middle of the part, want about 159", r>>8)
	}
	if _, err := c.apply([]byte("no picture")); err == nil {
		t.Error("no picture was cropped")
	}
	for _, bad := range [][4]int{{-1, 0, 10, 10}, {0, 0, 0, 10}, {500, 0, 501, 10}, {0, 1000, 1, 1}} {
		if _, err := NewCrop(bad[0], bad[1], bad[2], bad[3]); err == nil {
			t.Errorf("%v was taken", bad)
		}
	}
}
