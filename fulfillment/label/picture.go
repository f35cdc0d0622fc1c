package label

import (
	"bytes"
	"regexp"
	"strconv"
)

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
