package shop

import "packbench/fulfillment"

type shopsAnswer struct {
	Shops []wireShop `json:"shops"`
}

type wireShop struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	Region     string `json:"region"`
	SellerType string `json:"seller_type"`
	Cipher     string `json:"cipher"`
	Code       string `json:"code"`
}

// listShops is GET /authorization/202309/shops.
func (s *store) listShops(c *call) (any, error) {
	answer := shopsAnswer{Shops: []wireShop{}}
	kind := "LOCAL"
	if len(c.srv.stores) > 1 {
		kind = "CROSS_BORDER"
	}
	for _, of := range c.srv.stores {
		answer.Shops = append(answer.Shops, wireShop{of.id, "Packbench Sandbox " + of.market.region, of.market.region, kind, of.cipher, of.code})
	}
	return answer, nil
}

type warehousesAnswer struct {
	Warehouses []wireWarehouse `json:"warehouses"`
}

type wireWarehouse struct {
	ID           string           `json:"id"`
	Name         string           `json:"name"`
	Type         string           `json:"type"`
	SubType      string           `json:"sub_type"`
	EffectStatus string           `json:"effect_status"`
	IsDefault    bool             `json:"is_default"`
	Address      warehouseAddress `json:"address"`
}

type warehouseAddress struct {
	Region        string `json:"region"`
	RegionCode    string `json:"region_code"`
	State         string `json:"state"`
	City          string `json:"city"`
	District      string `json:"distict"` // the platform's own spelling
	Town          string `json:"town"`
	ContactPerson string `json:"contact_person"`
	PostalCode    string `json:"postal_code"`
	PhoneNumber   string `json:"phone_number"`
	FullAddress   string `json:"full_address"`
	AddressLine1  string `json:"address_line1"`
	AddressLine2  string `json:"address_line2"`
}

// listWarehouses is GET /logistics/202309/warehouses.
func (s *store) listWarehouses(*call) (any, error) {
	p := s.sender()
	a := warehouseAddress{Region: s.market.country, RegionCode: p.region, State: p.state, City: p.town, Town: p.town,
		ContactPerson: p.name, PostalCode: p.postcode, PhoneNumber: p.phone, FullAddress: p.full(), AddressLine1: p.line1, AddressLine2: p.line2}
	return warehousesAnswer{[]wireWarehouse{
		{warehouseID, "Main warehouse", "SALES_WAREHOUSE", "DOMESTIC_WAREHOUSE", "ENABLED", true, a},
		{returnsID, "Returns", "RETURN_WAREHOUSE", "DOMESTIC_WAREHOUSE", "ENABLED", false, a},
	}}, nil
}

type optionsAnswer struct {
	DeliveryOptions []wireOption `json:"delivery_options"`
}

type wireOption struct {
	ID             string   `json:"id"`
	Name           string   `json:"name"`
	Type           string   `json:"type"`
	Description    string   `json:"description"`
	Platform       []string `json:"platform"`
	DimensionLimit sizeMax  `json:"dimension_limit"`
	WeightLimit    massMax  `json:"weight_limit"`
}

type sizeMax struct {
	MaxLength int64  `json:"max_length"`
	MaxWidth  int64  `json:"max_width"`
	MaxHeight int64  `json:"max_height"`
	Unit      string `json:"unit"`
}

type massMax struct {
	MinWeight int64  `json:"min_weight"`
	MaxWeight int64  `json:"max_weight"`
	Unit      string `json:"unit"`
}

// listDeliveryOptions is GET /logistics/202309/warehouses/{warehouse_id}/delivery_options.
func (s *store) listDeliveryOptions(c *call) (any, error) {
	if id := c.vars["warehouse_id"]; id != warehouseID && id != returnsID {
		return nil, artificial(codeMissing, "Warehouse %s not found", id)
	}
	if v := c.query.Get("scope"); v != "" && v != "WAREHOUSE" && v != "PRODUCT" {
		return nil, artificial(codeMissing, "Invalid parameter. `scope` must be WAREHOUSE or PRODUCT")
	}
	size, mass := sizeMax{60, 60, 60, "CM"}, massMax{1, 20000, "GRAM"}
	return optionsAnswer{[]wireOption{
		{optionPlatform, "Standard Shipping", "STANDARD", "Shipped by the platform's carrier", []string{"TIKTOK_SHOP"}, size, mass},
		{optionSeller, "Shipped by seller", "SEND_BY_SELLER", "The seller brings the label", []string{"TIKTOK_SHOP"}, size, mass},
	}}, nil
}

type providersAnswer struct {
	ShippingProviders []wireProvider `json:"shipping_providers"`
}

type wireProvider struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// listProviders is GET /logistics/202309/delivery_options/{delivery_option_id}/shipping_providers.
func (s *store) listProviders(c *call) (any, error) {
	answer := providersAnswer{[]wireProvider{}}
	switch c.vars["delivery_option_id"] {
	case optionPlatform:
		answer.ShippingProviders = append(answer.ShippingProviders, wireProvider{s.market.platform.ID, s.market.platform.Name})
	case optionSeller:
		for _, p := range s.market.sellers {
			answer.ShippingProviders = append(answer.ShippingProviders, wireProvider{p.ID, p.Name})
		}
	default:
		return nil, artificial(codeMissing, "Delivery option %s not found", c.vars["delivery_option_id"])
	}
	return answer, nil
}

// carrierLabel is a label that the seller bought elsewhere; the sandbox plays that shop, too.
func (o *order) carrierLabel() bool {
	return o.shippingType == string(fulfillment.ShippingSeller) && o.fulfillmentType == fulfillment.FulfillmentBySeller &&
		!o.is(fulfillment.StatusUnpaid)
}

type globalWarehousesAnswer struct {
	GlobalWarehouses []globalWarehouse `json:"global_warehouses"`
}

type globalWarehouse struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Ownership string `json:"ownership"`
}

// listGlobalWarehouses is GET /logistics/202309/global_warehouses, of the seller and not of a shop.
func (s *store) listGlobalWarehouses(*call) (any, error) {
	return globalWarehousesAnswer{[]globalWarehouse{{warehouseID, "Main warehouse", "SELLER"}}}, nil
}
