//go:build unix

package printer_test

import (
	"bytes"
	"fmt"
	"image/png"
	"testing"
	"time"

	"github.com/google/uuid"

	"packbench/devices/devicetest"
	"packbench/fulfillment"
	"packbench/fulfillment/label"
	"packbench/fulfillment/station"
	"packbench/storage"
)

// benchOfOrders is a real station with its store, label archive and print queue, and orders of one item each whose labels are
// stored and proved ahead, as the label prover leaves them.
type benchOfOrders struct {
	store   *storage.Store
	station *station.Station
	views   chan station.View
	orders  int
	archive *label.Archive
	ahead   *station.Ahead
	letters *label.Typesetter
}

func newBenchOfOrders(b *testing.B, drv devicetest.PrinterDriver) *benchOfOrders {
	b.Helper()
	store, err := storage.Open(b.Context(), b.TempDir(), storage.Options{Station: "PACK-01", Market: "US"})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { store.Close() })
	engine := label.NewEngine(label.Options{}) // labels are pictures: PDFium is never started
	b.Cleanup(func() { engine.Close() })
	x := &benchOfOrders{store: store, views: make(chan station.View, 1000), archive: label.NewArchive(engine, store, nil)}
	if x.letters, err = label.NewTypesetter(); err != nil {
		b.Fatal(err)
	}
	var queue *station.PrintQueue
	x.ahead = station.NewAhead(x.archive, drv, quiet)
	x.station = station.New(station.Options{ID: "PACK-01", Operator: "Bench", Store: store, NewID: func() string { return uuid.Must(uuid.NewV7()).String() }, Log: quiet,
		Show: func(v station.View) { x.ahead.Show(v); x.views <- v }, Candidates: func(string) []fulfillment.Tracking { return nil }, Queued: func() { queue.Wake() },
		Reserve: func(j fulfillment.PrintJob, of fulfillment.Shipment) (*station.Reservation, bool) {
			return queue.Reserve(j, of)
		},
		Policy: fulfillment.Policy{Verify: fulfillment.PolicyBlock, HasPrinter: true}})
	queue = station.NewPrintQueue(station.PrintQueue{Store: store, Labels: x.archive, Printer: drv, Back: x.station, Now: time.Now, Log: quiet})
	b.Cleanup(devicetest.Start(b, "the checkpoints", store.RunCheckpoints))
	b.Cleanup(devicetest.Start(b, "the station", x.station.Run))
	b.Cleanup(devicetest.Start(b, "the print queue", queue.Run))
	b.Cleanup(devicetest.Start(b, "the label in hand", x.ahead.Run))
	return x
}

// order stores one more order with its label, proves the label, and opens the order at the bench. It returns the item's code.
func (x *benchOfOrders) order(b *testing.B) (item string, picture fulfillment.Bitmap) {
	b.Helper()
	x.orders++
	id, number := fmt.Sprintf("5764614130388%06d", x.orders), fulfillment.Tracking(fmt.Sprintf("RA%09dGB", x.orders))
	o := fulfillment.Order{ID: fulfillment.OrderID(id), Shop: "shop", Market: "US", Source: fulfillment.SourcePlatform, Status: fulfillment.StatusAwaitingShipment,
		ShippingType: fulfillment.ShippingSeller, FulfillmentType: fulfillment.FulfillmentBySeller, PaidAt: time.Now().Add(-24 * time.Hour), CheckedAt: time.Now(),
		Lines:    []fulfillment.LineItem{{ID: fulfillment.LineID("L" + id), SKU: "MUG", ProductName: "Mug"}},
		Packages: []fulfillment.Package{{ID: fulfillment.PackageID("P" + id), OrderID: fulfillment.OrderID(id), Lines: []fulfillment.LineID{fulfillment.LineID("L" + id)}, Carrier: "Sample Post", Tracking: number}}}
	if _, err := x.store.ApplyPulled(b.Context(), "shop", []fulfillment.Order{o}, time.Time{}); err != nil {
		b.Fatal(err)
	}
	address := label.Address{Name: "Sample Person", Lines: []string{"1 Example Street"}, City: "Nowhere", PostalCode: "ZZ9 9ZZ", Country: "GB"}
	picture, err := label.SellerLabel{Language: "en", Carrier: "Sample Post", Tracking: number, Order: o.ID, From: address, To: address, Items: []label.LabelItem{{Name: "Mug", Quantity: 1}}}.Draw(x.letters, media)
	if err != nil {
		b.Fatal(err)
	}
	var document bytes.Buffer
	if err := png.Encode(&document, label.Preview(picture)); err != nil {
		b.Fatal(err)
	}
	hash, err := x.store.StoreLabel(b.Context(), o.Packages[0].ID, document.Bytes(), number)
	if err != nil {
		b.Fatal(err)
	}
	if proof, _, err := x.archive.Proved(b.Context(), hash, fulfillment.Shipment{Tracking: number, Carrier: "Sample Post", Market: "US"}, media); err != nil || proof.Verdict != fulfillment.LabelPrint {
		b.Fatal(proof.Reason, err)
	}
	x.scan(b, id)
	x.until(b, station.PromptScanItems)
	return "MUG", picture
}

func (x *benchOfOrders) scan(b *testing.B, code string) {
	b.Helper()
	if err := x.station.Submit(b.Context(), fulfillment.Scan{ID: uuid.NewString(), Code: code, At: time.Now().UTC()}); err != nil {
		b.Fatal(err)
	}
}

func (x *benchOfOrders) until(b *testing.B, prompt station.Prompt) {
	b.Helper()
	late := time.After(20 * time.Second)
	var last station.View
	for {
		select {
		case last = <-x.views:
			if last.Prompt == prompt {
				return
			}
		case <-late:
			b.Fatalf("the bench stands at %q (%+v), want %q", last.Prompt, last.Verdict, prompt)
		}
	}
}
