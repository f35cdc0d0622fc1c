package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"packbench/fulfillment"
)

// shop: credentials, each shop's authorization and the Seller Center's answer, and the clock, which only that answer can tell.
func (d *doctor) shop(ctx context.Context) {
	if d.secrets == nil {
		d.say("credentials", "warn", closedData)
		d.say("Seller Center", "warn", closedData)
		d.clock("")
		return
	}
	d.credentials()
	all, err := newMarkets(d.cfg, d.secrets, nil, slog.New(slog.DiscardHandler))
	switch {
	case errors.Is(err, errNoShop):
		d.say("Seller Center", "warn", err.Error())
	case err != nil:
		d.say("Seller Center", "fail", plain(err))
	}
	compared := ""
	for _, m := range all {
		if d.answers(ctx, m) {
			off := m.client.ClockOffset()
			if off.Abs() > time.Minute {
				d.say("clock", "warn", fmt.Sprintf("wrong by %s; switch on the system's time synchronisation", off.Round(time.Second)))
				return
			}
			compared = fmt.Sprintf("%s beside the platform's", off.Round(time.Second))
		}
	}
	d.clock(compared)
}

func (d *doctor) credentials() {
	state, text := "ok", "kept in "+d.secrets.Where()
	if !d.secrets.InKeyStore() {
		state = "warn"
	}
	if err := d.secrets.Trouble(); err != nil {
		state, text = "fail", plain(err)
	}
	d.say("credentials", state, text)
}

// answers asks for one shop, and says how long its authorization lasts.
func (d *doctor) answers(ctx context.Context, m market) bool {
	what := "Seller Center " + m.shop.words()
	ask, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	_, err := m.client.Shops(ask)
	switch {
	case errors.Is(err, fulfillment.ErrUnauthorized):
		d.say(what, "fail", plain(err)+". "+authorizeAgain)
		return false
	case err != nil:
		d.say(what, "fail", plain(err)+"; check the network and the addresses in [shop]. Packing goes on meanwhile, and what must be told waits")
		return false
	}
	a, err := m.client.Authorization(ask)
	switch {
	case err != nil:
		d.say(what, "fail", plain(err))
	case a.Say != "":
		d.say(what, "warn", plain(errors.New(a.Say))+". "+authorizeAgain)
	case a.RefreshUntil.IsZero():
		d.say(what, "ok", "answers")
	default:
		d.say(what, "ok", "answers; the seller's authorization lasts until "+a.RefreshUntil.UTC().Format(time.DateOnly))
	}
	return true
}

// authorizeAgain is what a person does about a dead authorization.
const authorizeAgain = "Authorize again: press Connect on the screen Equipment, Shop and settings, or run `packbench shop connect`. " +
	"Packing goes on meanwhile, and what must be told waits"

// words name a shop on a screen or in a line.
func (s connectedShop) words() string {
	switch {
	case s.Name != "":
		return s.Name + " (" + s.Region + ")"
	case s.ID != "":
		return s.ID + " (" + s.Region + ")"
	}
	return "(" + s.Region + ")"
}

// rulePacks says which are in force here, of what date, for which market.
func (d *doctor) rulePacks() {
	own := filepath.Join(d.c.dir, labelRulesName)
	from := "as delivered"
	if _, err := os.Stat(own); err == nil {
		from = "the warehouse's own, " + own
	}
	rules, _, err := readLabelRules(d.c.dir)
	if err != nil {
		d.say("rule packs", "fail", plain(err)+"; mend or remove "+own+", the delivered one is used meanwhile")
		return
	}
	market := d.cfg.Station.Market
	n, estimates := rules.Count(market, time.Now())
	text := fmt.Sprintf("label rules of %s (%s): %d in force for %s", rules.Checked(), from, n, market)
	if estimates > 0 {
		text += fmt.Sprintf(", %d of them estimates taken over from other markets", estimates)
	}
	d.say("rule packs", "ok", text+"; deadlines are those on the orders, retention is that of [policy]")
}

// carriers says of which carriers of the market the barcodes' format is known.
func (d *doctor) carriers() {
	own := filepath.Join(d.c.dir, carriersName)
	from := "as delivered"
	if _, err := os.Stat(own); err == nil {
		from = "the warehouse's own, " + own
	}
	c, err := readCarriers(d.c.dir)
	if err != nil {
		d.say("carriers", "fail", plain(err)+"; mend or remove "+own+", the delivered one is used meanwhile")
		return
	}
	known, exact := c.Named(d.cfg.Station.Market)
	text := fmt.Sprintf("barcodes of %s (%s): format known of %s", c.Checked(), from, strings.Join(known, ", "))
	if len(exact) > 0 {
		text += "; format not known, so the barcode must be the number: " + strings.Join(exact, ", ")
	}
	d.say("carriers", "ok", text)
}
