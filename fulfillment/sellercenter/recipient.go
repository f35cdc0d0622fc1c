package sellercenter

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"packbench/fulfillment"
)

// Recipient is where an order goes, as the buyer wrote it. Nothing keeps it: who needs it reads it at that moment. The platform
// masks parts with "*" where it does not want them read.
type Recipient struct {
	Name       string
	Lines      []string // street and house; then what lies below the city, from small to large
	City       string
	Region     string // state or province
	PostalCode string
	Country    string // two letters
	Phone      string
}

// wireAddressee is the order's recipient in full; it is decoded here and nowhere else.
type wireAddressee struct {
	ID        text `json:"id"`
	Recipient part[struct {
		Name       text `json:"name"`
		Phone      text `json:"phone_number"`
		Full       text `json:"full_address"`
		Detail     text `json:"address_detail"`
		Line1      text `json:"address_line1"`
		Line2      text `json:"address_line2"`
		Line3      text `json:"address_line3"`
		Line4      text `json:"address_line4"`
		PostalCode text `json:"postal_code"`
		RegionCode text `json:"region_code"`
		PostTown   text `json:"post_town"`
		Districts  list[struct {
			Level text `json:"address_level"`
			Kind  text `json:"address_level_name"`
			Name  text `json:"address_name"`
		}] `json:"district_info"`
	}] `json:"recipient_address"`
}

// Recipient asks the platform for an order's recipient. fulfillment.ErrNotFound where it does not know the order; otherwise the
// causes of package fulfillment. Nothing of the answer is logged or kept.
func (a *Adapter) Recipient(ctx context.Context, id fulfillment.OrderID) (Recipient, error) {
	w, err := a.c.orderDetails(ctx, a.shop, []string{string(id)})
	if err != nil {
		return Recipient{}, err
	}
	for _, raw := range w.Orders {
		var x wireAddressee
		if json.Unmarshal(raw, &x) == nil && fulfillment.OrderID(x.ID) == id { // its words could be in the error
			return x.recipient(a.market), nil
		}
	}
	return Recipient{}, fmt.Errorf("the recipient of order %s: %w", id, fulfillment.ErrNotFound)
}

// recipient puts the parts in order. Levels run from L0, the country, down to the smallest; their number and names differ by
// market, so the city is told by its level's name, else it is the largest below the state.
func (x wireAddressee) recipient(market string) Recipient {
	a := x.Recipient.V
	r := Recipient{Name: plainText(a.Name), PostalCode: plainText(a.PostalCode), Phone: plainText(a.Phone), City: plainText(a.PostTown), Country: region(string(a.RegionCode))}
	if r.Country == "" {
		r.Country = market
	}
	add := func(s string) {
		if s != "" && !slices.Contains(r.Lines, s) && s != r.City && s != r.Region {
			r.Lines = append(r.Lines, s)
		}
	}
	var below []string // the state, from large to small
	for _, d := range a.Districts {
		name, kind := plainText(d.Name), strings.ToLower(string(d.Kind))
		switch {
		case name == "" || d.Level == "L0":
		case d.Level == "L1":
			r.Region = name
		case r.City == "" && (strings.Contains(kind, "city") || strings.Contains(kind, "town") || strings.Contains(kind, "municipality")):
			r.City = name
		case strings.Contains(kind, "county"): // no part of an address where there are any
		default:
			below = append(below, name)
		}
	}
	if r.City == "" && len(below) > 0 {
		r.City, below = below[0], below[1:]
	}
	for _, line := range []text{a.Line1, a.Line2, a.Line3, a.Line4} {
		add(plainText(line))
	}
	if len(r.Lines) == 0 {
		add(plainText(first(a.Detail, a.Full)))
	}
	for _, name := range slices.Backward(below) {
		if !strings.Contains(strings.Join(r.Lines, " "), name) {
			add(name)
		}
	}
	return r
}

func plainText(s text) string { return clean(string(s)) }
