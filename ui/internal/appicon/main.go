// Command appicon draws assets/appicon.png from assets/appicon.svg; run by go generate in package ui.
package main

import (
	"fmt"
	"image/png"
	"os"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/software"

	_ "fyne.io/fyne/v2/test" // a driver without a display

	"packbench/assets"
)

const side = 256 // dots

func main() {
	if err := draw("../assets/appicon.png"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func draw(to string) error {
	picture := canvas.NewImageFromResource(fyne.NewStaticResource("appicon.svg", assets.AppIconSVG))
	c := software.NewTransparentCanvas()
	c.SetPadded(false)
	c.SetContent(picture)
	c.Resize(fyne.NewSquareSize(side))
	f, err := os.Create(to)
	if err != nil {
		return fmt.Errorf("write app icon: %w", err)
	}
	if err := png.Encode(f, c.Capture()); err != nil {
		_ = f.Close()
		return fmt.Errorf("write app icon %s: %w", to, err)
	}
	return f.Close()
}
