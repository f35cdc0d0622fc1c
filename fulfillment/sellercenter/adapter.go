package sellercenter

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"packbench/fulfillment"
)

// Adapter is one shop's Seller Center in the words of the syncer. It may be called concurrently.
type Adapter struct {
	c      *Client
	shop   string // cipher
	market string // the shop's region, for orders whose recipient's region is masked

	mu     sync.Mutex
	pulled map[fulfillment.OrderID]pulled // what the overlap of the next pull brings once more
}

// pulled is an order as it was last read in detail by a pull.
type pulled struct{ updated, read time.Time }

// sameSecond is how long after its update an order must have been read to be known: update_time has whole seconds, and a second
// change within one does not show in it. On the platform's clock.
const sameSecond = 5 * time.Second

// NewAdapter returns the adapter of the shop with this cipher. market is the shop's region ("GB", "US", …).
func NewAdapter(c *Client, shopCipher, market string) *Adapter {
	return &Adapter{c: c, shop: shopCipher, market: region(market)}
}

// Shop is the shop cipher.
func (a *Adapter) Shop() string { return a.shop }

// PullOrders yields pages of orders updated at or after since, oldest update first. Every order is read again in detail,
// because the parts of a bundle come only from there, unless an earlier pull has yielded it with this update time; UpdatedAt is nevertheless the search's, so that the newest one of a
// page never runs ahead of pages still to come. Orders that cannot be read are yielded beside those of their page. An error of
// yield ends the pull and is returned.
func (a *Adapter) PullOrders(ctx context.Context, since time.Time, yield func(fulfillment.PulledPage) error) error {
	return follow("searching orders", func(page string) (string, error) {
		w, err := a.c.searchOrders(ctx, a.shop, OrderFilter{Updated: Span{From: since}}, page)
		if err != nil {
			return "", err
		}
		found, bad := a.decode(w)
		at := a.c.clock.platform()
		orders, faults, err := a.detailed(ctx, a.news(found, since))
		if err != nil {
			return "", err
		}
		bad = append(bad, faults...)
		if len(orders)+len(bad) > 0 {
			if err := yield(fulfillment.PulledPage{Orders: orders, Unreadable: unreadable(bad)}); err != nil {
				return "", err
			}
			a.remember(orders, at)
		}
		return string(w.NextPageToken), nil
	})
}

// unreadable are the orders among the faults of an answer, each once.
func unreadable(faults []error) fulfillment.UnreadableOrders {
	var out fulfillment.UnreadableOrders
	for _, err := range faults {
		var u fulfillment.UnreadableOrder
		if !errors.As(err, &u) {
			u.Reason = err.Error()
		}
		if !slices.ContainsFunc(out, func(x fulfillment.UnreadableOrder) bool { return x.ID == u.ID && u.ID != "" }) {
			out = append(out, u)
		}
	}
	return out
}

// news leaves out what an earlier pull has yielded as it is now, and forgets what is older than the overlap.
func (a *Adapter) news(found []fulfillment.Order, since time.Time) []fulfillment.Order {
	a.mu.Lock()
	defer a.mu.Unlock()
	maps.DeleteFunc(a.pulled, func(_ fulfillment.OrderID, p pulled) bool { return p.updated.Before(since) })
	return slices.DeleteFunc(found, func(o fulfillment.Order) bool {
		p, known := a.pulled[o.ID]
		return known && p.updated.Equal(o.UpdatedAt) && p.read.Sub(p.updated) > sameSecond
	})
}

// remember notes orders that were read at this moment and taken.
func (a *Adapter) remember(orders []fulfillment.Order, at time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.pulled == nil {
		a.pulled = map[fulfillment.OrderID]pulled{}
	}
	for _, o := range orders {
		a.pulled[o.ID] = pulled{updated: o.UpdatedAt, read: at}
	}
}

// detailed reads found again in detail, in batches, and keeps the search's UpdatedAt. An order that the detail call
// leaves out is taken as the search gave it.
func (a *Adapter) detailed(ctx context.Context, found []fulfillment.Order) ([]fulfillment.Order, []error, error) {
	var bad []error
	for batch := range slices.Chunk(found, maxOrderIDs) {
		ids := make([]fulfillment.OrderID, len(batch))
		for i, o := range batch {
			ids[i] = o.ID
		}
		full, faults, err := a.read(ctx, ids)
		if err != nil {
			return nil, nil, err
		}
		bad = append(bad, faults...)
		for i, o := range batch {
			if f, ok := full[o.ID]; ok {
				f.UpdatedAt = o.UpdatedAt
				batch[i] = f
			}
		}
	}
	return found, bad, nil
}

