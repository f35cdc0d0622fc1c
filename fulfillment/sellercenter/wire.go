package sellercenter

import "encoding/json"

// Wire structs: names as they are on the wire, misspellings included. Only what the station uses; names and addresses of
// buyers are not even decoded, except for the region.

type envelope struct {
	Code      whole           `json:"code"`
	Message   text            `json:"message"`
	RequestID text            `json:"request_id"`
	Data      json.RawMessage `json:"data"`
}

type wireToken struct {
	AccessToken     text       `json:"access_token"`
	AccessExpireIn  whole      `json:"access_token_expire_in"` // absolute, despite the name
	RefreshToken    text       `json:"refresh_token"`
	RefreshExpireIn whole      `json:"refresh_token_expire_in"` // absolute, despite the name
	OpenID          text       `json:"open_id"`
	SellerName      text       `json:"seller_name"`
	Region          text       `json:"seller_base_region"`
	UserType        whole      `json:"user_type"`
	Scopes          list[text] `json:"granted_scopes"`
}

type wireShops struct {
	Shops list[wireShop] `json:"shops"`
}

type wireShop struct {
	ID         text `json:"id"`
	Name       text `json:"name"`
	Region     text `json:"region"`
	SellerType text `json:"seller_type"`
	Cipher     text `json:"cipher"`
	Code       text `json:"code"`
}

type wireSearch struct {
	UpdateTimeGE int64 `json:"update_time_ge,omitempty"`
	UpdateTimeLT int64 `json:"update_time_lt,omitempty"`
}

// wireOrders keeps each order raw, so that one that cannot be read does not take the page with it.
type wireOrders struct {
	Orders        list[json.RawMessage] `json:"orders"`
	NextPageToken text                  `json:"next_page_token"`
}

type wireOrder struct {
	ID                   text                `json:"id"`
	Status               text                `json:"status"`
	CreateTime           whole               `json:"create_time"`
	PaidTime             whole               `json:"paid_time"`
	UpdateTime           whole               `json:"update_time"`
	RTSTime              whole               `json:"rts_time"`
	IsOnHoldOrder        flag                `json:"is_on_hold_order"`
	IsBuyerRequestCancel flag                `json:"is_buyer_request_cancel"`
	HasUpdatedAddress    flag                `json:"has_updated_recipient_address"`
	FulfillmentType      text                `json:"fulfillment_type"`
	ShippingType         text                `json:"shipping_type"`
	DeliveryOptionID     text                `json:"delivery_option_id"`
	DeliveryOptionName   text                `json:"delivery_option_name"`
	WarehouseID          text                `json:"warehouse_id"`
	BuyerMessage         text                `json:"buyer_message"`
	SellerNote           text                `json:"seller_note"`
	TrackingNumber       text                `json:"tracking_number"`
	ShippingProvider     text                `json:"shipping_provider"`
	ShippingProviderID   text                `json:"shipping_provider_id"`
	NeedUploadInvoice    text                `json:"need_upload_invoice"`
	Packages             list[wireID]        `json:"packages"`
	Recipient            part[wireRecipient] `json:"recipient_address"`
	Lines                list[wireLine]      `json:"line_items"`
	wireDeadlines
}

type wireDeadlines struct {
	RTSSLA           whole `json:"rts_sla_time"`
	TTSSLA           whole `json:"tts_sla_time"`
	ShippingDue      whole `json:"shipping_due_time"`
	CollectionDue    whole `json:"collection_due_time"`
	DeliverySLA      whole `json:"delivery_sla_time"`
	DeliveryDue      whole `json:"delivery_due_time"`
	RequiredDelivery whole `json:"delivery_option_required_delivery_time"`
	CancelSLA        whole `json:"cancel_order_sla_time"`
	FastDispatch     whole `json:"fast_dispatch_sla_time"`
	PickUpCutOff     whole `json:"pick_up_cut_off_time"`
}

type wireID struct {
	ID text `json:"id"`
}

type wireRecipient struct {
	RegionCode text `json:"region_code"`
}

