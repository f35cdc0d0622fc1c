package label

import (
	"maps"
	"slices"

	"packbench/fulfillment"
)

type commandGroup struct {
	title    string
	commands []sheetCommand
}

func (n SheetNames) groups() []commandGroup {
	var groups []commandGroup
	add := func(title string, commands []sheetCommand) {
		if len(commands) > 0 {
			groups = append(groups, commandGroup{title, commands})
		}
	}
	var boxes, carriers []sheetCommand
	for _, code := range slices.Sorted(maps.Keys(n.Boxes)) {
		boxes = append(boxes, sheetCommand{"PB:BOX:" + code, "Box: " + n.Boxes[code]})
	}
	for _, name := range n.Carriers {
		if code := fulfillment.CarrierCode(name); code != "" {
			carriers = append(carriers, sheetCommand{"PB:CARRIER:" + code, "Only " + name})
		}
	}
	add("Boxes", boxes)
	add("Operators", badges(n.Badges))
	add("Carriers", carriers)
	return groups
}

func badges(names map[string]string) []sheetCommand {
	var list []sheetCommand
	for _, badge := range slices.Sorted(maps.Keys(names)) {
		list = append(list, sheetCommand{"PB:USER:" + badge, names[badge]})
	}
	return list
}

// commandSheet lays barcodes out in two columns on A4. y is where the next row begins, in mm; 0 before the first page.
type commandSheet struct {
	pdf *ownPaper
	y   float64

	title, note string // at the top of each page
}

const (
	sheetMargin  = 15.0
	sheetColumn  = 90.0
	sheetRow     = 30.0
	sheetBarcode = 16.0
	sheetBottom  = 282.0
)

func (s *commandSheet) page() {
	s.foot()
	s.pdf.AddPage()
	s.pdf.SetFont(fontText, "B", 16)
	s.pdf.Text(sheetMargin, 18, s.title)
	s.pdf.SetFont(fontText, "", 9)
	s.pdf.Text(sheetMargin, 24, s.note)
	s.y = 30
}

// foot ends a page.
func (s *commandSheet) foot() { s.pdf.lacking(sheetMargin, sheetBottom+6, 210-2*sheetMargin, 8) }

func (s *commandSheet) group(title string, commands []sheetCommand) error {
	if s.y == 0 || s.y+8+sheetRow > sheetBottom {
		s.page()
	}
	s.pdf.SetFont(fontText, "B", 11)
	s.pdf.Text(sheetMargin, s.y+5, title)
	s.pdf.SetDrawColor(160, 160, 160)
	s.pdf.SetLineWidth(0.2)
	s.pdf.Line(sheetMargin, s.y+6.5, 210-sheetMargin, s.y+6.5)
	s.y += 9
	for i, c := range commands {
		if i%2 == 0 && s.y+sheetRow > sheetBottom {
			s.page()
		}
		if err := s.command(c, sheetMargin+float64(i%2)*sheetColumn); err != nil {
			return err
		}
		if i%2 == 1 || i == len(commands)-1 {
			s.y += sheetRow
		}
	}
	s.y += 2
	return nil
}

func (s *commandSheet) command(c sheetCommand, x float64) error {
	if err := drawCode128(s.pdf, c.code, x, s.y, sheetColumn-4, sheetBarcode); err != nil {
		return err
	}
	s.centre(c.code, fontMono, "", 8, x, s.y+sheetBarcode+3.5)
	s.centre(c.caption, fontText, "B", 10, x, s.y+sheetBarcode+8.5)
	return nil
}

func (s *commandSheet) centre(text, family, style string, size, x, y float64) {
	width := min(s.pdf.measure(family, style, size, clean(text)), sheetColumn-4)
	s.pdf.write(x+(sheetColumn-4-width)/2, y, sheetColumn-4, family, style, size, text)
}
