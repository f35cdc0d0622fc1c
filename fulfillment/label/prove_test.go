package label

import (
	"testing"

	"packbench/fulfillment"
)

func TestQuick(t *testing.T) {
	for i := range 3 {
		_ = i
		p, _ := prove(t, carrierSheet(upsNumber).pdf(t), upsNumber, stock203)
		t.Logf("%+v", p)
	}
	if p, _ := prove(t, carrierSheet(otherNumber).pdf(t), upsNumber, stock203); p.Verdict != fulfillment.LabelRefuse {
		t.Error(p)
	}
}

func BenchmarkProve(b *testing.B) {
	doc := carrierSheet(upsNumber).pdf(b)
	prove(b, doc, upsNumber, stock203)
	b.Run("raster", func(b *testing.B) {
		for b.Loop() {
			shared.Raster(b.Context(), doc, stock203)
		}
	})
	_, bm := prove(b, doc, upsNumber, stock203)
	b.Run("rows", func(b *testing.B) {
		for b.Loop() {
			code128Rows(bm)
		}
	})
	b.Run("turn", func(b *testing.B) {
		for b.Loop() {
			turned(bm)
		}
	})
	m := bitMatrix(bm)
	b.Run("qr", func(b *testing.B) {
		for b.Loop() {
			qrCodes(m)
		}
	})
	b.Run("squares", func(b *testing.B) {
		for b.Loop() {
			squareSymbols(bm, m)
		}
	})
	b.Run("prove", func(b *testing.B) {
		for b.Loop() {
			prove(b, doc, upsNumber, stock203)
		}
	})
}
