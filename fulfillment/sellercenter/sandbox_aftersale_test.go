package sellercenter_test

import (
	"testing"
	"time"

	"packbench/cmd/sandbox/shop"
	"packbench/fulfillment"
	"packbench/fulfillment/sellercenter"
)

func TestSandboxCancellations(t *testing.T) {
	s := newSandbox(t, shop.Options{Market: "GB", Orders: 60})
	found := s.where(func(o shop.OrderState) bool { return mayShip("SELLER")(o) && o.Trap == "" })
	for _, id := range found[:2] {
		s.post("/admin/orders/"+string(id)+"/request-cancel", `{}`)
	}
	list, err := s.Cancellations(t.Context(), s.shop, sellercenter.CancelFilter{Orders: found[:2]})
	if err != nil || len(list) != 2 || !list[0].Pending() || list[0].AnswerBy.IsZero() || list[0].Reason == "" {
		t.Fatalf("%+v, %v", list, err)
	}
	if o := s.read(found[0]); !o.CancelRequested {
		t.Error("the order does not say so")
	}
	reasons, err := s.RejectReasons(t.Context(), s.shop, list[0].ID, "")
	if err != nil || len(reasons) == 0 {
		t.Fatalf("%v, %v", reasons, err)
	}
	shot, err := s.UploadRejectionPicture(t.Context(), picture(200))
	s.ok(err)
	no := sellercenter.Rejection{Reason: reasons[0].Key, Comment: "packed", Pictures: []sellercenter.Picture{shot}}
	for range 2 { // the same decision with the same key may be repeated
		s.ok(s.RejectCancellation(t.Context(), s.shop, list[0].ID, no, "key-1"))
	}
	for range 2 {
		s.ok(s.ApproveCancellation(t.Context(), s.shop, list[1].ID, "key-2"))
	}
	if o := s.read(list[0].OrderID); o.CancelRequested || o.Status == fulfillment.StatusCancelled {
		t.Errorf("rejected: %+v", o.Status)
	}
	if o := s.read(list[1].OrderID); o.Status != fulfillment.StatusCancelled {
		t.Errorf("approved: %+v", o.Status)
	}
	id, status, err := s.CancelOrder(t.Context(), s.shop, sellercenter.Cancel{Order: found[2], Reason: "seller_cancel_reason_out_of_stock_uk"})
	if err != nil || id == "" || !status.Known() {
		t.Errorf("%q %q %v", id, status, err)
	}
	if _, _, err := s.CancelOrder(t.Context(), s.shop, sellercenter.Cancel{Order: found[2], Reason: "seller_cancel_reason_out_of_stock_uk"}); err == nil {
		t.Error("cancelled twice")
	}
}

func TestSandboxStockUploadsWebhooks(t *testing.T) {
	s := newSandbox(t, shop.Options{Market: "VN", Orders: 20})
	o := s.one("to be shipped", mayShip("SELLER"))
	stock, err := s.StockBySKU(t.Context(), s.shop, []fulfillment.SKUID{o.Lines[0].SKUID})
	if err != nil || len(stock) == 0 || stock[0].SKUID != o.Lines[0].SKUID || len(stock[0].Warehouses) == 0 {
		t.Errorf("%+v, %v", stock, err)
	}
	houses, err := s.Warehouses(t.Context(), s.shop)
	if err != nil || len(houses) == 0 || houses[0].Region != "VN" {
		t.Fatalf("%+v, %v", houses, err)
	}
	options, err := s.DeliveryOptions(t.Context(), s.shop, houses[0].ID)
	s.ok(err)
	own := false
	for _, d := range options {
		own = own || d.SentBySeller()
	}
	if !own {
		t.Errorf("%+v", options)
	}
	s.shipAll(o)
	up, err := s.UploadPicture(t.Context(), s.shop, picture(120))
	if err != nil || up.Width != 120 {
		t.Errorf("%+v, %v", up, err)
	}
	pdf, err := s.UploadFile(t.Context(), s.shop, "proof.pdf", []byte("%PDF-1.4 proof"))
	s.ok(err)
	id := s.read(o.ID).Packages[0].PlatformID
	told := []sellercenter.Delivery{{Package: id, Kind: "DELIVERY_SUCCESS", Proof: pdf.URL, PDF: true}}
	if failed, err := s.Deliver(t.Context(), s.shop, told); err != nil || len(failed) != 1 {
		t.Errorf("within 24 hours: %v, %v", failed, err)
	}
	s.post("/admin/advance", `{"seconds":90000}`)
	if failed, err := s.Deliver(t.Context(), s.shop, told); err != nil || len(failed) != 0 {
		t.Errorf("after 24 hours: %v, %v", failed, err)
	}
	s.ok(s.SetWebhook(t.Context(), s.shop, "PACKAGE_UPDATE", "https://relay.example/hook"))
	hooks, err := s.Webhooks(t.Context(), s.shop)
	if err != nil || len(hooks) != 1 || hooks[0].Address != "https://relay.example/hook" || hooks[0].Event != "PACKAGE_UPDATE" {
		t.Errorf("%+v, %v", hooks, err)
	}
	for range 2 {
		s.ok(s.DeleteWebhook(t.Context(), s.shop, "PACKAGE_UPDATE"))
	}
	if hooks, err := s.Webhooks(t.Context(), s.shop); err != nil || len(hooks) != 0 {
		t.Errorf("%+v, %v", hooks, err)
	}
}

func TestSandboxReturns(t *testing.T) {
	s := newSandbox(t, shop.Options{Market: "GB", Orders: 40, CarrierAfter: time.Hour})
	found := s.where(func(o shop.OrderState) bool { return mayShip("SELLER")(o) && o.Trap == "" })
	for _, id := range found[:3] {
		s.shipAll(s.read(id))
	}
	s.post("/admin/advance", `{"seconds":864000}`)
	for i, id := range found[:3] {
		kind := map[bool]string{true: "RETURN_AND_REFUND", false: "REFUND"}[i == 2]
		s.post("/admin/orders/"+string(id)+"/return", `{"kind":"`+kind+`"}`)
	}
	list, err := s.Returns(t.Context(), s.shop, sellercenter.ReturnFilter{Orders: found[:3]})
	if err != nil || len(list) != 3 {
		t.Fatalf("%+v, %v", list, err)
	}
	for _, r := range list {
		if r.Status != sellercenter.ReturnPending || len(r.Lines) == 0 || r.AnswerBy.IsZero() || len(r.Actions) == 0 {
			t.Errorf("%+v", r)
		}
	}
	s.ok(s.ApproveReturn(t.Context(), s.shop, list[0].ID, sellercenter.Approval{Decision: "APPROVE_REFUND"}, "k1"))
	reasons, err := s.RejectReasons(t.Context(), s.shop, list[1].ID, "")
	s.ok(err)
	if len(reasons) == 0 {
		t.Fatal("no reasons")
	}
	s.ok(s.RejectReturn(t.Context(), s.shop, list[1].ID, "REJECT_REFUND", sellercenter.Rejection{Reason: reasons[0].Key}, "k2"))
	s.ok(s.ApproveReturn(t.Context(), s.shop, list[2].ID, sellercenter.Approval{Decision: "APPROVE_RETURN"}, "k3"))
	after, err := s.Returns(t.Context(), s.shop, sellercenter.ReturnFilter{IDs: []string{list[0].ID, list[1].ID, list[2].ID}})
	s.ok(err)
	for _, r := range after {
		if r.Status == sellercenter.ReturnPending || !r.Status.Known() {
			t.Errorf("decided: %+v", r)
		}
	}
}
