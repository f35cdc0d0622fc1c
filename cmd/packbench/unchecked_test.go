package main

import (
	"testing"
	"time"

	"packbench/fulfillment"
)

func TestThePaperReadsTheSealsOwnWords(t *testing.T) {
	at := time.Date(2026, 11, 21, 15, 41, 0, 0, time.UTC)
	for body, want := range map[string]time.Time{`{"manifest":"M"}`: {}, `{"manifest":"M","unchecked_since":"2026-11-21T15:41:00Z"}`: at} {
		if got, err := uncheckedSince(fulfillment.Event{Body: []byte(body)}); err != nil || !got.Equal(want) {
			t.Errorf("%s: %v, %v", body, got, err)
		}
	}
	if _, err := uncheckedSince(fulfillment.Event{Body: []byte(`[]`)}); err == nil {
		t.Error("a body that is no object says nothing")
	}
}
