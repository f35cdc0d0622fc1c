package sellercenter

import (
	"context"
	"net/http"
	"strings"
	"time"

	"packbench/fulfillment"
)

// Handover is how a parcel gets to a platform's carrier. Other words are kept as they came and mean "not known". In ID,
// SG, PH, VN, TH and MY the warehouse's setting rules and what is sent here has no effect.
type Handover string

const (
	Pickup  Handover = "PICKUP"
	DropOff Handover = "DROP_OFF"
)

// Slot is a time in which the carrier fetches.
type Slot struct {
	Start, End time.Time
	Free       bool // it may be chosen
}

func (s Slot) wire() *wireSlot {
	if s.Start.IsZero() || s.End.IsZero() {
		return nil
	}
	return &wireSlot{StartTime: whole(s.Start.Unix()), EndTime: whole(s.End.Unix())}
}

// Slots is what is offered for a parcel.
type Slots struct {
	CanPickup, CanDropOff bool
	CanVanCollection      bool   // UK only
	DropOffPoints         string // address of a page that lists them
	Pickups               []Slot
}

type wireSlot struct {
	StartTime whole `json:"start_time"`
	EndTime   whole `json:"end_time"`
}

func (w wireSlot) slot() Slot { return Slot{Start: w.StartTime.moment(), End: w.EndTime.moment()} }

type wireSlots struct {
	CanPickup  flag `json:"can_pickup"`
	CanDropOff flag `json:"can_drop_off"`
	CanVan     flag `json:"can_van_collection"`
	DropOffURL text `json:"drop_off_point_url"`
	Pickups    list[struct {
		wireSlot
		Free flag `json:"avaliable"` // the platform's spelling
	}] `json:"pickup_slots"`
}

func (w wireSlots) slots() Slots {
	s := Slots{CanPickup: bool(w.CanPickup), CanDropOff: bool(w.CanDropOff), CanVanCollection: bool(w.CanVan), DropOffPoints: clean(string(w.DropOffURL))}
	for _, p := range w.Pickups {
		one := p.slot()
		one.Free = bool(p.Free) && !one.Start.IsZero() && one.End.After(one.Start)
		s.Pickups = append(s.Pickups, one)
	}
	return s
}

// PackageSlots reads the hand-over times that are offered for a package.
func (c *Client) PackageSlots(ctx context.Context, shop string, id fulfillment.PackageID) (Slots, error) {
	if err := checkID("package id", id); err != nil {
		return Slots{}, err
	}
	var w wireSlots
	err := c.call(ctx, request{what: "reading the hand-over times of package " + string(id), method: http.MethodGet, shop: shop,
		path: "/fulfillment/202309/packages/" + string(id) + "/handover_time_slots"}, &w)
	if err != nil {
		return Slots{}, err
	}
	return w.slots(), nil
}

// OrderSlots reads the hand-over times for units of an order that has no package yet; no units mean all.
func (c *Client) OrderSlots(ctx context.Context, shop string, order fulfillment.OrderID, lines []fulfillment.LineID) (Slots, error) {
	if err := checkID("order id", order); err != nil {
		return Slots{}, err
	}
	if err := checkIDs("unit id", lines); err != nil {
		return Slots{}, err
	}
	var w wireSlots
	err := c.call(ctx, request{what: "reading the hand-over times of order " + string(order), method: http.MethodGet, shop: shop,
		path:  "/fulfillment/202309/orders/" + string(order) + "/handover_time_slots",
		query: map[string]string{"order_line_item_ids": strings.Join(texts(lines), ",")}}, &w)
	if err != nil {
		return Slots{}, err
	}
	return w.slots(), nil
}
