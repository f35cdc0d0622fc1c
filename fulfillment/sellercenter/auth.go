package sellercenter

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"packbench/fulfillment"
)

// Exchange turns the code of an authorization into tokens and stores them. A code lives 30 minutes and works once. If
// the answer is lost the code may be used up: the error says so and the seller must authorize again.
func (c *Client) Exchange(ctx context.Context, authCode string) (Tokens, error) {
	t, err := c.tokenCall(ctx, "exchanging the authorization code", "/api/v2/token/get",
		map[string]string{"auth_code": authCode, "grant_type": "authorized_code"})
	if lost(err) {
		return Tokens{}, fmt.Errorf("%w; the code may be used up, authorize again if it is refused next time", err)
	}
	if err != nil {
		return Tokens{}, err
	}
	if err := c.keeper.put(ctx, t); err != nil {
		return Tokens{}, err
	}
	return t, nil
}

func (c *Client) refreshCall(ctx context.Context, refresh string) (Tokens, error) {
	return c.tokenCall(ctx, "refreshing the tokens", "/api/v2/token/refresh",
		map[string]string{"refresh_token": refresh, "grant_type": "refresh_token"})
}

// tokenCall is not signed; its address holds the app secret and must not appear anywhere.
func (c *Client) tokenCall(ctx context.Context, what, path string, q map[string]string) (Tokens, error) {
	q["app_key"], q["app_secret"] = c.key, c.secret
	u := *c.auth
	u.Path += path
	u.RawQuery = queryString(q)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return Tokens{}, fmt.Errorf("%s: %w", what, bare(err))
	}
	start := c.clock.now()
	rep, sent, err := exchange(ctx, c.tokens, req, maxAnswer)
	if err != nil {
		return Tokens{}, &CallError{What: what, Sent: sent, Status: rep.status, Cause: err}
	}
	c.clock.observe(rep.header, start)
	env, err := decodeEnvelope(what, false, rep, c.clock.now())
	if err != nil {
		return Tokens{}, err
	}
	if env.Code != 0 {
		err := refusal(what, false, rep.status, env, retryAfter(rep.header, c.clock.now()))
		var no *fulfillment.RejectedError
		if errors.As(err, &no) && path == "/api/v2/token/refresh" {
			return Tokens{}, fmt.Errorf("%w (%d %s)", fulfillment.ErrUnauthorized, no.Code, no.Message)
		}
		return Tokens{}, err
	}
	var w wireToken
	if err := decodeData(request{what: what}, rep.status, env, &w); err != nil {
		return Tokens{}, err
	}
	t, err := tokensFromWire(w, c.clock.platform())
	if err != nil {
		return Tokens{}, fmt.Errorf("%s: %w", what, err)
	}
	return t, nil
}

// Shop is one shop of an authorization.
type Shop struct {
	ID     string
	Name   string
	Region string // "GB", "US", "ID", …
	Type   string // LOCAL or CROSS_BORDER
	Cipher string // identifies the shop in every call
	Code   string
}

type wireShops struct {
	Shops list[struct {
		ID         text `json:"id"`
		Name       text `json:"name"`
		Region     text `json:"region"`
		SellerType text `json:"seller_type"`
		Cipher     text `json:"cipher"`
		Code       text `json:"code"`
	}] `json:"shops"`
}

func (w *wireShops) check() error {
	for _, s := range w.Shops {
		if s.ID == "" || s.Cipher == "" {
			return errors.New("a shop without id or cipher")
		}
	}
	return nil
}

// Shops lists the shops of the stored authorization: one for a local seller, possibly several for a cross-border one.
func (c *Client) Shops(ctx context.Context) ([]Shop, error) {
	var w wireShops
	err := c.call(ctx, request{what: "listing the shops", method: http.MethodGet, path: "/authorization/202309/shops"}, &w)
	if err != nil {
		return nil, err
	}
	shops := make([]Shop, 0, len(w.Shops))
	for _, s := range w.Shops {
		shops = append(shops, Shop{ID: string(s.ID), Name: clean(string(s.Name)), Region: string(s.Region),
			Type: string(s.SellerType), Cipher: string(s.Cipher), Code: string(s.Code)})
	}
	return shops, nil
}
