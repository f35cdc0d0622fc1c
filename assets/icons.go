package assets

import (
	"bytes"
	"embed"
	"fmt"
	"path"
	"strings"
)

//go:embed icons/*.svg
var icons embed.FS

// AppIcon is the program's icon, 256×256 dots, PNG; drawn from appicon.svg.
//
//go:embed appicon.png
var AppIcon []byte

// AppIconSVG is the same icon as a vector.
//
//go:embed appicon.svg
var AppIconSVG []byte

// Icon returns the named icon as SVG in the given colour, "#rrggbb". An unknown name is a programmer's fault: it panics,
// and the test over all names finds it.
func Icon(name, colour string) []byte {
	svg, err := icons.ReadFile(path.Join("icons", name+".svg"))
	if err != nil {
		panic(fmt.Sprintf("assets: no icon %q", name))
	}
	return bytes.ReplaceAll(svg, []byte("#000000"), []byte(colour))
}

// IconNames lists every icon, sorted.
func IconNames() []string {
	entries, err := icons.ReadDir("icons")
	if err != nil {
		panic(fmt.Sprintf("assets: embedded icons: %v", err))
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".svg"))
	}
	return names
}
