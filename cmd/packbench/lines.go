package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/sellercenter"
	"packbench/fulfillment/syncer"
	"packbench/storage"
)

// shopLine is one connected shop at work.
type shopLine struct {
	market
	sync  *syncer.Syncer
	group *group
	down  lineClock
	store *storage.Store
	log   *slog.Logger
	tell  func([]fulfillment.OrderID) // the bench, that orders are told differently; nil: nobody

	mu   sync.Mutex
	said *sellercenter.Event        // the last webhook about the authorization
	auth sellercenter.Authorization // as it was read last
}

// shopLines are the connected shops: each with a syncer of its own, those of one authorization with one client, so that nobody
// else of this process refreshes its tokens. They may be used from any goroutine.
type shopLines struct {
	env    *env
	more   func(*syncer.Options)
	failed func(string, error)

	turn sync.Mutex // held while shops come and go
	mu   sync.Mutex // guards all
	all  []*shopLine
}

// keysOf are the keys of a shop's orders. first: the shop that was connected first also has the platform's orders of which no
// shop was noted. Orders from files have no shop and are nobody's.
func keysOf(shop connectedShop, first bool) []string {
	keys := append([]string{shop.Cipher}, shop.Was...)
	if first {
		keys = append(keys, "")
	}
	return keys
}

// newSyncer makes the syncer of one connected shop.
func (e *env) newSyncer(m market, more func(*syncer.Options)) (*syncer.Syncer, error) {
	part := e.store.Shop(m.keys...)
	o := syncer.Options{Orders: part, Outbox: part, Labels: part, Market: m.adapter, Backlog: part, Unread: e.store, Ways: part, Hazmats: part, Log: e.log.With("shop", m.shop.words()),
		Overridden: e.overridden, ClockOffset: m.client.ClockOffset, Policy: e.cfg.Policy.Arrange,
		Poll: time.Duration(e.cfg.Shop.Poll), Rate: m.adapter.WriteRate}
	if more != nil {
		more(&o)
	}
	return syncer.New(o)
}

// list are the lines, the shop connected last first.
func (l *shopLines) list() []*shopLine {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.all)
}

// follow makes the shops that are connected now the ones at work: of those that are gone or changed, and of a renewed
// account (nil: none), the work ends, which takes some seconds at most; then that of the new ones begins. What cannot be
// read changes nothing. errNoShop where no shop is connected.
func (l *shopLines) follow(renewed *string) error {
	l.turn.Lock()
	defer l.turn.Unlock()
	had := l.list()
	clients := map[string]*sellercenter.Client{}
	for _, x := range had {
		if renewed == nil || x.shop.Account != *renewed {
			clients[x.shop.Account] = x.client
		}
	}
	now, err := newMarkets(l.env.cfg, l.env.secrets, clients, l.env.log)
	if err != nil && !errors.Is(err, errNoShop) {
		return err
	}
	var next, begin []*shopLine
	for _, m := range now {
		at := slices.IndexFunc(had, func(x *shopLine) bool {
			return x.shop.same(m.shop) && slices.Equal(x.keys, m.keys) && x.client == m.client
		})
		if at >= 0 {
			next = append(next, had[at])
			continue
		}
		line, serr := l.line(m)
		if serr != nil {
			return serr
		}
		next, begin = append(next, line), append(begin, line)
	}
	l.put(next)
	for _, x := range had {
		if !slices.Contains(next, x) {
			x.group.stop()
		}
	}
	for _, x := range begin {
		x.group.run("sync", x.sync.Run)
	}
	return err
}

func (l *shopLines) line(m market) (*shopLine, error) {
	var tell func([]fulfillment.OrderID)
	s, err := l.env.newSyncer(m, func(o *syncer.Options) {
		if l.more != nil {
			l.more(o)
		}
		tell = o.Changed
	})
	if err != nil {
		return nil, err
	}
	return &shopLine{market: m, sync: s, store: l.env.store, log: l.env.log, tell: tell, group: newGroup("sync "+m.shop.words(), l.env.log, l.failed)}, nil
}

func (l *shopLines) put(all []*shopLine) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = all
}

// stop ends the work of all shops side by side.
func (l *shopLines) stop() {
	l.turn.Lock()
	defer l.turn.Unlock()
	var all sync.WaitGroup
	for _, x := range l.list() {
		all.Go(x.group.stop)
	}
	all.Wait()
}

// wake says that the outbox has something to send.
func (l *shopLines) wake() {
	for _, x := range l.list() {
		x.sync.Wake()
	}
}

// of is the line of the orders with this key; nil where that shop is not connected.
func (l *shopLines) of(key string) *shopLine {
	for _, x := range l.list() {
		if slices.Contains(x.keys, key) {
			return x
		}
	}
	return nil
}

