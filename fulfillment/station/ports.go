package station

import (
	"context"
	"time"

	"packbench/fulfillment"
)

// Store is what the station needs of the disk. Implementations must be durable when a call returns.
type Store interface {
	// Restore returns the bench as it was last recorded, with orders, manifests and products read anew, and the head
	// of the station's event chain. A station without a past gets an empty bench.
	Restore(ctx context.Context, station string) (fulfillment.Bench, error)
	// Find returns everything known under a code. candidates are tracking numbers that a carrier's routing code may
	// contain; they are tried after the code itself. An unknown code is an empty Found, not an error.
	Find(ctx context.Context, code string, candidates []fulfillment.Tracking) (fulfillment.Found, error)
	// Record writes one Commit in one transaction.
	Record(ctx context.Context, c Commit) error
	// Order returns the order as stored, with its packages and holds; fulfillment.ErrNotFound if there is none.
	Order(ctx context.Context, id fulfillment.OrderID) (fulfillment.Order, error)
}

// Commit is one transaction of the bench: the events (numbered and linked by the store, which owns the chain's head),
// the bench as it is afterwards, and every row that follows from it.
type Commit struct {
	Station   string
	Operator  string
	At        time.Time // UTC, one moment for every row of the transaction
	Bench     fulfillment.Bench
	Events    []fulfillment.EventDraft
	Packages  []fulfillment.Package
	Orders    []fulfillment.OrderHold
	Manifests []fulfillment.Manifest
	Outbox    []fulfillment.OutboxRow
	Jobs      []fulfillment.PrintJob
	// Told is the print job whose state, as the queue left it, the bench has taken in with this commit.
	Told fulfillment.JobID
	// Decisions change parked outbox rows; where one is not parked any more the whole commit fails with
	// fulfillment.ErrNotFound.
	Decisions []fulfillment.OutboxDecision
	Photo     *Photo
	// Seen, unless nil, is called once with the order See as it is with everything that this transaction writes, before that is
	// flushed: what others wrote before counts, and nobody writes in between. An order that is not stored is fulfillment.ErrNotFound.
	// It must not block. Where the commit fails before, it is not called.
	Seen func(fulfillment.Order, error)
	See  fulfillment.OrderID
}

// Photo is a stored picture of a parcel on a manifest.
type Photo struct {
	Hash      fulfillment.Hash
	Manifest  fulfillment.ManifestID
	OrderID   fulfillment.OrderID
	PackageID fulfillment.PackageID
	Camera    string
	TakenAt   time.Time
}

// Camera gives the freshest frame.
type Camera interface {
	// Snapshot returns a JPEG taken after the call began, or an error that says in words what is wrong.
	Snapshot(ctx context.Context) (jpeg []byte, at time.Time, err error)
	Name() string
}

// Files keeps label and photo bytes by their hash; a Put is fsynced and renamed into place before it returns.
type Files interface {
	Put(ctx context.Context, data []byte) (fulfillment.Hash, error)
}

// Labels proves labels.
type Labels interface {
	// Proved returns the proof and bitmap of a stored label for the stock in the printer, from the cache where the
	// label was proved ahead. A label that is refused or cannot be verified is a Proof with that verdict, not an error.
	Proved(ctx context.Context, label fulfillment.Hash, of fulfillment.Shipment, media fulfillment.Media) (fulfillment.Proof, fulfillment.Bitmap, error)
	// Kept is Proved for a label that may be printed and is in memory: it waits for nothing. ok is false for every other one.
	Kept(label fulfillment.Hash, of fulfillment.Shipment, media fulfillment.Media) (proof fulfillment.Proof, bitmap fulfillment.Bitmap, ok bool)
}

// Printer takes one label.
type Printer interface {
	Media() fulfillment.Media
	// Print sends one label and returns how many bytes the printer's side took. sent == 0 with an error means that
	// certainly nothing came out; 0 < sent with an error and complete == false means a partial job that the printer
	// cannot have finished; complete with an error means a label may have come out.
	Print(ctx context.Context, b fulfillment.Bitmap) (PrintResult, error)
}

// Waiter is a Printer that makes all ready for a job while something else is still waited for.
type Waiter interface {
	// PrintAfter is Print that calls last, once at most, before anything of the job goes to the printer, not even an attempt to reach it.
	// It waits for last as long as that takes. An error of last ends it: nothing was sent, and the printer has no part in it.
	PrintAfter(ctx context.Context, b fulfillment.Bitmap, last func() error) (PrintResult, error)
}

// PrintAfter prints as a Waiter does; for a printer that is none, last is called before it is begun.
func PrintAfter(ctx context.Context, p Printer, b fulfillment.Bitmap, last func() error) (PrintResult, error) {
	if w, ok := p.(Waiter); ok {
		return w.PrintAfter(ctx, b, last)
	}
	if err := last(); err != nil {
		return PrintResult{}, err
	}
	return p.Print(ctx, b)
}

// PrintResult tells how much of a job went out. The printer's drivers give it without knowing the station.
type PrintResult = fulfillment.PrintResult
