package shop

import (
	"slices"
	"strconv"
	"time"

	"packbench/fulfillment"
)

type packageFilter struct {
	CreateTimeGE  *int64  `json:"create_time_ge"`
	CreateTimeLT  *int64  `json:"create_time_lt"`
	UpdateTimeGE  *int64  `json:"update_time_ge"`
	UpdateTimeLT  *int64  `json:"update_time_lt"`
	PackageStatus *string `json:"package_status"`
}

type packageRow struct {
	ID                   string   `json:"id"`
	Status               string   `json:"status"`
	TrackingNumber       string   `json:"tracking_number"`
	ShippingProviderID   string   `json:"shipping_provider_id"`
	ShippingProviderName string   `json:"shipping_provider_name"`
	Orders               []idOnly `json:"orders"`
	OrderLineItemIDs     []string `json:"order_line_item_ids"`
	CreateTime           int64    `json:"create_time"`
	UpdateTime           int64    `json:"update_time"`
}

type packagesAnswer struct {
	Packages      []packageRow `json:"packages"`
	NextPageToken string       `json:"next_page_token,omitempty"`
	TotalCount    int          `json:"total_count"`
}

var packageStatuses = []string{processing, fulfilling, completed, cancelled}

// searchPackages is POST /fulfillment/202309/packages/search. It lists packages that were shipped: TO_FULFILL is not a
// package status.
func (s *store) searchPackages(c *call) (any, error) {
	f, err := decodeBody[packageFilter](c.body)
	if err != nil {
		return nil, err
	}
	if f.PackageStatus != nil && !slices.Contains(packageStatuses, *f.PackageStatus) {
		return nil, artificial(codeMissing, "Invalid parameter. `package_status` %q is not a package status", *f.PackageStatus)
	}
	p, err := readPage(c.query, c.body, pageRules{maxSize: 50, sorts: []string{"create_time", "update_time", "order_pay_time"}, desc: true})
	if err != nil {
		return nil, err
	}
	var found []*parcel
	for _, o := range s.orders {
		for _, k := range o.packages {
			if k.status != toFulfill && k.order == o && (f.PackageStatus == nil || k.status == *f.PackageStatus) &&
				within(k.created.Unix(), f.CreateTimeGE, f.CreateTimeLT) && within(k.updated.Unix(), f.UpdateTimeGE, f.UpdateTimeLT) {
				found = append(found, k)
			}
		}
	}
	key := func(k *parcel) int64 { return k.created.Unix() }
	switch p.sort {
	case "update_time":
		key = func(k *parcel) int64 { return k.updated.Unix() }
	case "order_pay_time":
		key = func(k *parcel) int64 { return unix(k.order.paid) }
	}
	answer := packagesAnswer{Packages: []packageRow{}, TotalCount: len(found)}
	rows, next := cut(p, found, key, func(k *parcel) string { return k.id })
	answer.NextPageToken = next
	for _, k := range rows {
		answer.Packages = append(answer.Packages, packageRow{k.id, k.status, k.tracking, k.provider.ID, k.provider.Name,
			k.orderIDs(), k.lineIDs(), k.created.Unix(), k.updated.Unix()})
	}
	return answer, nil
}

func (p *parcel) orderIDs() []idOnly {
	var ids []idOnly
	for _, o := range p.all() {
		ids = append(ids, idOnly{o.id})
	}
	return ids
}

func (p *parcel) lineIDs() []string {
	ids := []string{}
	for _, l := range p.lines {
		ids = append(ids, l.id)
	}
	return ids
}

type wireSlot struct {
	StartTime int64 `json:"start_time"`
	EndTime   int64 `json:"end_time"`
}

type wirePackage struct {
	PackageID            string       `json:"package_id"`
	PackageStatus        string       `json:"package_status,omitempty"`
	ShippingType         string       `json:"shipping_type"`
	HandoverMethod       string       `json:"handover_method,omitempty"`
	PickupSlot           wireSlot     `json:"pickup_slot"`
	TrackingNumber       string       `json:"tracking_number"`
	ShippingProviderID   string       `json:"shipping_provider_id"`
	ShippingProviderName string       `json:"shipping_provider_name"`
	DeliveryOptionID     string       `json:"delivery_option_id"`
	DeliveryOptionName   string       `json:"delivery_option_name"`
	SplitAndCombineTag   string       `json:"split_and_combine_tag"`
	HasMultiSKUs         bool         `json:"has_multi_skus"`
	NoteTag              string       `json:"note_tag"`
	Orders               []idOnly     `json:"orders"`
	OrderLineItemIDs     []string     `json:"order_line_item_ids"`
	Weight               weight       `json:"weight"`
	Dimension            dimension    `json:"dimension"`
	RecipientAddress     *wireAddress `json:"recipient_address"`
	SenderAddress        *wireAddress `json:"sender_address"`
	CreateTime           int64        `json:"create_time"`
	UpdateTime           int64        `json:"update_time"`
}

