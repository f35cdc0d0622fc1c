package sellercenter

import (
	"bytes"
	"context"
	"encoding/base64"
	"net/http"

	"packbench/fulfillment"
)

// Invoice is the fiscal document of a package (BR): an authorized NF-e as XML. Orders are all orders in the package.
type Invoice struct {
	Package fulfillment.PackageID
	Orders  []fulfillment.OrderID
	XML     []byte
}

const maxInvoice = 1 << 20 // bytes of one XML; ours, the platform documents no limit

// UploadInvoices hands up to 50 invoices to the platform, which judges them later: the order's need_upload_invoice and
// webhook 36 tell the verdict, and only then may the package be arranged. See ShipBatch for what failed and err mean.
// The shape of this call is from integrators' reports, not from the platform's own files.
func (c *Client) UploadInvoices(ctx context.Context, shop string, list []Invoice) (failed []Failure, err error) {
	const what = "upload invoices"
	if len(list) == 0 || len(list) > maxBatch {
		return nil, refuse("%d invoices at once: 1 to %d are allowed", len(list), maxBatch)
	}
	type wireInvoice struct {
		Package string   `json:"package_id"`
		Orders  []string `json:"order_ids"`
		Type    string   `json:"file_type"`
		File    string   `json:"file"`
	}
	var body struct {
		Invoices []wireInvoice `json:"invoices"`
	}
	var sent []fulfillment.PackageID
	for _, x := range list {
		if err := checkID("package id", x.Package); err != nil {
			return nil, err
		}
		if err := checkIDs("order id", x.Orders); err != nil {
			return nil, err
		}
		if len(x.Orders) == 0 || len(x.XML) > maxInvoice || !bytes.Contains(x.XML, []byte("<")) {
			return nil, refuse("the invoice of package %s is not an XML of at most 1 MB with the orders it is for", x.Package)
		}
		body.Invoices = append(body.Invoices, wireInvoice{string(x.Package), texts(x.Orders), "XML", base64.StdEncoding.EncodeToString(x.XML)})
		sent = append(sent, x.Package)
	}
	var w wireBatch
	if err := c.call(ctx, request{what: what, method: http.MethodPost, write: true, shop: shop,
		path: "/fulfillment/202502/invoice/upload", body: body}, &w); err != nil {
		return nil, err
	}
	return failures(what, w.Errors, sent), nil
}
