package label

import (
	"fmt"
	"io"
)

// sheetCommand is one barcode of the command sheet.
type sheetCommand struct{ code, caption string }

var fixedCommands = []struct {
	title    string
	commands []sheetCommand
}{
	{"While packing", []sheetCommand{
		{"PB:UNDO", "Take back the last item or parcel"},
		{"PB:SKIP", "Put this order back, go on with another"},
		{"PB:HOLD", "Put this order aside for a supervisor"},
		{"PB:SHORT", "An item is missing"},
		{"PB:NEXTBOX", "Next box of the same order"},
		{"PB:FINISH", "End this step by hand (no scale, no scan)"},
		{"PB:TARE", "A tray stays on the scale: do not count it"},
		{"PB:REPRINT", "No label came out: print it"},
		{"PB:REPRINT:SPOILED", "Label spoiled: scan it, print another"},
		{"PB:REPRINT:UNREADABLE", "Label cannot be scanned: once more"},
		{"PB:REPRINT:LOST", "Label lost: once more"},
	}},
	{"Handing over", []sheetCommand{
		{"PB:MODE:PACK", "Work: packing"},
		{"PB:MODE:HANDOFF", "Work: handing over to a carrier"},
		{"PB:PHOTO", "One more photo of the last parcel"},
		{"PB:SEAL", "Seal the manifest"},
	}},
	{"Setting up a scanner that types", []sheetCommand{
		{LayoutCode, "Find out its keyboard layout"},
	}},
}

// confirmations stand on the supervisors' page: nobody else's word counts.
var confirmations = []sheetCommand{
	{"PB:CONFIRM:NUMBER", "The number on it is this parcel's"},
	{"PB:CONFIRM:ADDRESS", "Name and order fit; it has no number"},
	{"PB:CONFIRM:READER", "Read with another reader: it fits"},
}

// LayoutCode is the barcode by which the drivers of scanners find out on which keyboard layout a scanner types.
const LayoutCode = "PB:LAYOUT:AZQYWM-/_@#23"

// SheetNames is what a warehouse adds to its command sheet. Codes may contain what Code 128 carries.
type SheetNames struct {
	Boxes  map[string]string // box code → name
	Badges map[string]string // badge → operator's name
	// Supervisors are their badges. They stand on a page of their own, the last: who finds one at the bench may release
	// what was stopped, and nobody would know who it was.
	Supervisors map[string]string
	Carriers    []string    // display names
	Letters     *Typesetter // nil: the Go font alone
}

// CommandSheet writes the A4 sheet of command barcodes that hangs at the bench: all fixed commands, then boxes, badges
// and carriers where names has some. Supervisors' badges follow on a last page that does not belong there.
func CommandSheet(w io.Writer, names SheetNames) error {
	pdf := newPaper(210, 297, "Packbench commands", documentEpoch, names.Letters)
	s := &commandSheet{pdf: pdf, title: "Packbench commands", note: "Scan a command instead of touching the screen. Cover the neighbours with your hand."}
	for _, group := range fixedCommands {
		if err := s.group(group.title, group.commands); err != nil {
			return fmt.Errorf("the command sheet: %w", err)
		}
	}
	for _, group := range names.groups() {
		if err := s.group(group.title, group.commands); err != nil {
			return fmt.Errorf("the command sheet: %w", err)
		}
	}
	if len(names.Supervisors) > 0 {
		s.title, s.note = "Supervisors – do not leave at the bench", "Cut these out and keep them with the persons. Whoever scans one may release what was stopped."
		s.page()
		for _, g := range []commandGroup{{"Supervisors' badges", badges(names.Supervisors)}, {"A label that no barcode proves: compare it on the screen", confirmations}} {
			if err := s.group(g.title, g.commands); err != nil {
				return fmt.Errorf("the supervisors' page: %w", err)
			}
		}
	}
	s.foot()
	return pdf.finish(w, "the command sheet")
}
