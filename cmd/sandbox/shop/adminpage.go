package shop

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"slices"
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
	"canScan": func(o OrderState) bool { return o.Status == string(fulfillment.StatusAwaitingCollection) },
	"onHold":  func(o OrderState) bool { return o.Status == string(fulfillment.StatusOnHold) },
	"canCancel": func(o OrderState) bool {
		return slices.Contains([]fulfillment.OrderStatus{fulfillment.StatusOnHold, fulfillment.StatusAwaitingShipment,
			fulfillment.StatusPartiallyShipping, fulfillment.StatusAwaitingCollection}, fulfillment.OrderStatus(o.Status))
	},
}).Parse(adminHTML))

type adminView struct {
	State
	Credentials Credentials
	Kinds       []string
	Speeds      []int
	Journal     []entry
}

// adminPage is the page a person clicks on.
func (s *Server) adminPage(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	s.advance()
	last := s.journal.entries[max(0, len(s.journal.entries)-25):]
	view := adminView{State: s.state(), Kinds: faultKinds, Speeds: []int{1, 10, 60, 600}, Journal: slices.Clone(last)}
	s.mu.Unlock()
	slices.Reverse(view.Journal)
	view.Credentials = s.Credentials()
	var page bytes.Buffer
	if err := adminTemplate.Execute(&page, view); err != nil {
		http.Error(w, "the page cannot be made: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if _, err := w.Write(page.Bytes()); err != nil {
		s.log.Debug("page not delivered", "err", err)
	}
}
