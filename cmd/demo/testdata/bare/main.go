// Command bare is the smallest window that could take scans: it shows each code that it reads from a serial port and writes
// a line once the frame was painted. It keeps, checks and prints nothing. The benchmarks measure the program beside it, so
// that what the toolkit and the display cost is not taken for ours: plain is an empty window with the code in it, full has
// as many plates and texts as a bench's screen, of which only the code changes, and film has a picture of 640×480 among them that
// changes fifteen times a second.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"os"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"go.bug.st/serial"
)

func main() {
	if len(os.Args) != 4 || os.Args[1] != "plain" && os.Args[1] != "full" && os.Args[1] != "film" {
		fmt.Fprintln(os.Stderr, "usage: bare plain|full|film PORT FILE")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "bare:", err)
		os.Exit(1)
	}
}

func run(kind, port, file string) error {
	out, err := os.OpenFile(file, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	line, err := serial.Open(port, &serial.Mode{BaudRate: 9600})
	if err != nil {
		return err
	}
	app.SetMetadata(fyne.AppMetadata{ID: "app.packbench.bare", Name: "Bare", Migrations: map[string]bool{"fyneDo": true}})
	a := app.NewWithID("app.packbench.bare")
	win := a.NewWindow("Bare")
	text := canvas.NewText("Scan", color.Black)
	text.TextSize = 40

	// The dot is drawn by the painter in the frame that shows the text; what it queues runs after that frame.
	code := ""
	dot := image.NewNRGBA(image.Rect(0, 0, 1, 1))
	beacon := canvas.NewRaster(func(int, int) image.Image {
		if c := code; c != "" {
			code = ""
			fyne.Do(func() { fmt.Fprintf(out, "{\"scan\":%q}\n", c) })
		}
		return dot
	})
	beacon.SetMinSize(fyne.NewSize(1, 1))
	head := container.NewVBox(text, beacon)
	switch kind {
	case "film":
		picture, film := filmed()
		win.SetContent(container.NewGridWithColumns(2, furnished(head), picture))
		go film()
	case "full":
		win.SetContent(furnished(head))
	default:
		win.SetContent(head)
	}
	win.Resize(fyne.NewSize(1280, 720))

	go func() {
		codes := bufio.NewReader(line)
		for {
			c, err := codes.ReadString('\r')
			if err != nil {
				return
			}
			fyne.Do(func() {
				code = c[:len(c)-1]
				text.Text = code
				text.Refresh()
				beacon.Refresh()
			})
		}
	}()
	win.ShowAndRun()
	return nil
}

// filmed is a picture and what changes it, fifteen times a second, for ever: a JPEG is unpacked each time, as from a camera, into one
// of three buffers. Nothing is fetched, checked or kept.
func filmed() (picture *canvas.Image, film func()) {
	const w, h, frames, rate = 640, 480, 3, 15
	var coded [frames][]byte
	var buffers [frames]*image.RGBA
	for i := range coded {
		buffers[i] = image.NewRGBA(image.Rect(0, 0, w, h))
		for y := range h {
			for x := range w {
				buffers[i].SetRGBA(x, y, color.RGBA{R: uint8(x/4 + 30*i), G: uint8(y / 2), B: uint8(x/32*16 ^ y/32*16), A: 0xFF})
			}
		}
		var b bytes.Buffer
		if err := jpeg.Encode(&b, buffers[i], &jpeg.Options{Quality: 75}); err != nil {
			panic(err) // only for sizes beyond 65535
		}
		coded[i] = b.Bytes()
	}
	picture = &canvas.Image{FillMode: canvas.ImageFillContain, ScaleMode: canvas.ImageScaleFastest, Image: buffers[0]}
	return picture, func() {
		tick := time.NewTicker(time.Second / rate)
		for i := 0; ; i++ {
			<-tick.C
			img, err := jpeg.Decode(bytes.NewReader(coded[i%frames]))
			if err != nil {
				panic(err) // it was encoded above
			}
			buf := buffers[i%frames]
			draw.Draw(buf, buf.Rect, img, image.Point{}, draw.Src)
			fyne.Do(func() {
				picture.Image = buf
				picture.Refresh()
			})
		}
	}
}

// What a bench's screen has beside the code: five plates to the edge, six cards with round corners, forty texts.
const (
	cards = 6
	lines = 6 // in each card
)

// furnished is the head over a screen of plates and texts.
func furnished(head fyne.CanvasObject) fyne.CanvasObject {
	grid := container.NewGridWithColumns(cards / 2)
	for range cards {
		plate := canvas.NewRectangle(color.White)
		plate.CornerRadius, plate.StrokeWidth, plate.StrokeColor = 10, 1, color.Gray{Y: 200}
		words := container.NewVBox()
		for i := range lines {
			words.Add(canvas.NewText(fmt.Sprintf("Line %d of a card", i+1), color.Black))
		}
		grid.Add(container.NewStack(plate, container.NewPadded(words)))
	}
	band := func(shade uint8, o fyne.CanvasObject) fyne.CanvasObject {
		return container.NewStack(canvas.NewRectangle(color.Gray{Y: shade}), o)
	}
	wide := func(text string) fyne.CanvasObject { return canvas.NewText(text, color.White) }
	return container.NewBorder(container.NewVBox(band(180, head), band(60, wide("Next"))), band(60, wide("State")), band(40, wide("Rail")), nil,
		band(240, grid))
}