// ReadOrders returns the orders as they are now, in the order of ids; ids the platform does not know are left out. Where the
// error is fulfillment.UnreadableOrders, those could not be read and the orders returned beside it stand.
func (a *Adapter) ReadOrders(ctx context.Context, ids []fulfillment.OrderID) ([]fulfillment.Order, error) {
	var out []fulfillment.Order
	var bad []error
	for batch := range slices.Chunk(ids, maxOrderIDs) {
		full, faults, err := a.read(ctx, batch)
		if err != nil {
			return nil, err
		}
		bad = append(bad, faults...)
		for _, id := range batch {
			if o, ok := full[id]; ok {
				out = append(out, o)
				delete(full, id)
			}
		}
	}
	if len(bad) > 0 {
		return out, unreadable(bad)
	}
	return out, nil
}

// read is one detail call with the packages that the orders themselves do not tell enough of.
func (a *Adapter) read(ctx context.Context, ids []fulfillment.OrderID) (map[fulfillment.OrderID]fulfillment.Order, []error, error) {
	known := make([]string, 0, len(ids))
	for _, id := range ids {
		if checkID("order id", string(id)) == nil { // an id from a CSV file may be anything; the platform cannot know it
			known = append(known, string(id))
		}
	}
	if len(known) == 0 {
		return nil, nil, nil
	}
	w, err := a.c.orderDetails(ctx, a.shop, known)
	if err != nil {
		return nil, nil, err
	}
	orders, bad := a.decode(w)
	out := make(map[fulfillment.OrderID]fulfillment.Order, len(orders))
	for _, o := range orders {
		if err := a.addPackages(ctx, &o); err != nil {
			return nil, nil, err
		}
		out[o.ID] = o
	}
	return out, bad, nil
}

// addPackages reads the packages that are arranged but came without tracking number or carrier.
func (a *Adapter) addPackages(ctx context.Context, o *fulfillment.Order) error {
	if o.FulfillmentType != fulfillment.FulfillmentBySeller {
		return nil
	}
	for i, p := range o.Packages {
		if p.PlatformID == "" || !p.Arranged || p.Tracking != "" && p.Carrier != "" {
			continue
		}
		w, err := a.c.packageDetail(ctx, a.shop, string(p.PlatformID))
		var no *fulfillment.RejectedError
		switch {
		case errors.As(err, &no):
			continue // replaced by a split or a combination since; the next pull tells
		case errors.Is(err, errUnusable):
			a.c.log.Warn("a package could not be read, its order is taken without it", "package", string(p.PlatformID), "error", err)
			continue
		case err != nil:
			return err
		}
		o.Packages[i] = withDetail(p, w)
	}
	return nil
}

// decode reads each order by itself. CheckedAt is the station's clock, so that its age can be shown.
func (a *Adapter) decode(w wireOrders) ([]fulfillment.Order, []error) {
	orders, bad := decodeOrders(w)
	now := a.c.clock.now().UTC()
	for i := range orders {
		o := &orders[i]
		o.Shop, o.CheckedAt = a.shop, now
		o.Market = first(o.Market, a.market)
	}
	return orders, bad
}

// Tracking reads the way of an order's parcels, as Client.Tracking does.
func (a *Adapter) Tracking(ctx context.Context, order fulfillment.OrderID) ([]fulfillment.TrackingStep, error) {
	return a.c.Tracking(ctx, a.shop, order)
}

// Label downloads the platform's label. Errors: fulfillment.ErrNotYet while there is none.
func (a *Adapter) Label(ctx context.Context, p fulfillment.Package) ([]byte, fulfillment.Tracking, error) {
	paper, err := a.c.Document(ctx, a.shop, first(p.PlatformID, p.ID), DocLabel, SizeA6, FormatPDF)
	return paper.Bytes, paper.Tracking, err
}

// Hazmat downloads the platform's dangerous goods label, a PDF of A4. Errors: fulfillment.ErrNotYet while there is none.
func (a *Adapter) Hazmat(ctx context.Context, p fulfillment.Package) ([]byte, error) {
	paper, err := a.c.Document(ctx, a.shop, first(p.PlatformID, p.ID), DocHazmat, "", FormatPDF)
	return paper.Bytes, err
}

