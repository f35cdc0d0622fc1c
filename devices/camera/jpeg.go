package camera

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"sync"
)

// Markers of JPEG (ITU-T T.81, table B.1).
const (
	soi = 0xD8
	eoi = 0xD9
	sos = 0xDA
	dht = 0xC4
)

// whole returns the one picture that b begins with, without whatever a driver's buffer holds behind it, and whether it has
// Huffman tables. The end is looked for by the structure: what is left of an older picture may have an end, too.
func whole(b []byte) (pic []byte, tables bool, err error) {
	if len(b) < 4 || b[0] != 0xFF || b[1] != soi {
		return nil, false, errNotJPEG
	}
	for i := 2; i+4 <= len(b); {
		if b[i] != 0xFF {
			return nil, false, fmt.Errorf("no marker at byte %d: %w", i, errNotJPEG)
		}
		m := b[i+1]
		if m == 0xFF { // fill byte
			i++
			continue
		}
		n := int(b[i+2])<<8 | int(b[i+3])
		tables = tables || m == dht
		i += 2 + n
		if n < 2 || i > len(b) {
			break
		}
		if m != sos {
			continue
		}
		// Coded data: FF is followed by 0, by a restart marker, or by the next marker.
		for ; i+1 < len(b); i++ {
			if b[i] != 0xFF {
				continue
			}
			switch m := b[i+1]; {
			case m == eoi:
				return b[:i+2], tables, nil
			case m == 0 || m >= 0xD0 && m <= 0xD7 || m == 0xFF:
				continue
			}
			break // the next scan
		}
	}
	return nil, false, fmt.Errorf("it has no end: %w", errNotJPEG)
}

// standardTables are the Huffman tables of T.81, annex K, as a DHT segment. Motion JPEG may leave them out (USB video class,
// MJPEG payload 1.5, 3.3), and then no reader of photos can read it. The library's encoder writes just these.
var standardTables = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	// One dot of grey and colour is enough; a buffer takes everything.
	_ = jpeg.Encode(&b, image.NewRGBA(image.Rect(0, 0, 8, 8)), nil)
	pic := b.Bytes()
	i := bytes.Index(pic, []byte{0xFF, dht})
	n := int(pic[i+2])<<8 | int(pic[i+3])
	return pic[i : i+2+n]
})

// withTables puts the standard tables behind the start of a picture that has none.
func withTables(pic []byte) []byte {
	out := append(make([]byte, 0, len(pic)+len(standardTables())), pic[:2]...)
	return append(append(out, standardTables()...), pic[2:]...)
}

// yuyv codes a picture of packed 4:2:2 samples: Y0 U Y1 V for each two dots, rows of stride bytes.
func yuyv(raw []byte, w, h, stride int) ([]byte, error) {
	if w <= 0 || h <= 0 || w%2 != 0 || stride < 2*w || len(raw) < stride*(h-1)+2*w {
		return nil, fmt.Errorf("%d bytes are no YUYV picture of %d×%d dots", len(raw), w, h)
	}
	img := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio422)
	for y := range h {
		row := raw[y*stride : y*stride+2*w]
		for x := 0; x < w; x += 2 {
			p := row[2*x : 2*x+4]
			img.Y[y*img.YStride+x], img.Y[y*img.YStride+x+1] = p[0], p[2]
			img.Cb[y*img.CStride+x/2], img.Cr[y*img.CStride+x/2] = p[1], p[3]
		}
	}
	return encode(img)
}
