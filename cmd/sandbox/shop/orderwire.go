package shop

import (
	"time"

	"packbench/fulfillment"
)

// wireOrder is an order as search and detail give it. Fields without a value are absent, as on the platform.
type wireOrder struct {
	ID                         string       `json:"id"`
	Status                     string       `json:"status"`
	OrderType                  string       `json:"order_type,omitempty"`
	UserID                     string       `json:"user_id"`
	BuyerEmail                 string       `json:"buyer_email"`
	BuyerMessage               string       `json:"buyer_message"`
	SellerNote                 string       `json:"seller_note,omitempty"`
	CommercePlatform           string       `json:"commerce_platform"`
	CreateTime                 int64        `json:"create_time"`
	UpdateTime                 int64        `json:"update_time"`
	PaidTime                   int64        `json:"paid_time,omitempty"`
	ReleaseDate                int64        `json:"release_date,omitempty"`
	WarehouseID                string       `json:"warehouse_id"`
	SplitOrCombineTag          string       `json:"split_or_combine_tag,omitempty"`
	IsCOD                      bool         `json:"is_cod"`
	IsSampleOrder              bool         `json:"is_sample_order"`
	IsOnHoldOrder              bool         `json:"is_on_hold_order"`
	IsBuyerRequestCancel       bool         `json:"is_buyer_request_cancel"`
	IsReplacementOrder         bool         `json:"is_replacement_order"`
	HasUpdatedRecipientAddress bool         `json:"has_updated_recipient_address"`
	FulfillmentType            string       `json:"fulfillment_type"`
	ShippingType               string       `json:"shipping_type"`
	DeliveryOptionID           string       `json:"delivery_option_id"`
	DeliveryOptionName         string       `json:"delivery_option_name"`
	DeliveryType               string       `json:"delivery_type"`
	ShippingProvider           string       `json:"shipping_provider,omitempty"`
	ShippingProviderID         string       `json:"shipping_provider_id,omitempty"`
	TrackingNumber             string       `json:"tracking_number"`
	Packages                   []idOnly     `json:"packages,omitempty"`
	FulfillmentPriorityLevel   int64        `json:"fulfillment_priority_level,omitempty"`
	RecommendedShippingTime    int64        `json:"recommended_shipping_time,omitempty"`
	RTSSLATime                 int64        `json:"rts_sla_time,omitempty"`
	RTSTime                    int64        `json:"rts_time,omitempty"`
	TTSSLATime                 int64        `json:"tts_sla_time,omitempty"`
	ShippingDueTime            int64        `json:"shipping_due_time,omitempty"`
	CollectionDueTime          int64        `json:"collection_due_time,omitempty"`
	CollectionTime             int64        `json:"collection_time,omitempty"`
	DeliveryDueTime            int64        `json:"delivery_due_time,omitempty"`
	DeliverySLATime            int64        `json:"delivery_sla_time,omitempty"`
	DeliveryTime               int64        `json:"delivery_time,omitempty"`
	CancelOrderSLATime         int64        `json:"cancel_order_sla_time,omitempty"`
	CancelTime                 int64        `json:"cancel_time,omitempty"`
	RequestCancelTime          int64        `json:"request_cancel_time,omitempty"`
	CancelReason               string       `json:"cancel_reason,omitempty"`
	CancellationInitiator      string       `json:"cancellation_initiator,omitempty"`
	NeedUploadInvoice          string       `json:"need_upload_invoice,omitempty"`
	CPF                        string       `json:"cpf,omitempty"`
	CPFName                    string       `json:"cpf_name,omitempty"`
	LineItems                  []wireLine   `json:"line_items"`
	RecipientAddress           *wireAddress `json:"recipient_address,omitempty"`
	Payment                    wirePayment  `json:"payment"`
}

type idOnly struct {
	ID string `json:"id"`
}

