package shop

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
)

// provider is a made-up carrier. Its tracking numbers are prefix + digits + suffix.
type provider struct {
	ID, Name       string
	prefix, suffix string
	digits         int
}

func (p provider) newTracking(rng *rand.Rand) string {
	var b strings.Builder
	b.WriteString(p.prefix)
	for range p.digits {
		b.WriteByte(byte('0' + rng.IntN(10)))
	}
	b.WriteString(p.suffix)
	return b.String()
}

func (p provider) issues(tracking string) bool {
	rest, ok := strings.CutPrefix(tracking, p.prefix)
	if !ok {
		return false
	}
	rest, ok = strings.CutSuffix(rest, p.suffix)
	if !ok || len(rest) != p.digits {
		return false
	}
	return strings.Trim(rest, "0123456789") == ""
}

// anyTracking is what may be a tracking number of any carrier at all.
var anyTracking = regexp.MustCompile(`^[A-Z0-9]{8,34}$`)

// market is what differs from region to region (the platform's fulfilment overview).
type market struct {
	region, currency, cipherPrefix, country string
	base                                    string          // seller_base_region
	markShipped                             bool            // seller-shipped orders: Mark Package As Shipped; else Ship Package with self_shipment
	createPackages                          bool            // platform-shipped orders: Create Packages; else Ship Package
	packageFirst                            map[string]bool // shipping types whose package id exists before shipping
	shipsOverCancel                         bool            // shipping rejects a pending cancel request instead of being refused
	trackingWarns                           bool            // a doubtful tracking number is a warning, not an error
	handoverIgnored                         bool            // handover_method has no effect
	cancelCollected                         bool            // the seller may cancel in AWAITING_COLLECTION
	maskUnfulfillable                       bool            // seller-shipped addresses are masked outside fulfillable states
	platform                                provider
	sellers                                 []provider
}

const (
	optionPlatform = "6955034615128000261"
	optionSeller   = "6955034615128000262"
	warehouseID    = "7000714532876273410"
	returnsID      = "7000714532876273411"
)

// markets: GB has package ids beforehand only for platform-shipped orders, because Ship Package needs one while Mark
// Package As Shipped creates it; the US has none beforehand at all; VN always has them.
func markets(region string) (market, error) {
	switch region {
	case "GB":
		return market{region: "GB", currency: "GBP", cipherPrefix: "GCP", country: "United Kingdom", base: "GB",
			markShipped: true, packageFirst: map[string]bool{"TIKTOK": true},
			platform: provider{"7117858858072016001", "Sandbox Parcels", "SBX", "GB", 9},
			sellers: []provider{{"7117858858072016002", "Sample Post", "SP", "GB", 9},
				{"7117858858072016003", "Example Couriers", "EXC", "", 12}}}, nil
	case "US":
		return market{region: "US", currency: "USD", cipherPrefix: "GCP", country: "United States", base: "US",
			markShipped: true, createPackages: true, shipsOverCancel: true, trackingWarns: true, cancelCollected: true,
			maskUnfulfillable: true, packageFirst: map[string]bool{},
			platform: provider{"7117858858072016011", "Sandbox Parcels US", "SBX", "US", 9},
			sellers: []provider{{"7117858858072016012", "Sample Post US", "SP", "US", 9},
				{"7117858858072016013", "Example Freight", "EXF", "", 12}}}, nil
	case "VN":
		return market{region: "VN", currency: "VND", cipherPrefix: "ROW", country: "Việt Nam", base: "VN",
			handoverIgnored: true, packageFirst: map[string]bool{"TIKTOK": true, "SELLER": true},
			platform: provider{"7117858858072016021", "Giao Thử Nhanh", "GTN", "VN", 9},
			sellers: []provider{{"7117858858072016022", "Bưu Chính Mẫu", "BCM", "VN", 9},
				{"7117858858072016023", "Xe Ví Dụ", "XVD", "", 12}}}, nil
	}
	return market{}, fmt.Errorf("market %q is not emulated: choose GB, US or VN", region)
}

// sellerProvider finds a carrier that the seller may use.
func (m market) sellerProvider(id string) (provider, bool) {
	for _, p := range m.sellers {
		if p.ID == id {
			return p, true
		}
	}
	return provider{}, false
}

// checkTracking judges a tracking number the seller gave. Where the market warns, the call goes on with the warning;
// elsewhere a number that cannot be this provider's is refused. The warnings are worded after the documented cases.
func (m market) checkTracking(p provider, tracking string) (warning string, err *apiError) {
	if !anyTracking.MatchString(tracking) {
		return "", artificial(codeBadTracking, "The tracking number %q is not valid", tracking)
	}
	if p.issues(tracking) {
		return "", nil
	}
	for _, other := range append([]provider{m.platform}, m.sellers...) {
		if other.ID == p.ID || !other.issues(tracking) {
			continue
		}
		if m.trackingWarns {
			return fmt.Sprintf("The tracking number does not match %s. Did you mean %s?", p.Name, other.Name), nil
		}
		return "", artificial(codeBadTracking, "The tracking number %q does not belong to %s", tracking, p.Name)
	}
	if m.trackingWarns {
		return "No shipping provider was found for this tracking number.", nil
	}
	return "", nil
}
