package label

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"packbench/fulfillment"
)

// marketRules finds what market it was asked about.
type marketRules struct{ edition string }

func (r marketRules) Check(market string, _ time.Time, _ string, _ []string) []string {
	return []string{r.edition + " of " + market}
}

func zplLabel(code string) []byte {
	return fmt.Appendf(nil, "^XA^FO60,60^BY2^BCN,200,N^FD%s^FS^FO60,400^A0N,40,40^FDsome words^FS^XZ", code)
}

// The rules are those of the order's market, and of the station's only where the order has none.
func TestTheOrdersMarketChoosesTheRules(t *testing.T) {
	e := NewEngine(Options{Market: "US", Rules: marketRules{"rules"}})
	defer e.Close()
	for market, want := range map[string]string{"VN": "rules of VN", "": "rules of US"} {
		proof, _, err := e.Prove(t.Context(), zplLabel("ABC12345678"), fulfillment.Shipment{Tracking: "ABC12345678", Market: market}, stock203)
		if err != nil || proof.Verdict != fulfillment.LabelPrint || !slices.Contains(proof.Lint, want) {
			t.Errorf("market %q: %s (%s), %q, %v", market, proof.Verdict, proof.Reason, proof.Lint, err)
		}
	}
}

// A number that only another carrier's barcode would carry there proves nothing.
func TestTheParcelsCarrierReadsTheBarcode(t *testing.T) {
	const fedex = "1001901781990001000300776543219990"
	blank := fulfillment.NewBitmap(8, 8, 203)
	blank.SetBlack(1, 1)
	for carrier, want := range map[string]fulfillment.LabelVerdict{"FedEx Ground": fulfillment.LabelPrint, "": fulfillment.LabelPrint, "UPS": fulfillment.LabelRefuse} {
		of := fulfillment.Shipment{Tracking: "776543219990", Carrier: carrier}
		if got, why := shared.judge(blank, []string{fedex}, of); got != want {
			t.Errorf("carrier %q: %s (%s), want %s", carrier, got, why, want)
		}
	}
}

// Rules that changed since a label was proved speak at its preview, and change nothing of what is printed.
func TestThePreviewIsLintedByTheRulesOfNow(t *testing.T) {
	store := newMemory()
	document, _ := store.Put(t.Context(), zplLabel("ABC12345678"))
	of := fulfillment.Shipment{Tracking: "ABC12345678", Market: "GB"}
	old := NewEngine(Options{Rules: marketRules{"old"}, RulesName: "1"})
	defer old.Close()
	before, _, err := NewArchive(old, store, nil).Proved(t.Context(), document, of, stock203)
	if err != nil || !slices.Contains(before.Lint, "old of GB") {
		t.Fatalf("%+v, %v", before, err)
	}
	now := NewEngine(Options{Rules: marketRules{"new"}, RulesName: "2"})
	defer now.Close()
	archive := NewArchive(now, store, nil)
	for range 2 {
		proof, bitmap, err := archive.Previewed(t.Context(), document, of, stock203)
		if err != nil || !slices.Contains(proof.Lint, "new of GB") || slices.Contains(proof.Lint, "old of GB") || proof.Bitmap != before.Bitmap || hashOf(MarshalBitmap(bitmap)) != before.Bitmap {
			t.Fatalf("%+v, %v", proof, err)
		}
	}
	if n := store.saves.Load(); n != 2 {
		t.Errorf("%d proofs were saved, want one, and its new findings once", n)
	}
}
