package main

import (
	"context"

	"packbench/fulfillment"
	"packbench/fulfillment/label"
	"packbench/ui"
)

// labelPreview is the bitmap as it is printed, dot for dot, with what was read from it and what the rules say.
func (a *app) labelPreview(ctx context.Context, p fulfillment.Parcel) (ui.Label, error) {
	media := a.devices.printer.Media()
	if p.Package.Label == "" || media.DPI == 0 {
		return ui.Label{}, fulfillment.ErrNotFound
	}
	of := fulfillment.Shipment{Tracking: p.Package.Tracking, Carrier: p.Package.Carrier, Market: p.Order.Market}
	proof, b, err := a.archive.Previewed(ctx, p.Package.Label, of, media)
	if err != nil {
		return ui.Label{}, err
	}
	if len(b.Bits) == 0 {
		return ui.Label{}, fulfillment.ErrNotFound
	}
	l := ui.Label{Picture: label.Preview(b), DPI: media.DPI, Verdict: proof.Verdict, Reason: proof.Reason, Lint: proof.Lint, Findings: proof.Findings, Bitmap: proof.Bitmap}
	for _, code := range proof.Decoded {
		l.Codes = append(l.Codes, ui.LabelCode{Text: code, Ours: a.codes.Match([]string{code}, p.Package.Tracking, p.Package.Carrier)})
	}
	return l, nil
}
