package sellercenter

import "packbench/fulfillment"

// means is the call by which a rung is told to the platform.
type means int

const (
	meansNone       means = iota
	meansShip             // Ship Package
	meansShipSelf         // Ship Package with self_shipment: tracking number and carrier
	meansMark             // Mark Package As Shipped: tracking number and carrier, makes the package
	meansCreate           // shipping services, then Create Packages: needs weight and size
	meansShipBilled       // Ship Package, but only after the invoice was uploaded and accepted (BR)
)

// marketGroup is how the platform groups its markets. A market that is not listed here is not known to this program.
var marketGroup = map[string]string{
	"US": "US",
	"JP": "JP",
	"GB": "EMEA", "IE": "EMEA", "ES": "EMEA", "IT": "EMEA", "DE": "EMEA", "FR": "EMEA",
	"VN": "SEA", "TH": "SEA", "ID": "SEA", "MY": "SEA", "PH": "SEA", "SG": "SEA",
	"MX": "LATAM",
	"BR": "BR",
}

// callTable: which call in which market, by who ships. Source: Partner Center, fulfillment API overview. Platform
// shipping is told when it is arranged, seller shipping when the parcel is reported shipped. Mark Package As Shipped
// exists in US, GB, ES, IE, IT, DE, FR and JP only.
var callTable = map[string]map[fulfillment.ShippingType]means{
	//         arrange (platform ships)                    report shipped (seller ships)
	"US":    {fulfillment.ShippingPlatform: meansCreate /*    */, fulfillment.ShippingSeller: meansMark},
	"JP":    {fulfillment.ShippingPlatform: meansCreate /*    */, fulfillment.ShippingSeller: meansMark},
	"EMEA":  {fulfillment.ShippingPlatform: meansShip /*      */, fulfillment.ShippingSeller: meansMark},
	"SEA":   {fulfillment.ShippingPlatform: meansShip /*      */, fulfillment.ShippingSeller: meansShipSelf},
	"LATAM": {fulfillment.ShippingPlatform: meansShip /*      */, fulfillment.ShippingSeller: meansShipSelf},
	"BR":    {fulfillment.ShippingPlatform: meansShipBilled /**/, fulfillment.ShippingSeller: meansShipSelf},
}

// kindFor is what the outbox must hold for each shipping type.
var kindFor = map[fulfillment.ShippingType]fulfillment.OutboxKind{
	fulfillment.ShippingPlatform: fulfillment.OutboxArrange,
	fulfillment.ShippingSeller:   fulfillment.OutboxReportShipped,
}

func meansOf(market string, t fulfillment.ShippingType) means {
	return callTable[marketGroup[market]][t]
}
