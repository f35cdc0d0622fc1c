package syncer_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/syncer"
)

// writeCall is one of the platform's calls that change something, and where it is made.
type writeCall struct {
	name, market, endpoint string
	kind                   fulfillment.OutboxKind
	batch                  int  // rows in one call
	retired                bool // the platform has retired the calls' first versions
}

var writeCalls = []writeCall{
	{"mark", "GB", "POST /fulfillment/*/orders/*/packages", fulfillment.OutboxReportShipped, 1, false},
	{"ship_self", "VN", "POST /fulfillment/*/packages/*/ship", fulfillment.OutboxReportShipped, 1, false},
	{"ship", "GB", "POST /fulfillment/*/packages/*/ship", fulfillment.OutboxArrange, 1, false},
	{"create", "US", "POST /fulfillment/202309/packages", fulfillment.OutboxArrange, 1, false},
	{"batch", "VN", "POST /fulfillment/202309/packages/ship", fulfillment.OutboxArrange, 10, false},
	{"batch_self", "VN", "POST /fulfillment/202309/packages/ship", fulfillment.OutboxReportShipped, 10, false},
	{"create_new", "US", "POST /fulfillment/202512/packages", fulfillment.OutboxArrange, 1, true},
	{"reject", "GB", "POST /return_refund/*/cancellations/*/reject", fulfillment.OutboxReject, 1, false},
	{"approve", "US", "POST /return_refund/*/cancellations/*/approve", fulfillment.OutboxApprove, 1, false},
	{"correct", "VN", "POST /fulfillment/*/orders/*/shipping_info/update", fulfillment.OutboxCorrect, 1, false},
}

// faultCase is one way in which a call goes wrong. effect: the platform has done it all the same.
type faultCase struct {
	name, fault string
	effect      bool
}

var faultCases = []faultCase{
	{"refused before", `{"kind":"refuse_before","count":2}`, false},
	{"lost after", `{"kind":"lost_after","count":2}`, true},
	{"late effect", `{"kind":"late_effect","seconds":1.2,"count":3}`, true},
	{"slow", `{"kind":"slow","seconds":1.5,"count":3}`, true},
	{"truncated", `{"kind":"truncate","count":2}`, true},
	{"garbled", `{"kind":"garbled","count":2}`, true},
	{"log-in page", `{"kind":"login_page","count":2}`, false},
	{"error in 200", `{"kind":"error_in_200","count":2}`, false},
	{"error in 200 after", `{"kind":"error_in_200","count":2,"after":true}`, true},
	{"503", `{"kind":"http500","status":503,"count":2}`, false},
	{"500 after", `{"kind":"http500","count":2,"after":true}`, true},
	{"429", `{"kind":"rate_limit","seconds":1,"count":2}`, false},
	{"arrives twice", `{"kind":"twice","count":2}`, true},
	{"token ends", `{"kind":"expire_at_call","count":1}`, false},
	{"clock off", `{"kind":"clock_skew","seconds":600,"count":12}`, false},
}

// at puts the endpoint into the fault. The clock is everybody's.
func (c faultCase) at(endpoint string) string {
	if c.name == "clock off" {
		return c.fault
	}
	return strings.Replace(c.fault, "{", fmt.Sprintf(`{"endpoint":%q,`, endpoint), 1)
}

// settled is empty when every row is done or parked.
func (f *floor) settled() string {
	rows, err := f.store.Outbox(f.t.Context())
	if err != nil {
		return err.Error()
	}
	var left []string
	for _, r := range rows {
		if r.State != fulfillment.OutboxParked {
			left = append(left, fmt.Sprintf("%s %s (%s)", r.ID, r.State, r.Reason))
		}
	}
	return strings.Join(left, "; ")
}

type journalEntry struct {
	Path, Fault, Order string
	Code               int64
	HTTP               int
	Effects            []struct{ What, Order, Package, Detail string }
}

func (f *floor) journal() (list []journalEntry) {
	f.t.Helper()
	if err := json.NewDecoder(f.get("/admin/journal")).Decode(&list); err != nil {
		f.t.Fatal(err)
	}
	return list
}

// impatient makes a syncer that gives a call up quickly, over the given process of the station.
func (f *floor) impatient(l *life, batch int, blind bool) *syncer.Syncer {
	f.t.Helper()
	o := f.options(f.newClient(l.transport(), lifeTokens{l, f.tokens}, 60))
	st := &lifeStore{l, f.store}
	o.Orders, o.Outbox, o.Labels, o.Backlog = st, st, st, st
	o.Policy, o.Settle, o.SetupPause, o.Batch = "at_pack", 1500*time.Millisecond, time.Second, batch
	s, err := syncer.New(o)
	if err != nil {
		f.t.Fatal(err)
	}
	if blind {
		s.Blind()
	}
	return s
}

