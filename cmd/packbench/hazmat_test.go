package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"packbench/fulfillment"
	"packbench/storage"
)

// The dangerous goods sheet is written as it came, and where it is missing a sentence says what to do. `order` tells the hold of a lost
// parcel and the carrier's steps.
func TestSheetsAndStepsByCommand(t *testing.T) {
	s := newStation(t, "", "")
	store, err := storage.Open(t.Context(), s.dir, storage.Options{Station: "PACK-01"})
	if err != nil {
		t.Fatal(err)
	}
	day := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	order := func(id string, rung fulfillment.Rung, status string) fulfillment.Order {
		return fulfillment.Order{ID: fulfillment.OrderID(id), Status: fulfillment.StatusInTransit, ShippingType: fulfillment.ShippingPlatform,
			FulfillmentType: fulfillment.FulfillmentBySeller, UpdatedAt: day, Lines: []fulfillment.LineItem{{ID: fulfillment.LineID("L" + id), SKU: "POWER", DangerousGood: true}},
			Packages: []fulfillment.Package{{ID: fulfillment.PackageID("P" + id), OrderID: fulfillment.OrderID(id), Rung: rung, PlatformStatus: status, Lines: []fulfillment.LineID{fulfillment.LineID("L" + id)}}}}
	}
	if _, err := store.ApplyPulled(t.Context(), "shop", []fulfillment.Order{order("1", fulfillment.RungCarrierScanned, "CANCELLED"), order("2", fulfillment.RungToPack, "PROCESSING")}, day); err != nil {
		t.Fatal(err)
	}
	if err := store.StoreHazmat(t.Context(), "P1", []byte("%PDF-1.4 sheet")); err != nil {
		t.Fatal(err)
	}
	if err := store.KeepTracking(t.Context(), day, map[fulfillment.OrderID][]fulfillment.TrackingStep{"1": {{Text: "Collected", At: day}, {Text: "Damaged", At: day.Add(time.Hour)}}}); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(s.files, "sheet.pdf")
	if said := s.run(t, "hazmat", "1", "--out", file); !strings.Contains(said, `"package_id":"P1"`) || !strings.Contains(said, "sheet.pdf") {
		t.Errorf("said %s", said)
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != "%PDF-1.4 sheet" {
		t.Errorf("%q, %v", got, err)
	}
	s.fails(t, "print it in the Seller Center", "hazmat", "2", "--out", file)
	s.fails(t, "no document printer is set up", "hazmat", "1", "--print")
	var told struct {
		Holds []string `json:"holds"`
		Steps []struct {
			Text string    `json:"text"`
			At   time.Time `json:"at"`
		} `json:"tracking_steps"`
	}
	if err := json.Unmarshal([]byte(s.run(t, "order", "1")), &told); err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(told.Holds, "lost") || len(told.Steps) != 2 || told.Steps[0].Text != "Damaged" || !told.Steps[0].At.Equal(day.Add(time.Hour)) {
		t.Errorf("%+v", told)
	}
}
