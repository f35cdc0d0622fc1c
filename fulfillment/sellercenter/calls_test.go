package sellercenter

import (
	"bytes"
	"image"
	"image/png"
	"strings"
	"testing"
	"time"

	"packbench/fulfillment"
)

// apiCall is one call of the client: how it looks on the wire, an answer as the platform documents it, and which parts
// of that answer it must not do without.
type apiCall struct {
	name  string
	route string
	query string // without app_key, timestamp, sign and shop_cipher
	body  string
	good  string   // data of the answer
	must  []string // paths into good: without them, or with another shape, the call has not succeeded
	write bool
	do    func(c *Client) (any, error)
}

const (
	oid = fulfillment.OrderID("576461413038785752")
	pid = fulfillment.PackageID("1153091234567890123")
	lid = fulfillment.LineID("577086512123755123")
)

var box = Parcel{WeightG: 350, LengthMM: 200, WidthMM: 155, HeightMM: 100}

// only makes a call without a value out of one that has none.
func only(err error) (any, error) { return nil, err }

func testPicture(side int) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, side, side))); err != nil {
		panic(err)
	}
	return b.Bytes()
}

var at = Span{From: time.Unix(1763000000, 0), To: time.Unix(1763900000, 0)}

// everyCall is every call of the client that is signed.
var everyCall = append(append(orderCalls, shipCalls...), otherCalls...)

const (
	oneOrder   = `{"orders":[{"id":"576461413038785752","status":"AWAITING_SHIPMENT","update_time":1763793660,"fulfillment_type":"FULFILLMENT_BY_SELLER","shipping_type":"SELLER","is_buyer_request_cancel":false,"recipient_address":{"region_code":"GB"},"line_items":[{"id":"577086512123755123","seller_sku":"MUG","display_status":"AWAITING_SHIPMENT"}]}],"next_page_token":"","total_count":1}`
	onePackage = `{"package_id":"1153091234567890123","package_status":"PROCESSING","shipping_type":"TIKTOK","handover_method":"DROP_OFF","split_and_combine_tag":"DEFAULT","tracking_number":"TT0001112223","shipping_provider_id":"6617675021119438849","shipping_provider_name":"Demo Carrier","orders":[{"id":"576461413038785752"}],"order_line_item_ids":["577086512123755123"],"has_multi_skus":false,"weight":{"value":"350","unit":"GRAM"},"dimension":{"length":"20","width":"15","height":"10","unit":"CM"},"pickup_slot":{"start_time":0,"end_time":0},"note_tag":"BUYER_UNNOTED","create_time":1763790060,"update_time":1763800000}`
	slotsData  = `{"can_pickup":true,"can_drop_off":true,"can_van_collection":false,"drop_off_point_url":"https://points.example","pickup_slots":[{"start_time":1763892000,"end_time":1763899200,"avaliable":true}]}`
	parcelBody = `"dimension":{"length":"20","width":"15.5","height":"10","unit":"CM"},"weight":{"value":"350","unit":"GRAM"}`
)