// live runs the process until it is killed or settled says that all is done.
func (f *floor) live(l *life, s *syncer.Syncer, settled func() string) {
	f.t.Helper()
	f.sync = s
	ctx, cancel := context.WithCancel(f.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-ended; err != nil && !l.over() {
			f.t.Errorf("Run: %v", err)
		}
	}()
	f.until("all rows are settled", func() string {
		if l.over() {
			return ""
		}
		f.reconnect(s)
		return settled()
	})
}

// reconnect is the person whom the station asks for where the authorization was lost with the process.
func (f *floor) reconnect(s *syncer.Syncer) {
	if !strings.Contains(s.Status().NeedsPerson, "connect the shop again") {
		return
	}
	var a struct {
		Code string `json:"auth_code"`
	}
	if err := json.NewDecoder(strings.NewReader(f.post("/admin/authorize", ``))).Decode(&a); err != nil {
		f.t.Fatal(err)
	}
	if _, err := f.newClient(nil, f.tokens, 60).Exchange(f.t.Context(), a.Code); err != nil {
		f.t.Fatal(err)
	}
}

// fullMatrix: the 450 and 70 cells of both tests take some minutes, so that every test run does a part of them in which each
// call and each fault comes; PACKBENCH_MATRIX=full does all.
func fullMatrix() bool { return os.Getenv("PACKBENCH_MATRIX") == "full" }

// TestFaultMatrix: every write call × every fault × online, offline for a while, killed at random points. No effect twice, no
// cancelled order shipped, nothing reported that did not happen, and every row done or parked in the end.
func TestFaultMatrix(t *testing.T) {
	for ci, call := range writeCalls {
		for fi, fault := range faultCases {
			for mi, mode := range []string{"online", "offline", "killed"} {
				if !fullMatrix() && ((ci+fi)%3 != mi || (ci+fi/3)%2 != 0) {
					continue
				}
				t.Run(call.name+"/"+fault.name+"/"+mode, func(t *testing.T) {
					t.Parallel()
					f := newMatrix(t, call)
					switch mode {
					case "offline":
						f.offlineFirst(call)
					case "killed":
						f.post("/admin/fault", fault.at(call.endpoint))
						f.killed(call, rand.New(rand.NewPCG(uint64(ci), uint64(fi))))
						f.post("/admin/online", ``) // what is left of it; it comes once more
					}
					f.post("/admin/fault", fault.at(call.endpoint))
					l := newLife(0)
					f.live(l, f.impatient(l, call.batch, false), f.settled)
					f.check()
				})
			}
		}
	}
}

// offlineFirst lets the station find the line dead, and gives it back.
func (f *floor) offlineFirst(call writeCall) {
	f.t.Helper()
	f.post("/admin/fault", `{"kind":"offline"}`)
	l := newLife(0)
	s := f.impatient(l, call.batch, false)
	f.live(l, s, func() string {
		if st := s.Status(); st.Online || st.LastError != "the Seller Center does not answer" {
			return "still online"
		}
		return ""
	})
	f.post("/admin/online", ``)
}

// killed lets processes begin and end at random points.
func (f *floor) killed(call writeCall, rng *rand.Rand) {
	f.t.Helper()
	for range 4 {
		l := newLife(3 + rng.IntN(40))
		f.live(l, f.impatient(l, call.batch, false), f.settled)
	}
}

// TestFaultMatrixSeesABlindRetry: the same cells with the looking left out. Wherever a call had its effect and lost its answer
// the matrix must find the second.
func TestFaultMatrixSeesABlindRetry(t *testing.T) {
	for ci, call := range writeCalls {
		for fi, fault := range faultCases {
			if !fault.effect || fault.name == "arrives twice" || !fullMatrix() && (ci+fi)%3 != 0 {
				continue
			}
			t.Run(call.name+"/"+fault.name, func(t *testing.T) {
				t.Parallel()
				m := newMatrix(t, call)
				m.post("/admin/fault", fault.at(call.endpoint))
				l := newLife(0)
				m.live(l, m.impatient(l, call.batch, true), func() string {
					c := m.shop.State().Counts
					if c.DuplicateAttempts+c.Repeated == 0 {
						return fmt.Sprintf("nothing was tried twice: %+v", c)
					}
					return ""
				})
				if len(m.violations()) == 0 {
					t.Error("a blind retry was not seen: the matrix proves nothing")
				}
			})
		}
	}
}
