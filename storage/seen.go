package storage

import (
	"context"
	"slices"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
	"packbench/storage/internal/queries"
)

// foundOrder is the order that a scan found last, as it was read on the writing connection. It is what is stored for as long as nothing
// has been written since: the scan that prints does not wait until it has been read again. Its value is never changed.
type foundOrder struct {
	order   fulfillment.Order
	writes  int   // Store.writes at that moment
	version int64 // what SQLite then called the file as others have written it
}

// keepFound is called in the transaction in which the order was read. Whoever read on another connection knows nothing of the writer.
func (s *Store) keepFound(ctx context.Context, q *queries.Queries, o *fulfillment.Order) error {
	if s.one == nil || q != s.one.q || o == nil {
		return nil
	}
	v, err := s.one.version(ctx)
	if err != nil {
		return err
	}
	own, _ := withPackages(*o, nil) // the other goes to the bench
	s.found = &foundOrder{order: own, writes: s.writes, version: v}
	return nil
}

// see reads c.See as it is with everything that the open transaction of c has written.
func (s *Store) see(ctx context.Context, q *queries.Queries, c station.Commit) (fulfillment.Order, error) {
	f := s.found
	if f == nil || f.order.ID != c.See || f.writes != s.writes || len(c.Orders) > 0 {
		return loadOrder(ctx, q, c.See)
	}
	v, err := s.one.version(ctx)
	if err != nil {
		return fulfillment.Order{}, err
	}
	o, ok := withPackages(f.order, c.Packages)
	if v != f.version || !ok {
		return loadOrder(ctx, q, c.See)
	}
	return o, nil
}

// touchesOrders reports whether a commit changes what an order is read as.
func touchesOrders(c station.Commit) bool { return len(c.Packages)+len(c.Orders) > 0 }

// withPackages is the order, and those in its parcels, after RecordRung for each of the packages; ok is false where that would not do.
func withPackages(o fulfillment.Order, wrote []fulfillment.Package) (_ fulfillment.Order, ok bool) {
	o.With = slices.Clone(o.With)
	for i := range o.With {
		o.With[i].Packages = slices.Clone(o.With[i].Packages)
	}
	o.Packages = slices.Clone(o.Packages)
	for _, p := range wrote {
		have := packageIn(&o, p)
		for i := range o.With {
			if have == nil {
				have = packageIn(&o.With[i], p)
			}
		}
		if have == nil || have.PlatformID == "" && p.PlatformID != "" || have.Tracking == "" && p.Tracking != "" ||
			have.ProviderID == "" && p.ProviderID != "" || have.Carrier == "" && p.Carrier != "" || have.PlatformStatus == "" && p.PlatformStatus != "" {
			return o, false
		}
		have.Lines, have.Arranged, have.Rung, have.Holds, have.WeightG = p.Lines, have.Arranged || p.Arranged, p.Rung, p.Holds, p.WeightG
		have.LabelJob, have.Reprints, have.Manifest, have.Unpacked = p.LabelJob, p.Reprints, p.Manifest, p.Unpacked
		if have.Rung == "" {
			have.Rung = fulfillment.RungToPack
		}
	}
	return o, true
}

func packageIn(o *fulfillment.Order, p fulfillment.Package) *fulfillment.Package {
	for i := range o.Packages {
		if have := &o.Packages[i]; have.ID == p.ID && have.OrderID == p.OrderID {
			return have
		}
	}
	return nil
}