var orderCalls = []apiCall{
	{name: "Shops", route: "GET /authorization/202309/shops", good: shopsData, must: []string{"shops.0.id", "shops.0.cipher"},
		do: func(c *Client) (any, error) { return c.Shops(ctx()) }},
	{name: "SearchOrders", route: "POST /order/202309/orders/search", query: "page_size=100&page_token=p%2B%2F%3D&sort_field=create_time&sort_order=DESC",
		body: `{"order_status":"AWAITING_SHIPMENT","create_time_ge":1763000000,"create_time_lt":1763900000,"update_time_ge":1763000000,"update_time_lt":1763900000,"shipping_type":"SELLER","buyer_user_id":"7","is_buyer_request_cancel":true,"warehouse_ids":["8"]}`,
		good: oneOrder, do: func(c *Client) (any, error) {
			p, err := c.SearchOrders(ctx(), testShop, OrderFilter{Status: "AWAITING_SHIPMENT", Created: at, Updated: at, ShippingType: "SELLER", BuyerUserID: "7",
				CancelRequested: true, WarehouseIDs: []string{"8"}, ByCreation: true, Descending: true}, "p+/=")
			return p, err
		}},
	{name: "Orders", route: "GET /order/202309/orders", query: "ids=576461413038785752%2C9", good: oneOrder, do: func(c *Client) (any, error) {
		os, _, err := c.Orders(ctx(), testShop, []fulfillment.OrderID{oid, "9"})
		return os, err
	}},
	{name: "Package", route: "GET /fulfillment/202309/packages/1153091234567890123", good: onePackage, must: []string{"package_id"},
		do: func(c *Client) (any, error) { return c.Package(ctx(), testShop, pid) }},
	{name: "SearchPackages", route: "POST /fulfillment/202309/packages/search", query: "page_size=50&sort_field=update_time&sort_order=ASC",
		body: `{"create_time_ge":1763000000,"create_time_lt":1763900000,"update_time_ge":1763000000,"update_time_lt":1763900000,"package_status":"PROCESSING"}`,
		good: `{"packages":[{"id":"1153091234567890123","status":"PROCESSING","tracking_number":"T","orders":[{"id":"9","skus":[]}],"order_line_item_ids":["1"]}],"total_count":1}`,
		must: []string{"packages.0.id"}, do: func(c *Client) (any, error) {
			return c.SearchPackages(ctx(), testShop, PackageFilter{Status: PackageProcessing, Created: at, Updated: at, SortBy: "update_time", Ascending: true})
		}},
	{name: "SplitRules", route: "GET /fulfillment/202309/orders/split_attributes", query: "order_ids=576461413038785752",
		good: `{"split_attributes":[{"order_id":"576461413038785752","can_split":true,"must_split":true,"reason":"","must_split_reasons":[{"type":"TOTAL_COUNT_LIMITATION","category_id":"601990","max_count":"2"}]}]}`,
		do:   func(c *Client) (any, error) { return c.SplitRules(ctx(), testShop, []fulfillment.OrderID{oid}) }},
	{name: "Split", write: true, route: "POST /fulfillment/202309/orders/576461413038785752/split",
		body: `{"splittable_groups":[{"id":"A","order_line_item_ids":["1"]},{"id":"B","order_line_item_ids":["2"]}]}`,
		good: `{"packages":[{"id":"11","splittable_group_id":"A"},{"id":"12","splittable_group_id":"B"}]}`,
		must: []string{"packages", "packages.0", "packages.0.id", "packages.0.splittable_group_id", "packages.1.id"}, do: func(c *Client) (any, error) {
			return c.Split(ctx(), testShop, oid, []SplitGroup{{"A", []fulfillment.LineID{"1"}}, {"B", []fulfillment.LineID{"2"}}})
		}},
	{name: "Combinable", route: "GET /fulfillment/202309/combinable_packages/search", query: "page_size=50",
		good: `{"combinable_packages":[{"id":"57466538837665","order_ids":["1","2"]}],"next_page_token":"","total_count":1}`,
		do:   func(c *Client) (any, error) { return c.Combinable(ctx(), testShop) }},
	{name: "Uncombine", write: true, route: "POST /fulfillment/202309/packages/1153091234567890123/uncombine", body: `{"order_ids":["2"]}`,
		good: `{"packages":[{"id":"11","order_ids":["1"]},{"id":"12","order_ids":["2"]}]}`, must: []string{"packages", "packages.1.id", "packages.1.order_ids"},
		do: func(c *Client) (any, error) {
			return c.Uncombine(ctx(), testShop, pid, []fulfillment.OrderID{"2"})
		}},
}

