package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"packbench/fulfillment"
	"packbench/fulfillment/sellercenter"
	"packbench/storage/secrets"
)

// connectedShop is one shop that this station works for.
type connectedShop struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Region  string `json:"region"`
	Cipher  string `json:"cipher"`
	Account string `json:"account"` // whose tokens; empty: the first
	// Was are the ciphers that the shop had before: its older orders are stored under them.
	Was []string `json:"was,omitempty"`
}

func (s connectedShop) same(o connectedShop) bool {
	return s.ID == o.ID && s.Name == o.Name && s.Region == o.Region && s.Cipher == o.Cipher && s.Account == o.Account && slices.Equal(s.Was, o.Was)
}

// told is the shop as the platform tells it now.
func (s connectedShop) told(o sellercenter.Shop, account string) connectedShop {
	now := connectedShop{ID: o.ID, Name: o.Name, Region: o.Region, Cipher: o.Cipher, Account: account, Was: slices.Clone(s.Was)}
	if s.Cipher != "" && s.Cipher != o.Cipher && !slices.Contains(now.Was, s.Cipher) {
		now.Was = append(now.Was, s.Cipher)
	}
	return now
}

// connectedShops are those connected last first. A shop_cipher in station.toml is a shop of the first account.
func connectedShops(cfg Config, s *secrets.Store) ([]connectedShop, error) {
	var shops []connectedShop
	text, err := s.Get(secretShops)
	switch {
	case err == nil:
		if err := json.Unmarshal([]byte(text), &shops); err != nil {
			return nil, errors.New("the list of connected shops is damaged; run `packbench shop connect` again")
		}
	case !errors.Is(err, fulfillment.ErrNotFound):
		return nil, err
	default:
		if shops, err = shopOfOldVersion(cfg, s); err != nil {
			return nil, err
		}
	}
	c := cfg.Shop.ShopCipher
	if c != "" && !slices.ContainsFunc(shops, func(x connectedShop) bool { return x.Cipher == c }) {
		shops = slices.Insert(shops, 0, connectedShop{Region: cfg.Station.Market, Cipher: c})
	}
	return shops, nil
}

