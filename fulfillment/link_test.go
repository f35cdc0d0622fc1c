package fulfillment

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The chain is hashed over an event's JSON as encoding/json writes it; anybody may check it with another decoder.
func TestEventTextIsItsJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[A-Za-z0-9<>&"\\ \x00-\x1f\x7f]{0,20}`))
		e := Event{Station: text.Draw(t, "station"), Seq: rapid.Int64().Draw(t, "seq"), Kind: EventKind(text.Draw(t, "kind")),
			At:       time.UnixMilli(rapid.Int64Range(-62e12, 250e12).Draw(t, "at")).UTC(),
			Operator: text.Draw(t, "operator"), Epoch: rapid.Int64().Draw(t, "epoch"), OrderID: OrderID(text.Draw(t, "order")),
			PackageID: PackageID(text.Draw(t, "package")), Scan: text.Draw(t, "scan"), Prev: Hash(text.Draw(t, "prev"))}
		body := rapid.MapOf(rapid.StringN(0, 5, -1), rapid.String()).Draw(t, "body")
		if rapid.Bool().Draw(t, "has body") {
			e.Body, _ = json.Marshal(body)
		}
		want, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		got, err := e.appendJSON(nil)
		if err != nil || string(got) != string(want) {
			t.Fatalf("got  %s, %v\nwant %s", got, err, want)
		}
		byBody, err := e.LinkBody(e.Prev, body)
		if err != nil || !byBody.Verify(e.Prev) {
			t.Fatalf("an event made with its body does not verify: %v", err)
		}
	})
}

func TestReplayFollowsTheRule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := Bench{Mode: ModePack, Parcel: &Parcel{Order: Order{ID: "1"}, Package: Package{ID: "P1", OrderID: "1"}}}
		skus := rapid.SliceOfNDistinct(rapid.SampledFrom([]SKU{"A", "B", "C", "D"}), 1, 4, rapid.ID).Draw(t, "skus")
		for _, sku := range skus {
			b.Parcel.Items = append(b.Parcel.Items, Item{SKU: sku, Need: rapid.IntRange(1, 3).Draw(t, "need")})
		}
		for range rapid.IntRange(1, 12).Draw(t, "scans") {
			sku := rapid.SampledFrom([]SKU{"A", "B", "C", "D", "E"}).Draw(t, "scan")
			out := Apply(b, Input{Scan: &Scan{Code: string(sku)}, Found: Found{SKUs: []SKU{sku}}}, Policy{Verify: PolicyBlock})
			if len(out.Events) == 1 {
				body, _ := out.Events[0].Body.(*ItemScanned)
				got, ok := Replay(b, out.Events[0].Kind, body)
				if !ok || got.Parcel.Left() != out.Next.Parcel.Left() || len(got.Parcel.Done) != len(out.Next.Parcel.Done) {
					t.Fatalf("replay of %+v: %v, %+v, want %+v", out.Events[0], ok, got.Parcel, out.Next.Parcel)
				}
			}
			b = out.Next
		}
	})
}
