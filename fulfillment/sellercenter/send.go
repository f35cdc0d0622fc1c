package sellercenter

import (
	"context"
	"math/big"
	"strconv"

	"packbench/fulfillment"
)

// mark reports a seller-shipped parcel where the platform makes the package from it.
func (a *Adapter) mark(ctx context.Context, row fulfillment.OutboxRow, o fulfillment.Order, lines []fulfillment.LineID) (fulfillment.PackageNews, error) {
	self, carrier, err := a.selfShipment(ctx, row, o)
	if err != nil {
		return fulfillment.PackageNews{}, err
	}
	w, err := a.c.markShipped(ctx, a.shop, string(o.ID), wireMarkShipped{LineIDs: texts(lines),
		TrackingNumber: self.TrackingNumber, ShippingProviderID: self.ShippingProviderID})
	if err != nil {
		return fulfillment.PackageNews{}, err
	}
	return fulfillment.PackageNews{PlatformID: fulfillment.PackageID(w.PackageID), Tracking: row.Tracking,
		ProviderID: self.ShippingProviderID, Carrier: carrier, PlatformStatus: "PROCESSING", Arranged: true,
		Warning: clean(string(w.Warning.V.Message))}, nil
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
	if err := a.c.shipPackage(ctx, a.shop, string(p.PlatformID), &self); err != nil {
		return fulfillment.PackageNews{}, err
	}
	return fulfillment.PackageNews{PlatformID: p.PlatformID, Tracking: row.Tracking, ProviderID: self.ShippingProviderID,
		Carrier: carrier, PlatformStatus: "PROCESSING", Arranged: true}, nil
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
func (a *Adapter) ship(ctx context.Context, o fulfillment.Order, lines []fulfillment.LineID) (fulfillment.PackageNews, error) {
	p, err := packageOf(o, lines)
	if err != nil {
		return fulfillment.PackageNews{}, err
	}
	if err := a.c.shipPackage(ctx, a.shop, string(p.PlatformID), nil); err != nil {
		return fulfillment.PackageNews{}, err
	}
	return a.told(ctx, fulfillment.PackageNews{PlatformID: p.PlatformID}), nil
}

// create buys the label of a platform-shipped parcel where the package is made from weight and size.
func (a *Adapter) create(ctx context.Context, row fulfillment.OutboxRow, o fulfillment.Order, lines []fulfillment.LineID) (fulfillment.PackageNews, error) {
	var none fulfillment.PackageNews
	if row.WeightG <= 0 || row.LengthMM <= 0 || row.WidthMM <= 0 || row.HeightMM <= 0 {
		return none, refuse("weight and size of the parcel of order %s are not known: weigh it and choose a box, or import them with the products", o.ID)
	}
	parcel := wireParcel{OrderID: string(o.ID), LineIDs: texts(lines),
		Dimension: wireDimension{Length: centimetres(row.LengthMM), Width: centimetres(row.WidthMM), Height: centimetres(row.HeightMM), Unit: "CM"},
		Weight:    wireWeight{Value: strconv.Itoa(row.WeightG), Unit: "GRAM"}}
	services, err := a.c.shippingServices(ctx, a.shop, string(o.ID), parcel)
	if err != nil {
		return none, err
	}
	service, ok := chooseService(services)
	if !ok {
		return none, refuse("no shipping service takes the parcel of order %s (%d g, %d×%d×%d mm)", o.ID, row.WeightG, row.LengthMM, row.WidthMM, row.HeightMM)
	}
	parcel.ShippingServiceID = string(service.ID)
	w, err := a.c.createPackage(ctx, a.shop, parcel)
	if err != nil {
		return none, err
	}
	news := fulfillment.PackageNews{PlatformID: fulfillment.PackageID(w.PackageID),
		ProviderID: string(first(w.Service.V.ProviderID, service.ProviderID)),
		Carrier:    clean(string(first(w.Service.V.ProviderName, service.ProviderName)))}
	return a.told(ctx, news), nil
}

// told completes what is known of a package that was arranged just now. The arrangement stands whatever this reads.
func (a *Adapter) told(ctx context.Context, n fulfillment.PackageNews) fulfillment.PackageNews {
	n.Arranged, n.PlatformStatus = true, "PROCESSING"
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

// chooseService takes the default one, else the cheapest; prices are decimal strings. A price that cannot be read is
// dearer than any that can.
func chooseService(services []wireService) (wireService, bool) {
	best, found := wireService{}, false
	var bestPrice *big.Rat
	for _, s := range services {
		if s.ID == "" {
			continue
		}
		if s.IsDefault {
			return s, true
		}
		price, ok := new(big.Rat).SetString(string(s.Price))
		if !found || ok && (bestPrice == nil || price.Cmp(bestPrice) < 0) {
			best, found = s, true
			if ok {
				bestPrice = price
			}
		}
	}
	return best, found
}

// centimetres writes millimetres as a decimal without trailing zeros.
func centimetres(mm int) string {
	if mm%10 == 0 {
		return strconv.Itoa(mm / 10)
	}
	return strconv.Itoa(mm/10) + "." + strconv.Itoa(mm%10)
}