// shopOfOldVersion is what version 0.1.0 has kept.
func shopOfOldVersion(cfg Config, s *secrets.Store) ([]connectedShop, error) {
	cipher, err := s.Get(secretCipher)
	if errors.Is(err, fulfillment.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	shop := connectedShop{Region: cfg.Station.Market, Cipher: cipher}
	if r, err := s.Get(secretRegion); err == nil && r != "" {
		shop.Region = r
	}
	return []connectedShop{shop}, nil
}

// authorize exchanges the code and lists the shops of the authorization. Its tokens are kept aside until settle: a shop that
// works goes on with those it has.
func authorize(ctx context.Context, cfg Config, s *secrets.Store, code string, log *slog.Logger) ([]sellercenter.Shop, error) {
	client, err := accountClient(cfg, s, pending, log)
	if err != nil {
		return nil, err
	}
	if _, err := client.Exchange(ctx, code); err != nil {
		return nil, err
	}
	return pendingShops(ctx, client)
}

func pendingShops(ctx context.Context, client *sellercenter.Client) ([]sellercenter.Shop, error) {
	shops, err := client.Shops(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the shops of this authorization: %w", err)
	}
	if len(shops) == 0 {
		return nil, errors.New("this authorization has no shop; authorize with the seller's main account")
	}
	return shops, nil
}

// settle makes the pending authorization the one of the chosen shops, at once as a whole: tokens, shops and app secret.
// offered are all shops of the authorization: one of them that is connected already shows whose authorization it renews. It
// returns the account whose tokens are new.
func settle(cfg Config, s *secrets.Store, offered, chosen []sellercenter.Shop) (account string, err error) {
	had, err := connectedShops(cfg, s)
	if err != nil {
		return "", err
	}
	account, renewed := accountOf(had, offered)
	if !renewed && len(had) > 0 {
		account = "shop-" + slices.MinFunc(offered, func(a, b sellercenter.Shop) int { return cmp.Compare(a.ID, b.ID) }).ID
	}
	shops := joined(cfg, had, offered, chosen, account)
	list, err := json.Marshal(shops)
	if err != nil {
		return "", err
	}
	secret, err := appSecret(s)
	if err != nil {
		return "", err
	}
	return account, s.Update(func(all map[string]string) error {
		tokens, ok := all[tokensOf(pending)]
		if !ok {
			return errors.New("the authorization was used meanwhile; look at `packbench shop list`")
		}
		delete(all, tokensOf(pending))
		delete(all, secretCipher)
		delete(all, secretRegion)
		all[tokensOf(account)], all[secretShops], all[secretApp] = tokens, string(list), secret
		return nil
	})
}

// joined are the chosen shops before those that were connected; what the platform says of the latter now is taken over. The
// newest stands first, because whoever connects a shop means it.
func joined(cfg Config, had []connectedShop, offered, chosen []sellercenter.Shop, account string) []connectedShop {
	var out []connectedShop
	for _, o := range chosen {
		var before connectedShop
		if at := slices.IndexFunc(had, func(x connectedShop) bool { return x.ID == o.ID || x.Cipher == o.Cipher }); at >= 0 {
			before = had[at]
		}
		out = append(out, before.told(o, account))
	}
	for _, x := range had {
		if at := slices.IndexFunc(offered, func(o sellercenter.Shop) bool { return o.ID == x.ID || o.Cipher == x.Cipher }); at >= 0 {
			x = x.told(offered[at], account)
		} else if x.ID == "" && x.Cipher == cfg.Shop.ShopCipher {
			continue // it stands in station.toml
		}
		if !slices.ContainsFunc(out, func(y connectedShop) bool { return y.ID == x.ID && y.Cipher == x.Cipher }) {
			out = append(out, x)
		}
	}
	return out
}

// accountOf is the account that an authorization of these shops renews. A shop of an old version has no id; it was the only
// one, and its cipher tells.
func accountOf(had []connectedShop, offered []sellercenter.Shop) (account string, renewed bool) {
	for _, x := range had {
		for _, o := range offered {
			if x.ID == o.ID || x.Cipher == o.Cipher {
				return x.Account, true
			}
		}
	}
	return "", false
}

// disconnect forgets a shop, and with the last shop of an account its tokens. The platform is not told: the seller ends the
// app's authorization in the Seller Center.
func disconnect(cfg Config, s *secrets.Store, id string) (connectedShop, error) {
	had, err := connectedShops(cfg, s)
	if err != nil {
		return connectedShop{}, err
	}
	at := slices.IndexFunc(had, func(x connectedShop) bool { return x.ID == id })
	if at < 0 {
		return connectedShop{}, &usageError{fmt.Sprintf("no shop %q is connected; `packbench shop list` names those that are", id)}
	}
	gone := had[at]
	if gone.Cipher == cfg.Shop.ShopCipher {
		return connectedShop{}, &usageError{"this shop stands in station.toml; take shop_cipher out of its [shop] table first"}
	}
	had = slices.Delete(had, at, at+1)
	list, err := json.Marshal(had)
	if err != nil {
		return connectedShop{}, err
	}
	return gone, s.Update(func(all map[string]string) error {
		all[secretShops] = string(list)
		delete(all, secretCipher)
		delete(all, secretRegion)
		if !slices.ContainsFunc(had, func(x connectedShop) bool { return x.Account == gone.Account }) {
			delete(all, tokensOf(gone.Account))
		}
		return nil
	})
}

// pickShops chooses by ids with commas between them, or "all"; nothing is needed where there is one shop.
func pickShops(shops []sellercenter.Shop, ids string) ([]sellercenter.Shop, error) {
	if ids == "all" || ids == "" && len(shops) == 1 {
		return shops, nil
	}
	var names []string
	for _, s := range shops {
		names = append(names, fmt.Sprintf("%s (%s, %s)", s.ID, s.Name, s.Region))
	}
	offer := strings.Join(names, ", ")
	if ids == "" {
		return nil, &usageError{"there are several shops; run `packbench shop connect --shop ID` (no code: it is used up, and the authorization waits) with one or more of these (commas between them), or --shop all: " + offer}
	}
	var out []sellercenter.Shop
	for _, id := range strings.Split(ids, ",") {
		at := slices.IndexFunc(shops, func(s sellercenter.Shop) bool { return s.ID == strings.TrimSpace(id) })
		if at < 0 {
			return nil, &usageError{fmt.Sprintf("there is no shop %q; run `packbench shop connect --shop ID` with one of: %s", id, offer)}
		}
		out = append(out, shops[at])
	}
	return out, nil
}
