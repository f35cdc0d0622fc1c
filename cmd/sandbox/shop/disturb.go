package shop

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

func (f *fault) is(kind string) bool { return f != nil && f.Kind == kind }

// before: the connection is closed before anything has an effect.
func (f *fault) before() bool { return f.is(faultOffline) || f.is(faultRefuse) }

const portalPage = `<!doctype html><html><head><title>Welcome to the guest network</title></head>
<body><h1>Please log in</h1><form><input name="voucher"></form></body></html>`

// instead is the answer that takes the place of the call's own.
func (f *fault) instead(c *call) (reply, bool) {
	html := http.Header{"Content-Type": {"text/html; charset=utf-8"}}
	switch {
	case f.is(faultHTTP500):
		return reply{status: int(f.Status), header: html, body: []byte("<html><body><h1>Service unavailable</h1></body></html>")}, true
	case f.is(faultPortal):
		return reply{status: http.StatusOK, header: html, body: []byte(portalPage)}, true
	case f.is(faultErrorIn200):
		return jsonReply(c, nil, &apiError{http.StatusOK, f.Code, f.Message}), true
	case f.is(faultRateLimit):
		r := jsonReply(c, nil, errRateLimit)
		if f.Seconds > 0 { // readers have seen the header; no document has it
			r.header.Set("Retry-After", strconv.Itoa(int(f.Seconds)))
		}
		return r, true
	}
	return reply{}, false
}

// disturbed answers a call under its fault. The lock is held.
func (s *Server) disturbed(c *call, f *fault, bodyErr error) reply {
	if r, ok := f.instead(c); ok {
		if f.After && bodyErr == nil {
			_, _ = s.dispatch(c, nil) // only the effect: what is answered is the fault
		}
		return r
	}
	if f.is(faultExpireAt) {
		s.tokens.expire(c.wall, f.Refresh)
	}
	r := s.answer(c, bodyErr)
	if f.is(faultTwice) {
		r = s.answer(c, bodyErr)
	}
	if f.is(faultGarbled) {
		r.body = []byte("\x1f\x8b\x08\x00" + string(r.body[:len(r.body)/3]))
	}
	return r
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
