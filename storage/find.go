package storage

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"packbench/fulfillment"
	"packbench/storage/internal/queries"
)

// Find returns everything known under a code: the order with this id, else the order of the package with this id (ours or
// the platform's), else that of the tracking number, which may be the code itself or one of the candidates; and beside
// it the SKUs that have the code as barcode, seller_sku or sku_id. An unknown code is an empty Found. Where several
// parcels have one tracking number, an order with work left goes first, then the earlier ship-by.
func (s *Store) Find(ctx context.Context, code string, candidates []fulfillment.Tracking) (fulfillment.Found, error) {
	var found fulfillment.Found
	if code == "" || len(code) > fulfillment.MaxScan {
		return found, nil
	}
	err := s.look(ctx, func(q *queries.Queries) error {
		parcel, skus, err := meanings(ctx, q, code)
		if err != nil {
			return err
		}
		if found, err = findOrder(ctx, q, code, parcel, candidates); err != nil {
			return err
		}
		if err := s.keepFound(ctx, q, found.Order); err != nil {
			return err
		}
		found.SKUs = skus
		switch {
		case found.Order != nil:
			found.Products, err = productsOf(ctx, q, *found.Order)
		case len(found.SKUs) > 0: // so that a wrong item can be called by its name, and the parcel in hand learns of an import
			var lines []fulfillment.LineItem
			for _, sku := range found.SKUs {
				lines = append(lines, fulfillment.LineItem{SKU: sku})
			}
			found.Products, err = productsOf(ctx, q, fulfillment.Order{Lines: lines})
		}
		return err
	})
	return found, explain(err, "look up scan %q", code)
}

// maxSKUs is how many SKUs of one code are looked at.
const maxSKUs = 20

// meanings tells whether a code is an order, a package or a tracking number at all, and the SKUs that it names, by name.
func meanings(ctx context.Context, q *queries.Queries, code string) (parcel bool, skus []fulfillment.SKU, err error) {
	rows, err := q.MeaningsOfCode(ctx, code)
	for _, r := range rows {
		if r.Parcel != 0 {
			parcel = true
		} else {
			skus = append(skus, fulfillment.SKU(r.Sku))
		}
	}
	slices.Sort(skus)
	skus = slices.Compact(skus)
	return parcel, skus[:min(len(skus), maxSKUs)], err
}

func findOrder(ctx context.Context, q *queries.Queries, code string, parcel bool, candidates []fulfillment.Tracking) (fulfillment.Found, error) {
	if !parcel { // most scans are of items
		return findTracking(ctx, q, candidates)
	}
	o, err := loadOrder(ctx, q, fulfillment.OrderID(code))
	if err == nil {
		return fulfillment.Found{Order: &o, By: fulfillment.ClassOrder}, nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return fulfillment.Found{}, err
	}
	packages, err := q.PackagesByID(ctx, code)
	if err != nil {
		return fulfillment.Found{}, err
	}
	if len(packages) > 0 {
		return foundPackage(ctx, q, packages, fulfillment.ClassPackage)
	}
	return findTracking(ctx, q, append([]fulfillment.Tracking{fulfillment.Tracking(code)}, candidates...))
}

// findTracking is the parcel of the first tracking number that has one.
func findTracking(ctx context.Context, q *queries.Queries, numbers []fulfillment.Tracking) (fulfillment.Found, error) {
	for _, t := range numbers {
		packages, err := q.PackagesByTracking(ctx, string(t))
		if err != nil {
			return fulfillment.Found{}, err
		}
		if len(packages) > 0 {
			return foundPackage(ctx, q, packages, fulfillment.ClassTracking)
		}
	}
	return fulfillment.Found{}, nil
}

// foundPackage finds the first package; of a combined parcel the first order that is not cancelled leads.
func foundPackage(ctx context.Context, q *queries.Queries, packages []queries.Package, by fulfillment.Class) (fulfillment.Found, error) {
	p := packages[0]
	o, err := loadOrder(ctx, q, fulfillment.OrderID(p.OrderID))
	found := fulfillment.Found{Order: &o, By: by, Package: fulfillment.PackageID(p.ID)}
	if err != nil || o.Status != fulfillment.StatusCancelled {
		return found, err
	}
	own, _ := o.PackageByID(found.Package)
	for _, c := range o.With {
		if other, shares := c.Shares(own); shares && c.Status != fulfillment.StatusCancelled {
			o, err = loadOrder(ctx, q, c.ID)
			found.Package = other.ID
			break
		}
	}
	return found, err
}