// packageDetail is GET /fulfillment/202309/packages/{package_id}. A package that was not shipped has no status.
func (s *store) packageDetail(c *call) (any, error) {
	p, err := s.packageNamed(c)
	if err != nil {
		return nil, err
	}
	o := p.order
	w := wirePackage{PackageID: p.id, PackageStatus: p.status, ShippingType: o.shippingType, HandoverMethod: p.handover,
		PickupSlot: wireSlot{p.slotStart, p.slotEnd}, TrackingNumber: p.tracking, ShippingProviderID: p.provider.ID,
		ShippingProviderName: p.provider.Name, DeliveryOptionID: optionPlatform, DeliveryOptionName: "Standard Shipping",
		SplitAndCombineTag: "DEFAULT", NoteTag: "BUYER_UNNOTED", Orders: p.orderIDs(), OrderLineItemIDs: p.lineIDs(),
		RecipientAddress: s.wireAddress(o).short(), SenderAddress: s.addressOf(s.sender()).short(), CreateTime: p.created.Unix(), UpdateTime: p.updated.Unix()}
	if p.status == toFulfill {
		w.PackageStatus = ""
		if o.shippingType == string(fulfillment.ShippingSeller) {
			w.ShippingProviderID, w.ShippingProviderName = "", ""
		}
	}
	if o.shippingType == string(fulfillment.ShippingSeller) {
		w.DeliveryOptionID, w.DeliveryOptionName = optionSeller, "Shipped by seller"
	}
	switch {
	case len(p.joined) > 0:
		w.SplitAndCombineTag = "COMBINE"
	case len(o.packages) > 1:
		w.SplitAndCombineTag = "SPLIT"
	}
	if o.buyerMessage != "" {
		w.NoteTag = "BUYER_NOTED"
	}
	for _, l := range p.lines {
		w.HasMultiSKUs = w.HasMultiSKUs || l.product != p.lines[0].product
	}
	w.Weight, w.Dimension = p.size()
	return w, nil
}

// size is what was declared when the label was bought, else what the platform knows of the goods.
func (p *parcel) size() (weight, dimension) {
	str := func(s string) *string { return &s }
	if p.weight != "" {
		return weight{&p.weight, &p.weightUnit}, dimension{&p.dims[0], &p.dims[1], &p.dims[2], &p.dimUnit}
	}
	return weight{str(strconv.Itoa(p.weightG)), str("GRAM")}, dimension{str("30"), str("22"), str("12"), str("CM")}
}

func (s *store) packageNamed(c *call) (*parcel, error) {
	c.notHere(c.vars["package_id"])
	p := s.packages[c.vars["package_id"]]
	if p == nil {
		return nil, artificial(codePackageNotFound, "Package %s not found", c.vars["package_id"])
	}
	c.named(p.order, p.id)
	return p, nil
}

// sender is the warehouse.
func (s *store) sender() person {
	p := newPerson(s.market, 3, 0)
	p.name, p.latin, p.first, p.last = "Packbench Sandbox Warehouse", "Packbench Sandbox Warehouse", "Packbench", "Warehouse"
	return p
}

type slot struct {
	StartTime int64 `json:"start_time"`
	EndTime   int64 `json:"end_time"`
	Available bool  `json:"avaliable"` // the platform's own spelling
}

type slotsAnswer struct {
	CanPickup        bool   `json:"can_pickup"`
	CanDropOff       bool   `json:"can_drop_off"`
	CanVanCollection bool   `json:"can_van_collection"`
	DropOffPointURL  string `json:"drop_off_point_url"`
	PickupSlots      []slot `json:"pickup_slots"`
}

// pickupSlots are two a day on the next three days; one of them is taken.
func pickupSlots(now time.Time) []slot {
	var list []slot
	day := now.UTC().Truncate(24 * time.Hour)
	for d := 1; d <= 3; d++ {
		for _, hour := range []int{10, 14} {
			from := day.Add(time.Duration(24*d+hour) * time.Hour)
			list = append(list, slot{from.Unix(), from.Add(2 * time.Hour).Unix(), d != 1 || hour != 10})
		}
	}
	return list
}

func (s *store) slots(c *call) slotsAnswer {
	return slotsAnswer{CanPickup: true, CanDropOff: true, CanVanCollection: s.market.region == "GB",
		DropOffPointURL: "https://dropoff.example/", PickupSlots: pickupSlots(c.now)}
}

// packageSlots is GET …/packages/{package_id}/handover_time_slots.
func (s *store) packageSlots(c *call) (any, error) {
	if _, err := s.packageNamed(c); err != nil {
		return nil, err
	}
	return s.slots(c), nil
}

// orderSlots is GET …/orders/{order_id}/handover_time_slots.
func (s *store) orderSlots(c *call) (any, error) {
	o, err := s.orderNamed(c, c.vars["order_id"])
	if err != nil {
		return nil, err
	}
	if ids := splitList(c.query.Get("order_line_item_ids")); len(ids) > 0 {
		if _, e := s.pickLines(o, ids); e != nil {
			return nil, e
		}
	}
	return s.slots(c), nil
}
