package shop

import (
	"net/http"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// isWrite: a call that changes something. Searches and queries are POST calls, too.
func (rt *route) isWrite() bool {
	return rt.method != http.MethodGet && !strings.HasSuffix(rt.pattern, "/search") && !strings.HasSuffix(rt.pattern, "/query")
}

// allow takes one call from the budget of the app, the shop and the endpoint. No document names a header that says when
// to come again, so none is sent (a rate_limit fault can send one).
func (s *Server) allow(c *call, rt *route) bool {
	perSecond := s.opt.RatePerSecond
	if rt.isWrite() {
		perSecond = s.opt.WritesPerSecond
	}
	if !s.limiter(c.query.Get("shop_cipher")+" "+rt.method+" "+rt.pattern, rate.Limit(perSecond), max(1, int(perSecond))).AllowN(c.wall, 1) {
		return false
	}
	if s.opt.HourlyQuota == 0 {
		return true
	}
	quota := s.limiter("hour", rate.Every(time.Hour/time.Duration(s.opt.HourlyQuota)), s.opt.HourlyQuota)
	return quota.AllowN(c.wall, 1)
}

func (s *Server) limiter(key string, limit rate.Limit, burst int) *rate.Limiter {
	if s.limits[key] == nil {
		s.limits[key] = rate.NewLimiter(limit, burst)
	}
	return s.limits[key]
}
