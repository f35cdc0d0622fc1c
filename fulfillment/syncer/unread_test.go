package syncer_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/syncer"
)

// orderSpoiler makes one order of every answer about orders unreadable: it names a unit twice.
type orderSpoiler struct {
	mu sync.Mutex
	id string
}

func (s *orderSpoiler) set(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.id = id
}

func (s *orderSpoiler) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(r)
	s.mu.Lock()
	id := s.id
	s.mu.Unlock()
	if err != nil || id == "" || !strings.HasPrefix(r.URL.Path, "/order/") {
		return resp, err
	}
	b, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil {
		return nil, err
	}
	var answer map[string]any
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if d.Decode(&answer) == nil {
		data, _ := answer["data"].(map[string]any)
		orders, _ := data["orders"].([]any)
		for _, raw := range orders {
			o := raw.(map[string]any)
			if o["id"] == id {
				lines := o["line_items"].([]any)
				o["line_items"] = append(lines, lines[0])
			}
		}
		if b, err = json.Marshal(answer); err != nil {
			return nil, err
		}
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(b)), int64(len(b))
	resp.Header.Del("Content-Length")
	return resp, nil
}

// One order that nobody can read holds up nothing: the others come in, the pull counts as complete, the order is named and
// asked for again – also after a restart and long after the cursor has gone past it – until it can be read.
func TestSandboxAnUnreadableOrder(t *testing.T) {
	t.Parallel()
	bad := &orderSpoiler{}
	f := newFloorWith(t, "GB", setup{transport: bad, change: func(o *syncer.Options) { o.Overlap = time.Second }})
	var id string
	for _, o := range f.shop.State().Orders { // the oldest: the cursor goes past it with the first page
		if o.MayShip && !o.CancelRequested && o.ShippingType == "TIKTOK" {
			id = o.ID
			break
		}
	}
	bad.set(id)
	o := f.options(f.client)
	o.Unread, o.Overlap = f.store, time.Second
	y, err := syncer.New(o)
	if err != nil {
		t.Fatal(err)
	}
	f.sync = y
	results, err := f.sync.Once(t.Context())
	if err != nil {
		t.Fatalf("one order stops everything: %v", err)
	}
	st := f.sync.Status()
	if !st.Online || st.LastPull.IsZero() || len(st.Unreadable) != 1 || string(st.Unreadable[0].ID) != id || !strings.Contains(st.Unreadable[0].Reason, "twice") {
		t.Fatalf("status %+v", st)
	}
	if !strings.Contains(results[0].Reason, "1 cannot be read") || results[0].Outcome != "done" {
		t.Errorf("the pull says %+v", results[0])
	}
	all, err := f.store.ListOrders(t.Context(), "", 100)
	if err != nil || len(all) < 20 {
		t.Fatalf("%d orders came in, %v", len(all), err)
	}

	if f.sync, err = syncer.New(o); err != nil { // the program is started again
		t.Fatal(err)
	}
	if _, err := f.sync.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	if st := f.sync.Status(); len(st.Unreadable) != 1 || st.LastPull.IsZero() {
		t.Fatalf("after a restart: %+v", st)
	}
	bad.set("")
	if _, err := f.sync.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := f.store.Order(t.Context(), fulfillment.OrderID(id)); err != nil {
		t.Errorf("the order that can be read again is lost: %v", err)
	}
	if list, err := f.store.UnreadableOrders(t.Context(), ""); err != nil || len(list) != 0 || len(f.sync.Status().Unreadable) != 0 {
		t.Errorf("still listed: %v, %v", list, err)
	}
}
