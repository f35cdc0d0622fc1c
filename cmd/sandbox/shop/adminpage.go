package shop

import (
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"packbench/fulfillment"
)

//go:embed adminpage.html
var adminHTML string

var adminTemplate = template.Must(template.New("admin").Funcs(template.FuncMap{
	"clock": func(t time.Time) string {
		if t.IsZero() {
			return "–"
		}
		return t.UTC().Format("02 Jan 15:04")
	},
	"left":    func(t, now time.Time) string { return leftUntil(t.Sub(now)) },
	"words":   func(s string) string { return strings.ReplaceAll(strings.ToLower(s), "_", " ") },
	"nth":     func(list []string, i int) string { return list[i] },
	"short":   shortPath,
	"code":    url.PathEscape,
	"canScan": func(o OrderState) bool { return o.Status == string(fulfillment.StatusAwaitingCollection) },
	"canDeliver": func(o OrderState) bool {
		return o.Status == string(fulfillment.StatusAwaitingCollection) || o.Status == string(fulfillment.StatusInTransit)
	},
	"canReturn": func(o OrderState) bool {
		return o.Status == string(fulfillment.StatusDelivered) || o.Status == string(fulfillment.StatusCompleted)
	},
	"onHold": func(o OrderState) bool { return o.Status == string(fulfillment.StatusOnHold) },
	"canCancel": func(o OrderState) bool {
		return slices.Contains([]fulfillment.OrderStatus{fulfillment.StatusOnHold, fulfillment.StatusAwaitingShipment,
			fulfillment.StatusPartiallyShipping, fulfillment.StatusAwaitingCollection}, fulfillment.OrderStatus(o.Status))
	},
}).Parse(adminHTML))

// leftUntil says how far away a deadline is, roughly.
func leftUntil(d time.Duration) string {
	late := ""
	if d < 0 {
		d, late = -d, " late"
	}
	switch {
	case d < time.Hour:
		return fmt.Sprintf("%d min%s", int(d.Minutes()), late)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h%s", int(d.Hours()), late)
	}
	return fmt.Sprintf("%d days%s", int(d.Hours()/24), late)
}

// shortPath leaves the version out of a path, which is the same in all of them.
func shortPath(path string) string {
	if m := version.FindStringSubmatch(path); m != nil {
		return m[1] + " / " + strings.TrimPrefix(path, m[0])
	}
	return path
}

// Views of the page, in the order of its tabs.
var adminViews = []string{"orders", "training", "weather", "journal", "connect"}

// filters of the list of orders.
var adminFilters = []struct {
	Name, Text string
	keep       func(*store, *order) bool
}{
	{"", "all", func(*store, *order) bool { return true }},
	{"open", "to pack", func(s *store, o *order) bool { may, _ := s.mayShip(o); return may }},
	{"requests", "cancel requested", func(_ *store, o *order) bool { return o.request != nil }},
	{"arranged", "wait for the carrier", func(_ *store, o *order) bool { return o.is(fulfillment.StatusAwaitingCollection) }},
	{"away", "with the carrier", func(_ *store, o *order) bool {
		return o.is(fulfillment.StatusInTransit) || o.is(fulfillment.StatusDelivered)
	}},
	{"cancelled", "cancelled", func(_ *store, o *order) bool { return o.is(fulfillment.StatusCancelled) }},
	{"traps", "special", func(_ *store, o *order) bool { return o.trap != "" }},
}

const ordersAPage = 40

type adminView struct {
	State
	View, Self       string
	Training         bool
	Note             string
	Credentials      Credentials
	AuthorizeLink    template.URL
	Kinds            []string
	Plans            []plan
	Plan             string
	Offline          bool
	Speeds           []int
	Journal          []entry
	Lessons          []LessonState
	LessonsDone      int
	BoxCodes         []string // where labels are sold by size
	Filters          []filterChip
	Query            string
	Found, From, To  int
	Previous, Next   string
	Hooks            []*webhookRecord
	MarketsOfShops   []string
	OnlyWrites       bool
	JournalFiltered  bool
	JournalOfOrderID string
}

type filterChip struct {
	Text, Link string
	On         bool
}

// adminPage is the page a person clicks on. It works without scripts; with them it refreshes itself.
func (s *Server) adminPage(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	v := adminView{View: q.Get("view"), Self: r.URL.RequestURI(), Note: q.Get("note"), Training: s.opt.Training, Speeds: []int{1, 10, 60, 600},
		Kinds: faultKinds, Plans: plans, Credentials: s.Credentials(), Query: strings.TrimSpace(q.Get("q"))}
	if !slices.Contains(adminViews, v.View) {
		v.View = "orders"
		if s.opt.Training {
			v.View = "training"
		}
	}
	v.Self = strings.Split(v.Self, "&note=")[0]
	v.AuthorizeLink = template.URL("/open/authorize?service_id=" + v.Credentials.ServiceID) // digits only
	s.mu.Lock()
	s.advance()
	s.viewHead(&v)
	switch v.View {
	case "orders":
		s.viewOrders(&v, q)
	case "training":
		v.Lessons = s.first().lessonStates()
		v.BoxCodes = s.first().boxCodes()
		for _, l := range v.Lessons {
			if l.Done {
				v.LessonsDone++
			}
		}
	case "journal":
		s.viewJournal(&v, q)
	case "connect":
		v.Hooks = lastHooks(s.hooks.records, 15)
	}
	s.mu.Unlock()
	s.writePage(w, adminTemplate, v)
}

