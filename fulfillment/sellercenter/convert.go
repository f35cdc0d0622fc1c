package sellercenter

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"packbench/fulfillment"
)

// orderFromWire turns an order as it came into the station's words. Shop and CheckedAt are left to the caller.
//
//   - Market is the recipient's region code, empty where it is masked or missing.
//   - A line keeps its place and its status; Packages name only lines that are not cancelled, unless all of them are.
//   - Units without a package (US and UK before shipping) form one package "<order id>-<n>", n being its place among the
//     packages in the order of their first units, from 1.
//   - Package.Rung is to_pack, or what the carrier has been seen to do; Holds are the platform's only.
//
// An error means that the order cannot be used at all: no id, or two units with one id, or no unit where some must be.
func orderFromWire(w wireOrder) (fulfillment.Order, error) {
	if w.ID == "" {
		return fulfillment.Order{}, errors.New("an order without an id")
	}
	o := fulfillment.Order{ID: fulfillment.OrderID(w.ID), Market: region(string(w.Recipient.V.RegionCode)),
		Source: fulfillment.SourcePlatform, Status: fulfillment.OrderStatus(w.Status),
		ShippingType: fulfillment.ShippingType(w.ShippingType), FulfillmentType: string(w.FulfillmentType),
		DeliveryOptionID: string(w.DeliveryOptionID), DeliveryOption: string(w.DeliveryOptionName),
		WarehouseID: string(w.WarehouseID), BuyerMessage: string(w.BuyerMessage), SellerNote: string(w.SellerNote),
		CreatedAt: w.CreateTime.moment(), PaidAt: w.PaidTime.moment(), UpdatedAt: w.UpdateTime.moment(),
		OnHoldOrder: bool(w.IsOnHoldOrder), CancelRequested: bool(w.IsBuyerRequestCancel),
		AddressUpdated: bool(w.HasUpdatedAddress), AddressMark: w.Recipient.V.mark(),
		Combined: w.SplitOrCombineTag == "COMBINED", Deadlines: deadlines(w.wireDeadlines)}
	seen := map[text]bool{}
	for i, l := range w.Lines {
		if l.ID == "" {
			l.ID = text(fmt.Sprintf("%s-line-%d", w.ID, i+1))
		}
		if seen[l.ID] {
			return fulfillment.Order{}, fmt.Errorf("order %s names the unit %s twice", w.ID, l.ID)
		}
		seen[l.ID] = true
		w.Lines[i].ID = l.ID
		o.Lines = append(o.Lines, lineFromWire(l))
	}
	if len(o.Lines) == 0 && mayShip(o.Status) {
		return fulfillment.Order{}, fmt.Errorf("order %s may be packed but names no unit", w.ID)
	}
	o.Packages = packagesFromWire(w)
	o.Holds = platformHolds(o)
	if o.ShippingType == fulfillment.ShippingSeller && allReported(o) {
		o.ReportedShippedAt = w.RTSTime.moment()
	}
	return o, nil
}

// mayShip reports whether an order with this status is or was to be packed.
func mayShip(s fulfillment.OrderStatus) bool {
	return s == fulfillment.StatusAwaitingShipment || s == fulfillment.StatusPartiallyShipping || s == fulfillment.StatusAwaitingCollection
}

// region is a two-letter code, or empty.
func region(code string) string {
	code = strings.ToUpper(strings.TrimSpace(code))
	if code == "UK" {
		return "GB"
	}
	if len(code) != 2 || code[0] < 'A' || code[0] > 'Z' || code[1] < 'A' || code[1] > 'Z' {
		return ""
	}
	return code
}

func deadlines(w wireDeadlines) []fulfillment.Deadline {
	var ds []fulfillment.Deadline
	for _, d := range []struct {
		name string
		at   time.Time
	}{
		{"rts_sla_time", w.RTSSLA.moment()}, {"tts_sla_time", w.TTSSLA.moment()},
		{"fast_dispatch_sla_time", w.FastDispatch.moment()}, {"pick_up_cut_off_time", w.PickUpCutOff.moment()},
		{"shipping_due_time", w.ShippingDue.moment()}, {"collection_due_time", w.CollectionDue.moment()},
		{"cancel_order_sla_time", w.CancelSLA.moment()}, {"delivery_sla_time", w.DeliverySLA.moment()},
		{"delivery_option_required_delivery_time", w.RequiredDelivery.moment()}, {"delivery_due_time", w.DeliveryDue.moment()},
	} {
		if !d.at.IsZero() {
			ds = append(ds, fulfillment.Deadline{Name: d.name, At: d.at, Source: "order"})
		}
	}
	return ds
}

func lineFromWire(l wireLine) fulfillment.LineItem {
	out := fulfillment.LineItem{ID: fulfillment.LineID(l.ID), SKU: fulfillment.SKU(l.SellerSKU), SKUID: fulfillment.SKUID(l.SKUID),
		ProductID: string(l.ProductID), ProductName: string(l.ProductName), SKUName: string(l.SKUName), Image: string(l.SKUImage),
		PackageID: fulfillment.PackageID(l.PackageID), Status: fulfillment.OrderStatus(l.DisplayStatus),
		IsGift: bool(l.IsGift), DangerousGood: bool(l.IsDangerousGood)}
	for _, p := range l.Combined {
		out.Bundle = append(out.Bundle, fulfillment.BundlePart{ProductID: string(p.ProductID), SKUID: fulfillment.SKUID(p.SKUID),
			SKU: fulfillment.SKU(p.SellerSKU), Count: max(1, int(min(p.SKUCount, 100_000)))})
	}
	return out
}

