package label

import (
	"errors"
	"fmt"
	"strings"

	"packbench/fulfillment"
	"packbench/fulfillment/label/zpl"
)

// drawZPL draws printer commands for the stock. What is proved, shown and printed is the drawing; the commands themselves
// never reach a printer. A command that is not known, or a fault in the file, means that the label is not known.
func drawZPL(document []byte, media fulfillment.Media) ([]Page, error) {
	w, h := media.Dots()
	drawn, err := zpl.Render(document, w, h, media.DPI)
	switch {
	case errors.Is(err, zpl.ErrTooLarge):
		return nil, badDocument("The label commands draw more than a label can hold. Download the label again.")
	case err != nil:
		return nil, badDocument("The label commands cannot be read (%s). Download the label again.", firstLine(err))
	case len(drawn.Refused) > 0:
		return nil, badDocument("The label file holds commands that would change the printer (%s). Ask for the label as PDF.", listed(drawn.Refused))
	case len(drawn.Unknown) > 0:
		return nil, &unsupported{fmt.Sprintf("The label can neither be previewed nor verified: %s. Ask for the label as PDF.", listed(drawn.Unknown))}
	case len(drawn.Labels) == 0:
		return nil, badDocument("The label file draws nothing. Download the label again.")
	case len(drawn.Labels) > MaxPages:
		return nil, badDocument("The label file has %d labels; a parcel has one. Print them one by one as separate labels.", len(drawn.Labels))
	}
	text := strings.Join(drawn.Texts, "\n")
	var pages []Page
	for _, b := range drawn.Labels {
		page := Page{Bitmap: b, Text: text, Notes: drawn.Notes}
		if text != "" {
			page.Notes = append(page.Notes[:len(page.Notes):len(page.Notes)], "The label came as printer commands: its letters look a little different from the carrier's.")
		}
		pages = append(pages, page)
	}
	return pages, nil
}
