package shop

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
)

type handler func(s *Server, c *call) (any, error)

// route is one documented endpoint. params are its own query parameters.
type route struct {
	method, pattern string
	shop            bool // takes shop_cipher
	scope           string
	params          []string
	handle          handler
}

const (
	scopeAuth      = "seller.authorization.info"
	scopeOrder     = "seller.order.info"
	scopeFulfil    = "seller.fulfillment.basic"
	scopeLogistics = "seller.logistics.basic"
	scopeReturn    = "seller.return_refund.basic"
)

func allScopes() []string {
	return []string{scopeAuth, scopeOrder, scopeFulfil, scopeLogistics, scopeReturn}
}

var paging = []string{"page_size", "page_token", "sort_field", "sort_order"}

func routes() []*route {
	f, o, l, ret := "/fulfillment/202309/", "/order/202309/", "/logistics/202309/", "/return_refund/202309/"
	idem := []string{"idempotency_key"}
	return []*route{
		{"GET", "/authorization/202309/shops", false, scopeAuth, nil, (*Server).listShops},
		{"POST", o + "orders/search", true, scopeOrder, paging, (*Server).searchOrders},
		{"GET", o + "orders", true, scopeOrder, []string{"ids"}, (*Server).orderDetail},
		{"GET", "/order/202507/orders", true, scopeOrder, []string{"ids"}, (*Server).orderDetail},
		{"POST", f + "packages/search", true, scopeFulfil, paging, (*Server).searchPackages},
		{"POST", f + "packages/ship", true, scopeFulfil, nil, (*Server).shipBatch},
		{"POST", f + "packages", true, scopeFulfil, nil, (*Server).createPackage},
		{"POST", "/fulfillment/202512/packages", true, scopeFulfil, nil, (*Server).createPackage2512},
		{"GET", f + "packages/{package_id}", true, scopeFulfil, nil, (*Server).packageDetail},
		{"POST", f + "packages/{package_id}/ship", true, scopeFulfil, nil, (*Server).shipOne},
		{"GET", f + "packages/{package_id}/handover_time_slots", true, scopeFulfil, nil, (*Server).packageSlots},
		{"GET", f + "packages/{package_id}/shipping_documents", true, scopeFulfil,
			[]string{"document_type", "document_size", "document_format"}, (*Server).shippingDocument},
		{"POST", f + "packages/{package_id}/shipping_info/update", true, scopeFulfil, nil, (*Server).updatePackageTracking},
		{"POST", f + "orders/{order_id}/packages", true, scopeFulfil, nil, (*Server).markShipped},
		{"GET", f + "orders/{order_id}/handover_time_slots", true, scopeFulfil, []string{"order_line_item_ids"}, (*Server).orderSlots},
		{"POST", f + "orders/{order_id}/shipping_services/query", true, scopeFulfil, nil, (*Server).queryServices},
		{"GET", f + "orders/{order_id}/tracking", true, scopeFulfil, nil, (*Server).orderTracking},
		{"POST", f + "orders/{order_id}/shipping_info/update", true, scopeFulfil, nil, (*Server).updateOrderTracking},
		{"GET", l + "warehouses", true, scopeLogistics, nil, (*Server).listWarehouses},
		{"GET", l + "warehouses/{warehouse_id}/delivery_options", true, scopeLogistics, []string{"scope"}, (*Server).listDeliveryOptions},
		{"GET", l + "delivery_options/{delivery_option_id}/shipping_providers", true, scopeLogistics, nil, (*Server).listProviders},
		{"POST", ret + "cancellations/search", true, scopeReturn, paging, (*Server).searchCancellations},
		{"POST", ret + "cancellations", true, scopeReturn, nil, (*Server).createCancellation},
		{"POST", ret + "cancellations/{cancel_id}/approve", true, scopeReturn, idem, (*Server).approveCancellation},
		{"POST", ret + "cancellations/{cancel_id}/reject", true, scopeReturn, idem, (*Server).rejectCancellation},
		{"GET", ret + "reject_reasons", true, scopeReturn, []string{"return_or_cancel_id", "locale"}, (*Server).listRejectReasons},
	}
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
