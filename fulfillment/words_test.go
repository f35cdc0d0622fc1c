package fulfillment

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestClassify(t *testing.T) {
	order := &Order{ID: "1"}
	inHand := Bench{Mode: ModePack, Parcel: &Parcel{Items: []Item{{SKU: "MUG", Barcodes: []string{"555"}, Need: 1}}}}
	gtinInHand := Bench{Mode: ModePack, Parcel: &Parcel{Items: []Item{{SKU: "MUG", Barcodes: []string{"5901234123457"}, Need: 1}}}}
	for _, c := range []struct {
		name  string
		bench Bench
		code  string // with the AIM identifier before a bar
		found Found
		want  Class
		why   Why
	}{
		{"an order id", Bench{}, "1", Found{Order: order, By: ClassOrder}, ClassOrder, ""},
		{"an item in hand before an order with the same number", inHand, "555", Found{Order: order, By: ClassOrder}, ClassItem, ""},
		{"a product", Bench{}, "555", Found{SKUs: []SKU{"MUG"}}, ClassItem, ""},
		{"a command", Bench{}, "PB:SEAL", Found{}, ClassCommand, ""},
		{"a badge", Bench{}, "PB:USER:7", Found{}, ClassBadge, ""},
		{"a box", Bench{}, "PB:BOX:S", Found{}, ClassBox, ""},
		{"a command that does not exist is no order", Bench{}, "PB:LAUNCH", Found{Order: order, By: ClassOrder}, ClassUnknown, WhyNotKnown},
		{"a command in small letters is none", Bench{}, "pb:seal", Found{}, ClassUnknown, WhyNotKnown},
		{"a mode that does not exist", Bench{}, "PB:MODE:DANCE", Found{}, ClassUnknown, WhyNotKnown},
		{"nobody knows it", Bench{}, "xyz", Found{}, ClassUnknown, WhyNotKnown},
		{"four kilobytes", Bench{}, strings.Repeat("7", 4096), Found{Order: order, By: ClassOrder}, ClassUnknown, WhyTooLong},
		{"control characters", Bench{}, "12\x1b[2J", Found{Order: order, By: ClassOrder}, ClassUnknown, WhyControl},
		{"a product's barcode is no order, whatever the numbers", Bench{}, "]E0|5901234123457", Found{Order: order, By: ClassTracking}, ClassUnknown, WhyNotKnown},
		{"a product's barcode is the product, not the tracking number", Bench{}, "]E0|5901234123457", Found{Order: order, By: ClassTracking, SKUs: []SKU{"MUG"}}, ClassItem, ""},
		{"the same number out of another barcode is the tracking number", Bench{}, "]C0|5901234123457", Found{Order: order, By: ClassTracking, SKUs: []SKU{"MUG"}}, ClassTracking, ""},
		{"an item in hand by the GTIN of a GS1 code", gtinInHand, "]d2|01059012341234571726123110B7", Found{}, ClassItem, ""},
		{"the group separator is allowed", Bench{}, "01\x1d21", Found{Order: order, By: ClassTracking}, ClassTracking, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := Scan{Code: c.code}
			if aim, code, ok := strings.Cut(c.code, "|"); ok {
				s.AIM, s.Code = aim, code
			}
			if got, why := Classify(c.bench, s, c.found); got != c.want || why != c.why {
				t.Errorf("got %s %q, want %s %q", got, why, c.want, c.why)
			}
		})
	}
}

func TestCarrierCode(t *testing.T) {
	for in, want := range map[string]string{"Royal Mail 24": "ROYALMAIL24", "J&T Express": "JTEXPRESS", "": "", "Đại": "I"} {
		if got := CarrierCode(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestAChainNoticesEveryChange(t *testing.T) {
	first, err := Event{Station: "PACK-01", Seq: 1, At: time.Now(), Kind: EventOrderOpened, OrderID: "1", Body: json.RawMessage(`{ "a": "<b>" }`)}.Link("")
	if err != nil {
		t.Fatal(err)
	}
	second, err := Event{Station: "PACK-01", Seq: 2, At: time.Now(), Kind: EventSealed}.Link(first.Hash)
	if err != nil {
		t.Fatal(err)
	}
	if !first.Verify("") || !second.Verify(first.Hash) {
		t.Fatal("an intact chain is not accepted")
	}
	for name, change := range map[string]func(*Event){
		"order":    func(e *Event) { e.OrderID = "2" },
		"time":     func(e *Event) { e.At = e.At.Add(time.Millisecond) },
		"operator": func(e *Event) { e.Operator = "somebody else" },
		"body":     func(e *Event) { e.Body = json.RawMessage(`{"a":"<c>"}`) },
		"number":   func(e *Event) { e.Seq++ },
		"link":     func(e *Event) { e.Prev = second.Hash },
	} {
		e := first
		change(&e)
		if e.Verify("") {
			t.Errorf("a changed %s was not noticed", name)
		}
	}
	if second.Verify(second.Hash) {
		t.Error("a missing event before it was not noticed")
	}
}

func TestBitmapEdges(t *testing.T) {
	b := NewBitmap(9, 2, 203)
	b.SetBlack(8, 1)
	b.SetBlack(9, 1) // outside
	if b.Stride != 2 || !b.Black(8, 1) || b.Black(9, 1) || b.Black(-1, 0) || b.Bits[3] != 0x80 {
		t.Errorf("bits %x", b.Bits)
	}
	if w, h := (Media{DPI: 203, WidthMM: 102, HeightMM: 152}).Dots(); w != 815 || h != 1215 {
		t.Errorf("got %d×%d dots", w, h)
	}
}
