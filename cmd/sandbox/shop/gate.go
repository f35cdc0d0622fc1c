package shop

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// call is one request on its way. Handlers run with the server's lock held and fill orders and packages for the journal.
type call struct {
	srv       *Server
	shop      *store // whose shop_cipher was sent; nil before the gate
	r         *http.Request
	query     url.Values
	body      []byte
	vars      map[string]string
	wall, now time.Time     // wall clock; shop time
	skew      time.Duration // how far the platform's clock is off, for this call
	base      string        // http://host as the client addressed it
	requestID string
	orders    []string
	packages  []string
	foreign   []string // orders and packages of another shop of the seller that the call has named
}

func (c *call) named(o *order, packageID string) {
	if o != nil && !slices.Contains(c.orders, o.id) {
		c.orders = append(c.orders, o.id)
	}
	if packageID != "" && !slices.Contains(c.packages, packageID) {
		c.packages = append(c.packages, packageID)
	}
}

// notHere notes an id that another of the seller's shops has: it was asked for with the wrong shop_cipher.
func (c *call) notHere(id string) {
	of, _ := c.srv.orderCalled(id)
	if of == nil {
		of, _ = c.srv.parcelCalled(id)
	}
	if of != nil && of != c.shop && !slices.Contains(c.foreign, id) {
		c.foreign = append(c.foreign, id)
	}
}

// reply is a finished answer, not yet written.
type reply struct {
	status int
	header http.Header
	body   []byte
	code   int64
}

// servePublic answers everything but /admin/: first the faults that come before, then the call under the lock, then the
// faults that come after.
func (s *Server) servePublic(w http.ResponseWriter, r *http.Request) {
	limit := maxBody
	if isUpload(r) {
		limit = maxUpload
	}
	body, bodyErr := readBody(r.Body, limit)
	s.mu.Lock()
	f := s.takeFault(r)
	if f.is(faultLate) { // on its way all that time, whether the client waits for it or not
		s.mu.Unlock()
		time.Sleep(time.Duration(f.Seconds * float64(time.Second)))
		s.mu.Lock()
	}
	c := &call{srv: s, r: r, body: body, wall: s.opt.Clock(), now: s.advance(), base: "http://" + r.Host, skew: s.skew()}
	s.effects.take() // what happened by itself is nobody's call
	c.requestID = s.newRequestID(c.wall)
	if f.before() {
		s.note(c, 0, 0, f)
		s.mu.Unlock()
		panic(http.ErrAbortHandler) // net/http closes the connection without an answer
	}
	answer := s.disturbed(c, f, bodyErr)
	s.note(c, answer.status, answer.code, f)
	date := c.wall.Add(c.skew)
	s.mu.Unlock()
	answer.header.Set("Date", date.UTC().Format(http.TimeFormat))
	s.write(w, r, answer, f)
}

func (s *Server) answer(c *call, bodyErr error) reply {
	path := c.r.URL.Path
	switch {
	case strings.HasPrefix(path, "/img/"):
		return s.serveImage(c)
	case strings.HasPrefix(path, "/doc/"):
		return s.serveDocument(c)
	}
	data, err := s.dispatch(c, bodyErr)
	return jsonReply(c, data, err)
}

func (s *Server) dispatch(c *call, bodyErr error) (any, error) {
	if bodyErr != nil {
		if errors.Is(bodyErr, errTooLarge) {
			return nil, errTooLarge
		}
		return nil, errNotJSON
	}
	query, err := url.ParseQuery(c.r.URL.RawQuery)
	if err != nil {
		return nil, artificial(codeUnknownQuery, "The query cannot be decoded")
	}
	c.query = query
	if _, ok := tokenParams[c.r.URL.Path]; ok {
		return s.serveToken(c)
	}
	rt, vars, err := findRoute(c.r.Method, c.r.URL.Path)
	if err != nil {
		return nil, err
	}
	c.vars = vars
	if err := s.gate(c, rt); err != nil {
		return nil, err
	}
	of := c.shop
	if of == nil {
		of = s.first()
	}
	return rt.handle(of, c)
}

