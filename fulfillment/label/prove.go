package label

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"packbench/fulfillment"
)

// Raster draws the document's pages for the stock: mostly one, more where the carrier appends a slip or puts several
// labels in one file or on one sheet. Errors whose text
// is a sentence for the operator satisfy IsSentence; other errors are the program's own trouble.
func (e *Engine) Raster(ctx context.Context, document []byte, media fulfillment.Media) ([]Page, error) {
	if err := check(document, media); err != nil {
		return nil, err
	}
	switch Sniff(document) {
	case KindPDF:
		return e.drawPages(ctx, document, media, MaxPages)
	case KindPNG:
		return drawPNG(document, media)
	case KindZPL:
		return drawZPL(document, media)
	}
	return nil, badDocument("The label file is neither PDF, PNG nor ZPL. Download the label again.")
}

// IsSentence reports whether err is about the document and its text is made for an operator.
func IsSentence(err error) bool {
	_, bad := errors.AsType[*documentError](err)
	_, script := errors.AsType[*MissingScript](err)
	_, cannot := errors.AsType[*unsupported](err)
	return bad || cannot || script
}

// Prove draws the document for the stock, reads it back and compares what was read with the tracking number. The bitmap
// is the page the verdict is about; it is zero if nothing could be drawn. A bad document is a verdict; an error means
// that the question could not be decided (ctx ended, engine closed, impossible stock).
func (e *Engine) Prove(ctx context.Context, document []byte, of fulfillment.Shipment, media fulfillment.Media) (fulfillment.Proof, fulfillment.Bitmap, error) {
	proof := fulfillment.Proof{Label: hashOf(document), Media: media, Shipment: of, Rules: e.opts.RulesName, At: e.opts.Now().UTC()}
	pages, err := e.Raster(ctx, document, media)
	if bad, ok := errors.AsType[*documentError](err); ok {
		proof.Verdict, proof.Reason = fulfillment.LabelRefuse, bad.text
		return proof, fulfillment.Bitmap{}, nil
	}
	if cannot, ok := errors.AsType[*unsupported](err); ok {
		proof.Verdict, proof.Reason = fulfillment.LabelCannotVerify, cannot.text
		return proof, fulfillment.Bitmap{}, nil
	}
	if err != nil {
		return proof, fulfillment.Bitmap{}, fmt.Errorf("proving the label of %s: %w", of.Tracking, err)
	}
	chosen, read := e.choose(pages, of)
	page, decoded := pages[chosen], read.list
	proof.Decoded = decoded
	proof.Verdict, proof.Reason = e.judge(page.Bitmap, decoded, of)
	notes := slices.Clone(page.Notes)
	if small := e.tooSmall(page, read, of); small != "" && proof.Verdict == fulfillment.LabelPrint {
		if page.scaled() {
			proof.Verdict, proof.Reason = fulfillment.LabelCannotVerify, small
		} else {
			proof.Lint = []string{small} // as the carrier made it
		}
	}
	if len(pages) > 1 {
		notes = append(notes, fmt.Sprintf("The label file has %d pages or labels; number %d is printed, the rest is not.", len(pages), chosen+1))
	}
	proof.Lint = append(proof.Lint, e.lint(page.Text, decoded, of.Market, proof.At)...)
	if of.Tracking != "" {
		proof.Lint = append(proof.Lint, e.lintOthers(decoded, of)...)
	}
	proof.Findings = len(proof.Lint)
	proof.Lint = append(proof.Lint, notes...)
	return proof, page.Bitmap, nil
}

// choose returns the first page that carries the tracking number, else the first that carries any, else the first, with
// the barcodes of that page.
func (e *Engine) choose(pages []Page, of fulfillment.Shipment) (index int, read texts) {
	proven := func(codes []string) bool { return e.opts.Carriers.Match(codes, of.Tracking, of.Carrier) }
	all := make([]texts, len(pages))
	best := -1
	for i, page := range pages {
		all[i] = decodeUntil(page.Bitmap, proven)
		if proven(all[i].list) {
			return i, all[i]
		}
		if best < 0 && slices.ContainsFunc(all[i].list, LooksLikeTracking) {
			best = i
		}
	}
	best = max(best, 0)
	return best, all[best]
}

