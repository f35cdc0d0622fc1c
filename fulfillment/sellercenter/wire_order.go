package sellercenter

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
)

// The order as it is on the wire. Only what the station uses; of the recipient the region, and the rest to be hashed only.

// wireOrders keeps each order raw, so that one that cannot be read does not take the page with it.
type wireOrders struct {
	Orders        list[json.RawMessage] `json:"orders"`
	NextPageToken pageToken             `json:"next_page_token"`
}

type wireOrder struct {
	ID                   text                `json:"id"`
	Status               text                `json:"status"`
	CreateTime           whole               `json:"create_time"`
	PaidTime             whole               `json:"paid_time"`
	UpdateTime           whole               `json:"update_time"`
	RTSTime              whole               `json:"rts_time"`
	IsOnHoldOrder        flag                `json:"is_on_hold_order"`
	IsBuyerRequestCancel sureFlag            `json:"is_buyer_request_cancel"`
	HasUpdatedAddress    sureFlag            `json:"has_updated_recipient_address"`
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
	SplitOrCombineTag    text                `json:"split_or_combine_tag"`
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
	Name       text `json:"name"`
	Full       text `json:"full_address"`
	Detail     text `json:"address_detail"`
	Line1      text `json:"address_line1"`
	Line2      text `json:"address_line2"`
	Line3      text `json:"address_line3"`
	Line4      text `json:"address_line4"`
	PostalCode text `json:"postal_code"`
	PostTown   text `json:"post_town"`
	Districts  list[struct {
		Name text `json:"address_name"`
	}] `json:"district_info"`
}

// mark stands for the address: two marks that differ are two addresses, or two recipients. Empty where a part is masked, or
// where there is no address. The phone number is left out: it may be a relay's that changes by itself.
func (r wireRecipient) mark() string {
	parts := []text{r.Name, r.Full, r.Detail, r.Line1, r.Line2, r.Line3, r.Line4, r.PostalCode, r.PostTown}
	known := r.Full != "" || r.Line1 != "" || r.Detail != ""
	for _, d := range r.Districts {
		parts = append(parts, d.Name)
	}
	h := sha256.New()
	for _, p := range parts {
		if strings.Contains(string(p), "*") {
			return ""
		}
		h.Write([]byte(strings.Join(strings.Fields(string(p)), " ") + "\x00"))
	}
	if !known {
		return ""
	}
	return hex.EncodeToString(h.Sum(nil))
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
