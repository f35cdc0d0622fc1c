package storage

import "testing"

// A shop may have several keys: its cipher, earlier ones, and none.
func TestSheetsAreListedForAShopOfSeveralKeys(t *testing.T) {
	s := openTest(t, t.TempDir())
	for _, keys := range [][]string{{"a"}, {"a", ""}, {"a", "b", ""}} {
		if _, err := s.Shop(keys...).HazmatToFetch(t.Context(), 10); err != nil {
			t.Errorf("%q: %v", keys, err)
		}
	}
}
