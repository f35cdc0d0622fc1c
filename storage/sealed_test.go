package storage

import (
	"testing"

	"packbench/fulfillment"
)

// A sealed manifest is listed with what left and what stayed, and its seal is found in its own station's record.
func TestSealedManifestsAndTheirSeals(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir)
	if none, err := s.SealedManifests(t.Context(), 10); err != nil || len(none) != 0 {
		t.Fatalf("nothing was sealed: %v, %v", none, err)
	}
	d := day(t, s)
	list, err := s.SealedManifests(t.Context(), 10)
	if err != nil || len(list) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	m := list[0]
	whole, err := s.Manifest(t.Context(), m.ID)
	if err != nil || m.Parcels != 2 || m.LeftOff != 1 || m.Carrier != "Demo Carrier" || m.Station != "PACK-01" || !m.SealedAt.Equal(whole.SealedAt) || whole.Count() != m.Parcels {
		t.Errorf("%+v of %+v, %v", m, whole, err)
	}
	seal, ok, err := s.SealOf(t.Context(), m.Station, m.ID)
	if err != nil || !ok || seal.Kind != fulfillment.EventSealed || seal.Hash == "" || seal.Seq == 0 || !seal.At.Equal(m.SealedAt) {
		t.Errorf("the seal %+v, %v, %v", seal, ok, err)
	}
	for station, id := range map[string]fulfillment.ManifestID{"PACK-02": m.ID, "PACK-01": d.bench.Open[0].ID} {
		if e, ok, err := s.SealOf(t.Context(), station, id); ok || err != nil {
			t.Errorf("manifest %s of %s has the seal %+v, %v", id, station, e, err)
		}
	}
	if cut, err := s.SealedManifests(t.Context(), 0); err != nil || len(cut) != 0 {
		t.Errorf("%+v, %v", cut, err)
	}
}
