package label

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"packbench/fulfillment"
)

// Rules say what a label may not carry in a market: findings in sentences about its text and the barcodes read from it.
// They must be safe for concurrent calls. Findings are warnings for a person: the label is the carrier's, and is printed
// as it came.
type Rules interface {
	Check(market string, at time.Time, text string, decoded []string) []string
}

const cannotLint = "The label is a picture: its text cannot be checked against the label rules."

// lint returns findings about a page's text and the barcodes on it. A page without text is no clean page: it cannot be
// checked, only its codes can. market is the order's; empty: the station's.
func (e *Engine) lint(text string, decoded []string, market string, at time.Time) []string {
	var found []string
	if strings.TrimSpace(text) == "" {
		found = append(found, cannotLint)
	}
	if e.opts.Rules != nil {
		found = append(found, e.opts.Rules.Check(cmp.Or(market, e.opts.Market), at, text, decoded)...)
	}
	return found
}

// lintOthers warns of a second parcel's number on the label.
func (e *Engine) lintOthers(decoded []string, of fulfillment.Shipment) []string {
	var found []string
	for _, code := range decoded {
		if other := e.opts.Carriers.certainly(code); other != "" && !e.opts.Carriers.Match([]string{code}, of.Tracking, of.Carrier) {
			found = append(found, fmt.Sprintf("The label also carries %s, another tracking number.", other))
		}
	}
	return found
}
