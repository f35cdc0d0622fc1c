package label

import (
	"bytes"
	"testing"

	"packbench/fulfillment"
)

// What one document left in the memory the next one must not find; it grows without moving, and not beyond its limit.
func TestLinearMemoryIsZeroForTheNextDocument(t *testing.T) {
	var m linearMemory
	const page = 1 << 16
	for round := range 3 {
		a := m.Allocate(page, wasmPages*page)
		small := a.Reallocate(page)
		small[0] = 1
		large := a.Reallocate(300 * page)
		if &large[0] != &small[0] || len(large) != 300*page {
			t.Fatalf("round %d: %d bytes, or they moved", round, len(large))
		}
		if bytes.ContainsFunc(large[1:], func(r rune) bool { return r != 0 }) {
			t.Fatalf("round %d: not zero", round)
		}
		for i := range large {
			large[i] = 0xEE
		}
		if a.Reallocate((wasmPages+1)*page) != nil {
			t.Error("grew beyond the limit")
		}
		a.Free()
	}
	if err := m.close(); err != nil {
		t.Error(err)
	}
}

// An instance that was not freed keeps the region; the next one works all the same.
func TestLinearMemoryThatIsTakenLeavesTheHeap(t *testing.T) {
	var m linearMemory
	taken := m.Allocate(0, 1<<20)
	taken.Reallocate(1 << 16)[0] = 1
	for _, most := range []uint64{1 << 20, wasmPages<<16 + 1} {
		other := m.Allocate(0, most)
		other.Reallocate(1 << 16)[0] = 2
		if got := other.Reallocate(1 << 17); len(got) != 1<<17 || got[0] != 2 || got[1<<16] != 0 {
			t.Error("the heap's memory does not grow")
		}
		other.Free()
	}
	if err := m.close(); err != nil || m.region == nil || taken.Reallocate(1 << 16)[0] != 1 {
		t.Errorf("the region was given back while it is in use (%v)", err)
	}
	taken.Free()
	if err := m.close(); err != nil || m.region != nil {
		t.Errorf("not given back: %v", err)
	}
}

// A document of many pages and then a simple one: the second is drawn as by a fresh engine.
func TestADocumentFindsNothingOfTheOneBefore(t *testing.T) {
	want := one(t, carrierSheet(upsNumber).pdf(t))
	if _, err := shared.drawPages(t.Context(), manyDifferent(t, 8), stock203, 8); err != nil {
		t.Fatal(err)
	}
	if got := one(t, carrierSheet(upsNumber).pdf(t)); !bytes.Equal(got.Bits, want.Bits) {
		t.Error("drawn otherwise after another document")
	}
}

func one(t *testing.T, document []byte) fulfillment.Bitmap {
	t.Helper()
	pages, err := shared.Raster(t.Context(), document, stock203)
	if err != nil || len(pages) != 1 {
		t.Fatal(len(pages), err)
	}
	return pages[0].Bitmap
}
