package shop

import (
	"math/rand/v2"
	"strconv"
	"time"
)

// store is one shop of the seller: its market, catalogue and orders, and what becomes of them. Several shops share the
// clock, the identifiers and the counts. Guarded by the server's lock.
type store struct {
	*timeline
	opt              *Options
	market           market
	id, cipher, code string
	fonts            *fontSet
	ids              *idMaker
	tally            *tally
	hooks            *hookLog

	rng          *rand.Rand // for what happens after seeding: tracking numbers, delays
	orders       []*order   // in order of creation
	divided      int        // orders that were seeded with two packages
	byID         map[string]*order
	packages     map[string]*parcel
	byTracking   map[string][]*parcel // who carries a number now
	bought       map[string]bool      // numbers of labels the seller bought
	cancels      map[string]*cancellation
	pending      []*cancellation // all of them, in order of creation
	returns      map[string]*returnCase
	cases        []*returnCase // all of them, in order of creation
	catalog      []*product
	services     map[string]shippingService // offered for label purchase
	lessonOrders []*order                   // of the training list
	effects      *effectLog                 // what the call in progress has done
}

// newStore is the n-th shop; the first has n 0.
func (s *Server) newStore(n int, m market) *store {
	id := s.opt.ShopID
	cipher := s.opt.ShopCipher
	if n > 0 {
		id = strconv.Itoa(7494049642642441621 + n)
		cipher = m.cipherPrefix + "_" + digest("cipher"+strconv.Itoa(n), s.opt.Seed, m.region, 14)
	}
	return &store{timeline: s.timeline, opt: &s.opt, market: m, id: id, cipher: cipher, code: m.region + "SBX000" + strconv.Itoa(n+1),
		fonts: s.fonts, ids: s.ids, tally: s.tally, hooks: s.hooks, effects: s.effects,
		rng:  rand.New(rand.NewPCG(s.opt.Seed+uint64(n), 0x5eed)),
		byID: map[string]*order{}, packages: map[string]*parcel{}, byTracking: map[string][]*parcel{}, bought: map[string]bool{},
		cancels: map[string]*cancellation{}, returns: map[string]*returnCase{}, services: map[string]shippingService{},
		catalog: newCatalog(m)}
}

// hook tells the subscribed address, and the admin's list, what happened at a moment of shop time.
func (s *store) hook(kind int, at time.Time, data map[string]any) {
	s.hooks.add(s.id, kind, s.ids.next("73"), at, data)
}

// first is the shop of Options.Market.
func (s *Server) first() *store { return s.stores[0] }

// orderCalled finds an order in all shops.
func (s *Server) orderCalled(id string) (*store, *order) {
	for _, of := range s.stores {
		if o := of.byID[id]; o != nil {
			return of, o
		}
	}
	return nil, nil
}

// parcelCalled finds a package in all shops.
func (s *Server) parcelCalled(id string) (*store, *parcel) {
	for _, of := range s.stores {
		if p := of.packages[id]; p != nil {
			return of, p
		}
	}
	return nil, nil
}

// setTracking gives a parcel its number and keeps the index.
func (s *store) setTracking(p *parcel, tracking string) {
	if p.tracking != "" {
		s.dropTracking(p)
	}
	p.tracking = tracking
	if tracking != "" {
		s.byTracking[tracking] = append(s.byTracking[tracking], p)
	}
}

func (s *store) dropTracking(p *parcel) {
	var rest []*parcel
	for _, q := range s.byTracking[p.tracking] {
		if q != p {
			rest = append(rest, q)
		}
	}
	s.byTracking[p.tracking] = rest
}
