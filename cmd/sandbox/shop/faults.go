package shop

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Kinds of faults.
const (
	faultOffline    = "offline"       // every connection is closed without an answer, nothing has an effect
	faultRefuse     = "refuse_before" // the connection is closed before the call has its effect
	faultLost       = "lost_after"    // the call has its effect, then the connection is closed without an answer
	faultSlow       = "slow"          // the answer comes Seconds late (default 10)
	faultTruncate   = "truncate"      // the call has its effect, half of the answer comes
	faultHTTP500    = "http500"       // Status (default 500) with a page that is not JSON; no effect
	faultErrorIn200 = "error_in_200"  // HTTP 200 with Code (default 36009003) in the envelope; no effect
	faultRateLimit  = "rate_limit"    // 429 36009002; no effect
	faultExpire     = "expire_tokens" // at once: all access tokens end, with Refresh the refresh tokens too
	faultSkew       = "clock_skew"    // the platform's clock and its Date header are Seconds off (default 600)
)

var faultKinds = []string{faultOffline, faultRefuse, faultLost, faultSlow, faultTruncate, faultHTTP500, faultErrorIn200,
	faultRateLimit, faultExpire, faultSkew}

// fault is one disturbance. Endpoint is matched against "METHOD /path": a * stands for anything, without one it may
// stand anywhere in it; empty matches all. Count is how many matching calls are disturbed; 0 means until /admin/online,
// which is the default of offline and clock_skew; the others default to 1.
type fault struct {
	Kind     string  `json:"kind"`
	Endpoint string  `json:"endpoint,omitempty"`
	Count    *int    `json:"count,omitempty"`
	Seconds  float64 `json:"seconds,omitempty"`
	Status   int64   `json:"status,omitempty"`
	Code     int64   `json:"code,omitempty"`
	Message  string  `json:"message,omitempty"`
	Refresh  bool    `json:"refresh,omitempty"`
	After    bool    `json:"after,omitempty"` // http500, error_in_200, rate_limit: the call has its effect all the same
	Hits     int     `json:"hits"`
}

func (f *fault) fill() error {
	if !slices.Contains(faultKinds, f.Kind) {
		return fmt.Errorf("fault kind %q is not known: choose one of %s", f.Kind, strings.Join(faultKinds, ", "))
	}
	if f.Count == nil {
		n := 1
		if f.Kind == faultOffline || f.Kind == faultSkew {
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
	switch f.Kind {
	case faultSlow:
		f.Seconds = or(f.Seconds, 10)
	case faultSkew:
		f.Seconds = or(f.Seconds, 600)
	case faultHTTP500:
		f.Status = or(f.Status, 500)
	case faultErrorIn200:
		f.Code = or(f.Code, errInternal.Code)
		f.Message = or(f.Message, errInternal.Message)
	}
	return nil
}

func (f *fault) spent() bool { return *f.Count > 0 && f.Hits >= *f.Count }

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

// takeFault finds what happens to this request: the first fault that matches and is not spent.
func (s *Server) takeFault(r *http.Request) *fault {
	for _, f := range s.faults {
		if f.Kind == faultSkew || f.spent() || !matchEndpoint(f.Endpoint, r.Method+" "+r.URL.Path) {
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

func (f *fault) is(kind string) bool { return f != nil && f.Kind == kind }

// before: the connection is closed before anything has an effect.
func (f *fault) before() bool { return f.is(faultOffline) || f.is(faultRefuse) }

// instead is the answer that takes the place of the call.
func (f *fault) instead(c *call) (reply, bool) {
	switch {
	case f.is(faultHTTP500):
		return reply{status: int(f.Status), header: http.Header{"Content-Type": {"text/html"}},
			body: []byte("<html><body><h1>Service unavailable</h1></body></html>")}, true
	case f.is(faultErrorIn200):
		return jsonReply(c, nil, &apiError{http.StatusOK, f.Code, f.Message}), true
	case f.is(faultRateLimit):
		return jsonReply(c, nil, errRateLimit), true
	}
	return reply{}, false
}

// write sends the answer, disturbed by the fault. No lock is held.
func (s *Server) write(w http.ResponseWriter, r *http.Request, answer reply, f *fault) {
	if f.is(faultLost) {
		panic(http.ErrAbortHandler)
	}
	if f.is(faultSlow) {
		t := time.NewTimer(time.Duration(f.Seconds * float64(time.Second)))
		defer t.Stop()
		select {
		case <-t.C:
		case <-r.Context().Done():
			panic(http.ErrAbortHandler)
		}
	}
	for k, v := range answer.header {
		w.Header()[k] = v
	}
	w.Header().Set("Content-Length", fmt.Sprint(len(answer.body)))
	w.WriteHeader(answer.status)
	if f.is(faultTruncate) {
		_, _ = w.Write(answer.body[:len(answer.body)/2]) // the client is gone or not: it gets no more either way
		if fl, ok := w.(http.Flusher); ok {
			fl.Flush()
		}
		panic(http.ErrAbortHandler)
	}
	if _, err := w.Write(answer.body); err != nil {
		s.log.Debug("answer not delivered", "path", r.URL.Path, "err", err)
	}
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
