package sellercenter

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// Tokens is what an authorization is worth. It is a secret: String and LogValue hide it.
type Tokens struct {
	Access         string    `json:"access"`
	AccessExpires  time.Time `json:"access_expires"` // absolute, the platform's clock
	Refresh        string    `json:"refresh"`
	RefreshExpires time.Time `json:"refresh_expires"`
	ObtainedAt     time.Time `json:"obtained_at"` // the platform's clock
	SellerName     string    `json:"seller_name"`
	Region         string    `json:"region"`
	Scopes         []string  `json:"scopes"`
	Previous       *Pair     `json:"previous,omitempty"` // the pair before, until this one has been accepted once
}

// Pair is the secret part of Tokens, kept of the authorization's pair before.
type Pair struct {
	Access         string    `json:"access"`
	AccessExpires  time.Time `json:"access_expires"`
	Refresh        string    `json:"refresh"`
	RefreshExpires time.Time `json:"refresh_expires"`
	ObtainedAt     time.Time `json:"obtained_at"`
}

func (t Tokens) String() string       { return "tokens of " + t.SellerName + " (hidden)" }
func (t Tokens) GoString() string     { return t.String() }
func (t Tokens) LogValue() slog.Value { return slog.StringValue(t.String()) }
func (t Tokens) same(other Tokens) bool {
	return t.Access == other.Access && t.Refresh == other.Refresh
}

func (p Pair) String() string       { return "a pair of tokens (hidden)" }
func (p Pair) GoString() string     { return p.String() }
func (p Pair) LogValue() slog.Value { return slog.StringValue(p.String()) }

func (t Tokens) pair() *Pair {
	return &Pair{Access: t.Access, AccessExpires: t.AccessExpires, Refresh: t.Refresh, RefreshExpires: t.RefreshExpires, ObtainedAt: t.ObtainedAt}
}

// back is t with the pair before instead of its own; t if there is none.
func (t Tokens) back() Tokens {
	if p := t.Previous; p != nil {
		t.Access, t.AccessExpires, t.Refresh, t.RefreshExpires, t.ObtainedAt = p.Access, p.AccessExpires, p.Refresh, p.RefreshExpires, p.ObtainedAt
		t.Previous = nil
	}
	return t
}

// TokenStore keeps the tokens of one authorization, where other programs of this computer cannot read them.
type TokenStore interface {
	// Tokens returns the stored tokens; fulfillment.ErrNotFound if the shop was never connected.
	Tokens(ctx context.Context) (Tokens, error)
	// StoreTokens replaces them at once as a whole and is durable when it returns.
	StoreTokens(ctx context.Context, t Tokens) error
}

// RefreshLocker is a TokenStore that other programs of this computer use too. Optional: the lock is held from the look at
// the store until the new pair is kept, so that no two programs use up one refresh token.
type RefreshLocker interface {
	LockRefresh(ctx context.Context) (unlock func(), err error)
}

// Authorization tells how long this station may still talk to the shop.
type Authorization struct {
	AccessUntil  time.Time // the platform's clock; zero: not known yet
	RefreshUntil time.Time // the end of what the seller granted; zero: not known
	ObtainedAt   time.Time // when the tokens in use were issued, the platform's clock; zero: not known
	// Refused: the platform takes the refresh token no more. What is sent goes through until AccessUntil.
	Refused bool
	// Dead: nothing goes through any more.
	Dead bool
	// Say is what a person must do, in words; empty while nothing is to be done.
	Say string
}

// renewNotice is how long before its end a person is told to renew the authorization. The platform's own notices
// (webhook type 7) begin then too.
const renewNotice = 30 * 24 * time.Hour

// wireToken is the data of both token calls.
type wireToken struct {
	AccessToken     text       `json:"access_token"`
	AccessExpireIn  whole      `json:"access_token_expire_in"` // absolute, despite the name
	RefreshToken    text       `json:"refresh_token"`
	RefreshExpireIn whole      `json:"refresh_token_expire_in"` // absolute, despite the name
	SellerName      text       `json:"seller_name"`
	Region          text       `json:"seller_base_region"`
	UserType        whole      `json:"user_type"`
	Scopes          list[text] `json:"granted_scopes"`
}

func (w *wireToken) check() error {
	if w.AccessToken == "" {
		return errors.New("the answer holds no access token")
	}
	return nil
}

// tokensFromWire reads both expiries as absolute Unix seconds. A value too small to be one is taken for a duration.
func tokensFromWire(w wireToken, now time.Time) (Tokens, error) {
	if err := w.check(); err != nil {
		return Tokens{}, err
	}
	if w.UserType != 0 {
		return Tokens{}, refuse("this authorization is not a seller's (user type %d): log in as the shop's owner", w.UserType)
	}
	at := func(v whole) time.Time {
		if v > 0 && v < 1_000_000_000 {
			return now.Add(time.Duration(v) * time.Second)
		}
		return v.moment()
	}
	t := Tokens{Access: string(w.AccessToken), AccessExpires: at(w.AccessExpireIn), Refresh: string(w.RefreshToken),
		RefreshExpires: at(w.RefreshExpireIn), ObtainedAt: now, SellerName: clean(string(w.SellerName)), Region: string(w.Region)}
	for _, s := range w.Scopes {
		t.Scopes = append(t.Scopes, string(s))
	}
	return t, nil
}
