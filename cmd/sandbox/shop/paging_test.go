package shop

import (
	"fmt"
	"net/url"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestPagingGivesEveryOrderOnce: whatever the page size, sort and filter, the pages together are the matching orders,
// each exactly once and in order.
func TestPagingGivesEveryOrderOnce(t *testing.T) {
	b := newBench(t, Options{Orders: 97, RatePerSecond: 1e6})
	all := b.shop.State().Orders
	rapid.Check(t, func(rt *rapid.T) {
		q := url.Values{"page_size": {fmt.Sprint(rapid.IntRange(1, 100).Draw(rt, "page_size"))}}
		sort := rapid.SampledFrom([]string{"", "create_time", "update_time"}).Draw(rt, "sort_field")
		dir := rapid.SampledFrom([]string{"", "ASC", "DESC"}).Draw(rt, "sort_order")
		if sort != "" {
			q.Set("sort_field", sort)
		}
		if dir != "" {
			q.Set("sort_order", dir)
		}
		body := map[string]any{}
		shipping := rapid.SampledFrom([]string{"", tiktok, seller}).Draw(rt, "shipping_type")
		status := rapid.SampledFrom([]string{"", "AWAITING_SHIPMENT", "ON_HOLD", "CANCELLED", "DELIVERED"}).Draw(rt, "order_status")
		since := all[rapid.IntRange(0, len(all)-1).Draw(rt, "since")].UpdateTime
		body["update_time_ge"] = since
		var want []string
		for _, o := range all {
			if (shipping == "" || o.ShippingType == shipping) && (status == "" || o.Status == status) && o.UpdateTime >= since {
				want = append(want, o.ID)
			}
		}
		if shipping != "" {
			body["shipping_type"] = shipping
		}
		if status != "" {
			body["order_status"] = status
		}
		got, keys := b.allPages(rt, q, body, len(want))
		if dir == "ASC" {
			slices.Reverse(keys)
		}
		if !slices.IsSortedFunc(keys, func(a, b int64) int { return int(b - a) }) {
			rt.Fatalf("not sorted: %v", keys)
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			rt.Fatalf("got %d orders, want %d:\n%v\n%v", len(got), len(want), got, want)
		}
	})
}

// allPages walks through a search and returns ids and sort keys as they came.
func (b *bench) allPages(rt *rapid.T, q url.Values, body any, want int) (got []string, keys []int64) {
	for {
		page := data[ordersAnswer](b, b.call("POST", searchPath, q, body))
		if *page.TotalCount != want {
			rt.Fatalf("total_count %d, want %d", *page.TotalCount, want)
		}
		for _, o := range page.Orders {
			got = append(got, o.ID)
			key := o.CreateTime
			if q.Get("sort_field") == "update_time" {
				key = o.UpdateTime
			}
			keys = append(keys, key)
		}
		if page.NextPageToken == "" {
			return got, keys
		}
		if len(page.Orders) == 0 || len(got) > want {
			rt.Fatal("the pages do not end")
		}
		q.Set("page_token", page.NextPageToken)
	}
}

// TestChangesDuringPagingAreNotLost: a client that pages by update_time sees an order again when it changes meanwhile,
// and misses none.
func TestChangesDuringPagingAreNotLost(t *testing.T) {
	b := newBench(t, Options{})
	q := url.Values{"page_size": {"10"}, "sort_field": {"update_time"}, "sort_order": {"ASC"}}
	seen := map[string]int64{}
	var token string
	for i := 0; ; i++ {
		page := data[ordersAnswer](b, b.call("POST", searchPath, q, nil))
		for _, o := range page.Orders {
			seen[o.ID] = o.UpdateTime
		}
		if token = page.NextPageToken; token == "" {
			break
		}
		q.Set("page_token", token)
		if i < 3 {
			o := b.plain(seller, 1)
			data[markAnswer](b, b.mark(o, o.Tracking, b.detail(o.ID).lineIDs()))
		}
	}
	for _, o := range b.shop.State().Orders {
		if seen[o.ID] != o.UpdateTime {
			t.Errorf("order %s: last seen with update_time %d, it is %d", o.ID, seen[o.ID], o.UpdateTime)
		}
	}
}

func TestPagingRefusals(t *testing.T) {
	b := newBench(t, Options{})
	page := data[ordersAnswer](b, b.call("POST", searchPath, url.Values{"page_size": {"5"}}, nil))
	for _, tt := range []struct {
		what string
		q    url.Values
		body any
		code int64
	}{
		{"no page_size", url.Values{}, nil, codeMissing},
		{"page_size 0", url.Values{"page_size": {"0"}}, nil, codeMissing},
		{"page_size 101", url.Values{"page_size": {"101"}}, nil, codeMissing},
		{"sort_field", url.Values{"page_size": {"5"}, "sort_field": {"id"}}, nil, codeMissing},
		{"sort_order", url.Values{"page_size": {"5"}, "sort_order": {"asc"}}, nil, codeMissing},
		{"garbage token", url.Values{"page_size": {"5"}, "page_token": {"x"}}, nil, codePageToken},
		{"token of another filter", url.Values{"page_size": {"5"}, "page_token": {page.NextPageToken}}, `{"shipping_type":"SELLER"}`, codePageToken},
		{"token of another sort", url.Values{"page_size": {"5"}, "page_token": {page.NextPageToken}, "sort_order": {"ASC"}}, nil, codePageToken},
	} {
		b.wantCode(b.call("POST", searchPath, tt.q, tt.body), tt.code, tt.what)
	}
	ids := ""
	for i := range 51 {
		ids += fmt.Sprintf("%d,", i)
	}
	b.wantCode(b.call("GET", "/order/202309/orders", url.Values{"ids": {ids}}, nil), codeMissing, "51 ids")
	if got := data[ordersAnswer](b, b.call("GET", "/order/202507/orders", url.Values{"ids": {page.Orders[0].ID + ",1"}}, nil)); len(got.Orders) != 1 {
		t.Errorf("one known and one unknown id: %d orders", len(got.Orders))
	}
}
