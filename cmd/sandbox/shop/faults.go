package shop

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Kinds of faults.
const (
	faultOffline    = "offline"        // every connection is closed without an answer, nothing has an effect
	faultRefuse     = "refuse_before"  // the connection is closed before the call has its effect
	faultLost       = "lost_after"     // the call has its effect, then the connection is closed without an answer
	faultSlow       = "slow"           // the answer comes Seconds late (default 10)
	faultLate       = "late_effect"    // the effect comes Seconds late (default 10), also when the client has gone by then
	faultTwice      = "twice"          // the call arrives twice; the answer is the second one's
	faultTruncate   = "truncate"       // the call has its effect, half of the answer comes
	faultGarbled    = "garbled"        // the call has its effect, the answer is HTTP 200 with bytes that are not JSON
	faultPortal     = "login_page"     // HTTP 200 with the log-in page of a Wi-Fi network; no effect
	faultHTTP500    = "http500"        // Status (default 500) with a page that is not JSON; no effect
	faultErrorIn200 = "error_in_200"   // HTTP 200 with Code (default 36009003) in the envelope; no effect
	faultRateLimit  = "rate_limit"     // 429 36009002, with Seconds a Retry-After header; no effect
	faultExpire     = "expire_tokens"  // at once: all access tokens end, with Refresh the refresh tokens too
	faultExpireAt   = "expire_at_call" // the same at the moment a matching call arrives: it gets 105002
	faultSkew       = "clock_skew"     // the platform's clock and its Date header are Seconds off (default 600)
	faultHookLost   = "webhook_lost"   // a webhook is never sent
	faultHookLate   = "webhook_late"   // it is sent Seconds late (default 60): others overtake it
	faultHookTwice  = "webhook_twice"  // it is sent twice
)

var faultKinds = []string{faultOffline, faultRefuse, faultLost, faultSlow, faultLate, faultTwice, faultTruncate, faultGarbled, faultPortal,
	faultHTTP500, faultErrorIn200, faultRateLimit, faultExpire, faultExpireAt, faultSkew, faultHookLost, faultHookLate, faultHookTwice}

// fault is one disturbance. Endpoint is matched against "METHOD /path": a * stands for anything, without one it may
// stand anywhere in it; empty matches all. Count is how many matching calls are disturbed; 0 means until /admin/online,
// which is the default of offline and clock_skew and of those with a Chance; the others default to 1.
type fault struct {
	Kind     string  `json:"kind"`
	Endpoint string  `json:"endpoint,omitempty"`
	Count    *int    `json:"count,omitempty"`
	Chance   float64 `json:"chance,omitempty"` // share of matching calls that are disturbed, 0 to 1; 0: all
	Seed     uint64  `json:"seed,omitempty"`   // the same seed disturbs the same calls
	Seconds  float64 `json:"seconds,omitempty"`
	Status   int64   `json:"status,omitempty"`
	Code     int64   `json:"code,omitempty"`
	Message  string  `json:"message,omitempty"`
	Refresh  bool    `json:"refresh,omitempty"`
	After    bool    `json:"after,omitempty"` // login_page, http500, error_in_200, rate_limit: the call has its effect all the same
	Hits     int     `json:"hits"`
	rng      *rand.Rand
}

func (f *fault) fill() error {
	if !slices.Contains(faultKinds, f.Kind) {
		return fmt.Errorf("fault kind %q is not known: choose one of %s", f.Kind, strings.Join(faultKinds, ", "))
	}
	if f.Chance < 0 || f.Chance > 1 {
		return fmt.Errorf("fault %s: chance %g must be 0 to 1", f.Kind, f.Chance)
	}
	if f.Count == nil {
		n := 1
		if f.Kind == faultOffline || f.Kind == faultSkew || f.Chance > 0 {
			n = 0
		}
		f.Count = &n
	}
	if *f.Count < 0 || f.Seconds < -86400 || f.Seconds > 86400 {
		return fmt.Errorf("fault %s: count must not be negative and seconds must be within a day", f.Kind)
	}
	if f.Status != 0 && (f.Status < 400 || f.Status > 599) {
		return fmt.Errorf("fault %s: status %d is not a failure, choose 400 to 599", f.Kind, f.Status)
	}
	f.rng = rand.New(rand.NewPCG(f.Seed, 0xfa))
	switch f.Kind {
	case faultSlow, faultLate:
		f.Seconds = or(f.Seconds, 10)
	case faultSkew:
		f.Seconds = or(f.Seconds, 600)
	case faultHookLate:
		f.Seconds = or(f.Seconds, 60)
	case faultHTTP500:
		f.Status = or(f.Status, 500)
	case faultErrorIn200:
		f.Code = or(f.Code, errInternal.Code)
		f.Message = or(f.Message, errInternal.Message)
	}
	return nil
}

func (f *fault) spent() bool { return *f.Count > 0 && f.Hits >= *f.Count }

// chance draws whether a matching call is disturbed.
func (f *fault) chance() bool { return f.Chance == 0 || f.rng.Float64() < f.Chance }

func (f *fault) isWebhook() bool {
	return f.Kind == faultHookLost || f.Kind == faultHookLate || f.Kind == faultHookTwice
}

// addFault starts a fault. The lock is held.
func (s *Server) addFault(f fault) error {
	if err := f.fill(); err != nil {
		return err
	}
	if f.Kind == faultExpire {
		s.tokens.expire(s.opt.Clock(), f.Refresh)
		return nil
	}
	s.faults = append(s.faults, &f)
	return nil
}

// takeFault finds what happens to this request: the first fault that matches, is not spent and has its chance.
func (s *Server) takeFault(r *http.Request) *fault {
	for _, f := range s.faults {
		if f.Kind == faultSkew || f.isWebhook() || f.spent() || !matchEndpoint(f.Endpoint, r.Method+" "+r.URL.Path) || !f.chance() {
			continue
		}
		f.Hits++
		return f
	}
	return nil
}

// skew is how far the platform's clock is off. Its count is of signed calls, so it is used up in note.
func (s *Server) skew() time.Duration {
	for _, f := range s.faults {
		if f.Kind == faultSkew && !f.spent() {
			return time.Duration(f.Seconds * float64(time.Second))
		}
	}
	return 0
}

func matchEndpoint(pattern, endpoint string) bool {
	if !strings.Contains(pattern, "*") {
		return strings.Contains(endpoint, pattern)
	}
	parts := strings.Split(pattern, "*")
	if !strings.HasPrefix(endpoint, parts[0]) {
		// A pattern may leave out the method.
		_, path, _ := strings.Cut(endpoint, " ")
		if !strings.HasPrefix(path, parts[0]) {
			return false
		}
		endpoint = path
	}
	rest := endpoint[len(parts[0]):]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(rest, part)
		if i < 0 {
			return false
		}
		rest = rest[i+len(part):]
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}

// faultList is for the admin state.
func (s *Server) faultList() []json.RawMessage {
	list := []json.RawMessage{}
	for _, f := range s.faults {
		if raw, err := json.Marshal(f); err == nil && !f.spent() {
			list = append(list, raw)
		}
	}
	return list
}
