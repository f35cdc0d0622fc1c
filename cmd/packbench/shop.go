package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"packbench/fulfillment"
	"packbench/fulfillment/sellercenter"
	"packbench/storage/secrets"
)

// Names of the secrets.
const (
	secretApp    = "app_secret"
	secretTokens = "tokens"
	// The cipher names the shop in every call; it is kept with the tokens it belongs to.
	secretCipher = "shop_cipher"
	secretRegion = "shop_region"
)

// envSecret gives the app secret without a file; it wins over the secret store.
const envSecret = "PACKBENCH_APP_SECRET"

// tokenStore keeps tokens in the secret store.
type tokenStore struct{ s *secrets.Store }

func (t tokenStore) Tokens(context.Context) (sellercenter.Tokens, error) {
	var out sellercenter.Tokens
	text, err := t.s.Get(secretTokens)
	if err != nil {
		return out, err
	}
	return out, json.Unmarshal([]byte(text), &out)
}

func (t tokenStore) StoreTokens(_ context.Context, tokens sellercenter.Tokens) error {
	text, err := json.Marshal(tokens)
	if err != nil {
		return err
	}
	return t.s.Set(secretTokens, string(text))
}

// errNoShop: the station works without the Seller Center.
var errNoShop = errors.New("no shop is connected: set app_key in the [shop] table of station.toml and run `packbench shop connect --auth-code CODE`")

// appSecret comes from the environment or the secret store.
func appSecret(s *secrets.Store) (string, error) {
	if v := os.Getenv(envSecret); v != "" {
		return v, nil
	}
	v, err := s.Get(secretApp)
	if errors.Is(err, fulfillment.ErrNotFound) {
		return "", fmt.Errorf("the app secret is not known: put it into the environment as %s once and run `packbench shop connect`", envSecret)
	}
	return v, err
}

// newClient makes the Seller Center's client; errNoShop if no app key is configured.
func newClient(cfg Config, s *secrets.Store, log *slog.Logger) (*sellercenter.Client, error) {
	if cfg.Shop.AppKey == "" {
		return nil, errNoShop
	}
	secret, err := appSecret(s)
	if err != nil {
		return nil, err
	}
	return sellercenter.New(sellercenter.Config{APIURL: cfg.Shop.APIURL, AuthURL: cfg.Shop.AuthURL, AppKey: cfg.Shop.AppKey, AppSecret: secret,
		Tokens: tokenStore{s}, Log: log})
}

// newMarket makes the adapter of the connected shop; errNoShop if none is.
func newMarket(cfg Config, s *secrets.Store, log *slog.Logger) (*sellercenter.Adapter, *sellercenter.Client, error) {
	client, err := newClient(cfg, s, log)
	if err != nil {
		return nil, nil, err
	}
	cipher, region := cfg.Shop.ShopCipher, cfg.Station.Market
	if cipher == "" {
		if cipher, err = s.Get(secretCipher); errors.Is(err, fulfillment.ErrNotFound) {
			return nil, nil, errNoShop
		} else if err != nil {
			return nil, nil, err
		}
	}
	if r, err := s.Get(secretRegion); err == nil && r != "" {
		region = r
	}
	return sellercenter.NewAdapter(client, cipher, region), client, nil
}

// runShopConnect exchanges the code, keeps the tokens, and picks the shop.
func runShopConnect(ctx context.Context, c *call) error {
	if c.flags["auth-code"] == "" {
		return &usageError{"shop connect needs --auth-code CODE: the code that the Seller Center shows after the authorization"}
	}
	env, err := c.open(ctx, readOnlyNo)
	if err != nil {
		return err
	}
	defer env.close()
	client, err := newClient(env.cfg, env.secrets, env.log)
	if err != nil {
		return err
	}
	if v := os.Getenv(envSecret); v != "" {
		if err := env.secrets.Set(secretApp, v); err != nil {
			return err
		}
	}
	if _, err := client.Exchange(ctx, c.flags["auth-code"]); err != nil {
		return err
	}
	shops, err := client.Shops(ctx)
	if err != nil {
		return fmt.Errorf("read the shops of this authorization: %w; run the command again with a new code", err)
	}
	shop, err := pickShop(shops, c.flags["shop"])
	if err != nil {
		return err
	}
	if err := errors.Join(env.secrets.Set(secretCipher, shop.Cipher), env.secrets.Set(secretRegion, shop.Region)); err != nil {
		return err
	}
	return c.json(map[string]any{"shop": shop.ID, "name": shop.Name, "region": shop.Region, "secrets": env.secrets.Where()})
}

func pickShop(shops []sellercenter.Shop, id string) (sellercenter.Shop, error) {
	var names string
	for _, s := range shops {
		if s.ID == id || id == "" && len(shops) == 1 {
			return s, nil
		}
		names += fmt.Sprintf(" %s (%s, %s)", s.ID, s.Name, s.Region)
	}
	switch {
	case len(shops) == 0:
		return sellercenter.Shop{}, errors.New("this authorization has no shop; authorize with the seller's main account")
	case id != "":
		return sellercenter.Shop{}, &usageError{fmt.Sprintf("there is no shop %s; choose one of:%s", id, names)}
	}
	return sellercenter.Shop{}, &usageError{fmt.Sprintf("there are several shops; choose one with --shop ID:%s", names)}
}
