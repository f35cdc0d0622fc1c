package syncer_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"packbench/cmd/sandbox/shop"
	"packbench/fulfillment"
	"packbench/fulfillment/sellercenter"
	"packbench/fulfillment/syncer"
)

// matrix is a floor with rows of one kind that wait, and orders among them with which nothing of the kind may be done.
type matrix struct {
	*floor
	call   writeCall
	rows   map[string]fulfillment.OutboxRow // by id
	barred []string                         // orders
	theirs map[string]int                   // effects of the kind that somebody else had, by order
}

// newMatrix fills the floor's outbox with rows of the call's kind. The first order of them is cancelled, and the buyer of the
// second asks to cancel; where the rows answer such requests the first was granted and the second rejected by somebody else.
func newMatrix(t *testing.T, call writeCall) *matrix {
	t.Helper()
	set := setup{shop: shop.Options{Orders: 16}, change: func(o *syncer.Options) { o.Policy = "at_pack" }}
	if call.retired {
		set.wrap = withoutOldVersions
	}
	m := &matrix{floor: newFloorWith(t, call.market, set), call: call, rows: map[string]fulfillment.OutboxRow{}, theirs: map[string]int{}}
	m.once()
	switch call.kind {
	case fulfillment.OutboxReportShipped:
		m.report()
	case fulfillment.OutboxArrange:
		m.addArranges()
	case fulfillment.OutboxCorrect:
		m.addCorrections()
	default:
		m.addAnswers()
	}
	list, err := m.store.Outbox(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, r := range list {
		m.rows[r.ID] = r
		ids = append(ids, string(r.OrderID))
	}
	slices.Sort(ids)
	if len(ids) < 4 {
		t.Fatalf("only %d rows: this cell proves little", len(ids))
	}
	m.bar(ids)
	return m
}

// withoutOldVersions is a platform that has retired the first version of the calls that have two.
func withoutOldVersions(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/order/202309/orders" || r.URL.Path == "/fulfillment/202309/packages" {
			_, _ = io.WriteString(w, `{"code":36009014,"message":"Invalid API version.","request_id":"R"}`)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (m *matrix) once() {
	m.t.Helper()
	if _, err := m.sync.Once(m.t.Context()); err != nil {
		m.t.Fatal(err)
	}
}

func (m *matrix) add(rows ...fulfillment.OutboxRow) {
	m.t.Helper()
	if err := m.store.Add(m.t.Context(), rows); err != nil {
		m.t.Fatal(err)
	}
}

func (m *matrix) addArranges() {
	m.t.Helper()
	list, err := m.store.ToArrange(m.t.Context(), 100)
	if err != nil {
		m.t.Fatal(err)
	}
	for i, r := range list {
		r.ID, r.CreatedAt = fmt.Sprintf("0000-%04d", i), time.Now()
		m.add(r)
	}
}

// addAnswers has the buyers of all orders that may ship ask to cancel, and answers them.
func (m *matrix) addAnswers() {
	m.t.Helper()
	var ids []fulfillment.OrderID
	for _, o := range m.shop.State().Orders {
		if o.MayShip && !o.CancelRequested && len(ids) < 8 {
			m.post("/admin/orders/"+o.ID+"/request-cancel", ``)
			ids = append(ids, fulfillment.OrderID(o.ID))
		}
	}
	m.once()
	for i, id := range ids {
		r := m.order(id).Request
		m.add(fulfillment.OutboxRow{ID: fmt.Sprintf("0001-%04d", i), Kind: m.call.kind, OrderID: id, PackageID: m.order(id).Packages[0].ID, CancelID: r.ID,
			Deadline: r.AnswerBy, CreatedAt: time.Now()})
	}
}

// addCorrections has somebody else report parcels with a number of another parcel, and corrects them.
func (m *matrix) addCorrections() {
	m.t.Helper()
	m.report()
	list, err := m.store.Outbox(m.t.Context())
	if err != nil {
		m.t.Fatal(err)
	}
	for i, r := range list {
		if err := m.store.Supersede(m.t.Context(), r, "this test corrects it"); err != nil {
			m.t.Fatal(err)
		}
		m.elsewhere(r, fulfillment.Tracking(fmt.Sprintf("WRONG%08d", i)))
		r.ID, r.Kind, r.State, r.CreatedAt = fmt.Sprintf("0000-%04d", i), fulfillment.OutboxCorrect, fulfillment.OutboxQueued, time.Now()
		m.add(r)
	}
}

// bar takes the first two orders out of what may be done.
func (m *matrix) bar(ids []string) {
	m.t.Helper()
	m.barred = ids[:2]
	switch {
	case m.call.kind.Answers():
		ids = ids[len(ids)-2:] // they are sent last: the faults are for the others
		m.barred = ids
		granted, rejected := m.order(fulfillment.OrderID(ids[0])).Request.ID, m.order(fulfillment.OrderID(ids[1])).Request.ID
		if err := m.client.ApproveCancellation(m.t.Context(), m.cipher, granted, "somebody else"); err != nil {
			m.t.Fatal(err)
		}
		m.theirs[ids[map[fulfillment.OutboxKind]int{fulfillment.OutboxApprove: 0, fulfillment.OutboxReject: 1}[m.call.kind]]] = 1
		reasons, err := m.client.RejectReasons(m.t.Context(), m.cipher, rejected, "en")
		if err != nil || len(reasons) == 0 {
			m.t.Fatal(reasons, err)
		}
		if err := m.client.RejectCancellation(m.t.Context(), m.cipher, rejected, sellercenter.Rejection{Reason: reasons[0].Key}, "somebody else"); err != nil {
			m.t.Fatal(err)
		}
	case m.call.kind == fulfillment.OutboxCorrect:
		m.barred = ids[:1] // a request to cancel does not keep a number from being corrected
		m.post("/admin/orders/"+ids[0]+"/cancel", ``)
	default:
		m.post("/admin/orders/"+ids[0]+"/cancel", ``)
		m.post("/admin/orders/"+ids[1]+"/request-cancel", ``)
	}
}

// effectOf is the platform's word for what a row of the kind does.
func effectOf(k fulfillment.OutboxKind) string {
	switch k {
	case fulfillment.OutboxReject, fulfillment.OutboxApprove:
		return string(k)
	case fulfillment.OutboxCorrect:
		return "retrack"
	}
	return "ship"
}

// violations are what must never be found at the platform or on the disk when all rows are settled: an effect twice or an
// attempt at it, one that was barred, reported though not done, done though not recorded.
func (m *matrix) violations() (bad []string) {
	m.t.Helper()
	twice, effects := 0, map[string]int{}
	for _, e := range m.journal() {
		if e.Fault == "twice" {
			twice += max(1, len(strings.Split(e.Order, ",")))
		}
		for _, x := range e.Effects {
			if x.What == effectOf(m.call.kind) {
				effects[x.Order]++
			}
		}
	}
	for id, n := range effects {
		if n -= m.theirs[id]; n > 1 && !(m.call.kind == fulfillment.OutboxCorrect && n <= 1+twice) {
			bad = append(bad, fmt.Sprintf("%s of order %s: %d times", m.call.kind, id, n))
		}
		if n > 0 && slices.Contains(m.barred, id) {
			bad = append(bad, fmt.Sprintf("%s of order %s must not be", m.call.kind, id))
		}
	}
	state := m.shop.State()
	if c := state.Counts; c.DuplicateAttempts+c.Repeated > twice || c.ShipCancelledAttempts != 0 || c.ShippedCancelled != 0 {
		bad = append(bad, fmt.Sprintf("tried again: %d and %d (%d by the wire), of cancelled orders %d", c.DuplicateAttempts, c.Repeated, twice, c.ShipCancelledAttempts))
	}
	return append(bad, m.lies(state, effects)...)
}

// lies are rows that say what the platform does not.
func (m *matrix) lies(state shop.State, effects map[string]int) (bad []string) {
	m.t.Helper()
	left, err := m.store.Outbox(m.t.Context())
	if err != nil {
		m.t.Fatal(err)
	}
	truth := map[string]shop.OrderState{}
	for _, o := range state.Orders {
		truth[o.ID] = o
	}
	for id, r := range m.rows {
		parked := slices.ContainsFunc(left, func(x fulfillment.OutboxRow) bool { return x.ID == id })
		o := truth[string(r.OrderID)]
		did := effects[o.ID] > m.theirs[o.ID]
		if effectOf(m.call.kind) == "ship" {
			did = o.Shipped
		}
		switch superseded := slices.Contains(m.barred, o.ID) && m.call.kind.Answers(); {
		case !parked && !did && !superseded:
			bad = append(bad, fmt.Sprintf("%s is done here and not there: order %s", m.call.kind, o.ID))
		case !parked && did && r.Tracking != "" && o.Tracking != string(r.Tracking):
			bad = append(bad, fmt.Sprintf("done, but with %s: order %s", o.Tracking, o.ID))
		case parked && did:
			bad = append(bad, fmt.Sprintf("%s is parked and done: order %s", m.call.kind, o.ID))
		}
	}
	return bad
}

func (m *matrix) check() {
	m.t.Helper()
	for _, v := range m.violations() {
		m.t.Error(v)
	}
	left, err := m.store.Outbox(m.t.Context())
	if err != nil {
		m.t.Fatal(err)
	}
	for _, r := range left {
		if !slices.Contains(m.barred, string(r.OrderID)) {
			m.t.Errorf("order %s is parked, though the trouble passed: %s", r.OrderID, r.Reason)
		}
	}
}
