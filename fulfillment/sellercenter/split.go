package sellercenter

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"packbench/fulfillment"
)

// SplitRule is whether an order may or must be packed in several parcels.
type SplitRule struct {
	Order  fulfillment.OrderID
	May    bool
	WhyNot string // in the platform's words
	Must   bool
	Limits []SplitLimit
}

// SplitLimit is one reason for a must.
type SplitLimit struct {
	Kind     string // CATEGORY_ITEM_LIMITATION, TOTAL_COUNT_LIMITATION; other words are kept
	Category string
	Max      int // units in one parcel; 0: not told
}

type wireSplitRules struct {
	Rules list[struct {
		OrderID text `json:"order_id"`
		Can     flag `json:"can_split"`
		Reason  text `json:"reason"`
		Must    flag `json:"must_split"`
		Why     list[struct {
			Type     text  `json:"type"`
			Category text  `json:"category_id"`
			Max      whole `json:"max_count"`
		}] `json:"must_split_reasons"`
	}] `json:"split_attributes"`
}

// SplitRules reads them for up to 50 orders. Orders the platform says nothing about are missing in the answer.
func (c *Client) SplitRules(ctx context.Context, shop string, orders []fulfillment.OrderID) ([]SplitRule, error) {
	if len(orders) == 0 || len(orders) > maxOrderIDs {
		return nil, refuse("%d orders at once: 1 to %d are allowed", len(orders), maxOrderIDs)
	}
	if err := checkIDs("order id", orders); err != nil {
		return nil, err
	}
	var w wireSplitRules
	err := c.call(ctx, request{what: "asking whether orders may be split", method: http.MethodGet, shop: shop,
		path: "/fulfillment/202309/orders/split_attributes", query: map[string]string{"order_ids": strings.Join(texts(orders), ",")}}, &w)
	if err != nil {
		return nil, err
	}
	var out []SplitRule
	for _, r := range w.Rules {
		one := SplitRule{Order: fulfillment.OrderID(r.OrderID), May: bool(r.Can), Must: bool(r.Must), WhyNot: clean(string(r.Reason))}
		for _, l := range r.Why {
			one.Limits = append(one.Limits, SplitLimit{Kind: string(l.Type), Category: string(l.Category), Max: l.Max.small()})
		}
		if slices.Contains(orders, one.Order) {
			out = append(out, one)
		}
	}
	return out, nil
}

// SplitGroup is what goes into one of the new packages. In SEA, BR and MX all units of a SKU must stay together.
type SplitGroup struct {
	Name  string // the caller's own
	Lines []fulfillment.LineID
}

type wireSplit struct {
	Packages list[struct {
		ID    text `json:"id"`
		Group text `json:"splittable_group_id"`
	}] `json:"packages"`

	want []SplitGroup
}

// check: every group must have become a package of its own.
func (w *wireSplit) check() error {
	got := map[string]bool{}
	for _, p := range w.Packages {
		if p.ID != "" {
			got[string(p.Group)] = true
		}
	}
	for _, g := range w.want {
		if !got[g.Name] {
			return errors.New("a group has become no package")
		}
	}
	return nil
}

// Split packs an order's units in several packages, before shipping. The old package id ends; the new ones are returned
// by the groups' names.
func (c *Client) Split(ctx context.Context, shop string, order fulfillment.OrderID, groups []SplitGroup) (map[string]fulfillment.PackageID, error) {
	if err := checkID("order id", order); err != nil {
		return nil, err
	}
	type wireGroup struct {
		ID    string   `json:"id"`
		Lines []string `json:"order_line_item_ids"`
	}
	var body struct {
		Groups []wireGroup `json:"splittable_groups"`
	}
	seen := map[fulfillment.LineID]bool{}
	names := map[string]bool{}
	for _, g := range groups {
		if g.Name == "" || names[g.Name] || len(g.Lines) == 0 {
			return nil, refuse("order %s: each package of a split needs a name of its own and at least one unit", order)
		}
		names[g.Name] = true
		for _, l := range g.Lines {
			if seen[l] {
				return nil, refuse("order %s: unit %s is in two packages", order, clean(string(l)))
			}
			seen[l] = true
		}
		if err := checkIDs("unit id", g.Lines); err != nil {
			return nil, err
		}
		body.Groups = append(body.Groups, wireGroup{g.Name, texts(g.Lines)})
	}
	if len(groups) < 2 {
		return nil, refuse("order %s: a split needs two packages at least", order)
	}
	w := wireSplit{want: groups}
	err := c.call(ctx, request{what: "split order " + string(order), method: http.MethodPost, write: true, shop: shop,
		path: "/fulfillment/202309/orders/" + string(order) + "/split", body: body}, &w)
	if err != nil {
		return nil, err
	}
	out := map[string]fulfillment.PackageID{}
	for _, p := range w.Packages {
		out[string(p.Group)] = fulfillment.PackageID(p.ID)
	}
	return out, nil
}

// Combination is a package of several orders, or a proposal for one.
type Combination struct {
	ID     fulfillment.PackageID // of a proposal: the proposal's own
	Orders []fulfillment.OrderID
}

type wireCombination struct {
	ID     text       `json:"id"`
	Orders list[text] `json:"order_ids"`
}

func combinations(in list[wireCombination]) []Combination {
	var out []Combination
	for _, p := range in {
		out = append(out, Combination{ID: fulfillment.PackageID(p.ID), Orders: ids[fulfillment.OrderID](p.Orders)})
	}
	return out
}

