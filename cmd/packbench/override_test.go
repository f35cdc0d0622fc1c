package main

import (
	"testing"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
	"packbench/storage"
)

// asking is an order whose buyer asks to cancel or does not, as the platform tells it at a moment.
func asking(at time.Time, asks bool) fulfillment.Order {
	return fulfillment.Order{ID: "1", Status: fulfillment.StatusAwaitingShipment, ShippingType: fulfillment.ShippingSeller, UpdatedAt: at, CancelRequested: asks,
		Lines:    []fulfillment.LineItem{{ID: "L", SKU: "MUG"}},
		Packages: []fulfillment.Package{{ID: "P", OrderID: "1", Lines: []fulfillment.LineID{"L"}}}}
}

// TestOnlyAnAnswerToThePendingRequestCounts: what a supervisor went over before the buyer asked, or for another reason, does
// not ship the order over the request. Steps: "ask" and "withdraw" are told by the platform, "cancel" and "packed" are overrides.
func TestOnlyAnAnswerToThePendingRequestCounts(t *testing.T) {
	over := func(what any) []fulfillment.EventDraft {
		return []fulfillment.EventDraft{{Kind: fulfillment.EventOverride, OrderID: "1", PackageID: "P", Body: map[string]any{"over": what}}}
	}
	for name, c := range map[string]struct {
		steps []string
		want  bool
	}{
		"nobody decided":                              {[]string{"pull", "ask"}, false},
		"decided after the request":                   {[]string{"pull", "ask", "cancel"}, true},
		"the request came with the order":             {[]string{"ask", "cancel"}, true},
		"not packed is no answer":                     {[]string{"pull", "packed", "ask"}, false},
		"not packed is no answer, even later":         {[]string{"pull", "ask", "packed"}, false},
		"a second request after the first's answer":   {[]string{"pull", "ask", "cancel", "withdraw", "ask"}, false},
		"both answered":                               {[]string{"pull", "ask", "cancel", "withdraw", "ask", "cancel"}, true},
		"an answer that something else came after":    {[]string{"pull", "ask", "cancel", "packed", "ask"}, true},
		"an answer without a request that was noted":  {[]string{"pull", "cancel"}, false},
		"an answer before the request became known":   {[]string{"pull", "cancel", "ask"}, false},
		"the same request told again changes nothing": {[]string{"pull", "ask", "cancel", "ask"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			at := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
			clock := func() time.Time { return at } // stands still: the chain's order tells, not the time
			store, err := storage.Open(t.Context(), t.TempDir(), storage.Options{Station: "PACK-01", Now: clock})
			if err != nil {
				t.Fatal(err)
			}
			defer store.Close()
			for i, step := range c.steps {
				switch step {
				case "cancel", "packed":
					what := map[string]any{"cancel": fulfillment.HoldCancelRequested, "packed": fulfillment.NotPacked}[step]
					err = store.Record(t.Context(), station.Commit{Station: "PACK-01", At: at, Operator: "Demo Supervisor", Events: over(what)})
				default:
					_, err = store.ApplyPulled(t.Context(), "shop", []fulfillment.Order{asking(at.Add(time.Duration(i)*time.Second), step == "ask")}, time.Time{})
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			e := &env{store: store}
			if got, err := e.overridden(t.Context(), fulfillment.OutboxRow{OrderID: "1"}); got != c.want || err != nil {
				t.Errorf("%v: got %t, %v, want %t", c.steps, got, err, c.want)
			}
		})
	}
}
