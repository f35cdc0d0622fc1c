package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"fyne.io/fyne/v2"

	"packbench/fulfillment"
	"packbench/fulfillment/sellercenter"
	"packbench/ui"
	"packbench/ui/settings"
)

// shopDesk connects shops for the window. All fields but asks and answers belong to Run's goroutine; the methods of
// settings.Desk only put what is asked for into a queue.
type shopDesk struct {
	a       *app
	browser func(*url.URL) error
	asks    chan func(context.Context)
	answers chan authorizationAnswer
	auth    *authorization
	stop    context.CancelFunc // ends the waiting for auth
	waited  chan struct{}      // closed when it has ended
	offered []sellercenter.Shop
	phase   settings.Phase
	err     string
}

// deskPatience is how long the Seller Center may take for a code.
const deskPatience = 45 * time.Second

func newShopDesk(a *app, app fyne.App) *shopDesk {
	d := &shopDesk{a: a, browser: app.OpenURL, asks: make(chan func(context.Context), 16), answers: make(chan authorizationAnswer, 1), phase: settings.Idle}
	return d
}

func (d *shopDesk) options() ui.ShopDesk { return ui.ShopDesk{Desk: d} }

func (d *shopDesk) ask(f func(context.Context)) {
	select {
	case d.asks <- f:
	default: // sixteen touches wait already
	}
}

func (d *shopDesk) Connect()           { d.ask(d.connect) }
func (d *shopDesk) Paste(words string) { d.ask(func(ctx context.Context) { d.pasted(ctx, words) }) }
func (d *shopDesk) Choose(id string)   { d.ask(func(context.Context) { d.choose(id) }) }
func (d *shopDesk) Cancel()            { d.ask(func(context.Context) { d.giveUp("") }) }
func (d *shopDesk) Disconnect(id string) {
	d.ask(func(context.Context) { d.disconnect(id) })
}

// Run works until ctx ends. Every few seconds it looks whether a subcommand has connected or disconnected a shop.
func (d *shopDesk) Run(ctx context.Context) error {
	defer func() { d.giveUp("") }()
	t := time.NewTicker(10 * time.Second)
	defer t.Stop()
	for {
		d.a.window.ShowShop(d.status(ctx))
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
			d.a.followShops(nil)
		case f := <-d.asks:
			f(ctx)
		case got := <-d.answers:
			d.answered(ctx, got)
		}
	}
}

// connect makes a new link, opens it, and waits for the browser's return beside everything else.
func (d *shopDesk) connect(ctx context.Context) {
	d.giveUp("")
	auth, err := newAuthorization(ctx, d.a.env.cfg.Shop, d.a.env.cfg.Station.Market)
	if err != nil {
		d.err = plain(err)
		return
	}
	waiting, stop := context.WithTimeout(ctx, authorizationPatience)
	d.auth, d.stop, d.waited, d.phase = auth, stop, make(chan struct{}), settings.Waiting
	go func(done chan struct{}) {
		defer close(done)
		code, err := auth.wait(waiting)
		if errors.Is(err, context.Canceled) {
			return // given up, or pasted
		}
		select {
		case d.answers <- authorizationAnswer{code, err}:
		case <-ctx.Done():
		}
	}(d.waited)
	if link, err := url.Parse(auth.link); err == nil {
		_ = d.browser(link) // the link stands on the screen, too
	}
}

// giveUp ends the waiting; the phase is the first again.
func (d *shopDesk) giveUp(why string) {
	if d.auth != nil {
		d.stop()
		d.auth.close()
		<-d.waited
		select {
		case <-d.answers:
		default:
		}
		d.auth = nil
	}
	d.phase, d.err, d.offered = settings.Idle, why, nil
}

func (d *shopDesk) pasted(ctx context.Context, words string) {
	if d.auth == nil {
		return
	}
	code, err := d.auth.pasted(words)
	if err != nil {
		d.err = plain(err)
		return
	}
	d.answered(ctx, authorizationAnswer{code: code})
}