// packagesFromWire groups the units by package, in the order of their first unit.
func packagesFromWire(w wireOrder) []fulfillment.Package {
	home := onlyPackage(w)
	var keys []text
	groups := map[text][]wireLine{}
	for _, l := range w.Lines {
		key := l.PackageID
		if key == "" {
			key = home
		}
		if _, ok := groups[key]; !ok {
			keys = append(keys, key)
		}
		groups[key] = append(groups[key], l)
	}
	for _, p := range w.Packages {
		if _, ok := groups[p.ID]; !ok && p.ID != "" {
			keys = append(keys, p.ID)
			groups[p.ID] = nil
		}
	}
	out := make([]fulfillment.Package, 0, len(keys))
	for i, k := range keys {
		p := packageFromLines(w, k, groups[k])
		if k == "" {
			p.ID = fulfillment.PackageID(fmt.Sprintf("%s-%d", w.ID, i+1))
		}
		out = append(out, p)
	}
	return out
}

// onlyPackage is the package of units that name none: the order's only one, where no unit names any.
func onlyPackage(w wireOrder) text {
	if len(w.Packages) != 1 || slices.ContainsFunc(w.Lines, func(l wireLine) bool { return l.PackageID != "" }) {
		return ""
	}
	return w.Packages[0].ID
}

func packageFromLines(w wireOrder, id text, lines []wireLine) fulfillment.Package {
	p := fulfillment.Package{ID: fulfillment.PackageID(id), PlatformID: fulfillment.PackageID(id),
		OrderID: fulfillment.OrderID(w.ID), Rung: fulfillment.RungToPack}
	gone := func(l wireLine) bool {
		return l.DisplayStatus == text(fulfillment.StatusCancelled) || l.PackageStatus == "CANCELLED"
	}
	all := len(lines) > 0 && !slices.ContainsFunc(lines, func(l wireLine) bool { return !gone(l) })
	arranged := len(lines) > 0 && id != ""
	for _, l := range lines {
		if gone(l) && !all {
			continue
		}
		p.Lines = append(p.Lines, fulfillment.LineID(l.ID))
		p.Tracking = first(p.Tracking, fulfillment.Tracking(l.TrackingNumber))
		p.ProviderID = first(p.ProviderID, string(l.ShippingProviderID))
		p.Carrier = first(p.Carrier, string(l.ShippingProviderName))
		p.PlatformStatus = first(p.PlatformStatus, string(l.PackageStatus))
		arranged = arranged && lineArranged(l)
	}
	if all {
		p.PlatformStatus, arranged = "CANCELLED", false
	}
	if len(w.Packages) == 1 && arranged {
		p.Tracking = first(p.Tracking, fulfillment.Tracking(w.TrackingNumber))
		p.ProviderID = first(p.ProviderID, string(w.ShippingProviderID))
		p.Carrier = first(p.Carrier, string(w.ShippingProvider))
	}
	p.Arranged = arranged
	p.Rung = observed(p.PlatformStatus, fulfillment.OrderStatus(w.Status))
	return p
}

func first[T ~string](a, b T) T {
	if a != "" {
		return a
	}
	return b
}

// lineArranged reports whether the platform has been told about this unit and has agreed.
func lineArranged(l wireLine) bool {
	switch l.PackageStatus {
	case "PROCESSING", "FULFILLING", "COMPLETED":
		return true
	case "TO_FULFILL", "CANCELLED":
		return false
	}
	switch fulfillment.OrderStatus(l.DisplayStatus) {
	case fulfillment.StatusAwaitingCollection, fulfillment.StatusInTransit, fulfillment.StatusDelivered, fulfillment.StatusCompleted:
		return true
	}
	return false
}

// observed is the rung that only the carrier can reach. What is told of the order says nothing of a package that was cancelled
// or lost: it may be about the others.
func observed(packageStatus string, order fulfillment.OrderStatus) fulfillment.Rung {
	switch {
	case packageStatus == "CANCELLED":
		return fulfillment.RungToPack
	case packageStatus == "COMPLETED" || order == fulfillment.StatusDelivered || order == fulfillment.StatusCompleted:
		return fulfillment.RungDelivered
	case packageStatus == "FULFILLING" || order == fulfillment.StatusInTransit:
		return fulfillment.RungCarrierScanned
	}
	return fulfillment.RungToPack
}

func platformHolds(o fulfillment.Order) []fulfillment.Hold {
	var hs []fulfillment.Hold
	if o.Status == fulfillment.StatusOnHold {
		hs = append(hs, fulfillment.HoldOnHold)
	}
	if o.CancelRequested && o.Status != fulfillment.StatusCancelled {
		hs = append(hs, fulfillment.HoldCancelRequested)
	}
	if o.Status == fulfillment.StatusCancelled {
		hs = append(hs, fulfillment.HoldCancelled)
	}
	return hs
}

func allReported(o fulfillment.Order) bool {
	if len(o.Packages) == 0 {
		return false
	}
	return !slices.ContainsFunc(o.Packages, func(p fulfillment.Package) bool { return !p.Arranged && p.PlatformStatus != "CANCELLED" })
}

// withDetail adds what the package call knows and the order did not say.
func withDetail(p fulfillment.Package, w wirePackage) fulfillment.Package {
	p.Tracking = first(p.Tracking, fulfillment.Tracking(w.TrackingNumber))
	p.ProviderID = first(p.ProviderID, string(w.ShippingProviderID))
	p.Carrier = first(p.Carrier, string(w.ShippingProviderName))
	if w.PackageStatus != "" && p.PlatformStatus == "" {
		p.PlatformStatus = string(w.PackageStatus)
		p.Arranged = p.Arranged || lineArranged(wireLine{PackageStatus: w.PackageStatus})
		if r := observed(p.PlatformStatus, ""); r.Height() > p.Rung.Height() {
			p.Rung = r
		}
	}
	return p
}
