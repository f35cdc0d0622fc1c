package sellercenter

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"packbench/fulfillment"
)

// DocumentKind is what a document is for. Platform-shipped packages only, after they were arranged and before the carrier
// has them.
type DocumentKind string

const (
	DocLabel        DocumentKind = "SHIPPING_LABEL"
	DocSlip         DocumentKind = "PACKING_SLIP"
	DocLabelAndSlip DocumentKind = "SHIPPING_LABEL_AND_PACKING_SLIP" // PDF
	DocLabelPicture DocumentKind = "SHIPPING_LABEL_PICTURE"          // PNG, neither size nor format
	DocHazmat       DocumentKind = "HAZMAT_LABEL"                    // PDF, A4, no size; packages with dangerous goods only
	DocInvoice      DocumentKind = "INVOICE_LABEL"                   // BR, A6
)

// DocumentSize: A6 unless said otherwise.
type DocumentSize string

// DocumentFormat: PDF unless said otherwise.
type DocumentFormat string

const (
	SizeA6    DocumentSize   = "A6"
	SizeA5    DocumentSize   = "A5"
	FormatPDF DocumentFormat = "PDF"
	FormatZPL DocumentFormat = "ZPL" // BR and MX only
)

// Paper is a document as it came. Its bytes may not be changed: the platform forbids cropping.
type Paper struct {
	Bytes    []byte
	Tracking fulfillment.Tracking
}

type wireDocument struct {
	DocURL         text `json:"doc_url"`
	TrackingNumber text `json:"tracking_number"`
}

// documentQuery leaves out what does not apply to the kind.
func documentQuery(kind DocumentKind, size DocumentSize, format DocumentFormat) (map[string]string, error) {
	q := map[string]string{"document_type": string(kind)}
	switch kind {
	case DocLabelPicture:
		if format != "" || size != "" {
			return nil, refuse("a label picture has neither size nor format")
		}
		return q, nil
	case DocHazmat:
		if size != "" {
			return nil, refuse("a dangerous goods label is always A4")
		}
	case DocLabel, DocSlip, DocLabelAndSlip, DocInvoice:
		q["document_size"] = string(first(size, SizeA6))
	default:
		return nil, refuse("%q is no kind of document", clean(string(kind)))
	}
	q["document_format"] = string(first(format, FormatPDF))
	if format == FormatZPL && kind != DocLabel {
		return nil, refuse("%s does not come as ZPL", kind)
	}
	return q, nil
}

// Document asks for a document of an arranged package and downloads it. Its address lives 24 hours and needs no token,
// so it is used at once and not kept. Errors: fulfillment.ErrNotYet while there is none, and where what came is not a
// document at all.
func (c *Client) Document(ctx context.Context, shop string, id fulfillment.PackageID, kind DocumentKind, size DocumentSize, format DocumentFormat) (Paper, error) {
	if err := checkID("package id", id); err != nil {
		return Paper{}, err
	}
	q, err := documentQuery(kind, size, format)
	if err != nil {
		return Paper{}, err
	}
	var w wireDocument
	err = c.call(ctx, request{what: "asking for the " + papers[kind] + " of package " + string(id), method: http.MethodGet, shop: shop,
		path: "/fulfillment/202309/packages/" + string(id) + "/shipping_documents", query: q}, &w)
	if err != nil {
		return Paper{}, err
	}
	if w.DocURL == "" {
		return Paper{}, fmt.Errorf("%s of package %s: %w", papers[kind], id, fulfillment.ErrNotYet)
	}
	b, err := c.download(ctx, "downloading the "+papers[kind]+" of package "+string(id), string(w.DocURL))
	if err != nil {
		return Paper{}, err
	}
	return Paper{Bytes: b, Tracking: fulfillment.Tracking(w.TrackingNumber)}, nil
}

var papers = map[DocumentKind]string{DocLabel: "label", DocSlip: "packing slip", DocLabelAndSlip: "label and packing slip",
	DocLabelPicture: "label picture", DocHazmat: "dangerous goods label", DocInvoice: "invoice label"}

func (c *Client) download(ctx context.Context, what, address string) ([]byte, error) {
	u, err := url.Parse(address)
	if err != nil || !c.documentAddress(u) {
		return nil, fmt.Errorf("%s: the platform gave an address that is not https: %w", what, fulfillment.ErrNotYet)
	}
	if err := c.paces.of("", false).wait(ctx); err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, bare(err))
	}
	rep, sent, err := exchange(ctx, c.docs, req, maxDocument)
	if err != nil {
		return nil, &CallError{What: what, Sent: sent, Status: rep.status, Cause: err}
	}
	switch {
	case rep.status == http.StatusTooManyRequests:
		return nil, fmt.Errorf("%s: %w", what, &fulfillment.ThrottledError{RetryAfter: retryAfter(rep.header, c.clock.now())})
	case rep.status >= 500, rep.status == http.StatusProxyAuthRequired:
		return nil, &CallError{What: what, Sent: true, Status: rep.status, Cause: strangeAnswer(rep)}
	case isPage(rep) && rep.status == http.StatusOK, rep.status >= 300 && rep.status <= 399:
		return nil, fmt.Errorf("%s: %w: %w", what, strangeAnswer(rep), fulfillment.ErrNotYet)
	case rep.status != http.StatusOK:
		return nil, fmt.Errorf("%s: HTTP %d: %w", what, rep.status, fulfillment.ErrNotYet)
	case !looksLikeLabel(rep.body):
		return nil, fmt.Errorf("%s: what came is neither PDF, PNG nor ZPL: %w", what, fulfillment.ErrNotYet)
	}
	return rep.body, nil
}

// looksLikeLabel keeps an error page from being stored as a label for good.
func looksLikeLabel(b []byte) bool {
	head := bytes.TrimLeft(b[:min(len(b), 1024)], "\xef\xbb\xbf \r\n\t")
	return bytes.Contains(head, []byte("%PDF-")) || bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")) ||
		bytes.HasPrefix(head, []byte("^XA"))
}

// documentAddress allows https anywhere, and http only on this machine and only when the API itself is there.
func (c *Client) documentAddress(u *url.URL) bool {
	return u.Scheme == "https" && u.Host != "" || u.Scheme == "http" && c.api.Scheme == "http" && loopback(u.Hostname())
}

func (c *Client) followDocument(req *http.Request, via []*http.Request) error {
	if len(via) >= 3 || !c.documentAddress(req.URL) {
		return errors.New("the label's address leads somewhere it should not")
	}
	return nil
}