// answered exchanges the code.
func (d *shopDesk) answered(ctx context.Context, got authorizationAnswer) {
	if errors.Is(got.err, context.DeadlineExceeded) {
		got.err = fmt.Errorf("nobody answered within %s; press Connect for a new link", authorizationPatience)
	}
	if got.err != nil {
		d.giveUp(plain(got.err))
		return
	}
	d.giveUp("")
	d.phase = settings.Asking
	d.a.window.ShowShop(d.status(ctx))
	ask, cancel := context.WithTimeout(ctx, deskPatience)
	defer cancel()
	shops, err := authorize(ask, d.a.env.cfg, d.a.env.secrets, got.code, d.a.env.log)
	if err != nil {
		d.giveUp(plain(err) + "; press Connect for a new link")
		return
	}
	d.offered = shops
	if len(shops) > 1 {
		d.phase = settings.Choose
		return
	}
	d.choose("all")
}

// choose settles the authorization for one of the offered shops, or all.
func (d *shopDesk) choose(id string) {
	if len(d.offered) == 0 {
		return
	}
	chosen, err := pickShops(d.offered, id)
	account := ""
	if err == nil {
		account, err = settle(d.a.env.cfg, d.a.env.secrets, d.offered, chosen)
	}
	if err != nil {
		d.giveUp(plain(err))
		return
	}
	d.giveUp("")
	d.phase = settings.Done
	d.a.followShops(&account)
}

func (d *shopDesk) disconnect(id string) {
	if _, err := disconnect(d.a.env.cfg, d.a.env.secrets, id); err != nil {
		d.err = plain(err)
		return
	}
	d.phase = settings.Idle
	d.a.followShops(nil)
}

// status is what the screen shows.
func (d *shopDesk) status(ctx context.Context) ui.ShopStatus {
	cfg, s := d.a.env.cfg, d.a.env.secrets
	x := ui.ShopStatus{Market: cfg.Station.Market, Secrets: s.Where(), SecretsSafe: s.InKeyStore(), Phase: d.phase, Err: d.err, Station: cfg.Station.ID,
		File: d.a.config, Policy: policyLines(cfg), Free: !slices.ContainsFunc(cfg.operators(), func(o fulfillment.Operator) bool { return o.Supervisor })}
	if err := s.Trouble(); err != nil {
		x.Trouble = plain(err)
	}
	if d.auth != nil {
		x.Link, x.Deaf = d.auth.link, d.auth.listener == nil
	}
	for _, o := range d.offered {
		x.Choices = append(x.Choices, settings.Shop{ID: o.ID, Name: o.Name, Region: o.Region})
	}
	if _, err := accountClient(cfg, s, pending, d.a.env.log); errors.Is(err, errNoShop) {
		x.Missing = "write app_key, and service_id for the link, into the [shop] table of " + d.a.config + ", then start Packbench again"
	} else if err != nil {
		x.Missing = plain(err)
	} else if cfg.Shop.ServiceID == "" {
		x.Missing = "write service_id (from the app's page in the Partner Center) into the [shop] table of " + d.a.config + ", then start Packbench again"
	}
	shops, err := connectedShops(cfg, s)
	if err != nil && x.Trouble == "" {
		x.Trouble = plain(err)
	}
	for _, c := range shops {
		shop := settings.Shop{ID: c.ID, Name: c.Name, Region: c.Region}
		if t, err := (tokenStore{s, c.Account}).Tokens(ctx); err == nil {
			shop.Until = t.RefreshExpires
		}
		x.Shops = append(x.Shops, shop)
	}
	return x
}

// policyLines are what a supervisor asks about most, as station.toml calls it.
func policyLines(cfg Config) [][2]string {
	p := cfg.Policy
	return [][2]string{{"id", cfg.Station.ID}, {"market", cfg.Station.Market}, {"verify", p.Verify}, {"weigh", p.Weigh}, {"apply_scan", fmt.Sprint(*p.ApplyScan)},
		{"mark_shipped", p.MarkShipped}, {"arrange", p.Arrange}, {"evidence_days", fmt.Sprint(p.EvidenceDays)}, {"buyer_data_days", fmt.Sprint(p.BuyerDataDays)}}
}
