package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/sellercenter"
	"packbench/ui"
)

// lineClock knows since when the Seller Center has not answered. It may be used from any goroutine.
type lineClock struct {
	mu  sync.Mutex
	off time.Time
}

// since is zero while the line is up.
func (l *lineClock) since(online bool, now time.Time) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case online:
		l.off = time.Time{}
	case l.off.IsZero():
		l.off = now
	}
	return l.off
}

// state is how one shop stands, as the window shows it.
func (x *shopLine) state(ctx context.Context, e *env, now time.Time) ui.ShopState {
	st := x.sync.Status()
	// Connected is not enough: orders must really come in, or no cancellation is ever heard of.
	fresh := st.LastPull.IsZero() || now.Sub(st.LastPull) < 3*time.Duration(e.cfg.Shop.Poll)+2*time.Minute
	online := st.Online && st.NeedsPerson == "" && fresh
	out := ui.ShopState{ID: x.shop.ID, Name: x.shop.words(), Orders: x.keys, Online: online, OfflineSince: x.down.since(online || st.LastError == "", now),
		LastPull: st.LastPull, WorkChecked: st.WorkChecked, Unreadable: st.Unreadable, Err: st.LastError, DrainIn: st.DrainIn, ClockOffset: st.ClockOffset, ClockKnown: !st.LastPull.IsZero()}
	if st.NeedsPerson != "" {
		out.Err = st.NeedsPerson
	}
	a, said := x.authorization(ctx, e.log)
	switch {
	case a.Dead:
		out.Renew, out.Dead = a.Say, true
	case st.Unauthorized:
		out.Renew, out.Dead = fulfillment.ErrUnauthorized.Error(), true
	case a.Refused:
		out.Renew, out.Refused = a.Say, true
	case said != nil && said.Type == sellercenter.EventDeauthorized:
		out.Renew, out.Refused = deauthorizedWords(*said), true
	case a.Say != "":
		out.Renew = a.Say
	case said != nil:
		out.Renew = endingWords(*said)
	}
	return out
}

// deauthorizedWords: calls may still be answered, so it is told as what it is, a word of the Seller Center's.
func deauthorizedWords(e sellercenter.Event) string {
	return fmt.Sprintf("Seller Center has told at %s that the seller ended the authorization of this app", e.At.Local().Format("15:04"))
}

func endingWords(e sellercenter.Event) string {
	if e.Ends.IsZero() {
		return "Seller Center has told that the seller's authorization ends soon: authorize this station again"
	}
	return "Seller Center has told that the seller's authorization ends on " + e.Ends.Local().Format(time.DateOnly) + ": authorize this station again before that day"
}

// showSync shows how the shops stand and what waits in the outbox, and returns how many rows that are.
func (a *app) showSync(ctx context.Context) int {
	now := time.Now()
	var shops []ui.ShopState
	for _, x := range a.lines.list() {
		shops = append(shops, x.state(ctx, a.env, now))
	}
	out := ui.SyncOf(shops)
	rows, err := a.env.store.Outbox(ctx)
	if err != nil && ctx.Err() == nil {
		a.env.log.Error("Outbox could not be read", "err", err)
	}
	strange, err := strangeTo(ctx, a.env.store, a.lines.keys())
	if err != nil && ctx.Err() == nil {
		a.env.log.Error("Outbox could not be read", "err", err)
	}
	for _, r := range rows {
		switch r.State {
		case fulfillment.OutboxUncertain:
			out.Uncertain++
		case fulfillment.OutboxParked:
			out.Parked++
		default:
			out.Queued++
		}
		out.Outbox = append(out.Outbox, ui.OutboxLine{ID: r.ID, Kind: r.Kind, OrderID: r.OrderID, PackageID: r.PackageID, State: r.State,
			Age: now.Sub(r.CreatedAt), Reason: r.Reason, RequestID: r.RequestID, Gone: a.gone(ctx, r), Correctable: r.Correctable(), NoShop: strange[r.OrderID]})
	}
	if len(rows) > 0 {
		out.Oldest = rows[0].CreatedAt
	}
	a.window.ShowSync(out)
	return len(rows)
}

// gone reports whether the parcel of a row that waits for a person has left.
func (a *app) gone(ctx context.Context, r fulfillment.OutboxRow) bool {
	if r.State != fulfillment.OutboxParked {
		return false
	}
	o, err := a.env.store.Order(ctx, r.OrderID)
	if err != nil {
		if !errors.Is(err, context.Canceled) {
			a.env.log.Error("Order of a parked row could not be read", "orderID", r.OrderID, "err", err)
		}
		return false
	}
	p, _ := o.PackageByID(r.PackageID)
	return p.Rung.AtLeast(fulfillment.RungHandedOver)
}
