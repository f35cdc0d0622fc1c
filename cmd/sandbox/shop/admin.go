package shop

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// adminMux is what a person or a test driver may do to the shop. It is not part of the platform.
func (s *Server) adminMux() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /admin/{$}", s.adminPage)
	mux.HandleFunc("GET /admin/state", s.locked(func(r *http.Request) (any, error) { return s.state(), nil }))
	mux.HandleFunc("GET /admin/journal", s.locked(func(r *http.Request) (any, error) { return s.journalSince(r) }))
	mux.HandleFunc("GET /admin/webhooks", s.locked(func(*http.Request) (any, error) { return s.hooks.records, nil }))
	mux.HandleFunc("GET /admin/products.csv", s.productsCSV)
	mux.HandleFunc("GET /admin/labels.csv", s.labelsCSV)
	mux.HandleFunc("GET /admin/labels/{file}", s.labelFile)
	mux.HandleFunc("POST /admin/orders/{id}/cancel", s.locked(s.adminCancel))
	mux.HandleFunc("POST /admin/orders/{id}/request-cancel", s.locked(s.adminRequestCancel))
	mux.HandleFunc("POST /admin/orders/{id}/carrier-scan", s.locked(s.adminScan))
	mux.HandleFunc("GET /admin/code/{text}", s.codePicture)
	mux.HandleFunc("GET /admin/lessons", s.locked(func(*http.Request) (any, error) { return s.first().lessonStates(), nil }))
	mux.HandleFunc("GET /admin/effects", s.locked(s.effectsOf))
	mux.HandleFunc("POST /admin/orders/{id}/deliver", s.locked(s.adminDeliver))
	mux.HandleFunc("POST /admin/orders/{id}/lose", s.locked(s.adminLose))
	mux.HandleFunc("POST /admin/orders/{id}/return", s.locked(s.adminReturn))
	mux.HandleFunc("POST /admin/orders/{id}/release-hold", s.locked(s.adminRelease))
	mux.HandleFunc("POST /admin/orders/{id}/update-address", s.locked(s.adminAddress))
	mux.HandleFunc("POST /admin/orders/{id}/label", s.locked(s.adminLabel))
	mux.HandleFunc("POST /admin/fault", s.locked(s.adminFault))
	mux.HandleFunc("POST /admin/plan", s.locked(s.adminPlan))
	mux.HandleFunc("GET /admin/plans", s.locked(func(*http.Request) (any, error) { return plans, nil }))
	mux.HandleFunc("POST /admin/online", s.locked(func(*http.Request) (any, error) { s.faults, s.planName = nil, ""; return ok, nil }))
	mux.HandleFunc("POST /admin/speed", s.locked(s.adminSpeed))
	mux.HandleFunc("POST /admin/advance", s.locked(s.adminAdvance))
	mux.HandleFunc("POST /admin/authorize", s.locked(func(*http.Request) (any, error) {
		return map[string]string{"auth_code": s.tokens.newCode(s.opt.Clock())}, nil
	}))
	mux.HandleFunc("POST /admin/deauthorize", s.locked(s.adminDeauthorize))
	mux.HandleFunc("POST /admin/authorization-ends", s.locked(s.adminAuthorizationEnds))
	return mux
}

// adminDeauthorize is the seller who ends the app's authorization: every token is dead, and each shop's webhook says so.
func (s *Server) adminDeauthorize(*http.Request) (any, error) {
	s.tokens.forget()
	for _, of := range s.stores {
		of.hook(6, s.clock.now(), map[string]any{"message": "The seller has cancelled the authorization of the app"})
	}
	return ok, nil
}

// adminAuthorizationEnds lets the authorization end in so many seconds, and sends the platform's notice of it; the pair that
// is out goes on as long as its access token lives.
func (s *Server) adminAuthorizationEnds(r *http.Request) (any, error) {
	var req struct {
		Seconds float64 `json:"seconds"`
	}
	if err := readAdmin(r, &req, func(v url.Values) { req.Seconds, _ = strconv.ParseFloat(v.Get("seconds"), 64) }); err != nil {
		return nil, err
	}
	ends := s.opt.Clock().Add(time.Duration(req.Seconds * float64(time.Second)))
	s.tokens.endRefresh(ends)
	for _, of := range s.stores {
		of.hook(7, s.clock.now(), map[string]any{"message": "The authorization of the app will end soon", "expiration_time": strconv.FormatInt(ends.Unix(), 10)})
	}
	return map[string]any{"ends": ends.UTC()}, nil
}

var ok = map[string]bool{"ok": true}

// adminError is a refusal of the admin API.
type adminError struct {
	status int
	text   string
}

func (e *adminError) Error() string { return e.text }

func refuse(status int, format string, args ...any) error {
	return &adminError{status, fmt.Sprintf(format, args...)}
}

