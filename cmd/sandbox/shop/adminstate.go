package shop

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"packbench/fulfillment"
)

// State is the answer of GET /admin/state: the truth a test compares the bench with.
type State struct {
	Now    time.Time         `json:"now"` // shop time
	Wall   time.Time         `json:"wall"`
	Speed  float64           `json:"speed"`
	Market string            `json:"market"`
	Orders []OrderState      `json:"orders"`
	Counts Counts            `json:"counts"`
	Calls  map[string]int    `json:"calls"` // by endpoint
	Faults []json.RawMessage `json:"faults"`
}

// Counts of a State.
type Counts struct {
	tally
	Orders   int            `json:"orders"`
	ByStatus map[string]int `json:"by_status"`
	MayShip  int            `json:"may_ship"`
}

// OrderState is one order of a State.
type OrderState struct {
	ID              string         `json:"id"`
	Market          string         `json:"market"`
	Status          string         `json:"status"`
	ShippingType    string         `json:"shipping_type"`
	FulfillmentType string         `json:"fulfillment_type"`
	MayShip         bool           `json:"may_ship"`
	WhyNot          string         `json:"why_not"`
	Trap            string         `json:"trap,omitempty"`
	CancelRequested bool           `json:"cancel_requested"`
	Shipped         bool           `json:"shipped"`       // every unit that is not cancelled was shipped
	ShippedCalls    int            `json:"shipped_calls"` // ship, mark and create calls that named it, refused ones too
	Carrier         string         `json:"carrier"`
	Tracking        string         `json:"tracking"`      // of the last package that was shipped; else of the bought label
	LabelBarcode    string         `json:"label_barcode"` // what the label's bars say; empty: nothing readable or no label
	Recipient       string         `json:"recipient"`
	Label           string         `json:"label"` // good, wrong or unreadable
	ShipBy          time.Time      `json:"ship_by,omitzero"`
	UpdateTime      int64          `json:"update_time"`
	Packages        []PackageState `json:"packages"`
	Lines           []LineState    `json:"lines"`
}

// PackageState is one package of the platform.
type PackageState struct {
	ID       string `json:"id"`
	Status   string `json:"status"`
	Tracking string `json:"tracking"`
	// Lines are what belongs into it.
	Lines []LineState `json:"lines"`
}

// LineState is what a packer must scan: a bundle is listed by its parts.
type LineState struct {
	SKU       string   `json:"sku"`
	Barcode   string   `json:"barcode"`
	Barcodes  []string `json:"barcodes"`
	Name      string   `json:"name"`
	Qty       int      `json:"qty"`
	Bundle    string   `json:"bundle,omitempty"`
	Gift      bool     `json:"gift,omitempty"`
	Dangerous bool     `json:"dangerous_good,omitempty"`
}

// State is the shop as it is now.
func (s *Server) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	return s.state()
}

func (s *Server) state() State {
	st := State{Now: s.clock.now(), Wall: s.opt.Clock().UTC(), Speed: s.clock.speed, Market: s.first().market.region, Orders: []OrderState{},
		Calls: map[string]int{}, Faults: s.faultList(), Counts: Counts{tally: *s.tally, ByStatus: map[string]int{}}}
	st.Counts.Calls = nil // the live map stays inside
	for k, v := range s.tally.Calls {
		st.Calls[k] = v
	}
	for _, of := range s.stores {
		st.Counts.Orders += len(of.orders)
		for _, o := range of.orders {
			os := of.orderState(o)
			st.Counts.ByStatus[o.status]++
			if os.MayShip {
				st.Counts.MayShip++
			}
			st.Orders = append(st.Orders, os)
		}
	}
	return st
}

func (s *store) orderState(o *order) OrderState {
	os := OrderState{ID: o.id, Market: s.market.region, Status: o.status, ShippingType: o.shippingType, FulfillmentType: o.fulfillmentType, Trap: o.trap,
		CancelRequested: o.request != nil, ShippedCalls: o.shippedCalls, Carrier: o.provider.Name, Tracking: o.boughtTracking,
		Recipient: o.recipient.name, ShipBy: o.rtsSLA, UpdateTime: o.updated.Unix(), Packages: []PackageState{}, Lines: lineStates(o.live())}
	os.MayShip, os.WhyNot = s.mayShip(o)
	os.WhyNot = strings.TrimSuffix(os.WhyNot, sandboxCode)
	os.Label = map[labelMode]string{labelGood: "good", labelWrong: "wrong", labelUnreadable: "unreadable"}[o.labelMode]
	os.Shipped = len(o.live()) > 0
	for _, l := range o.live() {
		os.Shipped = os.Shipped && l.shipped()
	}
	for _, p := range o.packages {
		os.Packages = append(os.Packages, PackageState{p.id, p.status, p.tracking, lineStates(p.lines)})
		if p.tracking != "" {
			os.Tracking, os.Carrier = p.tracking, p.provider.Name
		}
	}
	if os.Tracking != "" && o.labelMode != labelUnreadable {
		os.LabelBarcode = labelSheet{tracking: os.Tracking, mode: o.labelMode}.payload()
	}
	return os
}