// Send makes the call that row means for this order, which must have been read just before. Errors are the causes of
// package fulfillment; a RejectedError with Code 0 means that nothing was sent because it could not have been right.
func (a *Adapter) Send(ctx context.Context, row fulfillment.OutboxRow, o fulfillment.Order) (fulfillment.PackageNews, error) {
	var none fulfillment.PackageNews
	switch {
	case row.Kind.Answers():
		return none, a.answer(ctx, row)
	case row.Kind == fulfillment.OutboxCorrect:
		return a.correct(ctx, row, o)
	}
	market := first(o.Market, a.market)
	w, ok := wayOf(market, o.ShippingType, o.FulfillmentType)
	switch {
	case !ok:
		return none, refuse("no rule for shipping type %q in market %q: use Seller Center for order %s", clean(string(o.ShippingType)), market, o.ID)
	case w.send == nil:
		return none, refuse("order %s is fulfilled by %q, not by the seller", o.ID, clean(o.FulfillmentType))
	case !w.does(row.Kind):
		return none, refuse("order %s is shipped as %s, which has no %s: its carrier's scan tells the platform", o.ID, o.ShippingType, row.Kind)
	}
	lines, err := unitsToSend(row, o)
	if err != nil {
		return none, err
	}
	if w.needs.invoice {
		if err := a.invoiced(ctx, o); err != nil {
			return none, err
		}
	}
	return w.send(a, ctx, row, o, lines)
}

// unitsToSend are the row's units that are still on the order. A parcel that was reported with a unit cancelled since
// is a person's business; arranging goes on with what is left.
func unitsToSend(row fulfillment.OutboxRow, o fulfillment.Order) ([]fulfillment.LineID, error) {
	want := row.Lines
	if len(want) == 0 {
		p, ok := o.PackageByID(row.PackageID)
		if !ok && len(o.Packages) == 1 {
			p, ok = o.Packages[0], true
		}
		if !ok {
			return nil, refuse("package %s is not part of order %s any more (split or combined): look at it in Seller Center", row.PackageID, o.ID)
		}
		want = p.Lines
	}
	var left []fulfillment.LineID
	for _, id := range want {
		i := slices.IndexFunc(o.Lines, func(l fulfillment.LineItem) bool { return l.ID == id })
		switch {
		case i < 0:
			return nil, refuse("unit %s is not part of order %s any more", id, o.ID)
		case o.Lines[i].Status != fulfillment.StatusCancelled:
			left = append(left, id)
		case row.Kind == fulfillment.OutboxReportShipped:
			return nil, refuse("unit %s (%s) of order %s was cancelled but is in the parcel", id, clean(string(o.Lines[i].SKU)), o.ID)
		}
	}
	if len(left) == 0 {
		return nil, refuse("no unit of order %s is left to ship", o.ID)
	}
	return left, nil
}

// packageOf is the platform's package that holds exactly these units.
func packageOf(o fulfillment.Order, lines []fulfillment.LineID) (fulfillment.Package, error) {
	for _, p := range o.Packages {
		if p.PlatformID == "" || !slices.Contains(p.Lines, lines[0]) {
			continue
		}
		if len(p.Lines) != len(lines) || slices.ContainsFunc(lines, func(id fulfillment.LineID) bool { return !slices.Contains(p.Lines, id) }) {
			return p, refuse("package %s of order %s holds other units than the parcel: split or combine it in Seller Center first", p.PlatformID, o.ID)
		}
		return p, nil
	}
	return fulfillment.Package{}, refuse("the platform has no package for this parcel of order %s", o.ID)
}

// provider finds the carrier's id: as given, or by name among those the order's delivery option allows.
func (a *Adapter) provider(ctx context.Context, row fulfillment.OutboxRow, o fulfillment.Order) (id, name string, err error) {
	if row.ProviderID != "" {
		return row.ProviderID, row.Carrier, nil
	}
	list, err := a.c.Providers(ctx, a.shop, o.DeliveryOptionID)
	if err != nil {
		return "", "", err
	}
	var names []string
	for _, p := range list {
		// The code drops letters outside A–Z, so a name in another script is compared as it is.
		code := fulfillment.CarrierCode(row.Carrier)
		if strings.EqualFold(strings.TrimSpace(p.Name), strings.TrimSpace(row.Carrier)) || code != "" && fulfillment.CarrierCode(p.Name) == code {
			return p.ID, p.Name, nil
		}
		names = append(names, p.Name)
	}
	return "", "", refuse("carrier %q is not allowed for order %s; allowed are: %s", clean(row.Carrier), o.ID, strings.Join(names, ", "))
}
