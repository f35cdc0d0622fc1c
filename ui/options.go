package ui

import (
	"context"
	"image"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
	"packbench/ui/bench"
	"packbench/ui/equipment"
	"packbench/ui/handoff"
	"packbench/ui/orders"
	"packbench/ui/setup"
	"packbench/ui/sound"
)

type (
	// SyncStatus is how the station and the Seller Center stand.
	SyncStatus = equipment.SyncStatus
	// ShopState is how one connected shop stands.
	ShopState = equipment.ShopState
	// OutboxLine is one thing that the Seller Center has not been told yet.
	OutboxLine = equipment.OutboxLine
	// OrderLister reads orders by words; empty words mean all.
	OrderLister = orders.Lister
	// Label is a label as it will be printed, and LabelCode one code on it.
	Label     = bench.Label
	LabelCode = bench.LabelCode
	// Frames is a live camera.
	Frames = handoff.Frames
)

// SyncOf is all shops together.
func SyncOf(shops []ShopState) SyncStatus { return equipment.SyncOf(shops) }

// Speaker plays tones; Play must return at once.
type Speaker interface{ Play(sound.Tone) }

// Setup is what setting devices up needs of the program.
type Setup struct {
	Desk        setup.Desk                                     // nil: there is no setup
	Frames      Frames                                         // of the camera under trial
	Calibration image.Image                                    // see setup.Options
	Print       func(ctx context.Context, s setup.Sheet) error // a label of our own on the printer in use; nil: never
	Free        bool                                           // no supervisor is needed
	Warn        func(setup.Choice) string                      // the same about a device that is being set up
}

// Equipped is what the bench has to work with now.
type Equipped struct {
	LabelPrinter, Camera bool
	Warning              string // about the label printer and the market's procedures; empty: none
}

// Options are what the window needs of the program. Everything but Station may be left out; what is missing is then said
// on the screen. Scan and Command are called one code at a time, in order, from Run's goroutine: they may block, and the
// screen does not wait for them. Lists and pictures are read in the background.
type Options struct {
	Station      string
	FullScreen   bool
	Scan         func(code string) // a keyboard scanner's code, as typed, without its suffix
	Command      func(code string) // the PB: code of a button
	Orders       OrderLister
	Missing      func(ctx context.Context) ([]fulfillment.OrderSummary, error) // packed parcels on no manifest
	LabelPreview func(ctx context.Context, p fulfillment.Parcel) (Label, error)
	Picture      func(ctx context.Context, url string) (image.Image, error) // a product's picture, cached by the caller
	Camera       Frames
	Story        func(ctx context.Context, id fulfillment.OrderID) (fulfillment.Story, error) // why an order stands where it stands
	Decide       func(fulfillment.OutboxDecision)                                             // about a parked outbox row; called like Command
	Answer       func(fulfillment.CancelAnswer)                                               // to a request to cancel; called like Command
	Papers       orders.Papers                                                                // of one order; nil: there are none
	Manifests    handoff.Manifests                                                            // the sealed ones; nil: they are not shown
	ApplyScan    bool                                                                         // a label on the parcel must be scanned back
	Setup        Setup                                                                        // setting devices up, and test labels
	Shop         ShopDesk                                                                     // connecting shops
	Sound        Speaker
	// Drawn is called on the screen's goroutine once for every verdict, in order, after a frame that shows it was handed
	// to the display. It must be quick: one line to a file.
	Drawn func(v station.View, text string)
	Now   func() time.Time // nil: time.Now
}
