package shop

import (
	"net/http"
	"regexp"
	"slices"
	"strings"

	"packbench/cmd/sandbox/shop/wire"
)

type handler func(s *store, c *call) (any, error)

// route is one documented endpoint.
type route struct {
	method, pattern string
	scope           string
	handle          handler
	form            *wire.Endpoint
}

const (
	scopeAuth      = "seller.authorization.info"
	scopeOrder     = "seller.order.info"
	scopeFulfil    = "seller.fulfillment.basic"
	scopeLogistics = "seller.logistics.basic"
	scopeReturn    = "seller.return_refund.basic"
	scopeProduct   = "seller.product.basic"
)

func allScopes() []string {
	return []string{scopeAuth, scopeOrder, scopeFulfil, scopeLogistics, scopeReturn, scopeProduct}
}

// routes is every endpoint of the sandbox. Its form comes from the package wire, which must have it.
func routes() []*route {
	f, o, l, ret, ev := "/fulfillment/202309/", "/order/202309/", "/logistics/202309/", "/return_refund/202309/", "/event/202309/webhooks"
	list := []*route{
		{"GET", "/authorization/202309/shops", scopeAuth, (*store).listShops, nil},
		{"GET", ev, scopeAuth, (*store).listWebhooks, nil},
		{"PUT", ev, scopeAuth, (*store).putWebhook, nil},
		{"DELETE", ev, scopeAuth, (*store).deleteWebhook, nil},
		{"POST", o + "orders/search", scopeOrder, (*store).searchOrders, nil},
		{"GET", o + "orders", scopeOrder, (*store).orderDetail, nil},
		{"GET", "/order/202507/orders", scopeOrder, (*store).orderDetail, nil},
		{"POST", f + "packages/search", scopeFulfil, (*store).searchPackages, nil},
		{"POST", f + "packages/ship", scopeFulfil, (*store).shipBatch, nil},
		{"POST", f + "packages/schedule", scopeFulfil, (*store).schedulePackage, nil},
		{"POST", f + "packages/deliver", scopeFulfil, (*store).deliverBatch, nil},
		{"POST", f + "packages/combine", scopeFulfil, (*store).combine, nil},
		{"POST", f + "packages", scopeFulfil, (*store).createPackage, nil},
		{"POST", "/fulfillment/202512/packages", scopeFulfil, (*store).createPackage2512, nil},
		{"GET", "/fulfillment/202508/tts_tracking_validation", scopeFulfil, (*store).validateTracking, nil},
		{"POST", "/fulfillment/202502/invoice/upload", scopeFulfil, (*store).uploadInvoice, nil},
		{"POST", f + "images/upload", scopeFulfil, (*store).uploadImage, nil},
		{"POST", f + "files/upload", scopeFulfil, (*store).uploadFile, nil},
		{"GET", f + "combinable_packages/search", scopeFulfil, (*store).searchCombinable, nil},
		{"GET", f + "packages/{package_id}", scopeFulfil, (*store).packageDetail, nil},
		{"POST", f + "packages/{package_id}/ship", scopeFulfil, (*store).shipOne, nil},
		{"POST", f + "packages/{package_id}/uncombine", scopeFulfil, (*store).uncombine, nil},
		{"GET", f + "packages/{package_id}/handover_time_slots", scopeFulfil, (*store).packageSlots, nil},
		{"GET", f + "packages/{package_id}/shipping_documents", scopeFulfil, (*store).shippingDocument, nil},
		{"POST", f + "packages/{package_id}/shipping_info/update", scopeFulfil, (*store).updatePackageTracking, nil},
		{"GET", f + "orders/split_attributes", scopeFulfil, (*store).splitAttributes, nil},
		{"POST", f + "orders/{order_id}/split", scopeFulfil, (*store).split, nil},
		{"POST", f + "orders/{order_id}/packages", scopeFulfil, (*store).markShipped, nil},
		{"GET", f + "orders/{order_id}/handover_time_slots", scopeFulfil, (*store).orderSlots, nil},
		{"POST", f + "orders/{order_id}/shipping_services/query", scopeFulfil, (*store).queryServices, nil},
		{"GET", f + "orders/{order_id}/tracking", scopeFulfil, (*store).orderTracking, nil},
		{"POST", f + "orders/{order_id}/shipping_info/update", scopeFulfil, (*store).updateOrderTracking, nil},
		{"GET", l + "warehouses", scopeLogistics, (*store).listWarehouses, nil},
		{"GET", l + "global_warehouses", scopeLogistics, (*store).listGlobalWarehouses, nil},
		{"GET", l + "warehouses/{warehouse_id}/delivery_options", scopeLogistics, (*store).listDeliveryOptions, nil},
		{"GET", l + "delivery_options/{delivery_option_id}/shipping_providers", scopeLogistics, (*store).listProviders, nil},
		{"POST", ret + "cancellations/search", scopeReturn, (*store).searchCancellations, nil},
		{"POST", ret + "cancellations", scopeReturn, (*store).createCancellation, nil},
		{"POST", ret + "cancellations/{cancel_id}/approve", scopeReturn, (*store).approveCancellation, nil},
		{"POST", ret + "cancellations/{cancel_id}/reject", scopeReturn, (*store).rejectCancellation, nil},
		{"GET", ret + "reject_reasons", scopeReturn, (*store).listRejectReasons, nil},
		{"GET", ret + "orders/{order_id}/aftersale_eligibility", scopeReturn, (*store).aftersaleEligibility, nil},
		{"POST", ret + "returns/search", scopeReturn, (*store).searchReturns, nil},
		{"POST", ret + "returns/{return_id}/approve", scopeReturn, (*store).approveReturn, nil},
		{"POST", ret + "returns/{return_id}/reject", scopeReturn, (*store).rejectReturn, nil},
		{"POST", "/product/202309/inventory/search", scopeProduct, (*store).searchInventory, nil},
		{"POST", "/product/202309/products/{product_id}/inventory/update", scopeProduct, (*store).updateInventory, nil},
		{"POST", "/product/202309/images/upload", scopeProduct, (*store).uploadProductImage, nil},
	}
	for _, rt := range list {
		if rt.form = wire.Find(rt.method + " " + rt.pattern); rt.form == nil {
			panic("shop: no form of " + rt.method + " " + rt.pattern)
		}
	}
	return list
}

