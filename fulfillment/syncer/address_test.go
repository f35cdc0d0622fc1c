package syncer_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"packbench/cmd/sandbox/shop"
	"packbench/fulfillment"
	"packbench/fulfillment/sellercenter"
	"packbench/fulfillment/syncer"
)

// moves lets the buyer change the address, and waits until the station has heard the order anew.
func (f *floor) moves(id fulfillment.OrderID) {
	f.t.Helper()
	before := f.order(id).UpdatedAt
	time.Sleep(1100 * time.Millisecond) // the platform tells whole seconds
	f.post("/admin/orders/"+string(id)+"/update-address", ``)
	f.until("heard of the change", func() string {
		if o := f.order(id); !o.UpdatedAt.After(before) || !o.AddressUpdated {
			return fmt.Sprintf("%+v", o)
		}
		return ""
	})
}

// hooksOf gives the station every webhook of an order's address, as a relay would.
func (f *floor) hooksOf(id fulfillment.OrderID) (n int) {
	f.t.Helper()
	var hooks []struct {
		Authorization string          `json:"authorization"`
		Body          json.RawMessage `json:"body"`
	}
	if err := json.NewDecoder(f.get("/admin/webhooks")).Decode(&hooks); err != nil {
		f.t.Fatal(err)
	}
	for _, h := range hooks {
		var body bytes.Buffer // the page shows it with indents
		if err := json.Compact(&body, h.Body); err != nil {
			f.t.Fatal(err)
		}
		e, err := f.client.ReadWebhook(h.Authorization, body.Bytes())
		if err != nil {
			f.t.Fatal(err)
		}
		if e.Type == sellercenter.EventAddress && slices.Contains(e.Orders, id) {
			n++
			if err := f.store.AddressTold(f.t.Context(), id, e.At); err != nil {
				f.t.Fatal(err)
			}
		}
	}
	return n
}

// A buyer moves twice. The first change is told by a flag; the second by the address itself, where it is not masked, else by a
// webhook. A platform's label that is not on the parcel is fetched anew, and a parcel that carries an old one is held.
func TestAddressChangesTwice(t *testing.T) {
	for _, market := range []string{"GB", "VN"} {
		t.Run(market+" TIKTOK", func(t *testing.T) {
			t.Parallel()
			f, rows := atPack(t, market)
			if err := f.store.Add(t.Context(), rows[:2]); err != nil {
				t.Fatal(err)
			}
			f.start()
			waits, packed := rows[0].OrderID, rows[1].OrderID
			for _, id := range []fulfillment.OrderID{waits, packed} {
				f.until("labelled", f.labelledPackages(id, 1))
			}
			was := f.label(waits)
			f.moves(waits)
			f.until("the flag brings a new label", f.newLabel(waits, was))
			was = f.label(waits)
			f.moves(waits)
			if f.hooksOf(waits) != 2 {
				t.Error("not one webhook for each change")
			}
			f.until("the webhook brings a new label", f.newLabel(waits, was))
			time.Sleep(1100 * time.Millisecond)
			f.hooksOf(waits) // the label may be of the same second as the change: once more, to be sure
			f.until("a label again", f.labelledPackages(waits, 1))
			was = f.label(waits)
			f.hooksOf(waits) // both come once more, late: the label is newer than the changes
			if got := f.label(waits); got != was || len(fulfillment.HoldsOf(f.order(waits))) > 0 {
				t.Errorf("a repeated webhook: label %q, was %q", got, was)
			}
			f.moves(packed)
			f.until("the flag brings a new label", f.labelledPackages(packed, 1))
			f.begun(f.order(packed).Packages[0], fulfillment.RungApplied)
			f.moves(packed)
			f.hooksOf(packed)
			if v, _ := fulfillment.Gate(f.order(packed), false, time.Now()); v != fulfillment.NeedsSupervisor {
				t.Errorf("a parcel with an old label: gate %q", v)
			}
			f.honest()
		})
		t.Run(market+" SELLER", func(t *testing.T) {
			t.Parallel()
			f := newFloorWith(t, market, setup{shop: shop.Options{Orders: 24}, change: func(o *syncer.Options) { o.Policy = "at_pack" }})
			if _, err := f.sync.Once(t.Context()); err != nil {
				t.Fatal(err)
			}
			id := f.sellerOrder()
			f.start()
			f.moves(id)
			p := f.order(id).Packages[0]
			if _, err := f.store.StoreLabel(t.Context(), p.ID, []byte("%PDF-bought for the second address"), "BOUGHT-1"); err != nil {
				t.Fatal(err)
			}
			f.begun(f.order(id).Packages[0], fulfillment.RungApplied)
			time.Sleep(3 * f.poll())
			if v, _ := fulfillment.Gate(f.order(id), false, time.Now()); v != "" {
				t.Fatalf("held before the address changed again: gate %q", v)
			}
			f.moves(id)
			f.until("held", func() string {
				if v, _ := fulfillment.Gate(f.order(id), false, time.Now()); v != fulfillment.NeedsSupervisor {
					return fmt.Sprintf("gate %q, %+v", v, f.order(id))
				}
				return ""
			})
		})
	}
}

// sellerOrder is a seller-shipped order that may be packed.
func (f *floor) sellerOrder() fulfillment.OrderID {
	f.t.Helper()
	for _, o := range f.shop.State().Orders {
		if o.MayShip && !o.CancelRequested && o.ShippingType == "SELLER" {
			if f.order(fulfillment.OrderID(o.ID)).AddressMark == "" {
				f.t.Errorf("order %s has no mark of its address", o.ID)
			}
			return fulfillment.OrderID(o.ID)
		}
	}
	f.t.Fatal("no seller-shipped order")
	return ""
}

func (f *floor) label(id fulfillment.OrderID) fulfillment.Hash {
	o := f.order(id)
	return o.Packages[len(o.Packages)-1].Label
}

func (f *floor) newLabel(id fulfillment.OrderID, was fulfillment.Hash) func() string {
	return func() string {
		if l := f.label(id); l == "" || l == was {
			return fmt.Sprintf("label %q, was %q", l, was)
		}
		return ""
	}
}

// No address and no recipient's name is on the disk, whatever was pulled.
func TestNoAddressOnTheDisk(t *testing.T) {
	f := newFloorWith(t, "VN", setup{shop: shop.Options{Orders: 24}})
	if _, err := f.sync.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, o := range f.shop.State().Orders {
		stored, err := f.store.Order(t.Context(), fulfillment.OrderID(o.ID))
		if err != nil {
			continue
		}
		text, err := json.Marshal(stored)
		if err != nil || o.Recipient != "" && strings.Contains(string(text), o.Recipient) {
			t.Errorf("order %s holds its recipient, %v", o.ID, err)
		}
	}
}