var shipCalls = []apiCall{
	{name: "Ship", write: true, route: "POST /fulfillment/202309/packages/1153091234567890123/ship", good: `{}`,
		body: `{"handover_method":"PICKUP","pickup_slot":{"start_time":1763892000,"end_time":1763899200}}`, do: func(c *Client) (any, error) {
			return only(c.Ship(ctx(), testShop, Ship{Package: pid, Handover: Pickup, Slot: Slot{Start: time.Unix(1763892000, 0), End: time.Unix(1763899200, 0)}}))
		}},
	{name: "Ship self", write: true, route: "POST /fulfillment/202309/packages/1153091234567890123/ship", good: `{}`,
		body: `{"self_shipment":{"tracking_number":"JX12345","shipping_provider_id":"6617675021119438849"}}`, do: func(c *Client) (any, error) {
			return only(c.Ship(ctx(), testShop, Ship{Package: pid, Tracking: "JX12345", ProviderID: "6617675021119438849"}))
		}},
	{name: "ShipBatch", write: true, route: "POST /fulfillment/202309/packages/ship", good: `{"errors":[]}`, must: []string{"errors?"},
		body: `{"packages":[{"id":"1","handover_method":"DROP_OFF"},{"id":"2","self_shipment":{"tracking_number":"T","shipping_provider_id":"C"}}]}`,
		do: func(c *Client) (any, error) {
			return only(joined(c.ShipBatch(ctx(), testShop, []Ship{{Package: "1", Handover: DropOff}, {Package: "2", Tracking: "T", ProviderID: "C"}})))
		}},
	{name: "MarkShipped", write: true, route: markRoute, body: `{"order_line_item_ids":["577086512123755123"],"tracking_number":"T1","shipping_provider_id":"C"}`,
		good: `{"order_id":"576461413038785752","order_line_item_ids":["577086512123755123"],"package_id":"1153091234567890123","warning":{"message":"Did you mean Other Post?"}}`,
		must: []string{"package_id"}, do: func(c *Client) (any, error) {
			return c.MarkShipped(ctx(), testShop, oid, []fulfillment.LineID{lid}, "T1", "C")
		}},
	{name: "CorrectOrder", write: true, route: "POST /fulfillment/202309/orders/576461413038785752/shipping_info/update", good: `{}`,
		body: `{"tracking_number":"T2","shipping_provider_id":"C"}`, do: func(c *Client) (any, error) { return only(c.CorrectOrder(ctx(), testShop, oid, "T2", "C")) }},
	{name: "CorrectPackage", write: true, route: "POST /fulfillment/202309/packages/1153091234567890123/shipping_info/update", good: `{}`,
		body: `{"tracking_number":"T2","shipping_provider_id":"C"}`, do: func(c *Client) (any, error) { return only(c.CorrectPackage(ctx(), testShop, pid, "T2", "C")) }},
	{name: "PackageSlots", route: "GET /fulfillment/202309/packages/1153091234567890123/handover_time_slots", good: slotsData,
		do: func(c *Client) (any, error) { return c.PackageSlots(ctx(), testShop, pid) }},
	{name: "OrderSlots", route: "GET /fulfillment/202309/orders/576461413038785752/handover_time_slots", query: "order_line_item_ids=1%2C2", good: slotsData,
		do: func(c *Client) (any, error) {
			return c.OrderSlots(ctx(), testShop, oid, []fulfillment.LineID{"1", "2"})
		}},
	{name: "Services", route: servicesRoute, body: `{"order_line_item_ids":["577086512123755123"],` + parcelBody + `}`,
		good: `{"order_id":"576461413038785752","shipping_services":[{"id":"S1","name":"Demo","price":"9.10","currency":"USD","is_default":true,"earliest_delivery_days":2,"latest_delivery_days":5,"shipping_provider_id":"C","shipping_provider_name":"Demo Post"}]}`,
		do: func(c *Client) (any, error) {
			return c.Services(ctx(), testShop, oid, []fulfillment.LineID{lid}, box)
		}},
	{name: "CreatePackage", write: true, route: createRoute, body: `{"order_id":"576461413038785752","order_line_item_ids":["577086512123755123"],` + parcelBody + `,"shipping_service_id":"S1"}`,
		good: `{"package_id":"1153091234567890123","order_id":"576461413038785752","create_time":1763790060,"shipping_service_info":{"id":"S1","shipping_provider_id":"C","shipping_provider_name":"Demo Post"}}`,
		must: []string{"package_id"}, do: func(c *Client) (any, error) {
			return c.CreatePackage(ctx(), testShop, Buy{Order: oid, Lines: []fulfillment.LineID{lid}, Parcel: box, Service: "S1"})
		}},
	{name: "CreatePackage several orders", write: true, route: "POST /fulfillment/202512/packages", good: `{"package_id":"1153091234567890123","create_time":1763790060}`,
		body: `{"ship_type":"3","order_list_ids":["1","2"],` + parcelBody + `,"shipping_service_id":"S1"}`, must: []string{"package_id"}, do: func(c *Client) (any, error) {
			return c.CreatePackage(ctx(), testShop, Buy{Together: []fulfillment.OrderID{"1", "2"}, Parcel: box, Service: "S1"})
		}},
	{name: "Combine", write: true, route: "POST /fulfillment/202309/packages/combine", body: `{"combinable_packages":[{"id":"5","order_ids":["1","2"]}]}`,
		good: `{"packages":[{"id":"11","order_ids":["1","2"]}],"errors":[]}`, must: []string{"packages", "packages.0", "packages.0.id", "packages.0.order_ids"}, do: func(c *Client) (any, error) {
			made, failed, err := c.Combine(ctx(), testShop, []Combination{{"5", []fulfillment.OrderID{"1", "2"}}})
			return made, joined(failed, err)
		}},
	{name: "Deliver", write: true, route: "POST /fulfillment/202309/packages/deliver", good: `{"errors":[]}`, must: []string{"errors?"},
		body: `{"packages":[{"id":"1","delivery_type":"DELIVERY_SUCCESS","file_type":"IMG","file_url":"https://p.example/1"},{"id":"2","delivery_type":"DELIVERY_FAILED","fail_delivery_reason":"BUYER_REFUSED"}]}`,
		do: func(c *Client) (any, error) {
			return only(joined(c.Deliver(ctx(), testShop, []Delivery{{Package: "1", Kind: "DELIVERY_SUCCESS", Proof: "https://p.example/1"}, {Package: "2", Kind: "DELIVERY_FAILED", Failed: "BUYER_REFUSED"}})))
		}},
	{name: "Document", route: "GET /fulfillment/202309/packages/1153091234567890123/shipping_documents", query: "document_format=PDF&document_size=A6&document_type=SHIPPING_LABEL",
		good: `{"doc_url":"https://shop.example/doc","tracking_number":"TT1"}`, must: []string{"doc_url"},
		do: func(c *Client) (any, error) { return c.Document(ctx(), testShop, pid, DocLabel, "", "") }},
	{name: "Tracking", route: "GET /fulfillment/202309/orders/576461413038785752/tracking", good: `{"tracking":[{"description":"Collected","update_time_millis":1763800000123}]}`,
		do: func(c *Client) (any, error) { return c.Tracking(ctx(), testShop, oid) }},
	{name: "ValidateTracking", route: "GET /fulfillment/202508/tts_tracking_validation", query: "tracking_number=1Z%2F9", good: `{"is_tiktok_shipping":true,"is_tiktok_collection":false}`,
		do: func(c *Client) (any, error) { return c.ValidateTracking(ctx(), testShop, "1Z/9") }},
}

