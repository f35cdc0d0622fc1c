package main

import (
	"context"
	"errors"
	"fmt"
	"image"
	"os/exec"
	"strings"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// errNoBarcode: nothing on the label can be scanned.
var errNoBarcode = errors.New("no barcode on the label can be read")

// readLabel is the packer's scanner held over a label: the text of a barcode on it. file is the same picture as a file,
// for zbarimg, which reads what the first reader cannot, where it is installed.
func readLabel(ctx context.Context, img image.Image, file string) (string, error) {
	for _, band := range bands(img.Bounds()) {
		part := img
		if sub, ok := img.(interface {
			SubImage(image.Rectangle) image.Image
		}); ok {
			part = sub.SubImage(band)
		}
		if text, ok := readPart(part); ok {
			return text, nil
		}
	}
	if _, err := exec.LookPath("zbarimg"); err == nil {
		ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
		defer cancel()
		if out, err := command(ctx, nil, "zbarimg", "-q", "--raw", file); err == nil && strings.TrimSpace(out) != "" {
			text, _, _ := strings.Cut(out, "\n")
			return text, nil
		}
	}
	return "", errNoBarcode
}

// bands are the whole picture and overlapping stripes of it: a barcode among other black things is found more easily in
// a stripe.
func bands(r image.Rectangle) []image.Rectangle {
	all := []image.Rectangle{r}
	h := r.Dy() / 4
	for y := r.Min.Y; h > 0 && y < r.Max.Y; y += h / 2 {
		all = append(all, image.Rect(r.Min.X, y, r.Max.X, min(y+h, r.Max.Y)))
	}
	return all
}

func readPart(img image.Image) (string, bool) {
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		return "", false
	}
	hints := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true}
	for _, r := range []gozxing.Reader{oned.NewCode128Reader(), qrcode.NewQRCodeReader()} {
		if found, err := r.Decode(bitmap, hints); err == nil && found.GetText() != "" {
			return found.GetText(), true
		}
	}
	return "", false
}

// differs names the difference between what the label says and what it must say; empty if there is none.
func differs(decoded, tracking string) string {
	if decoded == tracking {
		return ""
	}
	return fmt.Sprintf("the label says %q and the parcel is %q", decoded, tracking)
}
