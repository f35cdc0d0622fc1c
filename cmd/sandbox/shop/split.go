package shop

import (
	"fmt"
	"slices"

	"packbench/fulfillment"
)

type splitAttribute struct {
	OrderID          string       `json:"order_id"`
	CanSplit         bool         `json:"can_split"`
	Reason           string       `json:"reason,omitempty"`
	MustSplit        bool         `json:"must_split"`
	MustSplitReasons []mustReason `json:"must_split_reasons,omitempty"`
}

type mustReason struct {
	Type     string `json:"type"` // CATEGORY_ITEM_LIMITATION or TOTAL_COUNT_LIMITATION
	MaxCount string `json:"max_count"`
}

type attributesAnswer struct {
	SplitAttributes []splitAttribute `json:"split_attributes"`
}

// splitAttributes is GET …/orders/split_attributes. Unknown orders are left out.
func (s *store) splitAttributes(c *call) (any, error) {
	ids := splitList(c.query.Get("order_ids"))
	if len(ids) == 0 || len(ids) > 50 {
		return nil, artificial(codeMissing, "Invalid parameter. `order_ids` takes 1 to 50 order ids")
	}
	answer := attributesAnswer{[]splitAttribute{}}
	for _, id := range ids {
		o := s.byID[id]
		if o == nil {
			continue
		}
		c.named(o, "")
		a := splitAttribute{OrderID: id, CanSplit: true}
		if why := s.unsplittable(o); why != "" {
			a.CanSplit, a.Reason = false, why
		}
		for _, p := range o.packages {
			if s.tooMany(p.lines) {
				a.MustSplit = true
				a.MustSplitReasons = []mustReason{{"TOTAL_COUNT_LIMITATION", fmt.Sprint(s.market.splitOver)}}
			}
		}
		answer.SplitAttributes = append(answer.SplitAttributes, a)
	}
	return answer, nil
}

// unsplittable tells why an order cannot be split; empty: it can.
func (s *store) unsplittable(o *order) string {
	units := map[*product]bool{}
	for _, l := range o.unshipped() {
		units[l.product] = true
	}
	switch {
	case !o.is(fulfillment.StatusAwaitingShipment):
		return "The order is " + o.status
	case slices.ContainsFunc(o.packages, func(p *parcel) bool { return len(p.joined) > 0 }):
		return "The order is combined with others"
	case len(o.packages) == 0:
		return "The order is split by shipping some of its line items"
	case s.market.wholeSKU && len(units) < 2:
		return "The order has only one SKU"
	case len(o.unshipped()) < 2:
		return "The order has only one unit"
	}
	return ""
}

// tooMany: a package over the market's limit must be split before it is shipped.
func (s *store) tooMany(lines []*line) bool {
	live := 0
	for _, l := range lines {
		if !l.cancelled {
			live++
		}
	}
	return s.market.splitOver > 0 && live > s.market.splitOver
}

type splitGroup struct {
	ID               *string  `json:"id"`
	OrderLineItemIDs []string `json:"order_line_item_ids"`
}

type splitRequest struct {
	SplittableGroups []splitGroup `json:"splittable_groups"`
}

type splitRow struct {
	ID                string `json:"id"`
	SplittableGroupID string `json:"splittable_group_id"`
}

type splitAnswer struct {
	Packages []splitRow `json:"packages"`
}

// split is POST …/orders/{order_id}/split. Every unit that was not shipped must be in exactly one group; the old
// package ids end, each group has a new one.
func (s *store) split(c *call) (any, error) {
	req, err := decodeBody[splitRequest](c.body)
	if err != nil {
		return nil, err
	}
	o, err := s.orderNamed(c, c.vars["order_id"])
	if err != nil {
		return nil, err
	}
	if why := s.unsplittable(o); why != "" {
		return nil, &apiError{200, errSplit.Code, errSplit.Message + " " + why + "."}
	}
	groups, err := s.splitGroups(o, req.SplittableGroups)
	if err != nil {
		return nil, err
	}
	for _, p := range slices.Clone(o.packages) {
		if p.status == toFulfill {
			s.remove(p)
		}
	}
	answer := splitAnswer{Packages: []splitRow{}}
	var made []*parcel
	for i, lines := range groups {
		p := s.newParcel(o, lines, c.now)
		made = append(made, p)
		c.named(o, p.id)
		s.effects.add("split", o.id, p.id, deref(req.SplittableGroups[i].ID))
		answer.Packages = append(answer.Packages, splitRow{p.id, deref(req.SplittableGroups[i].ID)})
	}
	s.touchBeside(o, c.now)
	s.hookPackages("SPLIT", "ROLE_SELLER", made, c.now)
	return answer, nil
}

func (s *store) splitGroups(o *order, groups []splitGroup) ([][]*line, error) {
	if len(groups) < 2 {
		return nil, artificial(codeMissing, "Invalid parameter. `splittable_groups` needs at least two groups")
	}
	at := map[*line]int{}
	names := map[string]bool{}
	var list [][]*line
	for i, g := range groups {
		if deref(g.ID) == "" || names[*g.ID] {
			return nil, artificial(codeMissing, "Invalid parameter. every group needs an `id` of its own")
		}
		names[*g.ID] = true
		lines, e := s.pickLines(o, g.OrderLineItemIDs)
		if e != nil {
			return nil, e
		}
		for _, l := range lines {
			if _, twice := at[l]; twice || l.cancelled || l.shipped() {
				return nil, artificial(codeLines, "Line item %s cannot be put into group %s", l.id, *g.ID)
			}
			at[l] = i
		}
		list = append(list, lines)
	}
	open := o.unshipped()
	if len(at) != len(open) {
		return nil, artificial(codeLines, "The groups name %d of %d line items: every one must be in a group", len(at), len(open))
	}
	for _, l := range open {
		for _, m := range open {
			if s.market.wholeSKU && l.product == m.product && at[l] != at[m] {
				return nil, &apiError{200, errSplit.Code, errSplit.Message + " All units of a SKU must stay together."}
			}
		}
	}
	return list, nil
}
