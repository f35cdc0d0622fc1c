package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"

	"packbench/fulfillment"
	"packbench/fulfillment/sellercenter"
	"packbench/storage/secrets"
)

// Names of the secrets.
const (
	secretApp    = "app_secret"
	secretTokens = "tokens" // of the first account; of others with a colon and the account's name behind it
	secretShops  = "shops"  // []connectedShop: a cipher names the shop in every call, so it is kept with the tokens
	// Of version 0.1.0, which knew one shop; read where secretShops is missing.
	secretCipher = "shop_cipher"
	secretRegion = "shop_region"
)

// envSecret gives the app secret without a file; it wins over the secret store.
const envSecret = "PACKBENCH_APP_SECRET"

// pending is the account of an authorization whose shops have not been chosen yet.
const pending = "pending"

func tokensOf(account string) string {
	if account == "" {
		return secretTokens
	}
	return secretTokens + ":" + account
}

// tokenStore keeps the tokens of one account in the secret store. It is a sellercenter.TokenStore with a RefreshLocker: the
// window, `sync --once` and `doctor` may run at once, and one refresh token must not be used twice.
type tokenStore struct {
	s       *secrets.Store
	account string
}

func (t tokenStore) Tokens(context.Context) (sellercenter.Tokens, error) {
	var out sellercenter.Tokens
	text, err := t.s.Get(tokensOf(t.account))
	if err != nil {
		return out, err
	}
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		return sellercenter.Tokens{}, errors.New("the shop's tokens are damaged; connect the shop again")
	}
	return out, nil
}

// StoreTokens keeps tokens. Those of an account that was disconnected meanwhile are dropped: a refresh under way must not
// bring it back.
func (t tokenStore) StoreTokens(_ context.Context, tokens sellercenter.Tokens) error {
	text, err := json.Marshal(tokens)
	if err != nil {
		return err
	}
	return t.s.Update(func(all map[string]string) error {
		if _, ok := all[tokensOf(t.account)]; !ok && t.account != pending {
			return fmt.Errorf("the shop was disconnected meanwhile: %w", fulfillment.ErrUnauthorized)
		}
		all[tokensOf(t.account)] = string(text)
		return nil
	})
}

// LockRefresh implements sellercenter.RefreshLocker.
func (t tokenStore) LockRefresh(ctx context.Context) (func(), error) {
	return t.s.Lock(ctx, "refresh")
}

// errNoShop: the station works without the Seller Center.
var errNoShop = errors.New("no shop is connected: set app_key in the [shop] table of station.toml and run `packbench shop connect`")

// errNoSecret: the app key is there, its secret is not.
var errNoSecret = fmt.Errorf("the app secret is not known: put it into the environment as %s once and run `packbench shop connect`", envSecret)

// appSecret comes from the environment or the secret store.
func appSecret(s *secrets.Store) (string, error) {
	if v := os.Getenv(envSecret); v != "" {
		return v, nil
	}
	v, err := s.Get(secretApp)
	if errors.Is(err, fulfillment.ErrNotFound) {
		return "", errNoSecret
	}
	return v, err
}

// accountClient makes the Seller Center's client of one account; errNoShop if no app key is configured.
func accountClient(cfg Config, s *secrets.Store, account string, log *slog.Logger) (*sellercenter.Client, error) {
	if cfg.Shop.AppKey == "" {
		return nil, errNoShop
	}
	secret, err := appSecret(s)
	if err != nil {
		return nil, err
	}
	return sellercenter.New(sellercenter.Config{APIURL: cfg.Shop.APIURL, AuthURL: cfg.Shop.AuthURL, AppKey: cfg.Shop.AppKey, AppSecret: secret,
		Tokens: tokenStore{s, account}, Log: log})
}

// market is one connected shop and the client it is reached by; shops of one authorization share their client, and with it
// the only one who refreshes their tokens in this process.
type market struct {
	shop    connectedShop
	keys    []string // what fulfillment.Order.Shop says of its orders
	adapter *sellercenter.Adapter
	client  *sellercenter.Client
}

// newMarkets makes the adapters of all connected shops, the one connected last first; errNoShop if there is none. clients are
// those that work already, by account; nil: none.
func newMarkets(cfg Config, s *secrets.Store, clients map[string]*sellercenter.Client, log *slog.Logger) ([]market, error) {
	if cfg.Shop.AppKey == "" {
		return nil, errNoShop
	}
	if _, err := appSecret(s); err != nil {
		return nil, err
	}
	shops, err := connectedShops(cfg, s)
	if err != nil {
		return nil, err
	}
	if len(shops) == 0 {
		return nil, errNoShop
	}
	clients = maps.Clone(clients)
	if clients == nil {
		clients = map[string]*sellercenter.Client{}
	}
	out := make([]market, 0, len(shops))
	for i, shop := range shops {
		client := clients[shop.Account]
		if client == nil {
			if client, err = accountClient(cfg, s, shop.Account, log); err != nil {
				return nil, err
			}
			clients[shop.Account] = client
		}
		out = append(out, market{shop, keysOf(shop, i == len(shops)-1), sellercenter.NewAdapter(client, shop.Cipher, shop.Region), client})
	}
	return out, nil
}