// viewHead is what every view shows. Unlike the state it does not list the orders.
func (s *Server) viewHead(v *adminView) {
	v.State = State{Now: s.clock.now(), Wall: s.opt.Clock().UTC(), Speed: s.clock.speed, Market: s.first().market.region,
		Faults: s.faultList(), Counts: Counts{tally: *s.tally}}
	v.Plan = s.planName
	for _, f := range s.faults {
		v.Offline = v.Offline || f.Kind == faultOffline && !f.spent()
	}
	for _, of := range s.stores {
		v.MarketsOfShops = append(v.MarketsOfShops, of.market.region)
		v.Counts.Orders += len(of.orders)
		for _, o := range of.orders {
			if may, _ := of.mayShip(o); may {
				v.Counts.MayShip++
			}
		}
	}
}

func (s *Server) viewOrders(v *adminView, q url.Values) {
	link := func(change ...string) string {
		n := url.Values{"view": {"orders"}}
		for _, k := range []string{"only", "q"} {
			if q.Get(k) != "" {
				n.Set(k, q.Get(k))
			}
		}
		for i := 0; i+1 < len(change); i += 2 {
			n.Set(change[i], change[i+1])
		}
		return "/admin/?" + n.Encode()
	}
	keep := adminFilters[0].keep
	for _, f := range adminFilters {
		v.Filters = append(v.Filters, filterChip{f.Text, link("only", f.Name), q.Get("only") == f.Name})
		if q.Get("only") == f.Name {
			keep = f.keep
		}
	}
	from, _ := strconv.Atoi(q.Get("from")) // nothing is the beginning
	from = max(0, from)
	v.Orders = []OrderState{}
	for _, of := range s.stores {
		for _, o := range of.orders {
			if !keep(of, o) || !o.mentions(v.Query) {
				continue
			}
			if v.Found >= from && len(v.Orders) < ordersAPage {
				v.Orders = append(v.Orders, of.orderState(o))
			}
			v.Found++
		}
	}
	v.From, v.To = from+1, from+len(v.Orders)
	if from > 0 {
		v.Previous = link("from", strconv.Itoa(max(0, from-ordersAPage)))
	}
	if v.To < v.Found {
		v.Next = link("from", strconv.Itoa(v.To))
	}
}

// mentions reports whether a search for text finds the order: by a part of its number, tracking number, package or SKU.
func (o *order) mentions(text string) bool {
	if text == "" {
		return true
	}
	has := func(s string) bool { return strings.Contains(strings.ToLower(s), strings.ToLower(text)) }
	for _, p := range o.packages {
		if has(p.id) || has(p.tracking) {
			return true
		}
	}
	for _, l := range o.lines {
		if has(l.product.sku) || has(l.product.barcode) {
			return true
		}
	}
	return has(o.id) || has(o.boughtTracking) || has(o.trap) || has(o.recipient.name)
}

func (s *Server) viewJournal(v *adminView, q url.Values) {
	v.OnlyWrites, v.JournalOfOrderID = q.Get("only") == "effects", q.Get("order")
	for _, e := range slices.Backward(s.journal.entries) {
		if v.OnlyWrites && len(e.Effects) == 0 || v.JournalOfOrderID != "" && !strings.Contains(e.Order, v.JournalOfOrderID) {
			continue
		}
		if v.Journal = append(v.Journal, e); len(v.Journal) == 100 {
			break
		}
	}
}

// lastHooks are copies: they are shown without the lock.
func lastHooks(all []*webhookRecord, n int) []*webhookRecord {
	var list []*webhookRecord
	for _, r := range slices.Backward(all) {
		c := *r
		if list = append(list, &c); len(list) == n {
			break
		}
	}
	return list
}

// backToPage ends a click: the page it came from, with a note where it was refused.
func (s *Server) backToPage(w http.ResponseWriter, r *http.Request, err error) {
	back := "/admin/"
	if r.ParseForm() == nil && strings.HasPrefix(r.Form.Get("back"), "/admin/?") {
		back = r.Form.Get("back")
	}
	if err != nil {
		if !strings.Contains(back, "?") {
			back += "?"
		}
		back += "&note=" + url.QueryEscape(err.Error())
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
}
