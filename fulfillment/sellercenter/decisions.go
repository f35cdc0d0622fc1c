package sellercenter

import (
	"context"
	"slices"
	"strings"

	"packbench/fulfillment"
)

// packedReasons are the platform's keys for "the product has been packed", the one reason that a packing station can give
// truthfully. Source: Partner Center, reject reasons; the first is the US's. What this cancellation allows is read anew.
var packedReasons = []string{"ecom_reverse_reject_cancel_reason_product_packed", "seller_reject_apply_product_has_been_packed"}

// requestStates: what the platform's words mean for the seller. Every other word is not known.
var requestStates = map[CancelStatus]fulfillment.RequestState{
	CancelPending: fulfillment.RequestOpen, CancelSuccess: fulfillment.RequestGranted, CancelComplete: fulfillment.RequestGranted,
	CancelWithdrawn: fulfillment.RequestClosed,
}

// CancelRequests are all requests to cancel that buyers made about these orders, answered ones included. Cancellations by the
// seller or the platform are not among them.
func (a *Adapter) CancelRequests(ctx context.Context, orders []fulfillment.OrderID) ([]fulfillment.CancelRequest, error) {
	var out []fulfillment.CancelRequest
	for batch := range slices.Chunk(orders, maxOrderIDs) {
		list, err := a.c.Cancellations(ctx, a.shop, CancelFilter{Orders: batch, Types: []string{"BUYER_CANCEL"}})
		if err != nil {
			return nil, err
		}
		for _, c := range list {
			state, known := requestStates[c.Status]
			if !known {
				state = fulfillment.RequestUnknown
			}
			out = append(out, fulfillment.CancelRequest{ID: c.ID, OrderID: c.OrderID, State: state, Reason: c.Reason, AskedAt: c.CreatedAt, AnswerBy: c.AnswerBy})
		}
	}
	return out, nil
}

// answer sends the answer to a request to cancel. The row's id is the idempotency key, so that the platform itself refuses
// to take one answer for two.
func (a *Adapter) answer(ctx context.Context, row fulfillment.OutboxRow) error {
	if row.Kind == fulfillment.OutboxApprove {
		return a.c.ApproveCancellation(ctx, a.shop, row.CancelID, row.ID)
	}
	reasons, err := a.c.RejectReasons(ctx, a.shop, row.CancelID, "en")
	if err != nil {
		return err
	}
	i := slices.IndexFunc(reasons, func(r Reason) bool { return slices.Contains(packedReasons, r.Key) })
	if i < 0 {
		var names []string
		for _, r := range reasons {
			names = append(names, first(r.Text, r.Key))
		}
		return refuse("Seller Center takes no rejection because the parcel is packed (%s): answer the request there", strings.Join(names, ", "))
	}
	return a.c.RejectCancellation(ctx, a.shop, row.CancelID, Rejection{Reason: reasons[i].Key}, row.ID)
}

// correct gives the parcel of the row, which was reported with another tracking number, the one on its label.
func (a *Adapter) correct(ctx context.Context, row fulfillment.OutboxRow, o fulfillment.Order) (fulfillment.PackageNews, error) {
	var none fulfillment.PackageNews
	if o.ShippingType != fulfillment.ShippingSeller || row.Tracking == "" {
		return none, refuse("order %s is not one whose tracking number the seller brings", o.ID)
	}
	i := slices.IndexFunc(o.Packages, func(p fulfillment.Package) bool {
		return p.PlatformID != "" && (p.ID == row.PackageID || p.PlatformID == row.PackageID ||
			slices.ContainsFunc(row.Lines, func(id fulfillment.LineID) bool { return slices.Contains(p.Lines, id) }))
	})
	if i < 0 {
		return none, refuse("the platform has no package for this parcel of order %s", o.ID)
	}
	p := o.Packages[i]
	provider, carrier, err := a.provider(ctx, row, o)
	if err != nil {
		return none, err
	}
	if len(o.Packages) == 1 {
		err = a.c.CorrectOrder(ctx, a.shop, o.ID, row.Tracking, provider)
	} else {
		err = a.c.CorrectPackage(ctx, a.shop, p.PlatformID, row.Tracking, provider)
	}
	return fulfillment.PackageNews{PlatformID: p.PlatformID, Tracking: row.Tracking, ProviderID: provider, Carrier: carrier,
		PlatformStatus: p.PlatformStatus, Arranged: true}, err
}