type wireLine struct {
	ID                   string       `json:"id"`
	SKUID                string       `json:"sku_id"`
	ProductID            string       `json:"product_id"`
	ProductName          string       `json:"product_name"`
	SKUName              string       `json:"sku_name"`
	SellerSKU            string       `json:"seller_sku"`
	SKUImage             string       `json:"sku_image"`
	SKUType              string       `json:"sku_type"`
	DisplayStatus        string       `json:"display_status"`
	PackageID            string       `json:"package_id,omitempty"`
	PackageStatus        string       `json:"package_status,omitempty"`
	TrackingNumber       string       `json:"tracking_number"`
	ShippingProviderID   string       `json:"shipping_provider_id,omitempty"`
	ShippingProviderName string       `json:"shipping_provider_name,omitempty"`
	RTSTime              int64        `json:"rts_time,omitempty"`
	IsGift               bool         `json:"is_gift"`
	IsDangerousGood      bool         `json:"is_dangerous_good"`
	NeedsPrescription    bool         `json:"needs_prescription"`
	CancelReason         string       `json:"cancel_reason,omitempty"`
	CancelUser           string       `json:"cancel_user,omitempty"`
	Currency             string       `json:"currency"`
	OriginalPrice        string       `json:"original_price"`
	SalePrice            string       `json:"sale_price"`
	PlatformDiscount     string       `json:"platform_discount"`
	SellerDiscount       string       `json:"seller_discount"`
	GiftRetailPrice      string       `json:"gift_retail_price"`
	ShippingVATRate      string       `json:"shipping_vat_rate,omitempty"` // seen on the platform, in no document
	CombinedListingSKUs  []wireBundle `json:"combined_listing_skus"`
}

type wireBundle struct {
	ProductID string `json:"product_id"`
	SKUID     string `json:"sku_id"`
	SellerSKU string `json:"seller_sku"`
	SKUCount  int    `json:"sku_count"`
}

type wireAddress struct {
	Name         string         `json:"name"`
	FirstName    string         `json:"first_name,omitempty"`
	LastName     string         `json:"last_name,omitempty"`
	PhoneNumber  string         `json:"phone_number"`
	FullAddress  string         `json:"full_address"`
	AddressLine1 string         `json:"address_line1"`
	AddressLine2 string         `json:"address_line2"`
	Detail       string         `json:"address_detail"`
	PostTown     string         `json:"post_town,omitempty"`
	PostalCode   string         `json:"postal_code"`
	RegionCode   string         `json:"region_code"`
	DistrictInfo []wireDistrict `json:"district_info,omitempty"`
}

// short is the form of an address that packages have: fewer fields than an order's.
func (a *wireAddress) short() *wireAddress {
	b := *a
	b.FirstName, b.LastName, b.PostTown, b.DistrictInfo = "", "", "", nil
	return &b
}

type wireDistrict struct {
	Level     string `json:"address_level"`
	LevelName string `json:"address_level_name"`
	Name      string `json:"address_name"`
}

type wirePayment struct {
	Currency    string `json:"currency"`
	SubTotal    string `json:"sub_total"`
	ShippingFee string `json:"shipping_fee"`
	Tax         string `json:"tax"`
	TotalAmount string `json:"total_amount"`
}

// unix is 0, and so absent, for a moment that does not exist.
func unix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

func (s *store) wireOrder(o *order, c *call) wireOrder {
	w := wireOrder{ID: o.id, Status: o.status, OrderType: "NORMAL", UserID: o.user, BuyerEmail: "buyer@chat.seller.example",
		BuyerMessage: o.buyerMessage, SellerNote: o.sellerNote, CommercePlatform: "TIKTOK_SHOP", CreateTime: o.created.Unix(),
		UpdateTime: o.updated.Unix(), PaidTime: unix(o.paid), ReleaseDate: unix(o.release), WarehouseID: warehouseID,
		IsSampleOrder: o.sample, IsOnHoldOrder: !o.holdEnds.IsZero(), IsBuyerRequestCancel: o.request != nil,
		HasUpdatedRecipientAddress: o.addressUpdated, FulfillmentType: o.fulfillmentType, ShippingType: o.shippingType,
		DeliveryOptionID: optionPlatform, DeliveryOptionName: "Standard Shipping", DeliveryType: "HOME_DELIVERY",
		RTSSLATime: unix(o.rtsSLA), RTSTime: unix(o.rts), TTSSLATime: unix(o.ttsSLA), ShippingDueTime: unix(o.shippingDue),
		CollectionDueTime: unix(o.collectDue), CollectionTime: unix(o.collected), DeliveryDueTime: unix(o.deliveryDue),
		DeliverySLATime: unix(o.deliverySLA), DeliveryTime: unix(o.delivered), CancelOrderSLATime: unix(o.shippingDue),
		CancelTime: unix(o.cancelledAt), RequestCancelTime: unix(o.cancelAsked), CancelReason: o.cancelReason,
		CancellationInitiator: o.cancelBy, RecipientAddress: s.wireAddress(o)}
	if !o.release.IsZero() {
		w.OrderType = "PRE_ORDER"
	}
	if o.shippingType == string(fulfillment.ShippingSeller) {
		w.DeliveryOptionID, w.DeliveryOptionName = optionSeller, "Shipped by seller"
	}
	if s.market.priority {
		w.FulfillmentPriorityLevel, w.RecommendedShippingTime = 600, unix(o.rtsSLA)
	}
	for _, p := range o.packages {
		w.Packages = append(w.Packages, idOnly{p.id})
		if p.tracking != "" {
			w.TrackingNumber, w.ShippingProvider, w.ShippingProviderID = p.tracking, p.provider.Name, p.provider.ID
		}
	}
	if len(o.packages) > 1 {
		w.SplitOrCombineTag = "SPLIT"
	}
	if o.shippingType == string(fulfillment.ShippingPlatform) && w.ShippingProvider == "" {
		w.ShippingProvider, w.ShippingProviderID = o.provider.Name, o.provider.ID
	}
	s.wireMarket(&w, o)
	total := 0
	for _, l := range o.lines {
		w.LineItems = append(w.LineItems, s.wireLine(o, l, c))
		if !l.gift && !o.sample {
			total += l.product.price
		}
	}
	m := s.market
	w.Payment = wirePayment{m.currency, m.money(total), m.money(0), m.money(0), m.money(total)}
	return w
}