// Combinable lists the orders that the platform proposes to ship together (SEA, LATAM; before shipping).
func (c *Client) Combinable(ctx context.Context, shop string) ([]Combination, error) {
	const what = "searching orders that may be combined"
	var all []Combination
	err := follow(what, func(page string) (string, error) {
		var w struct {
			List list[wireCombination] `json:"combinable_packages"`
			Next pageToken             `json:"next_page_token"`
		}
		err := c.call(ctx, request{what: what, method: http.MethodGet, shop: shop, path: "/fulfillment/202309/combinable_packages/search",
			query: map[string]string{"page_size": strconv.Itoa(maxListPage), "page_token": page}}, &w)
		all = append(all, combinations(w.List)...)
		return string(w.Next), err
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

type wireCombined struct {
	Packages list[wireCombination] `json:"packages"`
	Errors   list[itemError]       `json:"errors"`
}

// Combine makes packages of proposals. made are the new packages; failed names the proposals that are not in one of
// them, by their ids: fulfillment.ErrUncertain where the platform does not say why.
func (c *Client) Combine(ctx context.Context, shop string, list []Combination) (made []Combination, failed []Failure, err error) {
	const what = "combine packages"
	if len(list) == 0 || len(list) > maxBatch {
		return nil, nil, refuse("%d packages at once: 1 to %d are allowed", len(list), maxBatch)
	}
	var body struct {
		List []struct {
			ID     string   `json:"id"`
			Orders []string `json:"order_ids"`
		} `json:"combinable_packages"`
	}
	var sent []fulfillment.PackageID
	for _, p := range list {
		if err := errors.Join(checkID("package id", p.ID), checkIDs("order id", p.Orders)); err != nil {
			return nil, nil, err
		}
		body.List = append(body.List, struct {
			ID     string   `json:"id"`
			Orders []string `json:"order_ids"`
		}{string(p.ID), texts(p.Orders)})
		sent = append(sent, p.ID)
	}
	var w wireCombined
	if err := c.call(ctx, request{what: what, method: http.MethodPost, write: true, shop: shop,
		path: "/fulfillment/202309/packages/combine", body: body}, &w); err != nil {
		return nil, nil, err
	}
	known, sure := outcome(what, w.Errors, sent)
	made = combinations(w.Packages)
	for _, p := range list {
		err := known[p.ID]
		if err == nil && (!sure || !anyHolds(made, p.Orders)) {
			err = &CallError{What: what + " " + string(p.ID), Write: true, Sent: true, Status: http.StatusOK, Cause: errors.New("the answer does not confirm it")}
		}
		if err != nil {
			failed = append(failed, Failure{Package: p.ID, Err: err})
		}
	}
	return made, failed, nil
}

// anyHolds reports whether one of the packages holds all these orders.
func anyHolds(made []Combination, orders []fulfillment.OrderID) bool {
	return slices.ContainsFunc(made, func(m Combination) bool {
		return m.ID != "" && !slices.ContainsFunc(orders, func(o fulfillment.OrderID) bool { return !slices.Contains(m.Orders, o) })
	})
}

type wireUncombined struct {
	Packages list[wireCombination] `json:"packages"`
	want     []fulfillment.OrderID
}

func (w *wireUncombined) check() error {
	got := combinations(w.Packages)
	for _, o := range w.want {
		if !anyHolds(got, []fulfillment.OrderID{o}) {
			return errors.New("it does not name the package of every order")
		}
	}
	return nil
}

// Uncombine takes orders out of a combined package, before shipping, and returns the packages there are then.
func (c *Client) Uncombine(ctx context.Context, shop string, id fulfillment.PackageID, orders []fulfillment.OrderID) ([]Combination, error) {
	if err := errors.Join(checkID("package id", id), checkIDs("order id", orders)); err != nil {
		return nil, err
	}
	if len(orders) == 0 {
		return nil, refuse("package %s: no order to take out", id)
	}
	w := wireUncombined{want: orders}
	body := struct {
		Orders []string `json:"order_ids"`
	}{texts(orders)}
	err := c.call(ctx, request{what: "take orders out of package " + string(id), method: http.MethodPost, write: true, shop: shop,
		path: "/fulfillment/202309/packages/" + string(id) + "/uncombine", body: body}, &w)
	if err != nil {
		return nil, err
	}
	return combinations(w.Packages), nil
}

// mustSplit says of each order why it cannot be shipped as it is, where the market has such rules (MX; Ship Package answers
// 21004024 there, without saying what the limit is). It is read before the call. An order that was split already is left to the
// platform, and so is one about which it says nothing.
func (a *Adapter) mustSplit(ctx context.Context, orders []fulfillment.Order) (map[fulfillment.OrderID]error, error) {
	var ids []fulfillment.OrderID
	for _, o := range orders {
		if region(first(o.Market, a.market)) == "MX" && len(o.Packages) == 1 {
			ids = append(ids, o.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	rules, err := a.c.SplitRules(ctx, a.shop, ids)
	var no *fulfillment.RejectedError
	if errors.As(err, &no) {
		a.c.log.Info("the platform has no split rules for these orders", "count", len(ids), "error", err)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	out := map[fulfillment.OrderID]error{}
	for _, r := range rules {
		if !r.Must {
			continue
		}
		limit := ""
		for _, l := range r.Limits {
			if l.Max > 0 {
				limit = " (at most " + strconv.Itoa(l.Max) + " units in one parcel)"
			}
		}
		out[r.Order] = refuse("order %s must be split before it is shipped%s: split it in the Seller Center, and its parcels are arranged by themselves (21004024)", r.Order, limit)
	}
	return out, nil
}