type wireLine struct {
	ID                   text           `json:"id"`
	SKUID                text           `json:"sku_id"`
	ProductID            text           `json:"product_id"`
	ProductName          text           `json:"product_name"`
	SKUName              text           `json:"sku_name"`
	SellerSKU            text           `json:"seller_sku"`
	SKUImage             text           `json:"sku_image"`
	DisplayStatus        text           `json:"display_status"`
	PackageID            text           `json:"package_id"`
	PackageStatus        text           `json:"package_status"`
	TrackingNumber       text           `json:"tracking_number"`
	ShippingProviderID   text           `json:"shipping_provider_id"`
	ShippingProviderName text           `json:"shipping_provider_name"`
	RTSTime              whole          `json:"rts_time"`
	IsGift               flag           `json:"is_gift"`
	IsDangerousGood      flag           `json:"is_dangerous_good"`
	Combined             list[wirePart] `json:"combined_listing_skus"`
}

type wirePart struct {
	ProductID text  `json:"product_id"`
	SKUID     text  `json:"sku_id"`
	SellerSKU text  `json:"seller_sku"`
	SKUCount  whole `json:"sku_count"`
}

type wirePackage struct {
	PackageID            text         `json:"package_id"`
	PackageStatus        text         `json:"package_status"`
	TrackingNumber       text         `json:"tracking_number"`
	ShippingProviderID   text         `json:"shipping_provider_id"`
	ShippingProviderName text         `json:"shipping_provider_name"`
	Orders               list[wireID] `json:"orders"`
	LineIDs              list[text]   `json:"order_line_item_ids"`
}

type wireSelfShipment struct {
	TrackingNumber     string `json:"tracking_number"`
	ShippingProviderID string `json:"shipping_provider_id"`
}

type wireShip struct {
	SelfShipment *wireSelfShipment `json:"self_shipment,omitempty"`
}

type wireMarkShipped struct {
	LineIDs            []string `json:"order_line_item_ids"`
	TrackingNumber     string   `json:"tracking_number"`
	ShippingProviderID string   `json:"shipping_provider_id"`
}

type wireMarked struct {
	PackageID text `json:"package_id"`
	Warning   part[struct {
		Message text `json:"message"`
	}] `json:"warning"`
}

type wireDimension struct {
	Length string `json:"length"`
	Width  string `json:"width"`
	Height string `json:"height"`
	Unit   string `json:"unit"`
}

type wireWeight struct {
	Value string `json:"value"`
	Unit  string `json:"unit"`
}

type wireParcel struct {
	OrderID           string        `json:"order_id,omitempty"`
	LineIDs           []string      `json:"order_line_item_ids"`
	Dimension         wireDimension `json:"dimension"`
	Weight            wireWeight    `json:"weight"`
	ShippingServiceID string        `json:"shipping_service_id,omitempty"`
}

type wireService struct {
	ID           text `json:"id"`
	Name         text `json:"name"`
	Price        text `json:"price"`
	Currency     text `json:"currency"`
	IsDefault    flag `json:"is_default"`
	ProviderID   text `json:"shipping_provider_id"`
	ProviderName text `json:"shipping_provider_name"`
}

type wireServices struct {
	Services list[wireService] `json:"shipping_services"`
}

type wireCreated struct {
	PackageID text              `json:"package_id"`
	Service   part[wireService] `json:"shipping_service_info"`
}

type wireDocument struct {
	DocURL         text `json:"doc_url"`
	TrackingNumber text `json:"tracking_number"`
}

type wireProviders struct {
	Providers list[struct {
		ID   text `json:"id"`
		Name text `json:"name"`
	}] `json:"shipping_providers"`
}

type wireTracking struct {
	Tracking list[struct {
		Description text  `json:"description"`
		AtMillis    whole `json:"update_time_millis"`
	}] `json:"tracking"`
}

type wireCancelSearch struct {
	OrderIDs     []string `json:"order_ids,omitempty"`
	UpdateTimeGE int64    `json:"update_time_ge,omitempty"`
}

type wireCancellations struct {
	Cancellations list[struct {
		CancelID     text  `json:"cancel_id"`
		OrderID      text  `json:"order_id"`
		CancelType   text  `json:"cancel_type"`
		CancelStatus text  `json:"cancel_status"`
		ReasonText   text  `json:"cancel_reason_text"`
		Role         text  `json:"role"`
		CreateTime   whole `json:"create_time"`
		UpdateTime   whole `json:"update_time"`
		Lines        list[struct {
			LineID text `json:"order_line_item_id"`
		}] `json:"cancel_line_items"`
		NextAction list[struct {
			Action   text  `json:"action"`
			Deadline whole `json:"deadline"`
		}] `json:"seller_next_action_response"`
	}] `json:"cancellations"`
	NextPageToken text `json:"next_page_token"`
}