// joined is an error if any package failed.
func joined(failed []Failure, err error) error {
	for _, f := range failed {
		if err == nil {
			err = f.Err
		}
	}
	return err
}

var otherCalls = []apiCall{
	{name: "Providers", route: carriersRoute, good: `{"shipping_providers":[{"id":"C1","name":"Demo Post"}]}`,
		do: func(c *Client) (any, error) { return c.Providers(ctx(), testShop, "55") }},
	{name: "DeliveryOptions", route: "GET /logistics/202309/warehouses/7/delivery_options", query: "scope=WAREHOUSE",
		good: `{"delivery_options":[{"id":"55","name":"Own","type":"SEND_BY_SELLER","description":"","dimension_limit":{"max_length":60,"max_width":40,"max_height":40,"unit":"CM"},"weight_limit":{"max_weight":30000,"min_weight":0,"unit":"GRAM"}}]}`,
		do:   func(c *Client) (any, error) { return c.DeliveryOptions(ctx(), testShop, "7") }},
	{name: "Warehouses", route: "GET /logistics/202309/warehouses",
		good: `{"warehouses":[{"id":"7","name":"Main","type":"SALES_WAREHOUSE","sub_type":"DOMESTIC_WAREHOUSE","effect_status":"ENABLED","is_default":true,"address":{"region_code":"GB","city":"Sampleton","distict":"Sample Ward","postal_code":"AB1 2CD","full_address":"1 Sample Road"}}]}`,
		do:   func(c *Client) (any, error) { return c.Warehouses(ctx(), testShop) }},
	{name: "Cancellations", route: "POST /return_refund/202309/cancellations/search", query: "page_size=50&sort_order=ASC",
		body: `{"cancel_ids":["4"],"order_ids":["576461413038785752"],"cancel_types":["BUYER_CANCEL"],"cancel_status":["CANCELLATION_REQUEST_PENDING","CANCELLATION_REQUEST_CANCEL"],"create_time_ge":1763000000,"create_time_lt":1763900000,"update_time_ge":1763000000,"update_time_lt":1763900000,"locale":"de"}`,
		good: `{"cancellations":[{"cancel_id":"4","order_id":"576461413038785752","cancel_type":"BUYER_CANCEL","cancel_status":"CANCELLATION_REQUEST_PENDING","cancel_line_items":[{"order_line_item_id":"1"}],"seller_next_action_response":[{"action":"SELLER_RESPOND_CANCEL","deadline":1763900000}]}],"next_page_token":""}`,
		must: []string{"cancellations.0.cancel_id", "cancellations.0.order_id"}, do: func(c *Client) (any, error) {
			return c.Cancellations(ctx(), testShop, CancelFilter{IDs: []string{"4"}, Orders: []fulfillment.OrderID{oid}, Types: []string{"BUYER_CANCEL"},
				Statuses: []CancelStatus{CancelPending, CancelWithdrawn}, Created: at, Updated: at, Locale: "de"})
		}},
	{name: "ApproveCancellation", write: true, route: "POST /return_refund/202309/cancellations/4/approve", query: "idempotency_key=k1", good: `{}`,
		do: func(c *Client) (any, error) { return only(c.ApproveCancellation(ctx(), testShop, "4", "k1")) }},
	{name: "RejectCancellation", write: true, route: "POST /return_refund/202309/cancellations/4/reject", query: "idempotency_key=k1", good: `{}`,
		body: `{"reject_reason":"seller_reject_apply_product_has_been_packed","comment":"packed","images":[{"image_id":"i","mime_type":"image/png","width":200,"height":100}]}`,
		do: func(c *Client) (any, error) {
			return only(c.RejectCancellation(ctx(), testShop, "4", Rejection{Reason: "seller_reject_apply_product_has_been_packed", Comment: "packed", Pictures: []Picture{{"i", "image/png", 200, 100}}}, "k1"))
		}},
	{name: "RejectReasons", route: "GET /return_refund/202309/reject_reasons", query: "locale=en&return_or_cancel_id=4", good: `{"reasons":[{"name":"packed","text":"Product packed"}]}`,
		do: func(c *Client) (any, error) { return c.RejectReasons(ctx(), testShop, "4", "en") }},
	{name: "CancelOrder", write: true, route: "POST /return_refund/202309/cancellations",
		body: `{"order_id":"576461413038785752","cancel_reason":"seller_cancel_reason_out_of_stock","order_line_item_ids":["1"],"skus":[{"sku_id":"2","quantity":3}]}`,
		good: `{"cancel_id":"4","cancel_status":"CANCELLATION_REQUEST_SUCCESS"}`, must: []string{"cancel_id"}, do: func(c *Client) (any, error) {
			id, _, err := c.CancelOrder(ctx(), testShop, Cancel{Order: oid, Reason: "seller_cancel_reason_out_of_stock", Lines: []fulfillment.LineID{"1"}, SKUs: []SKUCount{{"2", 3}}})
			return id, err
		}},
	{name: "Returns", route: "POST /return_refund/202309/returns/search", query: "page_size=50&sort_order=ASC",
		body: `{"return_ids":["5"],"order_ids":["576461413038785752"],"return_types":["REFUND"],"return_status":["BUYER_SHIPPED_ITEM"],"arbitration_status":["CLOSED"],"update_time_ge":1763000000,"update_time_lt":1763900000}`,
		good: `{"return_orders":[{"return_id":"5","order_id":"576461413038785752","return_type":"RETURN_AND_REFUND","return_status":"BUYER_SHIPPED_ITEM","return_tracking_number":"R1","shipment_type":"PLATFORM","return_line_items":[{"return_line_item_id":"6","order_line_item_id":"1","seller_sku":"MUG"}],"seller_next_action_response":[{"action":"SELLER_RESPOND_RECEIVE_PACKAGE","deadline":1763900000}]}]}`,
		must: []string{"return_orders.0.return_id", "return_orders.0.order_id"}, do: func(c *Client) (any, error) {
			return c.Returns(ctx(), testShop, ReturnFilter{IDs: []string{"5"}, Orders: []fulfillment.OrderID{oid}, Types: []ReturnType{RefundOnly}, Statuses: []ReturnStatus{ReturnOnTheWay}, Arbitration: []string{"CLOSED"}, Updated: at})
		}},
	{name: "ApproveReturn", write: true, route: "POST /return_refund/202309/returns/5/approve", query: "idempotency_key=k1", good: `{}`,
		body: `{"decision":"OFFER_PARTIAL_REFUND","buyer_keep_item":true,"partial_refund":{"amount":"3.50","currency":"GBP"}}`, do: func(c *Client) (any, error) {
			return only(c.ApproveReturn(ctx(), testShop, "5", Approval{Decision: "OFFER_PARTIAL_REFUND", BuyerKeeps: true, Amount: "3.50", Currency: "GBP"}, "k1"))
		}},
	{name: "RejectReturn", write: true, route: "POST /return_refund/202309/returns/5/reject", query: "idempotency_key=k1", good: `{}`,
		body: `{"decision":"REJECT_RECEIVED_PACKAGE","reject_reason":"damaged"}`, do: func(c *Client) (any, error) {
			return only(c.RejectReturn(ctx(), testShop, "5", "REJECT_RECEIVED_PACKAGE", Rejection{Reason: "damaged"}, "k1"))
		}},
	{name: "StockBySKU", route: "POST /product/202309/inventory/search", body: `{"sku_ids":["2"]}`,
		good: `{"inventory":[{"product_id":"1","skus":[{"id":"2","seller_sku":"MUG","total_available_quantity":5,"total_committed_quantity":2,"warehouse_inventory":[{"warehouse_id":"7","available_quantity":5,"committed_quantity":2}]}]}]}`,
		do:   func(c *Client) (any, error) { return c.StockBySKU(ctx(), testShop, []fulfillment.SKUID{"2"}) }},
	{name: "StockByProduct", route: "POST /product/202309/inventory/search", body: `{"product_ids":["1"]}`, good: `{"inventory":[]}`,
		do: func(c *Client) (any, error) { return c.StockByProduct(ctx(), testShop, []string{"1"}) }},
	{name: "UploadPicture", route: "POST /fulfillment/202309/images/upload", body: "multipart", good: `{"url":"https://p.example/1","width":120,"height":120}`, must: []string{"url"},
		do: func(c *Client) (any, error) { return c.UploadPicture(ctx(), testShop, testPicture(120)) }},
	{name: "UploadRejectionPicture", route: "POST /product/202309/images/upload", body: "multipart", good: `{"uri":"tos/1","url":"https://p.example/1","width":120,"height":120}`, must: []string{"uri"},
		do: func(c *Client) (any, error) { return c.UploadRejectionPicture(ctx(), testPicture(120)) }},
	{name: "UploadInvoices", write: true, route: "POST /fulfillment/202502/invoice/upload", good: `{"errors":[]}`, must: []string{"errors?"},
		body: `{"invoices":[{"package_id":"1153091234567890123","order_ids":["576461413038785752"],"file_type":"XML","file":"PE5GZS8+"}]}`, do: func(c *Client) (any, error) {
			return only(joined(c.UploadInvoices(ctx(), testShop, []Invoice{{pid, []fulfillment.OrderID{oid}, []byte("<NFe/>")}})))
		}},
	{name: "UploadFile", route: "POST /fulfillment/202309/files/upload", body: "multipart", good: `{"url":"https://p.example/1","name":"proof.pdf"}`, must: []string{"url"},
		do: func(c *Client) (any, error) { return c.UploadFile(ctx(), testShop, "proof.pdf", []byte("%PDF-1.4 x")) }},
	{name: "Webhooks", route: "GET /event/202309/webhooks", good: `{"webhooks":[{"event_type":"ORDER_STATUS_CHANGE","address":"https://relay.example/x","create_time":1635338186}],"total_count":1}`,
		do: func(c *Client) (any, error) { return c.Webhooks(ctx(), testShop) }},
	{name: "SetWebhook", route: "PUT /event/202309/webhooks", body: `{"address":"https://relay.example/x","event_type":"PACKAGE_UPDATE"}`, good: `{}`,
		do: func(c *Client) (any, error) {
			return only(c.SetWebhook(ctx(), testShop, "PACKAGE_UPDATE", "https://relay.example/x"))
		}},
	{name: "DeleteWebhook", route: "DELETE /event/202309/webhooks", body: `{"event_type":"PACKAGE_UPDATE"}`, good: `{}`,
		do: func(c *Client) (any, error) { return only(c.DeleteWebhook(ctx(), testShop, "PACKAGE_UPDATE")) }},
}

// Every call as it goes over the wire to a server that checks the signature, and its documented answer.
func TestEveryCall(t *testing.T) {
	for _, tc := range everyCall {
		t.Run(tc.name, func(t *testing.T) {
			f := newFakeShop(t)
			good := strings.Replace(tc.good, "https://shop.example", f.server.URL, 1)
			f.answer(tc.route, good)
			f.on("GET /doc", sendPDF)
			got, err := tc.do(f.client())
			if err != nil {
				t.Fatal(err)
			}
			if f.count(tc.route) != 1 {
				t.Errorf("%d calls", f.count(tc.route))
			}
			if q := f.ownQuery(tc.route); q != tc.query {
				t.Errorf("query\n got %s\nwant %s", q, tc.query)
			}
			if body := f.body(tc.route); body != tc.body && (tc.body != "multipart" || !strings.Contains(body, `form-data; name="data"; filename="proof.`)) {
				t.Errorf("body\n got %s\nwant %s", body, tc.body)
			}
			t.Logf("%+v", got)
		})
	}
}
