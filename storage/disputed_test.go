package storage

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
)

// lie makes every order say that it has the package 555 with the tracking number SAME1.
func lie(orders ...fulfillment.Order) []fulfillment.Order {
	for i := range orders {
		p := orders[i].Packages[0]
		p.ID, p.PlatformID, p.Tracking, p.Arranged = "555", "555", "SAME1", true
		orders[i].Packages = []fulfillment.Package{p}
		for j := range orders[i].Lines {
			orders[i].Lines[j].PackageID = "555"
		}
	}
	return orders
}

func isHeld(o fulfillment.Order) bool { return slices.Contains(o.Holds, fulfillment.HoldHeld) }

// truths are orders of every kind: new ones without a package yet, arranged ones with their own, shipped by the seller.
func truths() []fulfillment.Order {
	var all []fulfillment.Order
	for i := range 6 {
		o := testOrder(fmt.Sprint(100+i), "MUG", "TEE")
		switch i % 3 {
		case 0:
			o.Packages, o.Lines[0].PackageID, o.Lines[1].PackageID = nil, "", ""
		case 1:
			o.Packages[0].Arranged, o.Packages[0].Tracking = true, fulfillment.Tracking("T"+o.ID)
		case 2:
			o.ShippingType = fulfillment.ShippingSeller
		}
		all = append(all, o)
	}
	return all
}

// TestOnePackageOfManyOrders: the same package and tracking number told of many orders is taken over for none of them, each is held
// with a sentence, and the truth puts everything right – whether the lie or the truth comes first, at once or one by one.
func TestOnePackageOfManyOrders(t *testing.T) {
	for _, c := range []struct{ truthFirst, oneByOne bool }{{false, false}, {true, false}, {false, true}, {true, true}} {
		t.Run(fmt.Sprintf("%+v", c), func(t *testing.T) {
			s := openTest(t, t.TempDir())
			tell := func(orders []fulfillment.Order) {
				if !c.oneByOne {
					pull(t, s, orders...)
					return
				}
				for _, o := range orders {
					pull(t, s, o)
				}
			}
			want := openTest(t, t.TempDir())
			pull(t, want, truths()...)
			if c.truthFirst {
				tell(truths())
			}
			lies := truths()
			for i := range lies {
				if len(lies[i].Packages) == 0 {
					lies[i].Packages = testOrder(string(lies[i].ID), "MUG", "TEE").Packages
				}
			}
			tell(lie(lies...))
			has := 0
			for i, o := range truths() {
				got := mustOrder(t, s, o.ID)
				free := c.oneByOne && i == 0 // the first that is told so is believed: nobody else says it yet
				if !free && !isHeld(got) {
					t.Errorf("order %s is not held: %+v", o.ID, got)
				}
				for _, p := range got.Packages {
					if p.PlatformID == "555" || p.ID == "555" || p.Tracking == "SAME1" {
						has++
					}
				}
				events, err := s.Events(t.Context(), o.ID)
				if n := len(events); err != nil || !free && (n != 1 || !strings.Contains(string(events[0].Body), "555")) || free && n != 0 {
					t.Errorf("order %s: events %+v, %v", o.ID, events, err)
				}
			}
			if most := map[bool]int{true: 1}[c.oneByOne]; has > most {
				t.Errorf("%d orders took over what cannot be true, want at most %d", has, most)
			}
			tell(lie(lies...)) // told again: nothing new happens
			tell(truths())
			for i, o := range truths() {
				if c.oneByOne && i == 0 {
					continue // see TestATrackingNumberThatIsTakenBack
				}
				got, want := mustOrder(t, s, o.ID), mustOrder(t, want, o.ID)
				if len(got.Packages) == 1 {
					got.Packages[0].ID = want.Packages[0].ID // our own name of a parcel that had none at first
				}
				if same, err := sameOrder(got, want); !same || err != nil {
					t.Errorf("order %s after the truth:\n got %+v\nwant %+v\n%v", o.ID, got, want, err)
				}
				if found, err := s.Find(t.Context(), "SAME1", nil); err != nil || found.Order != nil && found.Order.ID != "100" {
					t.Errorf("SAME1 still finds %+v, %v", found.Order, err)
				}
			}
		})
	}
}

// The first of a row of lies is believed while it stands alone; the truth replaces it as soon as it names the parcel.
func TestATrackingNumberThatIsTakenBack(t *testing.T) {
	s := openTest(t, t.TempDir())
	pull(t, s, lie(testOrder("1", "MUG"))...)
	told := testOrder("1", "MUG")
	told.Packages[0].Tracking = "T1"
	pull(t, s, told)
	o := mustOrder(t, s, "1")
	if len(o.Packages) != 1 || o.Packages[0].PlatformID != "P1" || o.Packages[0].Tracking != "T1" || isHeld(o) {
		t.Errorf("got %+v", o)
	}
}

// TestWhatIsNoDispute: combined orders share their package, what this station imported itself is known, and a parcel that has
// left is nobody's business any more.
func TestWhatIsNoDispute(t *testing.T) {
	pair := func(change func(o *fulfillment.Order)) []fulfillment.Order {
		both := lie(testOrder("1", "MUG"), testOrder("2", "MUG"))
		for i := range both {
			both[i].UpdatedAt = both[i].UpdatedAt.Add(time.Second)
			change(&both[i])
		}
		return both
	}
	for name, c := range map[string]struct {
		before func(t *testing.T, s *Store)
		told   []fulfillment.Order
		shared bool
	}{
		"combined": {told: pair(func(o *fulfillment.Order) { o.Combined = true }), shared: true},
		"carried already": {told: pair(func(o *fulfillment.Order) {
			o.Packages[0].Rung, o.Status = fulfillment.RungCarrierScanned, fulfillment.StatusInTransit
		}), shared: true},
		"one carrier label bound to both at the bench": {before: func(t *testing.T, s *Store) {
			pull(t, s, testOrder("1", "MUG"), testOrder("2", "MUG"))
			for _, id := range []fulfillment.OrderID{"1", "2"} {
				p := mustOrder(t, s, id).Packages[0]
				p.Tracking = "SAME1"
				record(t, s, station.Commit{Packages: []fulfillment.Package{p}})
			}
		}, told: pair(func(o *fulfillment.Order) {
			o.Packages[0].ID, o.Packages[0].PlatformID = "P"+fulfillment.PackageID(o.ID), "P"+fulfillment.PackageID(o.ID)
		}), shared: true},
		"of an order that has left": {before: func(t *testing.T, s *Store) {
			pull(t, s, lie(testOrder("9", "MUG"))...)
			p := mustOrder(t, s, "9").Packages[0]
			p.Rung = fulfillment.RungHandedOver
			record(t, s, station.Commit{Packages: []fulfillment.Package{p}})
		}, told: lie(testOrder("1", "MUG")), shared: true},
		"of an order that is open": {before: func(t *testing.T, s *Store) { pull(t, s, lie(testOrder("9", "MUG"))...) }, told: lie(testOrder("1", "MUG"))},
	} {
		t.Run(name, func(t *testing.T) {
			s := openTest(t, t.TempDir())
			if c.before != nil {
				c.before(t, s)
			}
			pull(t, s, c.told...)
			for _, o := range c.told {
				if got := mustOrder(t, s, o.ID); isHeld(got) == c.shared || (got.Packages[0].Tracking == "SAME1") != c.shared {
					t.Errorf("got %+v", got)
				}
			}
		})
	}
}
