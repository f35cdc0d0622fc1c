package devicetest

import (
	"bytes"
	"testing"

	"packbench/fulfillment"
)

// printsPrepared makes more labels ready than a driver keeps, some twice and one that is changed afterwards: what comes out is
// always what Print is given.
func printsPrepared(t *testing.T, p *printing) {
	p.run(t)
	m := p.drv.Media()
	p.drv.Prepare(fulfillment.Bitmap{}) // of no size: Print refuses it
	for seed := range 6 {
		p.drv.Prepare(Checkerboard(m, seed))
		p.drv.Prepare(Checkerboard(m, seed))
	}
	p.prints(t, 5, 1)
	p.prints(t, 0, 2)
	p.prints(t, 5, 3)
	changed := Checkerboard(m, 1)
	p.drv.Prepare(changed)
	copy(changed.Bits, Checkerboard(m, 2).Bits)
	res, err := p.drv.Print(t.Context(), changed)
	if err != nil || !res.Complete {
		t.Fatalf("Print = %+v, %v", res, err)
	}
	if labels := p.end.Labels(); len(labels) != 4 || !bytes.Equal(labels[3].Bitmap.Bits, changed.Bits) {
		t.Errorf("of %d labels the last is not the picture as it was printed", len(labels))
	}
}
