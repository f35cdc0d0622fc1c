package shop

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"packbench/fulfillment"
)

// docLife is how long a download link works.
const docLife = 24 * time.Hour

type documentAnswer struct {
	DocURL         string `json:"doc_url"`
	TrackingNumber string `json:"tracking_number"`
}

var documentTypes = []string{"SHIPPING_LABEL", "PACKING_SLIP", "SHIPPING_LABEL_AND_PACKING_SLIP", "SHIPPING_LABEL_PICTURE",
	"HAZMAT_LABEL", "INVOICE_LABEL"}

// shippingDocument is GET …/packages/{package_id}/shipping_documents: only for platform-shipped packages, after
// shipping was arranged and before the carrier has the parcel.
func (s *store) shippingDocument(c *call) (any, error) {
	kind, size, format := c.query.Get("document_type"), c.query.Get("document_size"), c.query.Get("document_format")
	switch {
	case !slices.Contains(documentTypes, kind):
		return nil, artificial(codeMissing, "Invalid parameter. `document_type` must be one of %s", strings.Join(documentTypes, ", "))
	case size != "" && size != "A6" && size != "A5":
		return nil, artificial(codeMissing, "Invalid parameter. `document_size` must be A6 or A5")
	case format == "ZPL" && !s.market.zpl, kind == "INVOICE_LABEL" && !s.market.invoice:
		return nil, errRegion
	case format == "ZPL" && kind != "SHIPPING_LABEL":
		return nil, artificial(codeMissing, "Invalid parameter. Only SHIPPING_LABEL comes as ZPL")
	case format != "" && format != "PDF" && format != "ZPL":
		return nil, artificial(codeMissing, "Invalid parameter. `document_format` must be PDF or ZPL")
	}
	p, err := s.packageNamed(c)
	if err != nil {
		return nil, err
	}
	switch {
	case p.order.shippingType != string(fulfillment.ShippingPlatform):
		return nil, artificial(codeWrongCall, "The platform has no documents for packages that the seller ships")
	case p.order.is(fulfillment.StatusCancelled):
		return nil, artificial(codeOrderCancelled, "The order is cancelled")
	case p.status == toFulfill:
		return nil, artificial(codeNoDocument, "There is no document before the package is shipped")
	case p.status != processing:
		return nil, artificial(codeNoDocument, "There is no document after the carrier has collected the package")
	case kind == "HAZMAT_LABEL" && !p.hazmat():
		return nil, artificial(codeNoDocument, "The package has no dangerous goods")
	}
	name := fmt.Sprintf("%s/%s/%s/%s/%d", p.id, kind, or(size, "A6"), or(format, "PDF"), c.wall.Add(docLife).Unix())
	return documentAnswer{c.base + "/doc/" + name + "/" + macHex(c.srv.docKey, name), p.tracking}, nil
}

func (p *parcel) hazmat() bool {
	return slices.ContainsFunc(p.lines, func(l *line) bool { return l.product.dangerous })
}

// serveDocument is the download: a plain GET without token or signature, for 24 hours.
func (s *Server) serveDocument(c *call) reply {
	fail := func(status int, text string) reply {
		return reply{status: status, header: http.Header{"Content-Type": {"text/plain; charset=utf-8"}}, body: []byte(text + "\n")}
	}
	name := strings.TrimPrefix(c.r.URL.Path, "/doc/")
	i := strings.LastIndexByte(name, '/')
	if i < 0 || !sameMAC(name[i+1:], macHex(s.docKey, name[:i])) || strings.Count(name[:i], "/") != 4 {
		return fail(http.StatusForbidden, "no such document")
	}
	part := strings.Split(name[:i], "/")
	of, p := s.parcelCalled(part[0])
	ends, err := strconv.ParseInt(part[4], 10, 64)
	switch {
	case err != nil || p == nil:
		return fail(http.StatusForbidden, "no such document")
	case c.wall.Unix() >= ends:
		return fail(http.StatusForbidden, "the link has expired")
	case c.r.Method != http.MethodGet && c.r.Method != http.MethodHead:
		return fail(http.StatusMethodNotAllowed, "use GET")
	}
	c.named(p.order, p.id)
	doc, media, err := of.render(p, part[1], part[2], part[3])
	if err != nil {
		s.log.Error("document cannot be rendered", "package", p.id, "kind", part[1], "err", err)
		return fail(http.StatusInternalServerError, "the document cannot be rendered")
	}
	return reply{status: http.StatusOK, header: http.Header{"Content-Type": {media}}, body: doc}
}

// render makes the document. The same package gives the same bytes, whenever it is asked for.
func (s *store) render(p *parcel, kind, size, format string) (doc []byte, media string, err error) {
	l := s.platformLabel(p)
	if format == "ZPL" {
		doc, err = l.zpl()
		return doc, "text/plain; charset=utf-8", err
	}
	switch kind {
	case "INVOICE_LABEL":
		doc, err = invoicePDF(l, s.fonts)
	case "SHIPPING_LABEL_PICTURE":
		doc, err = l.png()
		return doc, "image/png", err
	case "HAZMAT_LABEL":
		doc, err = hazmatPDF(l)
	case "PACKING_SLIP":
		doc, err = l.pdf(s.fonts, size, false, true)
	case "SHIPPING_LABEL_AND_PACKING_SLIP":
		doc, err = l.pdf(s.fonts, size, true, true)
	default:
		doc, err = l.pdf(s.fonts, size, true, false)
	}
	return doc, "application/pdf", err
}

func (s *store) platformLabel(p *parcel) labelSheet {
	l := labelSheet{carrier: p.provider.Name, tracking: p.tracking, mode: p.labelMode, to: p.order.recipient, from: s.sender(),
		order: p.order.id, parcel: p.id, dated: p.shipped, weightG: p.weightG, market: s.market.region}
	l.addLines(p.lines)
	return l
}

// boughtLabel is the label that the seller bought elsewhere for a seller-shipped order.
func (s *store) boughtLabel(o *order) labelSheet {
	l := labelSheet{carrier: o.provider.Name, tracking: o.boughtTracking, mode: o.labelMode, to: o.recipient, from: s.sender(),
		order: o.id, dated: o.paid, market: s.market.region}
	l.addLines(o.lines)
	for _, ln := range o.lines {
		l.weightG += ln.product.weightG
	}
	return l
}
