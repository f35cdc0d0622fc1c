package shop

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// plan is a kind of bad day: a set of faults that lasts until the shop is set back to normal.
type plan struct {
	Name   string  `json:"name"`
	About  string  `json:"about"`
	Faults []fault `json:"faults"`
}

// writes are the calls that ship.
const writes = "POST */fulfillment/*"

var plans = []plan{
	{"offline", "No network: nothing gets through until it is back.", []fault{{Kind: faultOffline}}},
	{"bad-wifi", "One call in ten breaks, before or after it had its effect; some answers come late or cut short.", []fault{
		{Kind: faultRefuse, Chance: 0.05}, {Kind: faultLost, Chance: 0.03}, {Kind: faultTruncate, Chance: 0.02}, {Kind: faultSlow, Chance: 0.05, Seconds: 3}}},
	{"guest-network", "The Wi-Fi wants a log-in: every answer is its page, with HTTP 200.", []fault{{Kind: faultPortal, Chance: 1}}},
	{"lost-answers", "Every fifth write is done, but its answer is lost.", []fault{{Kind: faultLost, Endpoint: writes, Chance: 0.2}}},
	{"busy-platform", "The platform is overloaded: errors, some of them after the write was done, and 429.", []fault{
		{Kind: faultHTTP500, Chance: 0.05, Status: 503}, {Kind: faultErrorIn200, Endpoint: writes, Chance: 0.05, After: true},
		{Kind: faultErrorIn200, Chance: 0.05}, {Kind: faultRateLimit, Chance: 0.1}}},
	{"flash-sale", "Half of all calls are turned away with 429.", []fault{{Kind: faultRateLimit, Chance: 0.5}}},
	{"tokens-end", "The access token ends again and again, also between two calls of one batch.", []fault{{Kind: faultExpireAt, Chance: 0.05}}},
	{"clock-off", "The platform's clock is ten minutes ahead of this computer's.", []fault{{Kind: faultSkew, Seconds: 600}}},
	{"late-effects", "Some writes take effect eight seconds after they were sent, and some arrive twice.", []fault{
		{Kind: faultLate, Endpoint: writes, Chance: 0.1, Seconds: 8}, {Kind: faultTwice, Endpoint: writes, Chance: 0.05}}},
	{"webhook-trouble", "Webhooks come twice, late, in another order, or not at all.", []fault{
		{Kind: faultHookTwice, Chance: 0.2}, {Kind: faultHookLate, Chance: 0.2, Seconds: 20}, {Kind: faultHookLost, Chance: 0.1}}},
}

// startPlan replaces what is active by a plan. The same seed disturbs the same calls.
func (s *Server) startPlan(name string, seed uint64) error {
	i := slices.IndexFunc(plans, func(p plan) bool { return p.Name == name })
	if i < 0 {
		return refuse(http.StatusBadRequest, "there is no fault plan %q", name)
	}
	s.faults, s.planName = nil, name
	for k, f := range plans[i].Faults {
		f.Seed = seed*31 + uint64(k)
		if err := s.addFault(f); err != nil {
			return err
		}
	}
	return nil
}

// adminPlan is POST /admin/plan: {"plan": "bad-wifi", "seed": 1}.
func (s *Server) adminPlan(r *http.Request) (any, error) {
	var req struct {
		Plan string `json:"plan"`
		Seed uint64 `json:"seed"`
	}
	err := readAdmin(r, &req, func(v url.Values) {
		req.Plan = v.Get("plan")
		req.Seed, _ = strconv.ParseUint(v.Get("seed"), 10, 64) // empty is 0
	})
	if err != nil {
		return nil, err
	}
	if err := s.startPlan(req.Plan, req.Seed); err != nil {
		return nil, err
	}
	return map[string]any{"plan": req.Plan, "faults": s.faultList()}, nil
}
