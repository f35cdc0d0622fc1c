package sellercenter

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"packbench/fulfillment"
)

// mark reports a seller-shipped parcel where the platform makes the package from it.
func (a *Adapter) mark(ctx context.Context, row fulfillment.OutboxRow, o fulfillment.Order, lines []fulfillment.LineID) (fulfillment.PackageNews, error) {
	self, carrier, err := a.selfShipment(ctx, row, o)
	if err != nil {
		return fulfillment.PackageNews{}, err
	}
	m, err := a.c.MarkShipped(ctx, a.shop, o.ID, lines, row.Tracking, self.ShippingProviderID)
	if err != nil {
		return fulfillment.PackageNews{}, err
	}
	return fulfillment.PackageNews{PlatformID: m.Package, Tracking: row.Tracking, ProviderID: self.ShippingProviderID,
		Carrier: carrier, PlatformStatus: string(PackageProcessing), Arranged: true, Warning: m.Warning}, nil
}

// shipSelf reports a seller-shipped parcel whose package the platform made with the order.
func (a *Adapter) shipSelf(ctx context.Context, row fulfillment.OutboxRow, o fulfillment.Order, lines []fulfillment.LineID) (fulfillment.PackageNews, error) {
	p, err := packageOf(o, lines)
	if err != nil {
		return fulfillment.PackageNews{}, err
	}
	self, carrier, err := a.selfShipment(ctx, row, o)
	if err != nil {
		return fulfillment.PackageNews{}, err
	}
	if err := a.c.Ship(ctx, a.shop, Ship{Package: p.PlatformID, Tracking: row.Tracking, ProviderID: self.ShippingProviderID}); err != nil {
		return fulfillment.PackageNews{}, err
	}
	return fulfillment.PackageNews{PlatformID: p.PlatformID, Tracking: row.Tracking, ProviderID: self.ShippingProviderID,
		Carrier: carrier, PlatformStatus: string(PackageProcessing), Arranged: true}, nil
}

func (a *Adapter) selfShipment(ctx context.Context, row fulfillment.OutboxRow, o fulfillment.Order) (wireSelfShipment, string, error) {
	if row.Tracking == "" {
		return wireSelfShipment{}, "", refuse("order %s has no tracking number: import it or scan the carrier's label", o.ID)
	}
	id, carrier, err := a.provider(ctx, row, o)
	return wireSelfShipment{TrackingNumber: string(row.Tracking), ShippingProviderID: id}, carrier, err
}

// ship arranges a platform-shipped package that the platform made with the order. Tracking number and carrier are read
// afterwards; if that fails the label brings them.
func (a *Adapter) ship(ctx context.Context, _ fulfillment.OutboxRow, o fulfillment.Order, lines []fulfillment.LineID) (fulfillment.PackageNews, error) {
	p, err := packageOf(o, lines)
	if err != nil {
		return fulfillment.PackageNews{}, err
	}
	must, err := a.mustSplit(ctx, []fulfillment.Order{o})
	if err != nil {
		return fulfillment.PackageNews{}, err
	}
	if no := must[o.ID]; no != nil {
		return fulfillment.PackageNews{}, no
	}
	if err := a.c.Ship(ctx, a.shop, Ship{Package: p.PlatformID}); err != nil {
		return fulfillment.PackageNews{}, err
	}
	return a.told(ctx, fulfillment.PackageNews{PlatformID: p.PlatformID}), nil
}

// create buys the label of a platform-shipped parcel where the package is made from weight and size.
func (a *Adapter) create(ctx context.Context, row fulfillment.OutboxRow, o fulfillment.Order, lines []fulfillment.LineID) (fulfillment.PackageNews, error) {
	var none fulfillment.PackageNews
	parcel := Parcel{WeightG: row.WeightG, LengthMM: row.LengthMM, WidthMM: row.WidthMM, HeightMM: row.HeightMM}
	services, err := a.c.Services(ctx, a.shop, o.ID, lines, parcel)
	if err != nil {
		return none, err
	}
	service, ok := ChooseService(services)
	if !ok {
		return none, refuse("no shipping service takes the parcel of order %s (%d g, %d×%d×%d mm)", o.ID, row.WeightG, row.LengthMM, row.WidthMM, row.HeightMM)
	}
	got, err := a.c.CreatePackage(ctx, a.shop, Buy{Order: o.ID, Lines: lines, Part: !wholeOrder(o, lines), Parcel: parcel, Service: service.ID})
	if err != nil {
		return none, err
	}
	return a.told(ctx, fulfillment.PackageNews{PlatformID: got.Package, ProviderID: first(got.Service.ProviderID, service.ProviderID),
		Carrier: first(got.Service.Provider, service.Provider)}), nil
}

// wholeOrder reports whether lines are all units of the order that are not cancelled.
func wholeOrder(o fulfillment.Order, lines []fulfillment.LineID) bool {
	return !slices.ContainsFunc(o.Lines, func(l fulfillment.LineItem) bool {
		return l.Status != fulfillment.StatusCancelled && !slices.Contains(lines, l.ID)
	})
}

// invoiced reports whether the order's invoice is accepted, so that it may be arranged (BR). It is read now: the answer
// decides about a tax document.
func (a *Adapter) invoiced(ctx context.Context, o fulfillment.Order) error {
	w, err := a.c.orderDetails(ctx, a.shop, []string{string(o.ID)})
	if err != nil {
		return err
	}
	state := text("")
	for _, raw := range w.Orders {
		var x wireOrder
		if json.Unmarshal(raw, &x) == nil && string(x.ID) == string(o.ID) {
			state = x.NeedUploadInvoice
		}
	}
	switch state {
	case "NO_NEED", "INVOICE_UPLOADED":
		return nil
	case "INVOICE_PROCESSING":
		return fmt.Errorf("the invoice of order %s is being checked: %w", o.ID, fulfillment.ErrNotYet)
	case "NEED_INVOICE":
		return refuse("orders to Brazil need their invoice uploaded and accepted before they are arranged: do that in Seller Center, order %s", o.ID)
	}
	return refuse("it is not known whether the invoice of order %s is accepted (%q): arrange it in Seller Center", o.ID, clean(string(state)))
}

// told completes what is known of a package that was arranged just now. The arrangement stands whatever this reads.
func (a *Adapter) told(ctx context.Context, n fulfillment.PackageNews) fulfillment.PackageNews {
	n.Arranged, n.PlatformStatus = true, string(PackageProcessing)
	if n.PlatformID == "" {
		return n
	}
	w, err := a.c.packageDetail(ctx, a.shop, string(n.PlatformID))
	if err != nil {
		a.c.log.Info("package arranged, its tracking number comes with the label", "package", string(n.PlatformID), "error", err)
		return n
	}
	n.Tracking = fulfillment.Tracking(w.TrackingNumber)
	n.ProviderID = first(string(w.ShippingProviderID), n.ProviderID)
	n.Carrier = first(clean(string(w.ShippingProviderName)), n.Carrier)
	n.PlatformStatus = first(string(w.PackageStatus), n.PlatformStatus)
	return n
}