// gate checks in the platform's order, as far as it is known: (path and method) → app key → timestamp → signature →
// token → shop cipher → scope → rate. Business rules come after it.
func (s *Server) gate(c *call, rt *route) error {
	if c.query.Get("app_key") != s.opt.AppKey {
		return errBadAppKey
	}
	if err := checkTimestamp(c.query.Get("timestamp"), c.wall.Add(c.skew)); err != nil {
		return err
	}
	sign := c.query.Get("sign")
	if sign == "" {
		return errNoSign
	}
	want := requestSign(s.opt.AppSecret, c.r.URL.Path, c.query, c.r.Header.Get("Content-Type"), c.body)
	if !sameMAC(sign, want) {
		return errBadSign
	}
	if err := s.tokens.check(c.r.Header.Get("x-tts-access-token"), c.wall); err != nil {
		return err
	}
	switch cipher := c.query.Get("shop_cipher"); {
	case !rt.form.Cipher && c.query.Has("shop_cipher"):
		return errUnexpected
	case rt.form.Cipher && cipher == "":
		return errNoCipher
	case rt.form.Cipher:
		if c.shop = s.storeOf(cipher); c.shop == nil {
			return errTokenOfOther
		}
	}
	if !slices.Contains(s.opt.Scopes, rt.scope) {
		return errScope
	}
	if !s.allow(c, rt) {
		return errRateLimit
	}
	return checkForm(c, rt)
}

// checkTimestamp accepts [now − 5 min, now + 30 s].
func checkTimestamp(value string, now time.Time) error {
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || len(value) != 10 {
		return errTimestamp
	}
	switch {
	case n < now.Unix()-300:
		return errTooEarly
	case n > now.Unix()+30:
		return errTooLate
	}
	return nil
}

func (s *Server) storeOf(cipher string) *store {
	for _, of := range s.stores {
		if of.cipher == cipher {
			return of
		}
	}
	return nil
}

var commonParams = []string{"app_key", "timestamp", "sign", "shop_cipher"}

// checkForm refuses what the specification does not have: other query parameters, a repeated one, a body that is not
// declared as JSON, fields and types that are not in the endpoint's shape.
func checkForm(c *call, rt *route) error {
	if err := misshapen(rt.form.CheckQuery(c.query, commonParams)); err != nil {
		return err
	}
	media, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if rt.form.Multipart {
		if err != nil || media != "multipart/form-data" {
			return errNotMultipart
		}
		return nil
	}
	if len(c.body) > 0 && (err != nil || media != "application/json") {
		return errNotJSON
	}
	if err != nil || media != "application/json" {
		return artificial(codeHeader, "Missing header `Content-Type: application/json`")
	}
	if len(c.body) > 0 && c.r.Method == http.MethodGet {
		return artificial(codeUnknownField, "A GET request has no body")
	}
	return misshapen(rt.form.CheckBody(c.body))
}

func jsonReply(c *call, data any, err error) reply {
	env := envelope{Message: "Success", RequestID: c.requestID, Data: data}
	status := http.StatusOK
	if err != nil {
		e := asAPIError(err)
		status, env.Code, env.Message, env.Data = e.Status, e.Code, e.Message, nil
	}
	body, merr := json.Marshal(env)
	if merr != nil {
		panic(fmt.Sprintf("shop: answer cannot be encoded: %v", merr)) // only our own types get here
	}
	return reply{status: status, code: env.Code, body: body, header: http.Header{"Content-Type": {"application/json; charset=utf-8"}}}
}

// newRequestID looks like the platform's: time, then hex.
func (s *Server) newRequestID(now time.Time) string {
	return fmt.Sprintf("%s%018X", now.UTC().Format("20060102150405"), s.ids.request())
}
