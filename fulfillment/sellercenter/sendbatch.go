package sellercenter

import (
	"context"
	"errors"

	"packbench/fulfillment"
)

// Batchable reports whether the row's call is Ship Package, which exists for several packages at once. An order whose
// invoice must be accepted first is looked at by itself.
func (a *Adapter) Batchable(row fulfillment.OutboxRow, o fulfillment.Order) bool {
	w, ok := wayOf(first(o.Market, a.market), o.ShippingType, o.FulfillmentType)
	return ok && (w == wayShip || w == wayShipSelf) && w.does(row.Kind)
}

// Batched reports whether rows of this kind go out many in a call in this shop's own market.
func (a *Adapter) Batched(k fulfillment.OutboxKind) bool {
	for _, ships := range []fulfillment.ShippingType{fulfillment.ShippingPlatform, fulfillment.ShippingSeller} {
		if w, ok := wayOf(a.market, ships, fulfillment.FulfillmentBySeller); ok && (w == wayShip || w == wayShipSelf) && w.does(k) {
			return true
		}
	}
	return false
}

// WriteRate is how many writes a second the client allows itself at the moment for this shop.
func (a *Adapter) WriteRate() float64 { return a.c.paces.of(a.shop, true).rate() }

// SendBatch arranges the packages of up to 50 rows in one call. orders[i] is that of rows[i], read just before. The answers
// are in the order of the rows. A row that could not be right is refused by itself (RejectedError with Code 0) and the
// others go; a call without a usable answer leaves every row that was in it uncertain.
func (a *Adapter) SendBatch(ctx context.Context, rows []fulfillment.OutboxRow, orders []fulfillment.Order) []fulfillment.BatchAnswer {
	out := make([]fulfillment.BatchAnswer, len(rows))
	var list []Ship
	place := map[fulfillment.PackageID]int{} // of the package's row
	must, merr := a.mustSplit(ctx, orders)
	for i, row := range rows {
		s, news, err := a.shipment(ctx, row, orders[i])
		if err == nil {
			err = merr
		}
		if no := must[orders[i].ID]; err == nil && no != nil {
			err = no
		}
		if _, twice := place[s.Package]; err == nil && twice {
			// Orders that the platform combined share a package: one call ships it for all of them. The second finds it done.
			err = &CallError{What: "ship package " + string(s.Package), Cause: errors.New("another order's row ships it now")}
		}
		out[i] = fulfillment.BatchAnswer{News: news, Err: err}
		if err == nil {
			list, place[s.Package] = append(list, s), i
		}
	}
	if len(list) == 0 {
		return out
	}
	failed, err := a.c.ShipBatch(ctx, a.shop, list)
	for _, i := range place {
		out[i].Err = err
	}
	if err != nil {
		return out
	}
	for _, f := range failed {
		out[place[f.Package]].Err = f.Err
	}
	a.toldAll(ctx, rows, out)
	return out
}

// shipment is what the batch says of one row, and what is known of the package when it succeeds.
func (a *Adapter) shipment(ctx context.Context, row fulfillment.OutboxRow, o fulfillment.Order) (Ship, fulfillment.PackageNews, error) {
	var none fulfillment.PackageNews
	if !a.Batchable(row, o) {
		return Ship{}, none, refuse("order %s cannot be shipped together with others", o.ID)
	}
	lines, err := unitsToSend(row, o)
	if err != nil {
		return Ship{}, none, err
	}
	p, err := packageOf(o, lines)
	if err != nil {
		return Ship{}, none, err
	}
	s := Ship{Package: p.PlatformID}
	news := fulfillment.PackageNews{PlatformID: p.PlatformID, PlatformStatus: string(PackageProcessing), Arranged: true}
	if o.ShippingType == fulfillment.ShippingSeller {
		self, carrier, err := a.selfShipment(ctx, row, o)
		if err != nil {
			return Ship{}, none, err
		}
		s.Tracking, s.ProviderID = row.Tracking, self.ShippingProviderID
		news.Tracking, news.ProviderID, news.Carrier = row.Tracking, self.ShippingProviderID, carrier
	}
	if _, err := s.wire(); err != nil { // one that cannot be right must not keep the others back
		return Ship{}, none, err
	}
	return s, news, nil
}

// toldAll reads tracking numbers and carriers of what was arranged just now, in one call. The arrangement stands whatever
// this reads; where it fails the labels bring them.
func (a *Adapter) toldAll(ctx context.Context, rows []fulfillment.OutboxRow, out []fulfillment.BatchAnswer) {
	var ids []fulfillment.OrderID
	for i, r := range rows {
		if out[i].Err == nil && out[i].News.Tracking == "" {
			ids = append(ids, r.OrderID)
		}
	}
	if len(ids) == 0 {
		return
	}
	orders, err := a.ReadOrders(ctx, ids)
	if err != nil && len(orders) == 0 {
		a.c.log.Info("packages arranged, their tracking numbers come with the labels", "count", len(ids), "error", err)
		return
	}
	byID := map[fulfillment.OrderID]fulfillment.Order{}
	for _, o := range orders {
		byID[o.ID] = o
	}
	for i, r := range rows {
		p, ok := byID[r.OrderID].PackageByID(out[i].News.PlatformID)
		if n := &out[i].News; ok && out[i].Err == nil && n.Tracking == "" {
			n.Tracking, n.ProviderID = p.Tracking, first(p.ProviderID, n.ProviderID)
			n.Carrier, n.PlatformStatus = first(p.Carrier, n.Carrier), first(p.PlatformStatus, n.PlatformStatus)
		}
	}
}
