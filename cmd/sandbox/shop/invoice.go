package shop

import (
	"encoding/base64"
	"encoding/xml"
	"io"
	"slices"
	"strings"
	"time"

	"packbench/fulfillment"
)

// States of an order's invoice, as need_upload_invoice says them.
const (
	invoiceNeeded     = "NEED_INVOICE"
	invoiceProcessing = "INVOICE_PROCESSING"
	invoiceUploaded   = "INVOICE_UPLOADED"
	invoiceNotNeeded  = "NO_NEED"
)

// invoiceCheck is how long the platform takes to judge an invoice. No document says it.
const invoiceCheck = 20 * time.Second

type invoiceItem struct {
	PackageID *string  `json:"package_id"`
	OrderIDs  []string `json:"order_ids"`
	FileType  *string  `json:"file_type"`
	File      *string  `json:"file"`
}

type invoiceRequest struct {
	Invoices []invoiceItem `json:"invoices"`
}

type invoiceAnswer struct {
	Errors []invoiceError `json:"errors,omitempty"`
}

type invoiceError struct {
	Code    int64         `json:"code"`
	Message string        `json:"message"`
	Detail  invoiceDetail `json:"detail"`
}

type invoiceDetail struct {
	PackageID string   `json:"package_id"`
	OrderIDs  []string `json:"order_ids,omitempty"`
}

// uploadInvoice is POST /fulfillment/202502/invoice/upload, in Brazil: the fiscal document of a package as XML in
// base64. What it says is not judged but for being an NF-e in XML; the verdict comes as webhook 36.
func (s *store) uploadInvoice(c *call) (any, error) {
	req, err := decodeBody[invoiceRequest](c.body)
	if err != nil {
		return nil, err
	}
	if !s.market.invoice {
		return nil, errRegion
	}
	if len(req.Invoices) == 0 {
		return nil, artificial(codeMissing, "Missing parameter. `invoices` is empty")
	}
	var answer invoiceAnswer
	for _, item := range req.Invoices {
		if e := s.takeInvoice(c, item); e != nil {
			answer.Errors = append(answer.Errors, invoiceError{e.Code, e.Message, invoiceDetail{deref(item.PackageID), item.OrderIDs}})
		}
	}
	return answer, nil
}

func (s *store) takeInvoice(c *call, item invoiceItem) *apiError {
	p := s.packages[deref(item.PackageID)]
	if p == nil {
		return errBatchPackage
	}
	c.named(p.order, p.id)
	for _, o := range p.all() {
		if !slices.Contains(item.OrderIDs, o.id) {
			return artificial(codeInvoice, "`order_ids` must name every order of package %s", p.id)
		}
	}
	data, err := base64.StdEncoding.DecodeString(deref(item.File))
	switch {
	case len(item.OrderIDs) != len(p.all()):
		return artificial(codeInvoice, "`order_ids` names orders that are not in package %s", p.id)
	case deref(item.FileType) != "XML":
		return artificial(codeInvoice, "`file_type` must be XML")
	case err != nil:
		return artificial(codeInvoice, "`file` is not base64")
	case p.order.invoice != invoiceNeeded:
		return artificial(codeInvoice, "The package needs no invoice now: %s", p.order.invoice)
	}
	valid := isNFe(data)
	for _, o := range p.all() {
		o.invoice = invoiceProcessing
		s.effects.add("invoice", o.id, p.id, "")
	}
	s.hookInvoice(p, "PROCESSING", "", c.now)
	s.schedule(c.now.Add(invoiceCheck), func(at time.Time) { s.judgeInvoice(p, valid, at) })
	return nil
}

func (s *store) judgeInvoice(p *parcel, valid bool, at time.Time) {
	state, status, why := invoiceUploaded, "SUCCESS", ""
	if !valid {
		state, status, why = invoiceNeeded, "INVALID", "The file is not an NF-e in XML"
	}
	for _, o := range p.all() {
		o.invoice = state
	}
	s.hookInvoice(p, status, why, at)
}

func (s *store) hookInvoice(p *parcel, status, why string, at time.Time) {
	ids := []string{}
	for _, o := range p.all() {
		ids = append(ids, o.id)
	}
	s.hook(36, at, map[string]any{"package_id": p.id, "order_ids": ids, "invoice_status": status, "invalid_reason": why})
}

// isNFe: well-formed XML whose outermost element is an NF-e or its processed form.
func isNFe(data []byte) bool {
	dec := xml.NewDecoder(strings.NewReader(string(data)))
	root := ""
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			return root == "nfeProc" || root == "NFe"
		}
		if err != nil {
			return false
		}
		if start, isStart := tok.(xml.StartElement); isStart && root == "" {
			root = start.Name.Local
		}
	}
}

// wireMarket fills what only some markets have.
func (s *store) wireMarket(w *wireOrder, o *order) {
	if s.market.invoice {
		w.NeedUploadInvoice = o.invoice
		if o.shippingType != string(fulfillment.ShippingPlatform) {
			w.NeedUploadInvoice = invoiceNotNeeded
		}
		w.CPF, w.CPFName = "000.000.000-00", mask(o.recipient.name)
	}
	for _, p := range o.packages {
		if len(p.joined) > 0 {
			w.SplitOrCombineTag = "COMBINED"
		}
	}
}
