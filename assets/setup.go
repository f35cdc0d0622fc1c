package assets

import (
	"embed"
	"fmt"
)

//go:embed setup/*.svg
var setupPictures embed.FS

// SetupPicture is the drawing of how a device of a kind is used rightly, 240×170, SVG. An unknown kind is a programmer's fault.
func SetupPicture(kind string) []byte {
	svg, err := setupPictures.ReadFile("setup/" + kind + ".svg")
	if err != nil {
		panic(fmt.Sprintf("assets: no setup picture of %q", kind))
	}
	return svg
}