func (s *store) wireLine(o *order, l *line, c *call) wireLine {
	p := l.product
	price := s.market.money(p.price)
	w := wireLine{ID: l.id, SKUID: p.skuID, ProductID: p.productID, ProductName: p.name, SKUName: p.variant, SellerSKU: p.sku,
		SKUImage: c.base + "/img/" + p.sku + ".png", SKUType: "NORMAL", DisplayStatus: l.displayStatus(o),
		PackageStatus: l.packageStatus(), IsGift: l.gift, IsDangerousGood: p.dangerous, Currency: s.market.currency,
		OriginalPrice: price, SalePrice: price, PlatformDiscount: "0", SellerDiscount: "0", GiftRetailPrice: "0",
		CombinedListingSKUs: []wireBundle{}}
	if l.gift || o.sample {
		w.SalePrice = "0"
	}
	if s.market.region == "GB" {
		w.ShippingVATRate = "0.2"
	}
	if l.cancelled {
		w.CancelReason, w.CancelUser = o.cancelReason, l.cancelBy
	}
	if l.parcel != nil {
		w.PackageID, w.RTSTime = l.parcel.id, unix(l.parcel.shipped)
		if w.TrackingNumber = l.parcel.tracking; w.TrackingNumber != "" {
			w.ShippingProviderID, w.ShippingProviderName = l.parcel.provider.ID, l.parcel.provider.Name
		}
	}
	for _, part := range p.parts {
		w.CombinedListingSKUs = append(w.CombinedListingSKUs, wireBundle{part.product.productID, part.product.skuID,
			part.product.sku, part.count})
	}
	return w
}

// wireAddress masks what the platform masks: platform-shipped and platform-fulfilled orders always, unpaid and held
// ones, and in the US everything that cannot be shipped any more or not yet.
func (s *store) wireAddress(o *order) *wireAddress {
	p := o.recipient
	open := o.is(fulfillment.StatusAwaitingShipment) || o.is(fulfillment.StatusPartiallyShipping) || o.is(fulfillment.StatusAwaitingCollection)
	hidden := o.shippingType == string(fulfillment.ShippingPlatform) || o.fulfillmentType != fulfillment.FulfillmentBySeller ||
		o.is(fulfillment.StatusUnpaid) || o.is(fulfillment.StatusOnHold) || s.market.maskUnfulfillable && !open
	if hidden {
		p = p.masked()
	}
	return s.addressOf(p)
}

func (s *store) addressOf(p person) *wireAddress {
	a := &wireAddress{Name: p.name, PhoneNumber: p.phone, FullAddress: p.full(), AddressLine1: p.line1, AddressLine2: p.line2,
		Detail: p.line1, PostalCode: p.postcode, RegionCode: p.region,
		DistrictInfo: []wireDistrict{{"L0", "Country", s.market.country}, {"L1", "State", p.state}, {"L3", "Town", p.town}}}
	if p.region == "GB" || p.region == "US" || p.region == "JP" {
		a.FirstName, a.LastName = p.first, p.last
	}
	if p.region == "GB" {
		a.PostTown = p.town
	}
	return a
}
