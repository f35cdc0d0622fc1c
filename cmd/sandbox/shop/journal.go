package shop

import (
	"strings"
	"time"
)

// journalMax entries are kept; older ones are dropped.
const journalMax = 60000

// entry is one call as /admin/journal shows it. Code is the envelope's; HTTP is 0 where no answer was given.
type entry struct {
	N         int       `json:"n"`
	Time      time.Time `json:"time"`      // wall clock, UTC
	ShopTime  time.Time `json:"shop_time"` // UTC
	Method    string    `json:"method"`
	Path      string    `json:"path"`
	Code      int64     `json:"code"`
	HTTP      int       `json:"http"`
	RequestID string    `json:"request_id"`
	Order     string    `json:"order,omitempty"`
	Package   string    `json:"package,omitempty"`
	Fault     string    `json:"fault,omitempty"`
	Shop      string    `json:"shop,omitempty"`    // market, where the seller has several shops
	Foreign   []string  `json:"foreign,omitempty"` // ids of another shop of the seller: the call had the wrong shop_cipher
	Effects   []effect  `json:"effects,omitempty"` // lasting changes of this call, also where its answer was lost
}

type journal struct {
	n       int
	entries []entry
}

// note writes a call into the journal and the counts. The lock is held.
func (s *Server) note(c *call, status int, code int64, f *fault) {
	s.journal.n++
	e := entry{N: s.journal.n, Time: c.wall.UTC(), ShopTime: c.now, Method: c.r.Method, Path: c.r.URL.Path, Code: code,
		HTTP: status, RequestID: c.requestID, Order: strings.Join(c.orders, ","), Package: strings.Join(c.packages, ","), Foreign: c.foreign, Effects: s.effects.take()}
	if c.shop != nil && len(s.stores) > 1 {
		e.Shop = c.shop.market.region
	}
	if f != nil {
		e.Fault = f.Kind
	}
	if e.Order == "" {
		e.Order = c.vars["order_id"]
	}
	if e.Package == "" {
		e.Package = c.vars["package_id"]
	}
	if len(s.journal.entries) >= journalMax {
		s.journal.entries = append(s.journal.entries[:0], s.journal.entries[journalMax/2:]...)
	}
	s.journal.entries = append(s.journal.entries, e)
	if code != 0 {
		s.tally.Refused++
	}
	s.tally.Calls[endpointName(c)]++
	for _, sk := range s.faults {
		if sk.Kind == faultSkew && !sk.spent() && c.query.Has("sign") {
			sk.Hits++
		}
	}
	s.log.Info("call", "method", e.Method, "path", e.Path, "http", status, "code", code, "request_id", e.RequestID,
		"order", e.Order, "package", e.Package, "fault", e.Fault)
}

func endpointName(c *call) string {
	if rt, _, err := findRoute(c.r.Method, c.r.URL.Path); err == nil {
		return rt.method + " " + rt.pattern
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(c.r.URL.Path, "/"), "/")
	if first == "img" || first == "doc" {
		return c.r.Method + " /" + first + "/…"
	}
	return c.r.Method + " " + c.r.URL.Path
}
