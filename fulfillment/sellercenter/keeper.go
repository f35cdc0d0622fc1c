package sellercenter

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"packbench/fulfillment"
)

// keeper hands out the access token and refreshes it: one refresh at a time, early enough, and the new pair is stored
// before it is used for the first time, because the old one may be dead by then.
//
// Whether a refresh token lives on after it was used is not documented. So nothing is thrown away before its successor
// has worked: a lost answer is asked for again with the old refresh token; if that one is dead by now, the old access
// token still serves until its own end, and a person is told by then; and a stored new pair that the platform does not
// accept falls back to the one before.
type keeper struct {
	store TokenStore
	fresh func(ctx context.Context, refresh string) (Tokens, error) // the call
	clock *clock
	log   *slog.Logger

	unproved atomic.Bool // have.Previous is set: the next success settles it

	turn    chan struct{} // holds one token: who may change what follows
	have    Tokens
	unsaved *Tokens   // a new pair that could not be stored yet
	dead    bool      // have is refused; another pair in the store helps, or asking again later
	died    time.Time // when that was seen
	tried   time.Time // last early refresh that failed
	pause   time.Duration
	lostAt  time.Time // an answer to a refresh was lost then
	refused time.Time // the refresh token was refused then, while the access token was still good
}

const (
	deadFor    = 5 * time.Minute // how long a refused pair is not tried again
	retryFor   = time.Minute     // how long a failed early refresh is not tried again
	goodMargin = time.Minute     // life that must be left where the length of a token's life is not known
)

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
	left := k.have.AccessExpires.Sub(k.clock.platform())
	if k.have.AccessExpires.IsZero() || left > k.margin() {
		return k.have.Access, nil
	}
	if left > 0 && !k.tried.IsZero() && k.clock.now().Sub(k.tried) < k.pause {
		return k.have.Access, nil
	}
	err := k.refresh(ctx)
	switch {
	case err == nil:
	case left <= 0 || k.unsaved != nil:
		return "", k.gone(err)
	default:
		k.spared(err, left)
	}
	return k.have.Access, nil
}

// spared notes a failed early refresh: the old access token is good for a while yet.
func (k *keeper) spared(err error, left time.Duration) {
	k.tried, k.pause = k.clock.now(), retryFor
	if errors.Is(err, fulfillment.ErrUnauthorized) {
		k.pause = deadFor
		if k.refused.IsZero() {
			k.refused = k.clock.now()
			k.log.Error("the shop must be authorized again: its refresh token is refused", "work_goes_on_for", left.Round(time.Minute), "error", err)
		}
		return
	}
	k.log.Warn("token refresh failed, the old one is still good", "left", left.Round(time.Second), "error", err)
}

// gone marks the pair as dead where the platform said so, and says what has happened.
func (k *keeper) gone(err error) error {
	if !errors.Is(err, fulfillment.ErrUnauthorized) {
		return err
	}
	k.dead, k.died = true, k.clock.now()
	return k.why(err)
}

// why adds to an ended authorization that its last answer was lost, if it was: the seller has done nothing wrong then.
func (k *keeper) why(err error) error {
	if k.lostAt.IsZero() {
		return err
	}
	return fmt.Errorf("new tokens were lost on the way at %s and the old ones are not accepted any more: %w",
		k.lostAt.UTC().Format("2006-01-02 15:04:05 UTC"), err)
}

// replace is called when the platform refused stale. If somebody has replaced it meanwhile that one is returned.
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
	err := k.refresh(ctx)
	if errors.Is(err, fulfillment.ErrUnauthorized) && k.have.Previous != nil && k.have.Previous.AccessExpires.After(k.clock.platform()) {
		k.log.Warn("the new tokens are not accepted, back to those before")
		b := k.have.back()
		k.unsaved = &b
		err = k.save(ctx)
	}
	if err != nil {
		return "", k.gone(err)
	}
	return k.have.Access, nil
}

// put stores a pair got by an authorization code. The pair before it is of no use any more.
func (k *keeper) put(ctx context.Context, t Tokens) error {
	if err := k.take(ctx); err != nil {
		return err
	}
	defer k.give()
	k.lostAt = time.Time{}
	k.unsaved = &t
	return k.save(ctx)
}

// proved is called after a call with this token has worked: the pair before may be forgotten. A store that fails here
// costs nothing: the next success tries again.
func (k *keeper) proved(ctx context.Context, token string) {
	if !k.unproved.Load() || k.take(ctx) != nil {
		return
	}
	defer k.give()
	if k.have.Previous == nil || k.have.Access != token {
		return
	}
	next := k.have
	next.Previous = nil
	if t, err := k.store.Tokens(ctx); err != nil || !t.same(next) {
		return // another program of this computer has changed them: theirs stay
	}
	if err := k.store.StoreTokens(context.WithoutCancel(ctx), next); err != nil {
		k.log.Warn("the tokens before could not be forgotten yet", "error", err)
		return
	}
	k.have, k.lostAt = next, time.Time{}
	k.unproved.Store(false)
}

