package shop

import (
	"math/rand/v2"
	"time"

	"packbench/fulfillment"
)

// seedOrders fills the shop. Every order follows from seed, market, number and the moment the clock starts; the traps
// are spread among the others.
func (s *store) seedOrders() {
	start := s.clock.now().Truncate(time.Second)
	rng := rand.New(rand.NewPCG(s.opt.Seed, 0x0bde))
	n := s.opt.Orders
	wanted := append(s.marketTraps(), traps()...)
	if len(wanted) > n/2 {
		wanted = wanted[:n/2]
	}
	position := rng.Perm(n)
	special := map[int]trap{}
	for i, t := range wanted {
		special[position[i]] = t
	}
	for i := range n {
		age := 90*time.Minute + time.Duration(n-i)*44*time.Hour/time.Duration(n) // the oldest is first
		o := s.newOrder(rng, i, start.Add(-age))
		if t, ok := special[i]; ok {
			o.trap = t.why
			if t.shipping != "" && t.shipping != o.shippingType {
				s.setShipping(o, t.shipping, rng)
			}
			s.orders = append(s.orders, o)
			s.byID[o.id] = o
			t.apply(s, o, start)
		} else {
			s.orders = append(s.orders, o)
			s.byID[o.id] = o
		}
		s.finishOrder(o)
	}
}

// newOrder makes an ordinary paid order that has left its hold.
func (s *store) newOrder(rng *rand.Rand, i int, created time.Time) *order {
	o := &order{id: s.ids.next("5764"), user: s.ids.next("7021"), fulfillmentType: fulfillment.FulfillmentBySeller,
		status: string(fulfillment.StatusAwaitingShipment), created: created, paid: created.Add(time.Minute),
		recipient: newPerson(s.market, i, rng.IntN(4))}
	o.holdEnds = o.paid.Add(remorse)
	o.updated = o.holdEnds
	s.setDeadlines(o)
	if i%2 == 0 {
		s.setShipping(o, string(fulfillment.ShippingSeller), rng)
	} else {
		s.setShipping(o, string(fulfillment.ShippingPlatform), rng)
	}
	s.fillLines(o, rng, i)
	if i%9 == 4 {
		o.buyerMessage = "Please no paper, thank you"
	}
	if i%11 == 7 {
		o.sellerNote = "Regular customer"
	}
	o.sample = i%29 == 20
	if (s.market.combine || s.market.createPackages) && i%7 == 5 { // a buyer who orders twice: his orders may go in one package
		twin := s.orders[i-2]
		o.user, o.recipient = twin.user, twin.recipient
	}
	return o
}

// setDeadlines: ship within two days of payment, collected a day later; made-up round numbers in the spirit of the
// platform's fields.
func (s *store) setDeadlines(o *order) {
	day := 24 * time.Hour
	o.rtsSLA = o.paid.Add(2 * day)
	o.ttsSLA = o.paid.Add(3 * day)
	o.shippingDue = o.paid.Add(7 * day)
	o.collectDue = o.paid.Add(8 * day)
	o.deliverySLA = o.paid.Add(8 * day)
	o.deliveryDue = o.paid.Add(20 * day)
}

func (s *store) setShipping(o *order, shippingType string, rng *rand.Rand) {
	o.shippingType = shippingType
	if shippingType == string(fulfillment.ShippingPlatform) {
		o.provider, o.boughtTracking = s.market.platform, ""
		return
	}
	o.provider = s.market.sellers[rng.IntN(len(s.market.sellers))]
	for {
		o.boughtTracking = o.provider.newTracking(rng)
		if !s.bought[o.boughtTracking] {
			s.bought[o.boughtTracking] = true
			return
		}
	}
}

// fillLines puts 1 to 5 units into the order. A few orders get what the bench must handle specially: a bundle, a gift,
// a dangerous good, several units of one SKU.
func (s *store) fillLines(o *order, rng *rand.Rand, i int) {
	add := func(p *product, gift bool) {
		o.lines = append(o.lines, &line{id: s.ids.next("577"), product: p, gift: gift})
	}
	plain := s.catalog[:len(goodsList)-1] // without the gift
	units := 1 + rng.IntN(4)
	first := plain[rng.IntN(len(plain))]
	for first.dangerous {
		first = plain[rng.IntN(len(plain))]
	}
	switch {
	case i%8 == 3:
		add(s.product("SET-DESK"), false)
	case i%15 == 6:
		add(s.product("SET-COSY"), false)
	case i%10 == 5:
		add(s.product("POWER-10K"), false)
	case i%3 == 1: // the same thing several times
		for range units {
			add(first, false)
		}
	default:
		for range units {
			p := plain[rng.IntN(len(plain))]
			if !p.dangerous { // dangerous goods come alone, as their packing rules want it
				add(p, false)
			}
		}
	}
	if len(o.lines) == 0 {
		add(first, false)
	}
	if i%6 == 2 && len(o.lines) < 5 {
		add(s.product("STICKERS"), true)
	}
}

// finishOrder gives the order its package where the market has one before shipping, and plans its future.
func (s *store) finishOrder(o *order) {
	if s.market.invoice {
		o.invoice = invoiceNotNeeded
		if o.shippingType == string(fulfillment.ShippingPlatform) && o.fulfillmentType == fulfillment.FulfillmentBySeller {
			o.invoice = invoiceNeeded
		}
	}
	if s.market.packageFirst[o.shippingType] && len(o.packages) == 0 && o.paidAndOpen() {
		for _, lines := range s.boxesFor(o) {
			s.newParcel(o, lines, o.updated)
		}
	}
	s.watchOrder(o)
}

// boxesFor are the units of each package of a new order: one for all of them, or, for as many ordinary orders as are wanted so,
// two: the first SKU goes alone, which every market's rules for splitting allow. A seller who ships himself has bought one
// label for the whole order, so his stay in one package.
func (s *store) boxesFor(o *order) [][]*line {
	all := o.live()
	if s.divided >= s.opt.Boxes || o.trap != "" || o.carrierLabel() || !o.is(fulfillment.StatusAwaitingShipment) || o.fulfillmentType != fulfillment.FulfillmentBySeller {
		return [][]*line{all}
	}
	var first, rest []*line
	for _, l := range all {
		if l.product == all[0].product {
			first = append(first, l)
		} else {
			rest = append(rest, l)
		}
	}
	if len(rest) == 0 {
		return [][]*line{all}
	}
	s.divided++
	return [][]*line{first, rest}
}

func (o *order) paidAndOpen() bool {
	return !o.is(fulfillment.StatusUnpaid) && !o.is(fulfillment.StatusCancelled)
}
