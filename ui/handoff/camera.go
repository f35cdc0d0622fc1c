package handoff

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"packbench/ui/text"
	"packbench/ui/widgets"
)

// Frames is the live camera. Latest returns the newest JPEG picture, when it was taken, and a number that changes with
// every picture; no picture yet is a nil jpeg. It must be quick and safe for concurrent use; the bytes are not changed.
type Frames interface {
	Latest() (jpeg []byte, at time.Time, seq uint64)
}

// Limits of the live picture. A larger or faster one costs most of a processor without a graphics card.
const (
	liveW, liveH = 640, 480 // dots
	livePeriod   = time.Second / 15
	liveStale    = 3 * time.Second
)

// liveView draws the camera. Three buffers go round: one on the screen, one on its way there, one being filled.
type liveView struct {
	object  *fyne.Container
	picture *canvas.Image
	notice  *widgets.Text
	frames  Frames
	buffers [3]*image.RGBA
	pending atomic.Bool // a picture is on its way to the screen: drop the next one
	visible atomic.Bool
	has     bool        // there is a camera; the screen's goroutine
	none    atomic.Bool // the same for run's goroutine, the other way round
	seq     uint64      // run's goroutine
	turn    int         // run's goroutine
	said    string      // run's goroutine
}

func newLiveView(f Frames) *liveView {
	l := &liveView{frames: f, picture: &canvas.Image{FillMode: canvas.ImageFillContain, ScaleMode: canvas.ImageScaleFastest},
		notice: widgets.NewText(20, true, widgets.White).Fit(14, 2).Centred()}
	for i := range l.buffers {
		l.buffers[i] = image.NewRGBA(image.Rect(0, 0, liveW, liveH))
	}
	back := canvas.NewRectangle(color.Black)
	back.CornerRadius = widgets.RadiusCard
	l.object = container.NewStack(back, l.picture, l.notice)
	l.equip(true)
	return l
}

// equip tells whether there is a camera now. It is called on the screen's goroutine.
func (l *liveView) equip(camera bool) {
	l.has = camera && l.frames != nil
	l.none.Store(!l.has)
	if l.has {
		l.notice.Set(text.T("camera.wait"))
		return
	}
	l.notice.Set(text.T("camera.none"))
	l.picture.Image = nil
	l.picture.Refresh()
}

// run brings pictures to the screen, while it is visible, until ctx ends. post runs a function on the screen's goroutine.
func (l *liveView) run(ctx context.Context, post func(func()), now func() time.Time) {
	if l.frames == nil {
		return
	}
	tick := time.NewTicker(livePeriod)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if l.visible.Load() && !l.none.Load() && !l.pending.Load() {
				l.step(post, now())
			}
		}
	}
}

func (l *liveView) step(post func(func()), now time.Time) {
	data, at, seq := l.frames.Latest()
	if len(data) == 0 {
		l.say(post, text.T("camera.wait"))
		return
	}
	notice := ""
	if age := now.Sub(at); age > liveStale {
		notice = text.T("camera.stale", "span", text.Span(age))
	}
	if seq == l.seq {
		l.say(post, notice)
		return
	}
	l.seq = seq
	img, err := decodeFrame(data)
	if err != nil {
		l.say(post, text.T("camera.bad"))
		return
	}
	l.turn = (l.turn + 1) % len(l.buffers)
	small := fill(l.buffers[l.turn], img)
	l.pending.Store(true)
	l.said = notice
	post(func() {
		l.pending.Store(false)
		if l.none.Load() { // it was taken away meanwhile
			return
		}
		l.picture.Image = small
		l.picture.Refresh()
		l.notice.Set(notice)
	})
}

func (l *liveView) say(post func(func()), words string) {
	if words == l.said {
		return
	}
	l.said = words
	post(func() { l.notice.Set(words) })
}

// fill scales img into buf by taking nearest dots, keeping its shape, and returns the part of buf that is used.
func fill(buf *image.RGBA, img image.Image) image.Image {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if w > liveW || h > liveH {
		f := min(float64(liveW)/float64(w), float64(liveH)/float64(h))
		w, h = max(1, int(float64(w)*f)), max(1, int(float64(h)*f))
	}
	yuv, fast := img.(*image.YCbCr)
	if fast && w == b.Dx() && h == b.Dy() { // most cameras: nothing to scale, and the library's own conversion is the quickest
		draw.Draw(buf, image.Rect(0, 0, w, h), img, b.Min, draw.Src)
		return buf.SubImage(image.Rect(0, 0, w, h))
	}
	for y := range h {
		sy := b.Min.Y + y*b.Dy()/h
		row := buf.Pix[y*buf.Stride : y*buf.Stride+4*w]
		for x := range w {
			sx := b.Min.X + x*b.Dx()/w
			var r, g, bl uint8
			if fast {
				c := yuv.COffset(sx, sy)
				r, g, bl = color.YCbCrToRGB(yuv.Y[yuv.YOffset(sx, sy)], yuv.Cb[c], yuv.Cr[c])
			} else {
				c := color.RGBAModel.Convert(img.At(sx, sy)).(color.RGBA)
				r, g, bl = c.R, c.G, c.B
			}
			row[4*x], row[4*x+1], row[4*x+2], row[4*x+3] = r, g, bl, 0xFF
		}
	}
	return buf.SubImage(image.Rect(0, 0, w, h))
}

// maxFrame is the largest side of a picture that is unpacked, in dots: a header may claim anything.
const maxFrame = 8192

func decodeFrame(data []byte) (image.Image, error) {
	head, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if head.Width > maxFrame || head.Height > maxFrame {
		return nil, fmt.Errorf("picture of %d×%d dots", head.Width, head.Height)
	}
	return jpeg.Decode(bytes.NewReader(data))
}
