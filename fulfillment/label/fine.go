package label

import (
	"bytes"
	"encoding/binary"
	"math"
	"regexp"
	"strconv"
)

// fine is how many times finer than the printer's dots a page is drawn before each dot is decided by how much of it is
// covered. PDFium widens every filled rectangle to whole pixels; at the printer's own resolution that makes each bar of
// a barcode about a dot too wide, at a quarter of it the edges land on the nearest dot. Large stock at high resolution,
// where a dot matters less, is drawn less fine to keep time and memory in bounds. A page that is a picture is drawn as
// it is: it has no edges to place, and PDFium would enlarge it first, which takes seconds.
func fine(w, h int, picture bool) int {
	const finest, mostPixels = 4, 40_000_000
	for n := finest; n > 1 && !picture; n /= 2 {
		if w*h*n*n <= mostPixels {
			return n
		}
	}
	return 1
}

// largePicture is how many pixels make a picture the page's substance: a logo has fewer, a scanned label more.
const largePicture = 500_000

var pictureSize = regexp.MustCompile(`/(?:Width|Height)\s+(\d+)(\s+\d+\s+R)?`)

// hasLargePicture looks for image objects in the file itself. They are streams, whose dictionaries always stand in
// plain text, also in encrypted and in compressed files. A size that is not given directly counts as large.
func hasLargePicture(document []byte) bool {
	for rest := document; ; {
		i := bytes.Index(rest, []byte("/Image"))
		if i < 0 {
			return false
		}
		before, after := rest[:i], rest[i:]
		if bytes.HasSuffix(bytes.TrimRight(before, " \r\n\t"), []byte("/Subtype")) {
			from := max(0, bytes.LastIndex(before, []byte("obj")))
			to := bytes.Index(after, []byte("stream"))
			if to < 0 {
				to = len(after)
			}
			if large(rest[from : i+min(to, 4096)]) {
				return true
			}
		}
		rest = after[len("/Image"):]
	}
}

func large(dictionary []byte) bool {
	pixels, sizes := 1, 0
	for _, m := range pictureSize.FindAllSubmatch(dictionary, 2) {
		n, err := strconv.Atoi(string(m[1]))
		if err != nil || len(m[2]) > 0 || n > MaxPixels {
			return true
		}
		pixels *= max(n, 1)
		sizes++
	}
	return sizes < 2 || pixels >= largePicture
}

// coverage averages n × n pixels to one dot, n being 1, 2 or 4. The right and lower halves weigh a little more (33 to
// 31), so that an edge in the middle of a dot falls to the same side everywhere: lines neither grow nor vanish by it.
func coverage(grey []byte, stride, w, h, n int) []byte {
	const light, heavy = 31, 33
	half := n / 2
	total := uint32(1)
	if n > 1 {
		total = uint32(half * half * (light + heavy) * (light + heavy))
	}
	out := make([]byte, w*h)
	sums := make([]uint32, w) // of darkness: paper adds nothing and is skipped eight pixels at a time
	for y := range h {
		clear(sums)
		for dy := range n {
			weight := [2]uint32{light, heavy}
			if n == 1 {
				weight = [2]uint32{1, 1}
			}
			row := grey[(y*n+dy)*stride:][:w*n]
			for x := 0; x < w*n; {
				if x+8 <= len(row) && binary.LittleEndian.Uint64(row[x:]) == math.MaxUint64 {
					x += 8
					continue
				}
				for end := min(x+8, len(row)); x < end; x++ {
					if v := row[x]; v != 255 {
						sums[x/n] += weight[upper(dy, half)] * weight[upper(x%n, half)] * uint32(255-v)
					}
				}
			}
		}
		for x, sum := range sums {
			out[y*w+x] = byte(255 - sum/total)
		}
	}
	return out
}

// upper is 1 for positions in the right or lower half of a dot.
func upper(at, half int) int {
	if at >= half {
		return 1
	}
	return 0
}