// serveAdmin lets only this machine in, and no page of another site: neither by the client's address, nor by a foreign
// Host or Origin header.
func (s *Server) serveAdmin(w http.ResponseWriter, r *http.Request) {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() || !loopbackName(r.Host) {
		http.Error(w, "the admin pages answer on this machine only", http.StatusForbidden)
		return
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		if u, err := url.Parse(origin); err != nil || u.Host != r.Host {
			http.Error(w, "the admin pages take no requests from other sites", http.StatusForbidden)
			return
		}
	}
	s.admin.ServeHTTP(w, r)
}

func loopbackName(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// locked runs an admin call with the lock held and everything due done, and answers JSON; a form of the page is sent
// back to the page.
func (s *Server) locked(f func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		sent, err := readBody(r.Body, maxBody)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if strings.HasPrefix(strings.TrimSpace(string(sent)), "{") {
			r.Header.Set("Content-Type", "application/json") // curl -d calls everything a form
		}
		r.Body = io.NopCloser(bytes.NewReader(sent))
		s.mu.Lock()
		s.advance()
		answer, err := f(r)
		var body []byte
		if err == nil {
			body, err = json.MarshalIndent(answer, "", " ")
		}
		s.mu.Unlock()
		if isForm(r) {
			s.backToPage(w, r, err)
			return
		}
		if err != nil {
			status := http.StatusBadRequest
			var e *adminError
			if errors.As(err, &e) {
				status = e.status
			}
			http.Error(w, err.Error(), status)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		if _, err := w.Write(append(body, '\n')); err != nil {
			s.log.Debug("admin answer not delivered", "err", err)
		}
	}
}

func isForm(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
}

func (s *Server) adminFault(r *http.Request) (any, error) {
	var f fault
	err := readAdmin(r, &f, func(v url.Values) {
		f.Kind, f.Endpoint = v.Get("kind"), v.Get("endpoint")
		if n, err := strconv.Atoi(v.Get("count")); err == nil {
			f.Count = &n
		}
		f.Chance, _ = strconv.ParseFloat(v.Get("chance"), 64)
		f.Seconds, _ = strconv.ParseFloat(v.Get("seconds"), 64) // an empty field is 0, which means the default
	})
	if err != nil {
		return nil, err
	}
	f.Hits = 0
	if err := s.addFault(f); err != nil {
		return nil, err
	}
	return map[string]any{"faults": s.faultList()}, nil
}

func (s *Server) adminSpeed(r *http.Request) (any, error) {
	var req struct {
		Speed *float64 `json:"speed"`
	}
	err := readAdmin(r, &req, func(v url.Values) {
		if f, err := strconv.ParseFloat(v.Get("speed"), 64); err == nil {
			req.Speed = &f
		}
	})
	if err != nil {
		return nil, err
	}
	if req.Speed == nil || !(*req.Speed >= 0 && *req.Speed <= 100000) {
		return nil, refuse(http.StatusBadRequest, "speed must be 0 (stop) to 100000")
	}
	s.clock.setSpeed(*req.Speed)
	return map[string]any{"now": s.clock.now(), "speed": *req.Speed}, nil
}

// adminAdvance lets shop time jump forward; what falls due on the way happens in order.
func (s *Server) adminAdvance(r *http.Request) (any, error) {
	var req struct {
		Seconds float64 `json:"seconds"`
	}
	err := readAdmin(r, &req, func(v url.Values) { req.Seconds, _ = strconv.ParseFloat(v.Get("seconds"), 64) })
	if err != nil {
		return nil, err
	}
	if !(req.Seconds > 0 && req.Seconds <= 366*86400) {
		return nil, refuse(http.StatusBadRequest, "seconds must be more than 0 and at most a year")
	}
	s.clock.jump(time.Duration(req.Seconds * float64(time.Second)))
	return map[string]any{"now": s.advance()}, nil
}

// readAdmin reads a JSON body, an absent one, or a form of the page.
func readAdmin(r *http.Request, dst any, form func(url.Values)) error {
	if isForm(r) {
		if err := r.ParseForm(); err != nil {
			return fmt.Errorf("reading the form: %w", err)
		}
		form(r.Form)
		return nil
	}
	body, err := readBody(r.Body, maxBody)
	if err != nil || len(strings.TrimSpace(string(body))) == 0 {
		return err
	}
	dec := json.NewDecoder(strings.NewReader(string(body)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(dst); err != nil {
		return fmt.Errorf("reading the request: %w", err)
	}
	return nil
}

// journalSince is the journal, from entry ?since=N on.
func (s *Server) journalSince(r *http.Request) (any, error) {
	since := 0
	if v := r.URL.Query().Get("since"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil {
			return nil, refuse(http.StatusBadRequest, "since must be a number, not %q", v)
		}
		since = n
	}
	list := []entry{}
	for _, e := range s.journal.entries {
		if e.N > since {
			list = append(list, e)
		}
	}
	return list, nil
}