var (
	allRoutes = routes()
	version   = regexp.MustCompile(`^/([a-z_]+)/\d{6}/`)
)

// findRoute tells a wrong path from a wrong version from a wrong method, in that order.
func findRoute(method, path string) (*route, map[string]string, error) {
	var found []*route
	var vars map[string]string
	for _, rt := range allRoutes {
		if v, ok := matchPath(rt.pattern, path); ok {
			found, vars = append(found, rt), v
		}
	}
	// A fixed segment wins over a variable one: packages/search is not a package called search.
	slices.SortStableFunc(found, func(a, b *route) int {
		return strings.Count(a.pattern, "{") - strings.Count(b.pattern, "{")
	})
	for _, rt := range found {
		if strings.Count(rt.pattern, "{") != strings.Count(found[0].pattern, "{") {
			break
		}
		if rt.method == method || method == http.MethodHead && rt.method == http.MethodGet {
			vars, _ = matchPath(rt.pattern, path)
			return rt, vars, nil
		}
	}
	if len(found) > 0 {
		return nil, vars, errInvalidMethod
	}
	if version.MatchString(path) {
		for _, rt := range allRoutes {
			other := version.ReplaceAllString(path, version.FindString(rt.pattern))
			if sameDomain(rt.pattern, path) {
				if _, ok := matchPath(rt.pattern, other); ok {
					return nil, nil, errVersion
				}
			}
		}
	}
	return nil, nil, errInvalidPath
}

func sameDomain(a, b string) bool {
	return strings.SplitN(a, "/", 3)[1] == strings.SplitN(b, "/", 3)[1]
}

func matchPath(pattern, path string) (map[string]string, bool) {
	p, q := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(p) != len(q) {
		return nil, false
	}
	vars := map[string]string{}
	for i := range p {
		switch {
		case strings.HasPrefix(p[i], "{"):
			if q[i] == "" {
				return nil, false
			}
			vars[strings.Trim(p[i], "{}")] = q[i]
		case p[i] != q[i]:
			return nil, false
		}
	}
	return vars, true
}
