// Command bare is the smallest window that could take scans: it shows each code that it reads from a serial port and writes
// a line once the frame was painted. It keeps, checks and prints nothing. The benchmarks measure the program beside it, so
// that what the toolkit and the display cost is not taken for ours: plain is an empty window with the code in it, full has
// as many plates and texts as a bench's screen, of which only the code changes.
package main

import (
	"bufio"
	"fmt"
	"image"
	"image/color"
	"os"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"go.bug.st/serial"
)

func main() {
	if len(os.Args) != 4 || os.Args[1] != "plain" && os.Args[1] != "full" {
		fmt.Fprintln(os.Stderr, "usage: bare plain|full PORT FILE")
		os.Exit(2)
	}
	if err := run(os.Args[1] == "full", os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "bare:", err)
		os.Exit(1)
	}
}

func run(full bool, port, file string) error {
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
	if full {
		win.SetContent(furnished(head))
	} else {
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