// What a hand scanner reads for certain: bars of two dots, which a worn head still prints, and of 0.19 mm (7.5 mil, where
// most scanners' specifications for Code 128 begin).
const (
	leastDots   = 2
	leastModule = 0.19 // mm
)

// tooSmall says in a sentence why a scanner may not read the tracking number's barcode although it was read here; "" where
// nothing speaks against it. Half a dot is forgiven, by which a width may be measured wrong.
func (e *Engine) tooSmall(page Page, read texts, of fulfillment.Shipment) string {
	eleven := 0
	for code, width := range read.eleven {
		if e.opts.Carriers.Match([]string{code}, of.Tracking, of.Carrier) {
			eleven = max(eleven, width)
		}
	}
	mm := float64(eleven) / 11 * 25.4 / float64(page.Bitmap.DPI)
	how, what := "", " Compare a printed label with a scanner, or ask for the label in the size of the stock."
	if page.scaled() {
		how = fmt.Sprintf(" after the page was scaled to %.0f %%", page.Scale*100)
	}
	switch {
	case eleven > 0 && (eleven < 11*leastDots || (float64(eleven)+0.5)/float64(eleven)*mm < leastModule):
		return fmt.Sprintf("The bars of %s are only %.2f mm wide%s: scanners may not read them.%s", of.Tracking, mm, how, what)
	case page.scaled() && page.Scale < surelyLarge:
		return fmt.Sprintf("The page was scaled to %.0f %%: too small to be sure that it can be read.%s", page.Scale*100, what)
	}
	return ""
}

func (e *Engine) judge(b fulfillment.Bitmap, decoded []string, of fulfillment.Shipment) (fulfillment.LabelVerdict, string) {
	others := slices.DeleteFunc(slices.Clone(decoded), func(code string) bool { return !LooksLikeTracking(code) })
	tracking := of.Tracking
	switch {
	case !slices.ContainsFunc(b.Bits, func(v byte) bool { return v != 0 }):
		return fulfillment.LabelRefuse, "The label is blank. Download the label again."
	case normal(string(tracking)) == "":
		return fulfillment.LabelCannotVerify, "There is no tracking number to compare the label with."
	case e.opts.Carriers.Match(decoded, tracking, of.Carrier):
		return fulfillment.LabelPrint, ""
	case len(others) > 0:
		return fulfillment.LabelRefuse, fmt.Sprintf("The label is for %s, not for %s. Download the label of this parcel.", listed(others), tracking)
	case len(decoded) > 0:
		return fulfillment.LabelCannotVerify, fmt.Sprintf("None of the barcodes on the label is a tracking number (read: %s). Compare the label with %s by eye.", listed(decoded), tracking)
	}
	return fulfillment.LabelCannotVerify, fmt.Sprintf("No barcode on the label could be read. Compare the label with %s by eye.", tracking)
}

// listed shows up to three codes in a sentence, controls made visible, each cut to a line's length.
func listed(codes []string) string {
	var shown []string
	for i, code := range codes {
		if i == 3 {
			shown = append(shown, "…")
			break
		}
		code = strings.Map(func(r rune) rune {
			if r < ' ' || r == 0x7f {
				return ' '
			}
			return r
		}, code)
		if runes := []rune(code); len(runes) > 48 {
			code = string(runes[:48]) + "…"
		}
		shown = append(shown, code)
	}
	return strings.Join(shown, ", ")
}

func hashOf(data []byte) fulfillment.Hash {
	sum := sha256.Sum256(data)
	return fulfillment.Hash(hex.EncodeToString(sum[:]))
}
