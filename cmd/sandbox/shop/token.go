package shop

import (
	"fmt"
	"net/url"
	"slices"
	"time"
)

// authCodeLife is how long an authorization code may be exchanged, once.
const authCodeLife = 30 * time.Minute

type refreshToken struct {
	expires time.Time
	used    bool
}

// tokenStore holds what was issued. Times are of the wall clock: the client compares them with its own.
type tokenStore struct {
	seed       uint64
	n          int
	accessTTL  time.Duration
	refreshTTL time.Duration
	codes      map[string]time.Time     // unused authorization codes and when they end
	access     map[string]time.Time     // access tokens and when they end
	refresh    map[string]*refreshToken // a refresh token works once: the answer brings its successor
}

func newTokenStore(opt Options) tokenStore {
	return tokenStore{seed: opt.Seed, accessTTL: opt.AccessTTL, refreshTTL: opt.RefreshTTL,
		codes: map[string]time.Time{}, access: map[string]time.Time{}, refresh: map[string]*refreshToken{}}
}

func (t *tokenStore) issueCode(code string, now time.Time) { t.codes[code] = now.Add(authCodeLife) }

// newCode is a further authorization, as if the seller had consented once more.
func (t *tokenStore) newCode(now time.Time) string {
	t.n++
	code := "TTP_code_" + digest(fmt.Sprintf("auth_code %d", t.n), t.seed, "", 10)
	t.issueCode(code, now)
	return code
}

// tokenAnswer is the data of both token calls. The *_expire_in values are absolute Unix seconds despite their names.
type tokenAnswer struct {
	AccessToken          string   `json:"access_token"`
	AccessTokenExpireIn  int64    `json:"access_token_expire_in"`
	RefreshToken         string   `json:"refresh_token"`
	RefreshTokenExpireIn int64    `json:"refresh_token_expire_in"`
	OpenID               string   `json:"open_id"`
	SellerName           string   `json:"seller_name"`
	SellerBaseRegion     string   `json:"seller_base_region"`
	UserType             int      `json:"user_type"`
	GrantedScopes        []string `json:"granted_scopes"`
}

func (t *tokenStore) issue(now time.Time, refreshEnds time.Time) tokenAnswer {
	t.n++
	a := "TTP_acc" + digest(fmt.Sprintf("access %d", t.n), t.seed, "", 24)
	r := "TTP_ref" + digest(fmt.Sprintf("refresh %d", t.n), t.seed, "", 24)
	t.access[a] = now.Add(t.accessTTL)
	t.refresh[r] = &refreshToken{expires: refreshEnds}
	return tokenAnswer{AccessToken: a, AccessTokenExpireIn: t.access[a].Unix(), RefreshToken: r,
		RefreshTokenExpireIn: refreshEnds.Unix()}
}

// check judges an access token.
func (t *tokenStore) check(token string, now time.Time) *apiError {
	ends, ok := t.access[token]
	switch {
	case !ok:
		return errBadToken
	case !now.Before(ends):
		return errTokenExpired
	}
	return nil
}

// expire ends all access tokens now, and the refresh tokens too if asked.
func (t *tokenStore) expire(now time.Time, refreshToo bool) {
	for k, ends := range t.access {
		if ends.After(now) {
			t.access[k] = now
		}
	}
	for _, r := range t.refresh {
		if refreshToo && r.expires.After(now) {
			r.expires = now
		}
	}
}

// forget makes every token one that was never issued.
func (t *tokenStore) forget() {
	clear(t.access)
	clear(t.refresh)
}

// endRefresh sets the end of the authorization.
func (t *tokenStore) endRefresh(at time.Time) {
	for _, r := range t.refresh {
		r.expires = at
	}
}

var tokenParams = map[string][]string{
	"/api/v2/token/get":     {"app_key", "app_secret", "auth_code", "grant_type"},
	"/api/v2/token/refresh": {"app_key", "app_secret", "refresh_token", "grant_type"},
}

// serveToken answers the authorization host's two calls. They are neither signed nor do they carry a token.
func (s *Server) serveToken(c *call) (any, error) {
	if c.r.Method != "GET" {
		return nil, errInvalidMethod
	}
	names := tokenParams[c.r.URL.Path]
	for name := range c.query {
		if !slices.Contains(names, name) {
			return nil, artificial(codeUnknownQuery, "Unknown query parameter `%s`", name)
		}
	}
	for _, name := range names {
		if c.query.Get(name) == "" {
			return nil, artificial(codeMissing, "Missing query parameter `%s`", name)
		}
	}
	if c.query.Get("app_key") != s.opt.AppKey {
		return nil, errBadAppKey
	}
	if !sameMAC(c.query.Get("app_secret"), s.opt.AppSecret) {
		return nil, artificial(codeBadSecret, "Invalid app_secret")
	}
	answer, err := s.exchange(c.r.URL.Path, c.query, c.wall)
	if err != nil {
		return nil, err
	}
	s.effects.add("token", "", "", c.query.Get("grant_type"))
	answer.OpenID, answer.SellerName = "7010736057180000001", "Demo Seller "+s.first().market.region
	answer.SellerBaseRegion, answer.GrantedScopes = s.first().market.base, s.opt.Scopes
	return answer, nil
}

// exchange turns a code or a refresh token into a new pair. The platform's own SDK refreshes with authorized_code as
// grant type, so both are taken there.
func (s *Server) exchange(path string, q url.Values, now time.Time) (tokenAnswer, error) {
	grant := q.Get("grant_type")
	if path == "/api/v2/token/get" {
		if grant != "authorized_code" {
			return tokenAnswer{}, artificial(codeMissing, "grant_type must be authorized_code")
		}
		ends, ok := s.tokens.codes[q.Get("auth_code")]
		if !ok || !now.Before(ends) {
			return tokenAnswer{}, errNoAuth
		}
		delete(s.tokens.codes, q.Get("auth_code"))
		return s.tokens.issue(now, now.Add(s.tokens.refreshTTL)), nil
	}
	if grant != "refresh_token" && grant != "authorized_code" {
		return tokenAnswer{}, artificial(codeMissing, "grant_type must be refresh_token")
	}
	old := s.tokens.refresh[q.Get("refresh_token")]
	switch {
	case old == nil || old.used:
		return tokenAnswer{}, errNoAuth
	case !now.Before(old.expires):
		return tokenAnswer{}, errRTExpired
	}
	old.used = true
	return s.tokens.issue(now, old.expires), nil
}
