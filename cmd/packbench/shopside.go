package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
	"packbench/fulfillment/syncer"
)

// Beside the shop's calls there are two ways in which it reaches the station: webhooks as hints, and labels in a folder.

// isRelay: hints is a relay's address, not one to listen on.
func (c ShopConfig) isRelay() bool { return strings.Contains(c.Hints, "://") }

func checkHints(c *Config) *finding {
	hints := c.Shop.Hints
	switch {
	case hints == "":
		return nil
	case c.Shop.isRelay():
		u, err := url.Parse(hints)
		if err != nil || u.User != nil || u.Hostname() == "" || u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())) {
			return &finding{"shop", 0, "hints", "the relay's address must be https, without user name and password"}
		}
		return nil
	}
	host, _, err := net.SplitHostPort(hints)
	if wrong := checkAddress(hints); wrong != "" || err != nil {
		return &finding{"shop", 0, "hints", fmt.Sprintf("%q is neither host:port to listen on, for example \"127.0.0.1:8090\", nor the https address of a relay", hints)}
	}
	if !isLoopback(host) && net.ParseIP(host) == nil {
		return &finding{"shop", 0, "hints", fmt.Sprintf("%q is not an address of this computer; write for example \"127.0.0.1:8090\"", hints)}
	}
	return nil
}

// joinHints makes what takes webhooks; nil without `hints` in [shop].
func (a *app) joinHints() *syncer.Hints {
	cfg := a.env.cfg.Shop
	if cfg.Hints == "" {
		return nil
	}
	o := syncer.HintOptions{Check: a.lines.webhook, Log: a.env.log}
	if cfg.isRelay() {
		o.Relay = cfg.Hints
	} else {
		o.Listen = cfg.Hints
	}
	h, err := syncer.NewHints(o)
	if err != nil {
		a.env.log.Error("Hints are not taken", "err", err)
		return nil
	}
	return h
}

// startSides starts what joinHints and joinFolder made.
func (a *app) startSides() {
	if h := a.joinHints(); h != nil {
		a.syncGroup.run("hints", h.Run)
	}
	if f := a.joinFolder(); f != nil {
		a.syncGroup.run("label folder", f.Run)
	}
}

// lookAtOpened has the platform asked about an order that was opened just now: what is known of it may be a pull old.
func (a *app) lookAtOpened(v station.View) {
	if v.Verdict != nil && v.Verdict.Code == fulfillment.OrderOpened && v.Parcel != nil && v.Parcel.Order.ID == v.Verdict.OrderID {
		a.lines.look(v.Parcel.Order)
	}
}

// The outbox is drawn at most so often; a long one, which takes a while to read, less often.
const (
	drawPause     = 300 * time.Millisecond
	drawPauseLong = 5 * time.Second
	longOutbox    = 500
)

// drawSync draws the sync's state when poked and every few seconds, so that the ages on the screen stay true.
func (a *app) drawSync(ctx context.Context) error {
	for ctx.Err() == nil {
		pause := drawPause
		if a.showSync(ctx) > longOutbox {
			pause = drawPauseLong
		}
		if err := waitFor(ctx, pause, nil); err != nil {
			break
		}
		if err := waitFor(ctx, drawPauseLong, a.poked); err != nil {
			break
		}
	}
	return nil
}

var errStopping = errors.New("the program is closing")

// waitFor waits for d or for a poke; its error means that ctx is done.
func waitFor(ctx context.Context, d time.Duration, poked <-chan struct{}) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-poked:
	case <-ctx.Done():
		return errStopping
	}
	return nil
}
