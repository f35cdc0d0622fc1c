package shop

import (
	"slices"
	"strings"

	"packbench/fulfillment"
)

type combinable struct {
	ID       *string  `json:"id,omitempty"`
	OrderIDs []string `json:"order_ids"`
}

type combinableAnswer struct {
	CombinablePackages []combinable `json:"combinable_packages"`
	NextPageToken      string       `json:"next_page_token,omitempty"`
	TotalCount         int          `json:"total_count"`
}

// combinableGroups: orders of one buyer to one address by the same way that wait in one package each. The id of a group
// is the package id of its first order.
func (s *store) combinableGroups() []combinable {
	if !s.market.combine {
		return nil
	}
	by := map[string][]*order{}
	var keys []string
	for _, o := range s.orders {
		if !o.is(fulfillment.StatusAwaitingShipment) || o.fulfillmentType != fulfillment.FulfillmentBySeller || o.request != nil ||
			len(o.packages) != 1 || o.packages[0].status != toFulfill || len(o.packages[0].joined) > 0 {
			continue
		}
		key := o.user + "|" + o.shippingType + "|" + o.recipient.name + "|" + o.recipient.full()
		if by[key] == nil {
			keys = append(keys, key)
		}
		by[key] = append(by[key], o)
	}
	var list []combinable
	for _, k := range keys {
		if len(by[k]) < 2 {
			continue
		}
		g := combinable{ID: &by[k][0].packages[0].id}
		for _, o := range by[k] {
			g.OrderIDs = append(g.OrderIDs, o.id)
		}
		list = append(list, g)
	}
	return list
}

// searchCombinable is GET …/combinable_packages/search.
func (s *store) searchCombinable(c *call) (any, error) {
	if !s.market.combine {
		return nil, errRegion
	}
	p, err := readPage(c.query, nil, pageRules{maxSize: 50, sorts: []string{""}})
	if err != nil {
		return nil, err
	}
	groups := s.combinableGroups()
	answer := combinableAnswer{CombinablePackages: []combinable{}, TotalCount: len(groups)}
	rows, next := cut(p, groups, func(combinable) int64 { return 0 }, func(g combinable) string { return *g.ID })
	answer.CombinablePackages, answer.NextPageToken = append(answer.CombinablePackages, rows...), next
	return answer, nil
}

type combineRequest struct {
	CombinablePackages []combinable `json:"combinable_packages"`
}

type combineRow struct {
	ID       string   `json:"id"`
	OrderIDs []string `json:"order_ids"`
}

type combineAnswer struct {
	Packages []combineRow `json:"packages"`
	Errors   []batchError `json:"errors,omitempty"`
}

// combine is POST …/packages/combine: groups that cannot be combined are named in errors, the others get a new package.
func (s *store) combine(c *call) (any, error) {
	req, err := decodeBody[combineRequest](c.body)
	if err != nil {
		return nil, err
	}
	if !s.market.combine {
		return nil, errRegion
	}
	if len(req.CombinablePackages) == 0 {
		return nil, artificial(codeMissing, "Missing parameter. `combinable_packages` is empty")
	}
	answer := combineAnswer{Packages: []combineRow{}}
	for _, g := range req.CombinablePackages {
		p, e := s.combineGroup(c, g)
		if e != nil {
			answer.Errors = append(answer.Errors, batchError{e.Code, e.Message, batchDetail{deref(g.ID)}})
			continue
		}
		answer.Packages = append(answer.Packages, combineRow{p.id, g.OrderIDs})
	}
	return answer, nil
}

func (s *store) combineGroup(c *call, g combinable) (*parcel, *apiError) {
	groups := s.combinableGroups()
	i := slices.IndexFunc(groups, func(have combinable) bool { return *have.ID == deref(g.ID) })
	if i < 0 {
		return nil, artificial(codeCombine, "Package %s is not in a combinable group", deref(g.ID))
	}
	var all []*order
	for _, id := range g.OrderIDs {
		if !slices.Contains(groups[i].OrderIDs, id) || slices.Contains(all, s.byID[id]) {
			return nil, artificial(codeCombine, "Order %s cannot be combined in group %s", id, *g.ID)
		}
		all = append(all, s.byID[id])
	}
	if len(all) < 2 {
		return nil, artificial(codeCombine, "Group %s needs at least two orders", *g.ID)
	}
	for _, o := range all {
		for _, p := range slices.Clone(o.packages) {
			s.remove(p)
		}
	}
	p := s.join(all, c)
	for _, o := range all {
		c.named(o, p.id)
		s.touchBeside(o, c.now)
		s.effects.add("combine", o.id, p.id, strings.Join(g.OrderIDs, " "))
	}
	s.hookPackages("COMBINE", "ROLE_SELLER", []*parcel{p}, c.now)
	return p, nil
}

type uncombineRequest struct {
	OrderIDs []string `json:"order_ids"`
}

type uncombineAnswer struct {
	Packages []combineRow `json:"packages"`
}

// uncombine is POST …/packages/{package_id}/uncombine: the named orders come out, each into a package of its own; all
// orders where none is named. The old package id ends.
func (s *store) uncombine(c *call) (any, error) {
	req, err := decodeBody[uncombineRequest](c.body)
	if err != nil {
		return nil, err
	}
	if !s.market.combine {
		return nil, errRegion
	}
	p, err := s.packageNamed(c)
	if err != nil {
		return nil, err
	}
	if len(p.joined) == 0 || p.status != toFulfill {
		return nil, artificial(codeCombine, "Package %s is not combined or was shipped", p.id)
	}
	all := p.all()
	for _, id := range req.OrderIDs {
		if !slices.Contains(all, s.byID[id]) {
			return nil, artificial(codeCombine, "Order %s is not in package %s", id, p.id)
		}
	}
	stay := slices.DeleteFunc(slices.Clone(all), func(o *order) bool { return len(req.OrderIDs) == 0 || slices.Contains(req.OrderIDs, o.id) })
	if len(stay) == 1 {
		stay = nil // nobody is combined with himself
	}
	s.remove(p)
	var made []*parcel
	if len(stay) > 0 {
		made = append(made, s.join(stay, c))
	}
	for _, o := range all {
		if !slices.Contains(stay, o) && len(o.live()) > 0 {
			made = append(made, s.newParcel(o, o.live(), c.now))
		}
		s.touchBeside(o, c.now)
	}
	answer := uncombineAnswer{Packages: []combineRow{}}
	for _, q := range made {
		row := combineRow{ID: q.id}
		for _, o := range q.all() {
			row.OrderIDs = append(row.OrderIDs, o.id)
			c.named(o, q.id)
			s.effects.add("uncombine", o.id, q.id, "")
		}
		answer.Packages = append(answer.Packages, row)
	}
	s.hookPackages("CANCEL_COMBINE", "ROLE_SELLER", made, c.now)
	return answer, nil
}

// join puts everything that is left of several orders into one new package.
func (s *store) join(all []*order, c *call) *parcel {
	var lines []*line
	for _, o := range all {
		lines = append(lines, o.live()...)
	}
	p := s.newParcel(all[0], lines, c.now)
	p.joined = all[1:]
	for _, o := range all[1:] {
		o.packages = append(o.packages, p)
	}
	return p
}
