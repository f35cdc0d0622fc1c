package camera

import (
	"image"
	"slices"
	"testing"
)

func TestOffer(t *testing.T) {
	fixed := func(w, h int) size { return size{minW: w, maxW: w, minH: h, maxH: h} }
	for _, tt := range []struct {
		name  string
		sizes []size
		want  []image.Point
	}{
		{"nothing", nil, nil},
		{"in any order, twice, and one that shows no label", []size{fixed(1920, 1080), fixed(160, 120), fixed(640, 480), fixed(1920, 1080)}, []image.Point{{640, 480}, {1920, 1080}}},
		{"any between two", []size{{minW: 48, maxW: 1280, stepW: 16, minH: 32, maxH: 720, stepH: 16}}, []image.Point{{640, 480}, {800, 600}, {1280, 720}}},
		{"only small ones", []size{fixed(160, 120)}, []image.Point{{160, 120}}},
	} {
		if got := offer(tt.sizes); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestLinkID(t *testing.T) {
	for link, want := range map[string]string{
		`\\?\usb#vid_046d&pid_0825&mi_00#7&2af0e6b6&0&0000#{e5323777-f976-4f5b-9b55-b94699c46e44}\global`: "046d:0825",
		`\\?\USB#VID_2BD9&PID_0011&MI_00#6&1&0&0000#{e5323777-f976-4f5b-9b55-b94699c46e44}\GLOBAL`:        "2bd9:0011",
		`\\?\root#camera#0000#{e5323777-f976-4f5b-9b55-b94699c46e44}\global`:                              "",
		`\\?\usb#vid_zzzz&pid_0011#`: "",
	} {
		id, ok := linkID(link)
		if ok != (want != "") || ok && id.String() != want {
			t.Errorf("%s: %v, %v", link, id, ok)
		}
	}
}
