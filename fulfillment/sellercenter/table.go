package sellercenter

import (
	"context"
	"maps"
	"slices"

	"packbench/fulfillment"
)

// Act is what is done towards the platform when a parcel reaches a rung.
type Act string

const (
	ActNone    Act = ""
	ActArrange Act = "arrange"    // tell the platform, so that a label exists, and fetch the label
	ActReport  Act = "report"     // tell the platform tracking number and carrier
	ActMayTell Act = "may report" // report here already, if the station's policy says so (mark_shipped = "label")
	ActWatch   Act = "watch"      // only the carrier reaches this rung: it is read, never claimed
)

// rungs is what a way does at each rung; rungs that are not named are the bench's own business.
type rungs map[fulfillment.Rung]Act

var (
	//                                to pack                             labelled                              handed over
	rungsArranged = rungs{fulfillment.RungToPack: ActArrange, fulfillment.RungCarrierScanned: ActWatch, fulfillment.RungDelivered: ActWatch}
	rungsReported = rungs{fulfillment.RungLabelled: ActMayTell, fulfillment.RungHandedOver: ActReport, fulfillment.RungCarrierScanned: ActWatch, fulfillment.RungDelivered: ActWatch}
	rungsShown    = rungs{fulfillment.RungCarrierScanned: ActWatch, fulfillment.RungDelivered: ActWatch}
)

// needs is what must be known before the platform may be told.
type needs struct {
	sizes    bool // weight and size of the parcel
	pack     bool // the platform's package, made with the order
	tracking bool // tracking number and carrier
	invoice  bool // the invoice is uploaded and accepted
}

// way is one way of shipping: an adapter of its own. send is nil for what is shown and never written.
type way struct {
	name  string
	calls string // what the platform's table names
	rungs rungs
	needs needs
	send  func(a *Adapter, ctx context.Context, row fulfillment.OutboxRow, o fulfillment.Order, lines []fulfillment.LineID) (fulfillment.PackageNews, error)
}

// The ways. Mark Package As Shipped exists in US, GB, ES, IE, IT, DE, FR and JP only; elsewhere it is refused (21008106).
var (
	wayMark = &way{name: "seller ships, marked", rungs: rungsReported,
		calls: "Get Shipping Providers, Mark Package As Shipped", needs: needs{tracking: true}, send: (*Adapter).mark}
	wayShipSelf = &way{name: "seller ships, package arranged", rungs: rungsReported,
		calls: "Get Shipping Providers, Ship Package with self_shipment", needs: needs{tracking: true, pack: true}, send: (*Adapter).shipSelf}
	wayCreate = &way{name: "platform ships, label bought", rungs: rungsArranged,
		calls: "Get Eligible Shipping Service, Create Packages, Get Shipping Document", needs: needs{sizes: true}, send: (*Adapter).create}
	wayShip = &way{name: "platform ships", rungs: rungsArranged,
		calls: "Ship Package, Get Shipping Document", needs: needs{pack: true}, send: (*Adapter).ship}
	wayShipBilled = &way{name: "platform ships, invoice first", rungs: rungsArranged,
		calls: "Upload Invoice, Ship Package, Get Shipping Document", needs: needs{pack: true, invoice: true}, send: (*Adapter).ship}
	wayShown = &way{name: "not the seller's to ship", rungs: rungsShown}
)

// wayTable: which way in which market, by who ships. Source: Partner Center, fulfillment API overview. Row for row:
//
//	shipping_type  market            way
var wayTable = []struct {
	ships   fulfillment.ShippingType
	markets []string
	way     *way
}{
	{fulfillment.ShippingSeller, []string{"US", "EMEA", "JP"}, wayMark},
	{fulfillment.ShippingSeller, []string{"SEA", "LATAM", "BR"}, wayShipSelf},
	{fulfillment.ShippingPlatform, []string{"US", "JP"}, wayCreate}, // the UK may too, but needs no sizes with Ship Package
	{fulfillment.ShippingPlatform, []string{"SEA", "EMEA", "LATAM"}, wayShip},
	{fulfillment.ShippingPlatform, []string{"BR"}, wayShipBilled},
}

// marketGroup is how the platform groups its markets. A market that is not listed here is not known to this program.
// Brazil belongs to LATAM and stands apart because of its invoices.
var marketGroup = map[string]string{
	"US": "US",
	"JP": "JP",
	"GB": "EMEA", "IE": "EMEA", "ES": "EMEA", "IT": "EMEA", "DE": "EMEA", "FR": "EMEA",
	"VN": "SEA", "TH": "SEA", "ID": "SEA", "MY": "SEA", "PH": "SEA", "SG": "SEA",
	"MX": "LATAM",
	"BR": "BR",
}

// kindActs is what an outbox row asks for.
var kindActs = map[fulfillment.OutboxKind]Act{fulfillment.OutboxArrange: ActArrange, fulfillment.OutboxReportShipped: ActReport}

// does reports whether rows of this kind belong to the way.
func (w *way) does(k fulfillment.OutboxKind) bool {
	act, ok := kindActs[k]
	return ok && slices.Contains(slices.Collect(maps.Values(w.rungs)), act)
}

// wayOf chooses the way from the order's own fields. ok is false where no row fits: nothing may be written then either.
func wayOf(market string, ships fulfillment.ShippingType, by string) (w *way, ok bool) {
	if by != fulfillment.FulfillmentBySeller {
		return wayShown, true
	}
	group := marketGroup[region(market)]
	for _, row := range wayTable {
		if row.ships == ships && group != "" && slices.Contains(row.markets, group) {
			return row.way, true
		}
	}
	return nil, false
}

// Plan is what the platform is told of an order, for people.
type Plan struct {
	Name  string // the way of shipping
	Calls string // the platform's calls for it
	// What must be known first.
	NeedsSizes, NeedsPackage, NeedsTracking, NeedsInvoice bool
	Written                                               bool // false: the order is shown, never written
	rungs                                                 rungs
}

// At is what is done towards the platform when a parcel of the order reaches a rung.
func (p Plan) At(r fulfillment.Rung) Act { return p.rungs[r] }

// Plan tells how an order is shipped, from its own market, shipping type and fulfillment type. ok is false where this
// program knows no way; nothing is written then.
func (a *Adapter) Plan(o fulfillment.Order) (p Plan, ok bool) {
	w, ok := wayOf(first(o.Market, a.market), o.ShippingType, o.FulfillmentType)
	if !ok {
		return Plan{}, false
	}
	return Plan{Name: w.name, Calls: w.calls, NeedsSizes: w.needs.sizes, NeedsPackage: w.needs.pack, NeedsTracking: w.needs.tracking,
		NeedsInvoice: w.needs.invoice, Written: w.send != nil, rungs: w.rungs}, true
}
