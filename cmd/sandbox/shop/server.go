package shop

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Options of a shop. The zero value is a GB shop of 60 orders with seed 1, in real time.
type Options struct {
	Market   string           // GB (default) or another key of the market table
	Also     []string         // markets of the seller's further shops: one app, one token, a cipher for each shop
	Seed     uint64           // 0: 1. The same seed, market, number of orders and start of the clock give the same shop
	Orders   int              // 0: 60
	Boxes    int              // so many orders have two packages, where packages exist before shipping
	Training bool             // the first shop holds one order for each lesson of the training list and nothing else
	Clock    func() time.Time // the wall clock; nil: time.Now. Must be safe for concurrent use
	Speed    float64          // how much faster shop time runs than the wall clock; 0: 1

	AppKey, AppSecret, AuthCode string // empty: made from the seed
	ShopCipher                  string // empty: made from the seed
	ShopID                      string // of the first shop; empty: always the same. Sellers beside each other need different ones
	RedirectURL                 string // where the consent page leads; empty: it shows the code

	// Calls a second of one shop to one endpoint before 429; 0: 50, the number that was published last. Today the platform
	// publishes none and says that writes get less: WritesPerSecond is for those that ship, cancel or change; 0: the same.
	RatePerSecond, WritesPerSecond float64
	HourlyQuota                    int // calls an hour of the whole app before 429, as test shops have; 0: no limit

	AccessTTL  time.Duration // life of an access token; 0: 7 days
	RefreshTTL time.Duration // life of a refresh token; 0: 365 days
	Scopes     []string      // granted scopes; nil: all that the endpoints need

	// CarrierAfter is the shop time from shipping to the carrier's first scan. 0: 2 to 6 hours for seller-shipped and
	// 20 to 30 hours for platform-shipped parcels; negative: only when the admin API says so.
	CarrierAfter time.Duration

	// StatusTimeOnly: update_time moves with the status only, as its documentation says; a cancel request, a new address and a
	// combination leave it. Otherwise everything moves it.
	StatusTimeOnly bool

	Logger  *slog.Logger // nil: nothing is logged
	FontDir string       // where Noto fonts are looked for; empty: the system's folders
}

// Server is one shop. It is an http.Handler for the API, the authorization host, the downloads and /admin/ at once,
// safe for concurrent use. It starts nothing: time passes when somebody asks.
type Server struct {
	opt    Options
	log    *slog.Logger
	fonts  *fontSet
	docKey string
	admin  *http.ServeMux

	mu sync.Mutex // guards everything below
	*timeline
	tokens   tokenStore
	limits   map[string]*rate.Limiter
	faults   []*fault
	planName string
	journal  journal
	hooks    *hookLog
	stores   []*store
	uploads  map[string]upload
	ids      *idMaker
	tally    *tally
	effects  *effectLog
}

// tally is what /admin/state counts.
type tally struct {
	Shipped               int            `json:"shipped"`                 // packages shipped, marked or created
	DuplicateAttempts     int            `json:"duplicate_attempts"`      // second ship, mark or create of a package or line, all refused
	ShipCancelledAttempts int            `json:"ship_cancelled_attempts"` // ship calls for a cancelled order, all refused
	ShippedCancelled      int            `json:"shipped_cancelled"`       // cancelled orders that were shipped or that a carrier got: must stay 0
	Repeated              int            `json:"repeated"`                // answers to a request to cancel and corrections that had been made before
	Refused               int            `json:"refused"`                 // API calls that were answered with a code other than 0
	Calls                 map[string]int `json:"-"`
}

