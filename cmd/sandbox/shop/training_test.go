package shop

import (
	"bytes"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"
)

// TestTrainingPage: every lesson is on the page with the codes that are scanned for it, and what a trainer presses works.
func TestTrainingPage(t *testing.T) {
	for _, region := range []string{"GB", "US", "VN"} {
		b := newBench(t, Options{Market: region, Training: true, RatePerSecond: 1000})
		page := string(b.download(b.url + "/admin/").raw)
		for _, want := range []string{`href="/admin/products.csv"`, "packbench products import products.csv", `weigh = "off"`} {
			if !strings.Contains(page, want) {
				t.Errorf("%s: the page does not say what a station needs first: %q", region, want)
			}
		}
		if strings.Contains(page, "/admin/code/PB:BOX:") != (region == "US") {
			t.Errorf("%s: box codes belong where labels are sold by size, and nowhere else", region)
		}
		list := b.shop.Lessons()
		if len(list) != len(lessons()) {
			t.Fatalf("%d lessons", len(list))
		}
		for _, l := range list {
			for _, want := range append([]string{l.Title, "/admin/code/" + l.OrderID}, l.Items...) {
				if !strings.Contains(page, want) {
					t.Errorf("%s: lesson %q: the page does not show %q", region, l.Title, want)
				}
			}
			if l.Done || len(l.Items) == 0 || len(l.Items) != len(l.ItemNames) {
				t.Errorf("%s: lesson %+v at the start", region, l)
			}
			if l.Action == "" {
				continue
			}
			r, err := http.NewRequest("POST", b.url+l.Action, strings.NewReader(url.Values{"back": {"/admin/?view=training"}}.Encode()))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if a, err := b.do(r); err != nil || a.status != 200 || bytes.Contains(a.raw, []byte(`role="alert"`)) {
				t.Errorf("%s: lesson %q: the button is refused: HTTP %d %v", region, l.Title, a.status, err)
			}
		}
		b.admin("online", nil)
		done := 0
		for _, l := range b.shop.Lessons() {
			if l.Done {
				done++
			}
		}
		if done < 5 || done >= len(list) {
			t.Errorf("%s: after the buttons alone %d lessons are done", region, done)
		}
	}
}

// TestBoxCodesAreThePresets: the boxes on the page are those that a new station knows.
func TestBoxCodesAreThePresets(t *testing.T) {
	presets, err := os.ReadFile("../../../assets/boxes/boxes.toml")
	if err != nil {
		t.Fatal(err)
	}
	codes := newBench(t, Options{Market: "JP"}).shop.first().boxCodes()
	if len(codes) == 0 {
		t.Error("no box where labels are sold by size")
	}
	for _, code := range codes {
		if name := strings.TrimPrefix(code, "PB:BOX:"); name == code || !bytes.Contains(presets, []byte("code = \""+name+"\"")) {
			t.Errorf("%s is no preset", code)
		}
	}
}

// TestLessonsAreSeen: what can be done at the bench turns the lesson green.
func TestLessonsAreSeen(t *testing.T) {
	b := newBench(t, Options{Training: true, RatePerSecond: 1000})
	for _, l := range b.shop.Lessons() {
		o := b.order(l.OrderID)
		if !o.MayShip || l.Button != "" {
			continue
		}
		if o.ShippingType == seller {
			b.mark(o, o.Tracking, b.detail(o.ID).lineIDs())
		} else {
			b.wantCode(b.ship(o.Packages[0].ID, nil), 0, l.Title)
		}
	}
	for _, l := range b.shop.Lessons() {
		if l.Checked && l.Button == "" && !l.Done {
			t.Errorf("lesson %q is not seen as done", l.Title)
		}
	}
}

func TestCodesForTheScreen(t *testing.T) {
	b := newBench(t, Options{})
	a := b.download(b.url + "/admin/code/PB:SEAL")
	if a.status != 200 || a.header.Get("Content-Type") != "image/svg+xml" || bytes.Count(a.raw, []byte("<rect")) < 30 {
		t.Errorf("HTTP %d %s", a.status, a.raw)
	}
	if a := b.download(b.url + "/admin/code/" + url.PathEscape("漢")); a.status != 400 {
		t.Errorf("what no Code 128 can say: HTTP %d", a.status)
	}
}

func TestEffectsList(t *testing.T) {
	b := newBench(t, Options{})
	o := b.plain(tiktok, 1)
	b.fault(map[string]any{"kind": "lost_after", "endpoint": "/ship", "count": 1})
	_, _ = b.do(b.post(f9+"packages/"+o.Packages[0].ID+"/ship", nil))
	var list []struct {
		What, Order, Package, Fault string
	}
	mustJSON(t, b.download(b.url+"/admin/effects?what=ship").raw, &list)
	if len(list) != 1 || list[0].Order != o.ID || list[0].Fault != faultLost {
		t.Errorf("%+v", list)
	}
}

func TestAdminDeliversAndReturns(t *testing.T) {
	b := newBench(t, Options{CarrierAfter: -1})
	o := b.plain(seller, 1)
	b.mark(o, o.Tracking, b.detail(o.ID).lineIDs())
	if a := b.admin("orders/"+o.ID+"/return", nil); a.status != 409 {
		t.Errorf("a return before delivery: HTTP %d", a.status)
	}
	if a := b.admin("orders/"+o.ID+"/deliver", nil); a.status != 200 || b.order(o.ID).Status != "DELIVERED" {
		t.Errorf("deliver: HTTP %d %s", a.status, a.raw)
	}
	if a := b.admin("orders/"+o.ID+"/return", map[string]string{"kind": "REFUND"}); a.status != 200 {
		t.Errorf("return: HTTP %d %s", a.status, a.raw)
	}
	b.clock.add(answerReturn + time.Minute)
	got := data[returnsAnswer](b, b.call("POST", "/return_refund/202309/returns/search", nil, nil))
	if len(got.ReturnOrders) != 1 || got.ReturnOrders[0].ReturnStatus != returnSuccess {
		t.Errorf("a request without an answer: %+v", got.ReturnOrders)
	}
}
