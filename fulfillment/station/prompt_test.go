package station

import (
	"testing"
	"time"

	"packbench/fulfillment"
)

// One instruction at a time: while FINISH asks about a wrong weight, the next step is its answer; once the parcel is off the scale the
// question is gone, and the step is to weigh it.
func TestTheNextStepOverAWrongWeight(t *testing.T) {
	now := time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)
	pol := fulfillment.Policy{HasScale: true, Weigh: fulfillment.PolicyWarn}
	p := fulfillment.Parcel{OffG: 1300, Package: fulfillment.Package{Rung: fulfillment.RungVerified},
		Items: []fulfillment.Item{{SKU: "MUG", WeightG: 100, Need: 1, Got: 1}}}
	p.Order = fulfillment.Order{Source: fulfillment.SourcePlatform, Status: fulfillment.StatusAwaitingShipment, ShippingType: fulfillment.ShippingSeller, FulfillmentType: fulfillment.FulfillmentBySeller, CheckedAt: now}
	b := fulfillment.Bench{Mode: fulfillment.ModePack, Parcel: &p, Live: 1300}
	step := func(when string, in *fulfillment.Input, want Prompt) {
		t.Helper()
		if in != nil {
			in.Now = now
			b = fulfillment.Apply(b, *in, pol).Next
		}
		if got := prompt(b, pol, now); got != want {
			t.Errorf("%s: %s, want %s", when, got, want)
		}
	}
	step("a wrong weight", nil, PromptEmptyScale)
	step("FINISH asks", &fulfillment.Input{Scan: &fulfillment.Scan{Code: "PB:FINISH"}}, PromptInsist)
	step("it comes off", &fulfillment.Input{Weight: &fulfillment.Weight{Stable: true}}, PromptWeigh)
}