// lineStates groups units by SKU and takes bundles apart.
func lineStates(lines []*line) []LineState {
	list := []LineState{}
	add := func(p *product, count int, bundle string, gift bool) {
		i := slices.IndexFunc(list, func(l LineState) bool { return l.SKU == p.sku && l.Bundle == bundle && l.Gift == gift })
		if i < 0 {
			i = len(list)
			list = append(list, LineState{SKU: p.sku, Barcode: p.barcode, Barcodes: p.barcodes(), Name: p.name, Bundle: bundle,
				Gift: gift, Dangerous: p.dangerous})
		}
		list[i].Qty += count
	}
	for _, l := range lines {
		for _, part := range l.product.parts {
			add(part.product, part.count, l.product.sku, l.gift)
		}
		if !l.product.bundle() {
			add(l.product, 1, "", l.gift)
		}
	}
	return list
}

func (p *product) barcodes() []string {
	if p.second != "" {
		return []string{p.barcode, p.second}
	}
	return []string{p.barcode}
}

// productsCSV is the catalogue in the columns that `packbench products import` takes.
func (s *Server) productsCSV(w http.ResponseWriter, r *http.Request) {
	rows := [][]string{{"seller_sku", "barcode", "name", "weight_g", "length_mm", "width_mm", "height_mm", "fragile", "dangerous_good", "image"}}
	for _, p := range s.first().catalog { // never changes after New, and is the same in every shop but for the prices
		if p.bundle() {
			continue
		}
		for _, code := range p.barcodes() {
			rows = append(rows, []string{p.sku, code, p.name + ", " + p.variant, strconv.Itoa(p.weightG), strconv.Itoa(p.l), strconv.Itoa(p.w),
				strconv.Itoa(p.h), strconv.FormatBool(p.fragile), strconv.FormatBool(p.dangerous), "http://" + r.Host + "/img/" + p.sku + ".png"})
		}
	}
	s.writeCSV(w, rows)
}

// labelsCSV lists the labels the seller bought elsewhere, in the columns that `packbench orders import` takes. The
// paths in label_file are relative to this file, here and on a disk.
func (s *Server) labelsCSV(w http.ResponseWriter, _ *http.Request) {
	rows := [][]string{{"order_id", "seller_sku", "name", "quantity", "carrier", "tracking_number", "ship_by", "label_file", "buyer_note"}}
	s.mu.Lock()
	s.advance()
	for _, o := range s.allOrders() {
		if !o.carrierLabel() {
			continue
		}
		count, order := map[*product]int{}, []*product{}
		for _, l := range o.lines {
			if count[l.product] == 0 {
				order = append(order, l.product)
			}
			count[l.product]++
		}
		for _, p := range order {
			rows = append(rows, []string{o.id, p.sku, p.name + ", " + p.variant, strconv.Itoa(count[p]), o.provider.Name, o.boughtTracking,
				o.rtsSLA.UTC().Format(time.RFC3339), "labels/" + o.id + ".pdf", o.buyerMessage})
		}
	}
	s.mu.Unlock()
	s.writeCSV(w, rows)
}

func (s *Server) writeCSV(w http.ResponseWriter, rows [][]string) {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	if err := csv.NewWriter(w).WriteAll(rows); err != nil {
		s.log.Debug("CSV not delivered", "err", err)
	}
}

// labelFile is a bought label: /admin/labels/<order id>.pdf.
func (s *Server) labelFile(w http.ResponseWriter, r *http.Request) {
	id, isPDF := strings.CutSuffix(r.PathValue("file"), ".pdf")
	s.mu.Lock()
	s.advance()
	of, o := s.orderCalled(id)
	var data []byte
	err := fmt.Errorf("there is no bought label for order %q", id)
	if isPDF && o != nil && o.carrierLabel() {
		data, err = of.boughtLabel(o).pdf(s.fonts, "A6", true, false)
	}
	s.mu.Unlock()
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/pdf")
	if _, err := w.Write(data); err != nil {
		s.log.Debug("label not delivered", "err", err)
	}
}

func (s *Server) allOrders() []*order {
	var list []*order
	for _, of := range s.stores {
		list = append(list, of.orders...)
	}
	return list
}

// OrderIDs are the orders with a status, in order of creation; all orders for an empty status.
func (s *Server) OrderIDs(status fulfillment.OrderStatus) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	var ids []string
	for _, o := range s.allOrders() {
		if status == "" || o.is(status) {
			ids = append(ids, o.id)
		}
	}
	return ids
}
