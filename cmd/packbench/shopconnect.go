package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/sellercenter"
)

// runShopConnect connects one or more shops: by a code that is given, by the link that it prints, or by the authorization of
// a moment ago whose shops were not chosen.
func runShopConnect(ctx context.Context, c *call) error {
	env, err := c.open(ctx, readOnlyNo)
	if err != nil {
		return err
	}
	defer env.close()
	if _, err := accountClient(env.cfg, env.secrets, pending, env.log); err != nil { // before anybody goes to the browser
		return err
	}
	shops, err := c.authorization(ctx, env)
	if err != nil {
		return err
	}
	chosen, err := pickShops(shops, c.flags["shop"])
	if err != nil {
		return err
	}
	if _, err := settle(env.cfg, env.secrets, shops, chosen); err != nil {
		return err
	}
	for _, s := range chosen {
		if err := c.json(map[string]any{"shop": s.ID, "name": s.Name, "region": s.Region, "secrets": env.secrets.Where()}); err != nil {
			return err
		}
	}
	return nil
}

// authorization gives the shops of an authorization whose tokens are kept aside.
func (c *call) authorization(ctx context.Context, env *env) ([]sellercenter.Shop, error) {
	code, given := c.flags["auth-code"]
	if !given && c.flags["shop"] != "" {
		if shops, ok, err := env.unsettled(ctx); ok || err != nil {
			return shops, err
		}
	}
	var err error
	switch {
	case code == "-":
		code, err = readCode(c.in)
	case given:
		code, err = bareCode(code)
	default:
		code, err = c.browse(ctx, env.cfg)
	}
	if err != nil {
		return nil, err
	}
	shops, err := authorize(ctx, env.cfg, env.secrets, code, env.log)
	if errors.Is(err, fulfillment.ErrUnauthorized) && given {
		return nil, env.spent(err)
	}
	return shops, err
}

// spent says what to do when the platform refuses a code that was given: it works once, and the first time may have been an
// authorization whose shops nobody chose.
func (e *env) spent(err error) error {
	if _, none := e.secrets.Get(tokensOf(pending)); none == nil {
		return fmt.Errorf("%w; a code works once. If it was given before, its shops wait: run `packbench shop connect --shop ID` without --auth-code, or get a new code", err)
	}
	return fmt.Errorf("%w; a code works once and for half an hour: get a new code", err)
}

// unsettled are the shops of an authorization that was exchanged while nobody had chosen among them.
func (e *env) unsettled(ctx context.Context) (shops []sellercenter.Shop, ok bool, err error) {
	if _, err := e.secrets.Get(tokensOf(pending)); err != nil {
		if errors.Is(err, fulfillment.ErrNotFound) {
			return nil, false, nil
		}
		return nil, false, err
	}
	client, err := accountClient(e.cfg, e.secrets, pending, e.log)
	if err != nil {
		return nil, false, err
	}
	shops, err = pendingShops(ctx, client)
	if errors.Is(err, fulfillment.ErrUnauthorized) {
		return nil, false, nil // too old: a new one is needed
	}
	return shops, true, err
}

// readCode takes the first line: a code on the command line can be read by every user of the computer.
func readCode(in io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(in, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the code from stdin: %w", err)
	}
	return bareCode(line)
}

// browse prints the link and waits for the browser, or for what is pasted into the terminal.
func (c *call) browse(ctx context.Context, cfg Config) (string, error) {
	market := cfg.Station.Market
	if m := c.flags["market"]; m != "" {
		if !slices.Contains(markets, m) {
			return "", &usageError{"--market: " + oneOf(m, markets...)}
		}
		market = m
	}
	a, err := newAuthorization(ctx, cfg.Shop, market)
	if err != nil {
		return "", err
	}
	defer a.close()
	fmt.Fprintf(c.err, "Open this link in a browser, log in as the shop's owner, and let the app in:\n\n%s\n\n", a.link)
	if a.deaf != nil {
		fmt.Fprintf(c.err, "Nothing can listen at %s (%s).\n", cfg.Shop.Redirect, plain(a.deaf))
	} else {
		fmt.Fprintf(c.err, "This command goes on by itself when the browser comes back to %s.\n", cfg.Shop.Redirect)
	}
	fmt.Fprintln(c.err, "Or paste the code, or the whole address that the browser shows then, and press Enter:")
	ctx, cancel := context.WithTimeout(ctx, authorizationPatience)
	defer cancel()
	return c.firstAnswer(ctx, a)
}

type authorizationAnswer struct {
	code string
	err  error
}

func (c *call) firstAnswer(ctx context.Context, a *authorization) (string, error) {
	got := make(chan authorizationAnswer, 2)
	waiting, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		code, err := a.wait(waiting)
		got <- authorizationAnswer{code, err}
	}()
	go c.readPasted(a, got) // not waited for: nothing ends a read from a terminal
	out := <-got
	stop()
	<-done
	if errors.Is(out.err, context.DeadlineExceeded) {
		return "", fmt.Errorf("nobody answered within %s; run the command again for a new link", authorizationPatience.Round(time.Minute))
	}
	return out.code, out.err
}

// readPasted gives the first code that is pasted; a wrong line is said and the next one is read.
func (c *call) readPasted(a *authorization, got chan<- authorizationAnswer) {
	lines := bufio.NewScanner(c.in)
	for lines.Scan() {
		if lines.Text() == "" {
			continue
		}
		code, err := a.pasted(lines.Text())
		if err == nil || errors.Is(err, fulfillment.ErrUnauthorized) {
			got <- authorizationAnswer{code, err}
			return
		}
		fmt.Fprintln(c.err, "packbench:", plain(err))
	}
	if a.listener == nil {
		got <- authorizationAnswer{err: fmt.Errorf("nothing listens at the redirect address and stdin has ended: %w; set another redirect in [shop], or pass the code", a.deaf)}
	}
}

// runShopList prints the connected shops and how long their authorization lasts; it calls nobody.
func runShopList(ctx context.Context, c *call) error {
	env, err := c.open(ctx, readOnlyYes)
	if err != nil {
		return err
	}
	defer env.close()
	shops, err := connectedShops(env.cfg, env.secrets)
	if err != nil {
		return err
	}
	for _, s := range shops {
		line := map[string]any{"shop": s.ID, "name": s.Name, "region": s.Region, "secrets": env.secrets.Where()}
		if t, err := (tokenStore{env.secrets, s.Account}).Tokens(ctx); err == nil {
			line["access_until"], line["authorized_until"] = stamp(t.AccessExpires), stamp(t.RefreshExpires)
		} else if !errors.Is(err, fulfillment.ErrNotFound) {
			return err
		}
		if err := c.json(line); err != nil {
			return err
		}
	}
	return nil
}

// runShopDisconnect forgets a shop.
func runShopDisconnect(ctx context.Context, c *call) error {
	if c.flags["shop"] == "" {
		return &usageError{"shop disconnect needs --shop ID; `packbench shop list` names them"}
	}
	env, err := c.open(ctx, readOnlyNo)
	if err != nil {
		return err
	}
	defer env.close()
	gone, err := disconnect(env.cfg, env.secrets, c.flags["shop"])
	if err != nil {
		return err
	}
	fmt.Fprintln(c.err, "packbench: a window that is open ends its work for this shop within some seconds; the seller can end the app's authorization in the Seller Center")
	return c.json(map[string]any{"shop": gone.ID, "name": gone.Name, "disconnected": true})
}
