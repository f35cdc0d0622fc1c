package sellercenter

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"packbench/fulfillment"
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
}

func (t Tokens) String() string       { return "tokens of " + t.SellerName + " (hidden)" }
func (t Tokens) GoString() string     { return t.String() }
func (t Tokens) LogValue() slog.Value { return slog.StringValue(t.String()) }
func (t Tokens) same(other Tokens) bool {
	return t.Access == other.Access && t.Refresh == other.Refresh
}

// TokenStore keeps the pair of tokens of one authorization, where other programs of this computer cannot read it.
type TokenStore interface {
	// Tokens returns the stored pair; fulfillment.ErrNotFound if the shop was never connected.
	Tokens(ctx context.Context) (Tokens, error)
	// StoreTokens replaces the pair at once as a whole and is durable when it returns.
	StoreTokens(ctx context.Context, t Tokens) error
}

// keeper hands out the access token and refreshes it: one refresh at a time, early enough, and the new pair is stored
// before it is used for the first time, because the old one may be dead by then.
type keeper struct {
	store TokenStore
	fresh func(ctx context.Context, refresh string) (Tokens, error) // the call
	clock *clock
	log   *slog.Logger

	turn    chan struct{} // holds one token: who may change what follows
	have    Tokens
	unsaved *Tokens   // a new pair that could not be stored yet
	dead    bool      // have is refused; another pair in the store helps, or asking again later
	died    time.Time // when that was seen
	tried   time.Time // last early refresh that failed
}

// deadFor is how long a refused pair is not tried again.
const deadFor = 5 * time.Minute

func newKeeper(store TokenStore, c *clock, log *slog.Logger, fresh func(context.Context, string) (Tokens, error)) *keeper {
	k := &keeper{store: store, fresh: fresh, clock: c, log: log, turn: make(chan struct{}, 1)}
	k.turn <- struct{}{}
	return k
}

func (k *keeper) take(ctx context.Context) error {
	select {
	case <-k.turn:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (k *keeper) give() { k.turn <- struct{}{} }

// access returns a token that should be good now. Errors: fulfillment.ErrUnauthorized when a person must connect the
// shop, otherwise the store's error or that of the refresh.
func (k *keeper) access(ctx context.Context) (string, error) {
	if err := k.take(ctx); err != nil {
		return "", err
	}
	defer k.give()
	if err := k.load(ctx); err != nil {
		return "", err
	}
	now := k.clock.platform()
	left := k.have.AccessExpires.Sub(now)
	if k.have.AccessExpires.IsZero() || left > k.margin() {
		return k.have.Access, nil
	}
	if left > 0 && k.clock.now().Sub(k.tried) < time.Minute {
		return k.have.Access, nil
	}
	if err := k.refresh(ctx); err != nil {
		k.tried = k.clock.now()
		if left > 0 && k.unsaved == nil && !errors.Is(err, fulfillment.ErrUnauthorized) {
			k.log.Warn("token refresh failed, the old one is still good", "left", left.Round(time.Second), "error", err)
			return k.have.Access, nil
		}
		return "", err
	}
	return k.have.Access, nil
}

// replace is called when the platform refused stale as expired. If somebody has replaced it meanwhile that one is returned.
func (k *keeper) replace(ctx context.Context, stale string) (string, error) {
	if err := k.take(ctx); err != nil {
		return "", err
	}
	defer k.give()
	if err := k.load(ctx); err != nil {
		return "", err
	}
	if k.have.Access != stale {
		return k.have.Access, nil
	}
	if err := k.refresh(ctx); err != nil {
		return "", err
	}
	return k.have.Access, nil
}

// put stores a pair got by an authorization code.
func (k *keeper) put(ctx context.Context, t Tokens) error {
	if err := k.take(ctx); err != nil {
		return err
	}
	defer k.give()
	k.unsaved = &t
	return k.save(ctx)
}

// margin is how much life may be left when the token is refreshed: 24 hours or a fifth of its life, whichever is more;
// a token that lives hardly longer than that is refreshed at a fifth.
func (k *keeper) margin() time.Duration {
	life := k.have.AccessExpires.Sub(k.have.ObtainedAt)
	if k.have.ObtainedAt.IsZero() || life <= 0 {
		return time.Minute
	}
	if m := max(24*time.Hour, life/5); m <= life/2 {
		return m
	}
	return life / 5
}

// load makes have the pair to use. Caller holds the turn.
func (k *keeper) load(ctx context.Context) error {
	if k.unsaved != nil {
		return k.save(ctx)
	}
	if k.have.Access != "" && !k.dead {
		return nil
	}
	t, err := k.store.Tokens(ctx)
	switch {
	case errors.Is(err, fulfillment.ErrNotFound):
		return fmt.Errorf("this shop was never connected: %w", fulfillment.ErrUnauthorized)
	case err != nil:
		return fmt.Errorf("reading the shop's tokens: %w", err)
	case k.dead && t.same(k.have) && k.clock.now().Sub(k.died) < deadFor:
		return fulfillment.ErrUnauthorized
	}
	k.have, k.dead = t, false
	return nil
}

// save stores the new pair and only then lets it be used. Caller holds the turn.
func (k *keeper) save(ctx context.Context) error {
	if err := k.store.StoreTokens(context.WithoutCancel(ctx), *k.unsaved); err != nil {
		return fmt.Errorf("keeping the new tokens, nothing is sent before they are kept: %w", err)
	}
	k.have, k.unsaved, k.dead = *k.unsaved, nil, false
	return nil
}

// refresh gets a new pair. Caller holds the turn. Another program on the same store may have been faster: its pair is
// taken over. When the answer was lost the old refresh token is tried once more; it may or may not have been replaced.
func (k *keeper) refresh(ctx context.Context) error {
	if t, err := k.store.Tokens(ctx); err == nil && !t.same(k.have) && t.AccessExpires.After(k.clock.platform()) {
		k.have, k.dead = t, false
		return nil
	}
	next, err := k.fresh(ctx, k.have.Refresh)
	if lost(err) {
		next, err = k.fresh(ctx, k.have.Refresh)
	}
	if errors.Is(err, fulfillment.ErrUnauthorized) {
		if t, again := k.store.Tokens(ctx); again == nil && !t.same(k.have) {
			k.have = t
			return nil
		}
		k.dead, k.died = true, k.clock.now()
	}
	if err != nil {
		return fmt.Errorf("refreshing the shop's tokens: %w", err)
	}
	if next.Refresh == "" {
		next.Refresh, next.RefreshExpires = k.have.Refresh, k.have.RefreshExpires
	}
	k.unsaved = &next
	return k.save(ctx)
}

// lost reports whether a call was sent and its answer did not come.
func lost(err error) bool {
	var c *CallError
	return errors.As(err, &c) && c.Sent
}

// tokensFromWire reads both expiries as absolute Unix seconds. A value too small to be one is taken for a duration.
func tokensFromWire(w wireToken, now time.Time) (Tokens, error) {
	if w.AccessToken == "" {
		return Tokens{}, errors.New("the answer holds no access token")
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