// New seeds a shop. It fails for an unknown market or impossible numbers.
func New(opt Options) (*Server, error) {
	if opt.Market == "" {
		opt.Market = "GB"
	}
	m, err := markets(strings.ToUpper(opt.Market))
	if err != nil {
		return nil, err
	}
	if err := opt.fill(m); err != nil {
		return nil, fmt.Errorf("options of the sandbox shop: %w", err)
	}
	s := &Server{opt: opt, log: opt.Logger, fonts: &fontSet{dir: opt.FontDir},
		docKey:   digest("documents", opt.Seed, opt.Market, 32),
		timeline: &timeline{clock: newShopClock(opt.Clock, opt.Speed)},
		limits:   map[string]*rate.Limiter{}, uploads: map[string]upload{}, effects: &effectLog{},
		ids: newIDMaker(opt.Seed), hooks: newHookLog(opt), tally: &tally{Calls: map[string]int{}}}
	s.tokens = newTokenStore(opt)
	s.tokens.issueCode(opt.AuthCode, opt.Clock())
	for i, region := range append([]string{opt.Market}, opt.Also...) {
		m, err := markets(strings.ToUpper(region))
		if err != nil {
			return nil, err
		}
		of := s.newStore(i, m)
		s.stores = append(s.stores, of)
		if opt.Training && i == 0 {
			of.seedLessons(of.clock.now().Truncate(time.Second))
		} else {
			of.seedOrders()
		}
	}
	s.advance()
	s.effects.take()
	s.admin = s.adminMux()
	return s, nil
}

func (o *Options) fill(m market) error {
	switch {
	case o.Orders < 0 || o.Orders > 100000:
		return fmt.Errorf("%d orders: choose 1 to 100000", o.Orders)
	case o.Speed < 0 || o.Speed > 100000:
		return fmt.Errorf("speed %g: choose more than 0 and at most 100000", o.Speed)
	case o.RatePerSecond < 0 || o.WritesPerSecond < 0 || o.HourlyQuota < 0:
		return fmt.Errorf("rates of %g and %g a second and %d an hour: must not be negative", o.RatePerSecond, o.WritesPerSecond, o.HourlyQuota)
	}
	o.Market = m.region
	o.Seed = or(o.Seed, 1)
	o.Orders = or(o.Orders, 60)
	o.Speed = or(o.Speed, 1)
	o.RatePerSecond = or(o.RatePerSecond, 50)
	o.WritesPerSecond = or(o.WritesPerSecond, o.RatePerSecond)
	o.AccessTTL = or(o.AccessTTL, 7*24*time.Hour)
	o.RefreshTTL = or(o.RefreshTTL, 365*24*time.Hour)
	o.ShopID = or(o.ShopID, shopID)
	o.AppKey = or(o.AppKey, "sbx"+digest("app_key", o.Seed, m.region, 5))
	o.AppSecret = or(o.AppSecret, digest("app_secret", o.Seed, m.region, 20))
	o.AuthCode = or(o.AuthCode, "TTP_code_"+digest("auth_code", o.Seed, m.region, 10))
	o.ShopCipher = or(o.ShopCipher, m.cipherPrefix+"_"+digest("cipher", o.Seed, m.region, 14))
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	if o.Scopes == nil {
		o.Scopes = allScopes()
	}
	return nil
}

func or[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// digest makes n bytes of hex that depend on the seed only.
func digest(what string, seed uint64, region string, n int) string {
	sum := sha256.Sum256([]byte(what + "/" + region + "/" + strconv.FormatUint(seed, 10)))
	return hex.EncodeToString(sum[:])[:2*min(n, 32)]
}

// Credentials are what a client needs to connect.
type Credentials struct {
	AppKey     string `json:"app_key"`
	AppSecret  string `json:"app_secret"`
	AuthCode   string `json:"auth_code"` // single use, valid for 30 minutes from New
	ShopCipher string `json:"shop_cipher"`
	ServiceID  string `json:"service_id"` // names the app in the link of the consent page
	ShopID     string `json:"shop_id"`
	Region     string `json:"region"`
}

// Credentials of the shop; the authorization code is the one of the start, used or not.
func (s *Server) Credentials() Credentials {
	return Credentials{AppKey: s.opt.AppKey, AppSecret: s.opt.AppSecret, AuthCode: s.opt.AuthCode,
		ShopCipher: s.opt.ShopCipher, ServiceID: s.serviceID(), ShopID: s.opt.ShopID, Region: s.first().market.region}
}

const shopID = "7494049642642441621"

// Now is the shop's time, UTC.
func (s *Server) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.advance()
}

// ServeHTTP answers the API, the authorization host, downloads and the admin pages.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/admin" || strings.HasPrefix(r.URL.Path, "/admin/"):
		s.serveAdmin(w, r)
	case r.URL.Path == "/favicon.ico": // browsers ask for it beside the pages
		w.WriteHeader(http.StatusNoContent)
	case isAuthPath(r.URL.Path):
		s.serveAuthorize(w, r)
	default:
		s.servePublic(w, r)
	}
}
