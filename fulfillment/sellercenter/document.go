package sellercenter

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"packbench/fulfillment"
)

// label asks for the shipping label of an arranged package and downloads it. The address lives 24 hours and needs no
// token; the bytes are returned as they came, because the platform forbids changing them.
func (c *Client) label(ctx context.Context, shop, id string) (document []byte, tracking fulfillment.Tracking, err error) {
	if err := checkID("package id", id); err != nil {
		return nil, "", err
	}
	var w wireDocument
	err = c.call(ctx, request{what: "asking for the label of package " + id, method: http.MethodGet, shop: shop,
		path:  "/fulfillment/202309/packages/" + id + "/shipping_documents",
		query: map[string]string{"document_type": "SHIPPING_LABEL", "document_size": "A6", "document_format": "PDF"}}, &w)
	if err != nil {
		return nil, "", err
	}
	if w.DocURL == "" {
		return nil, "", fmt.Errorf("label of package %s: %w", id, fulfillment.ErrNotYet)
	}
	document, err = c.download(ctx, "downloading the label of package "+id, string(w.DocURL))
	return document, fulfillment.Tracking(w.TrackingNumber), err
}

func (c *Client) download(ctx context.Context, what, address string) ([]byte, error) {
	u, err := url.Parse(address)
	if err != nil || !c.documentAddress(u) {
		return nil, fmt.Errorf("%s: the platform gave an address that is not https: %w", what, fulfillment.ErrNotYet)
	}
	if err := c.reads.wait(ctx); err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	req, err := http.NewRequest(http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, bare(err))
	}
	rep, sent, err := exchange(ctx, c.docs, req, maxDocument)
	if err != nil {
		return nil, &CallError{What: what, Sent: sent, Status: rep.status, Cause: err}
	}
	switch {
	case rep.status == http.StatusTooManyRequests:
		return nil, fmt.Errorf("%s: %w", what, &fulfillment.ThrottledError{RetryAfter: retryAfter(rep.header, time.Now())})
	case rep.status >= 500:
		return nil, &CallError{What: what, Sent: true, Status: rep.status}
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