// look has the order's own shop asked about it.
func (l *shopLines) look(o fulfillment.Order) {
	if o.Source != fulfillment.SourcePlatform {
		return
	}
	if x := l.of(o.Shop); x != nil {
		x.sync.Look(o.ID)
	}
}

// keys are those of all lines together.
func (l *shopLines) keys() []string {
	var out []string
	for _, x := range l.list() {
		out = append(out, x.keys...)
	}
	return out
}

// refresh reads orders anew, each at its own shop, all shops side by side. What came from a file is nobody's to ask. An
// error means that the knowledge about some of them is as old as it was; without any shop there is nobody to ask.
func (l *shopLines) refresh(ctx context.Context, ids []fulfillment.OrderID) error {
	if len(l.list()) == 0 {
		return nil
	}
	by := map[*shopLine][]fulfillment.OrderID{}
	var errs []error
	for _, id := range ids {
		key, err := l.env.store.ShopOf(ctx, id)
		switch x := l.of(key); {
		case errors.Is(err, fulfillment.ErrNotFound):
		case err != nil:
			errs = append(errs, err)
		case x == nil:
			errs = append(errs, fmt.Errorf("the shop of order %s is not connected", id))
		default:
			by[x] = append(by[x], id)
		}
	}
	failed := make(chan error, len(by))
	for x, ids := range by {
		go func() {
			err := x.sync.Refresh(ctx, ids)
			if err != nil {
				err = fmt.Errorf("%s: %w", x.shop.words(), err)
			}
			failed <- err
		}()
	}
	for range by {
		errs = append(errs, <-failed)
	}
	return errors.Join(errs...)
}

// webhook judges one webhook and returns what it makes the station do: look sooner, at the shop that it names. Every app's
// webhooks have one signature, whichever shop they are of.
func (l *shopLines) webhook(authorization string, body []byte) (act func(), err error) {
	all := l.list()
	if len(all) == 0 {
		return nil, errNoShop
	}
	e, err := all[0].client.ReadWebhook(authorization, body)
	if err != nil {
		return nil, err
	}
	return func() { l.hear(e) }, nil
}

func (l *shopLines) hear(e sellercenter.Event) {
	heard := false
	for _, x := range l.list() {
		if e.ShopID != "" && x.shop.ID != "" && x.shop.ID != e.ShopID {
			continue // an old version has noted no id; then the shop is asked, which does no harm
		}
		heard = true
		x.hear(e)
	}
	if !heard {
		l.env.log.Info("A webhook is of a shop that is not connected here", "shop", e.ShopID, "type", e.Type)
	}
}

// hear looks sooner. What is told about the authorization is shown, too: it is not believed, but whoever reads it can look.
func (x *shopLine) hear(e sellercenter.Event) {
	if e.Type == sellercenter.EventDeauthorized || e.Type == sellercenter.EventAuthorizationExpires {
		x.mu.Lock()
		if x.said == nil || !e.At.Before(x.said.At) {
			x.said = &e
		}
		x.mu.Unlock()
	}
	if e.Type == sellercenter.EventAddress {
		x.addressTold(e)
	}
	if e.ShopID == "" { // which shop's orders these are it does not say
		x.sync.PullNow()
		return
	}
	x.sync.Look(e.Orders...)
}

// addressTold notes that addresses were changed: the orders are read anew because of it, but a masked address does not show it.
func (x *shopLine) addressTold(e sellercenter.Event) {
	ctx, cancel := context.WithTimeout(context.Background(), addressPatience)
	defer cancel()
	at := e.At.Add(-x.client.ClockOffset())
	for _, id := range e.Orders {
		if err := x.store.AddressTold(ctx, id, at); err != nil {
			x.log.Error("A changed address could not be noted", "orderID", id, "err", err)
		}
	}
	if x.tell != nil {
		x.tell(e.Orders)
	}
}

// addressPatience is less than the three seconds in which a webhook must be answered.
const addressPatience = 2 * time.Second

// authorization is how the shop's authorization stands, as it was read last where a refresh is under way, and what a
// webhook has said of it. A word from before the tokens in use were issued is past: they were issued in spite of it.
func (x *shopLine) authorization(ctx context.Context, log *slog.Logger) (sellercenter.Authorization, *sellercenter.Event) {
	ask, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	a, err := x.client.Authorization(ask)
	if err != nil && !errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		log.Warn("How long a shop is authorized cannot be read", "shop", x.shop.words(), "err", err)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if err == nil {
		x.auth = a
	}
	if x.said != nil && !x.auth.ObtainedAt.IsZero() && x.said.At.Before(x.auth.ObtainedAt) {
		x.said = nil
	}
	return x.auth, x.said
}
