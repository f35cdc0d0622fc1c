package text

import (
	"strings"
	"testing"
	"time"

	"packbench/fulfillment"
)

// What shipping does to a cancel request differs by market, and the age of the knowledge stands beside it.
func TestACancelRequestSaysWhatShippingDoes(t *testing.T) {
	at := time.Unix(1763800000, 0)
	for market, says := range map[string][]string{
		"US": {"rejects the buyer’s request by itself"},
		"VN": {"21011007", "without one in time it is cancelled"},
		"GB": {"21011007", "until the request is answered"},
		"":   {"must be answered first"},
	} {
		v := fulfillment.Verdict{Code: fulfillment.CancelRequested, Why: fulfillment.WhyNeedsAnswer, OrderID: "1", Market: market, At: at, CheckedAt: at.Add(-4 * time.Minute)}
		line := Line(v)
		for _, w := range append(says, "Checked 4 min ago.") {
			if !strings.Contains(line, w) {
				t.Errorf("%s: %q lacks %q", market, line, w)
			}
		}
		if market == "US" && strings.Contains(line, "21011007") || market != "US" && strings.Contains(line, "by itself") {
			t.Errorf("%s: %q", market, line)
		}
	}
}