// state is for people; it waits for no refresh under way longer than ctx.
func (k *keeper) state(ctx context.Context) (Authorization, error) {
	if err := k.take(ctx); err != nil {
		return Authorization{}, err
	}
	defer k.give()
	err := k.load(ctx)
	a := Authorization{AccessUntil: k.have.AccessExpires, RefreshUntil: k.have.RefreshExpires, ObtainedAt: k.have.ObtainedAt}
	now := k.clock.platform()
	switch {
	case errors.Is(err, fulfillment.ErrUnauthorized):
		a.Dead, a.Say = true, err.Error()
	case err != nil:
		return a, err
	case !k.refused.IsZero():
		a.Refused = true
		a.Say = k.why(fmt.Errorf("work goes on until %s: %w", a.AccessUntil.UTC().Format("2006-01-02 15:04 UTC"), fulfillment.ErrUnauthorized)).Error()
	case !a.RefreshUntil.IsZero() && a.RefreshUntil.Sub(now) < renewNotice:
		a.Say = "the seller's authorization ends on " + a.RefreshUntil.UTC().Format("2006-01-02") + ": authorize this station again before that day"
	}
	return a, nil
}

// margin is how much life may be left when the token is refreshed: 24 hours or a fifth of its life, whichever is more;
// a token that lives hardly longer than that is refreshed at a fifth.
func (k *keeper) margin() time.Duration {
	life := k.have.AccessExpires.Sub(k.have.ObtainedAt)
	if k.have.ObtainedAt.IsZero() || life <= 0 {
		return goodMargin
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
		return k.why(fulfillment.ErrUnauthorized)
	}
	k.adopt(t)
	return nil
}

// adopt uses t, which is in the store.
func (k *keeper) adopt(t Tokens) {
	k.have, k.dead = t, false
	k.tried, k.refused = time.Time{}, time.Time{}
	k.unproved.Store(t.Previous != nil)
}

// save stores the new pair and only then lets it be used. Caller holds the turn.
func (k *keeper) save(ctx context.Context) error {
	if err := k.store.StoreTokens(context.WithoutCancel(ctx), *k.unsaved); err != nil {
		return fmt.Errorf("keeping the new tokens, nothing is sent before they are kept: %w", err)
	}
	k.adopt(*k.unsaved)
	k.unsaved = nil
	return nil
}

// refresh gets a new pair. Caller holds the turn. Another program on the same store may have been faster: its pair is
// taken over. The refresh token of the pair before is tried too, as long as this pair has not been accepted once.
func (k *keeper) refresh(ctx context.Context) error {
	if l, ok := k.store.(RefreshLocker); ok {
		unlock, err := l.LockRefresh(ctx)
		if err != nil {
			return fmt.Errorf("refreshing the shop's tokens: %w", err)
		}
		defer unlock()
	}
	if t, err := k.store.Tokens(ctx); err == nil && !t.same(k.have) && t.AccessExpires.After(k.clock.platform()) {
		k.adopt(t)
		return nil
	}
	next, err := k.ask(ctx, k.have.Refresh)
	if p := k.have.Previous; errors.Is(err, fulfillment.ErrUnauthorized) && p != nil && p.Refresh != k.have.Refresh {
		next, err = k.ask(ctx, p.Refresh)
	}
	if errors.Is(err, fulfillment.ErrUnauthorized) {
		if t, again := k.store.Tokens(ctx); again == nil && !t.same(k.have) {
			k.adopt(t)
			return nil
		}
	}
	if err != nil {
		return fmt.Errorf("refreshing the shop's tokens: %w", err)
	}
	if next.Refresh == "" {
		next.Refresh, next.RefreshExpires = k.have.Refresh, k.have.RefreshExpires
	}
	next.Previous = k.have.pair()
	k.unsaved = &next
	return k.save(ctx)
}

// ask makes the refresh call, once more where its answer was lost: the old refresh token may or may not have been
// replaced by then.
func (k *keeper) ask(ctx context.Context, refresh string) (Tokens, error) {
	next, err := k.fresh(ctx, refresh)
	if lost(err) {
		k.lostAt = k.clock.now()
		next, err = k.fresh(ctx, refresh)
	}
	return next, err
}

// lost reports whether a call was sent and its answer did not come.
func lost(err error) bool {
	var c *CallError
	return errors.As(err, &c) && c.Sent
}