// ListOrders lists at most limit orders that query means; an empty query lists those with work left, then the lost ones and the last ones
// that were closed. Of all orders those are meant whose id, package id, tracking number or a line's seller_sku begins
// with query; of those with work left and the searchRecent last closed ones also those that contain it anywhere – the
// last digits are what people read out – or in the name of an item, whatever its case. The result goes by ship-by, orders
// without one last.
func (s *Store) ListOrders(ctx context.Context, query string, limit int) ([]fulfillment.OrderSummary, error) {
	var out []fulfillment.OrderSummary
	err := s.read(ctx, func(q *queries.Queries) error {
		rows, err := listRows(ctx, q, strings.TrimSpace(query), limit)
		if err != nil {
			return err
		}
		counted, err := inHand(ctx, q, s.opt.Station)
		if err != nil {
			return err
		}
		bad, err := badLabels(ctx, q)
		if err != nil {
			return err
		}
		for _, row := range rows {
			o, err := completeOrder(ctx, q, row)
			if err != nil {
				return err
			}
			sum := summarise(o)
			sum.LabelWhy = bad[o.ID]
			if err := relabelled(ctx, q, o, &sum); err != nil {
				return err
			}
			if err := sharing(ctx, q, o, &sum); err != nil {
				return err
			}
			sum.Verified = min(sum.Units, sum.Verified+counted.units[o.ID])
			out = append(out, sum)
		}
		sortByShipBy(out)
		return nil
	})
	return out, explain(err, "list orders for %q", query)
}

func listRows(ctx context.Context, q *queries.Queries, query string, limit int) ([]queries.Order, error) {
	if query != "" {
		return searchRows(ctx, q, query, int64(limit))
	}
	rows, err := q.OpenOrders(ctx, int64(limit))
	if err != nil || len(rows) >= limit {
		return rows, err
	}
	lost, err := q.LostOrders(ctx, int64(limit-len(rows)))
	if err != nil || len(rows)+len(lost) >= limit {
		return append(rows, lost...), err
	}
	rows = append(rows, lost...)
	closed, err := q.RecentlyClosed(ctx, int64(limit-len(rows)))
	closed = slices.DeleteFunc(closed, func(c queries.Order) bool {
		return slices.ContainsFunc(lost, func(l queries.Order) bool { return l.ID == c.ID })
	})
	return append(rows, closed...), err
}

// searchRecent is how many closed orders are searched for what they contain: months of a busy shop, read in a moment.
const searchRecent = 5_000

// searchRows takes first what an index finds, then reads through the orders that somebody may still ask for.
func searchRows(ctx context.Context, q *queries.Queries, query string, limit int64) ([]queries.Order, error) {
	// Everything that begins with query lies between it and query followed by the last code point.
	rows, err := q.SearchOrders(ctx, queries.SearchOrdersParams{Lo: query, Hi: query + "\U0010FFFF", N: limit})
	if err != nil || int64(len(rows)) >= limit {
		return rows, err
	}
	seen := map[string]bool{}
	for _, r := range rows {
		seen[r.ID] = true
	}
	add := func(more []queries.Order) {
		for _, r := range more {
			if !seen[r.ID] && int64(len(rows)) < limit {
				seen[r.ID], rows = true, append(rows, r)
			}
		}
	}
	words := contains(query)
	code := contains(strings.Join(strings.Fields(query), "")) // codes are printed in groups
	open, err := q.SearchInOpen(ctx, queries.SearchInOpenParams{Code: code, Words: words, N: limit})
	if err != nil {
		return nil, err
	}
	if add(open); int64(len(rows)) >= limit {
		return rows, nil
	}
	since, err := q.ClosedSince(ctx, searchRecent)
	if err != nil {
		return nil, err
	}
	p := queries.SearchInClosedParams{Code: code, Words: words, N: limit}
	if len(since) > 0 {
		p.Since = since[0]
	}
	closed, err := q.SearchInClosed(ctx, p)
	add(closed)
	return rows, err
}

// contains is the LIKE pattern of texts that hold s; SQLite's LIKE makes no difference between a and A, and does between ä
// and Ä.
func contains(s string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(s) + "%"
}
