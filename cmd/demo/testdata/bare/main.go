// Command bare is the smallest window that could take scans: it shows each code that it reads from a serial port and writes
// a line once the frame was painted. It keeps, checks and prints nothing. The benchmarks measure the program beside it, so
// that what the toolkit and the display cost is not taken for ours.
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
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: bare PORT FILE")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "bare:", err)
		os.Exit(1)
	}
}

func run(port, file string) error {
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
	win.SetContent(container.NewVBox(text, beacon))
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
