package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"packbench/ui/widgets"
)

// benchTheme is light, high in contrast and large. It is the same by day and night, whatever the desktop prefers: the
// bench is lit, and colours carry meaning. Fonts are the toolkit's own Noto Sans; what it lacks comes from the system's
// fonts. No font collection (.ttc) may be set here: the toolkit cannot read them.
type benchTheme struct{ fyne.Theme }

func newTheme() fyne.Theme { return &benchTheme{theme.DefaultTheme()} }

var themeColours = map[fyne.ThemeColorName]color.Color{
	theme.ColorNameBackground:          widgets.Paper,
	theme.ColorNameForeground:          widgets.Ink,
	theme.ColorNamePrimary:             widgets.Blue,
	theme.ColorNameForegroundOnPrimary: widgets.White,
	theme.ColorNameInputBackground:     widgets.Card,
	theme.ColorNameInputBorder:         widgets.Soft,
	theme.ColorNamePlaceHolder:         widgets.Soft,
	theme.ColorNameSelection:           widgets.BluePale,
	theme.ColorNameScrollBar:           widgets.Soft,
	theme.ColorNameScrollBarBackground: widgets.Line,
	theme.ColorNameFocus:               widgets.Blue,
	theme.ColorNameSeparator:           widgets.Line,
	theme.ColorNameMenuBackground:      widgets.Card,
	theme.ColorNameOverlayBackground:   widgets.Card,
}

// Color implements fyne.Theme.
func (t *benchTheme) Color(name fyne.ThemeColorName, _ fyne.ThemeVariant) color.Color {
	if c, ok := themeColours[name]; ok {
		return c
	}
	return t.Theme.Color(name, theme.VariantLight)
}

// Size implements fyne.Theme; units as in package widgets.
func (t *benchTheme) Size(name fyne.ThemeSizeName) float32 {
	switch name {
	case theme.SizeNameText:
		return 20
	case theme.SizeNameInnerPadding:
		return 14
	case theme.SizeNamePadding:
		return 4
	case theme.SizeNameScrollBar:
		return 22
	case theme.SizeNameScrollBarSmall:
		return 10
	case theme.SizeNameInputBorder:
		return 2
	}
	return t.Theme.Size(name)
}
