package syncer_test

import (
	"fmt"
	"testing"

	"packbench/fulfillment"
)

var sandboxMarkets = []string{"GB", "US", "VN"}

// Pull, arrange ahead, labels, report shipped: every order that may be shipped is, once, and no other is touched.
func TestSandboxWholeWay(t *testing.T) {
	for _, market := range sandboxMarkets {
		t.Run(market, func(t *testing.T) {
			t.Parallel()
			f := newFloor(t, market, nil)
			ahead := f.arrangeable()
			f.start()
			f.until("orders pulled", func() string {
				if f.sync.Status().LastPull.IsZero() {
					return "no pull yet"
				}
				return ""
			})
			f.until("arranged ahead", f.shipped(ahead))
			f.until("labels stored", f.labelled(ahead))
			reported := f.report()
			f.until("reported shipped", f.shipped(reported))
			f.until("outbox empty", f.idle)
			f.honest()
			if len(ahead) < 3 || len(reported) < 3 {
				t.Errorf("only %d platform-shipped and %d seller-shipped orders: this test proves little", len(ahead), len(reported))
			}
		})
	}
}

// The same with a bad line: answers lost after the effect, cut answers, 5xx, rate limits, a spell without network, an
// expired token and a wrong clock. Nothing is shipped twice.
func TestSandboxBadLine(t *testing.T) {
	for _, market := range sandboxMarkets {
		t.Run(market, func(t *testing.T) {
			t.Parallel()
			f := newFloor(t, market, nil)
			f.trouble()
			ahead := f.arrangeable()
			f.start()
			f.until("arranged ahead", f.shipped(ahead))
			f.post("/admin/fault", `{"kind":"offline"}`)
			f.until("the line is seen to be dead", func() string {
				if f.sync.Status().Online {
					return "still online"
				}
				return ""
			})
			reported := f.report()
			f.post("/admin/online", ``)
			f.post("/admin/fault", `{"kind":"expire_tokens"}`)
			f.trouble()
			f.until("reported shipped", f.shipped(reported))
			f.until("outbox empty", f.idle)
			f.until("labels stored", f.labelled(ahead))
			f.honest()
			if f.tokens.n < 2 {
				t.Errorf("the tokens were stored %d times: none was refreshed", f.tokens.n)
			}
		})
	}
}

// trouble disturbs the next writes and reads.
func (f *floor) trouble() {
	f.t.Helper()
	for _, fault := range []string{
		`{"kind":"lost_after","endpoint":"POST /fulfillment/*/ship","count":2}`,
		`{"kind":"lost_after","endpoint":"POST /fulfillment/*/packages","count":2}`,
		`{"kind":"truncate","endpoint":"POST /fulfillment/*/ship","count":1}`,
		`{"kind":"truncate","endpoint":"POST /fulfillment/*/packages","count":1}`,
		`{"kind":"refuse_before","endpoint":"POST /fulfillment/*","count":1}`,
		`{"kind":"http500","endpoint":"POST /fulfillment/*","count":1}`,
		`{"kind":"rate_limit","endpoint":"POST /fulfillment/*","count":1}`,
		`{"kind":"error_in_200","endpoint":"GET /order/*","count":1}`,
		`{"kind":"clock_skew","count":20}`,
	} {
		f.post("/admin/fault", fault)
	}
}

// With the reading left out the same trouble makes second shipments: the platform of this test refuses and counts them.
func TestSandboxBlindRetryDuplicates(t *testing.T) {
	f := newFloor(t, "GB", nil)
	f.sync.Blind()
	f.trouble()
	f.start()
	f.until("a second shipment is tried", func() string {
		if f.shop.State().Counts.DuplicateAttempts == 0 {
			return "none so far: this test proves nothing"
		}
		return ""
	})
}

// A cancellation that arrives between packing and reporting stops the report.
func TestSandboxCancelledBeforeReport(t *testing.T) {
	f := newFloor(t, "GB", nil)
	f.start()
	f.until("orders pulled", func() string {
		if f.sync.Status().LastPull.IsZero() {
			return "no pull yet"
		}
		return ""
	})
	f.post("/admin/fault", `{"kind":"offline"}`)
	ids := f.report()
	f.post("/admin/orders/"+ids[0]+"/cancel", ``)
	f.post("/admin/orders/"+ids[1]+"/request-cancel", ``)
	f.post("/admin/online", ``)
	f.until("the others are reported", f.shipped(ids[2:]))
	f.until("the two are parked", func() string {
		rows, err := f.store.Outbox(t.Context())
		if err != nil {
			return err.Error()
		}
		for _, r := range rows {
			if r.State != fulfillment.OutboxParked {
				return string(r.State) + " " + r.Reason
			}
		}
		if len(rows) != 2 {
			return fmt.Sprintf("%d rows", len(rows))
		}
		return ""
	})
	f.honest()
}
