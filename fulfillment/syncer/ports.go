package syncer

import (
	"context"
	"time"

	"packbench/fulfillment"
)

// Orders is the store of one shop's pulled orders: of no other shop's is anything read or returned.
type Orders interface {
	// Cursor is the update_time up to which the shop was pulled; zero for a shop never pulled.
	Cursor(ctx context.Context, shop string) (time.Time, error)
	// ApplyPulled stores orders as the platform tells them (o.CheckedAt is set) and moves the cursor, with or after the last of them.
	// It keeps what only this station knows: rungs, own holds, weights, labels, tracking from an import.
	// It returns the orders for which something changed that the bench must know, beside an error too. A zero cursor leaves it as it is.
	ApplyPulled(ctx context.Context, shop string, orders []fulfillment.Order, cursor time.Time) (changed []fulfillment.OrderID, err error)
	// Watched are the orders that are re-read: here those opened whose parcels were not handed over yet, and those with a request to
	// cancel of which only the flag is known; gone the others that the carrier has not scanned or that have an unfinished outbox row.
	Watched(ctx context.Context) (here, gone []fulfillment.OrderID, err error)
	// ToArrange are platform-shipped packages that may be arranged and have neither been arranged nor have a row,
	// earliest ship-by first, with WeightG and sizes computed from the products; those whose label needs them and whose
	// products do not tell are left to the bench.
	ToArrange(ctx context.Context, limit int) ([]fulfillment.OutboxRow, error)
	// ToFetch are arranged platform-shipped packages whose label is not stored, earliest ship-by first.
	ToFetch(ctx context.Context, limit int) ([]fulfillment.Package, error)
}

// Outbox is the durable queue of one shop. Every method is durable when it returns.
type Outbox interface {
	// Add queues rows; a row with the kind and package of an unfinished or finished one is not added again.
	Add(ctx context.Context, rows []fulfillment.OutboxRow) error
	// Due returns rows that may be worked on now: state queued or uncertain, NextAt not after now, the oldest
	// unfinished row of their order; by Deadline, then ID.
	Due(ctx context.Context, now time.Time, limit int) ([]fulfillment.OutboxRow, error)
	// Mark saves the row's new state, attempts, NextAt, Reason and RequestID. For done and parked it writes the event
	// (reported, parked) and, for done, what the platform told of the package, in the same transaction.
	Mark(ctx context.Context, row fulfillment.OutboxRow, told *PackageNews) error
	// Recover turns every in_flight row into an uncertain one. Called once, before the first call.
	Recover(ctx context.Context) error
	// Next is the earliest NextAt of an unfinished row; ok is false if there is none.
	Next(ctx context.Context) (at time.Time, ok bool, err error)
}

// LabelStore keeps labels as they came.
type LabelStore interface {
	// StoreLabel keeps the document (fsynced file, then row) and ties it to the package together with the tracking
	// number the platform told with it. A label that is already stored for the package is kept and not replaced.
	StoreLabel(ctx context.Context, id fulfillment.PackageID, document []byte, tracking fulfillment.Tracking) (fulfillment.Hash, error)
}

// PackageNews is what the platform told of a package.
type PackageNews = fulfillment.PackageNews

// Market is the Seller Center. Implemented by fulfillment/sellercenter's adapter. Errors are told apart with errors.Is /
// errors.As: see the causes in errors.go.
type Market interface {
	// Shop is the shop cipher that the orders belong to.
	Shop() string
	// PullOrders calls yield for each page of orders updated at or after since, oldest update first, details included; what
	// could not be read of a page stands beside its orders.
	PullOrders(ctx context.Context, since time.Time, yield func(fulfillment.PulledPage) error) error
	// ReadOrders returns the orders as they are now, packages included; ids the platform does not know are left out. A
	// fulfillment.UnreadableOrders error is about those orders only: the ones returned beside it stand.
	ReadOrders(ctx context.Context, ids []fulfillment.OrderID) ([]fulfillment.Order, error)
	// Send makes the call that the row means for this order's market and shipping type.
	Send(ctx context.Context, row fulfillment.OutboxRow, order fulfillment.Order) (PackageNews, error)
	// Label downloads the platform's label of an arranged package.
	Label(ctx context.Context, p fulfillment.Package) (document []byte, tracking fulfillment.Tracking, err error)
}

// Canceller is a Market that knows requests to cancel by themselves. Optional: without it an order only says that there is
// one, and no answer to it can be sent.
type Canceller interface {
	// CancelRequests are all requests to cancel of these orders, those that were answered long ago included.
	CancelRequests(ctx context.Context, orders []fulfillment.OrderID) ([]fulfillment.CancelRequest, error)
}

// Combined is a store of orders that knows which others the platform put into one package with a row's. Optional: without it
// every order is looked at by itself.
type Combined interface {
	// CombinedWith are the other orders that have something in the row's parcel; none for a package of one order.
	CombinedWith(ctx context.Context, order fulfillment.OrderID, parcel fulfillment.PackageID) ([]fulfillment.OrderID, error)
}

// WayStore keeps how far parcels are on their way.
type WayStore interface {
	// OnTheWay are at most limit of the shop's orders of which the carrier has a parcel that it has not delivered, and whose way was not
	// asked for since before; those asked for longest ago first.
	OnTheWay(ctx context.Context, before time.Time, limit int) ([]fulfillment.OrderID, error)
	// KeepTracking notes that the ways of these orders were asked for at a moment, and what was told of them, if anything.
	KeepTracking(ctx context.Context, at time.Time, ways map[fulfillment.OrderID][]fulfillment.TrackingStep) error
}

// Tracer is a Market that tells parcels' ways. Optional: without it their orders are read again all the same.
type Tracer interface {
	Tracking(ctx context.Context, order fulfillment.OrderID) ([]fulfillment.TrackingStep, error)
}

// UnreadableStore keeps what the platform told and nobody could read, so that it is asked for again after the cursor has gone
// past it. Optional: without it such orders are remembered until the program ends.
type UnreadableStore interface {
	KeepUnreadable(ctx context.Context, shop string, list fulfillment.UnreadableOrders) error
	UnreadableOrders(ctx context.Context, shop string) (fulfillment.UnreadableOrders, error)
	DropUnreadable(ctx context.Context, shop string, ids []fulfillment.OrderID) error
}

// Superseder is an Outbox that can end a row without claiming that the platform was told. Optional: without it such a row
// is parked.
type Superseder interface {
	// Supersede ends a row whose package the platform has replaced. It counts as not told.
	Supersede(ctx context.Context, row fulfillment.OutboxRow, reason string) error
}
