package sellercenter

import (
	"bytes"
	"context"
	"errors"
	"image"
	_ "image/jpeg" // to read the size of a picture before it is uploaded
	_ "image/png"
	"net/http"
	"slices"
	"strings"

	"packbench/fulfillment"
)

// Limits of the platform for proofs of delivery.
const (
	maxPicture  = 5 << 20  // bytes, JPEG or PNG
	maxFile     = 10 << 20 // bytes, PDF
	minPixels   = 100
	maxPixels   = 20000
	maxFileName = 200
)

// Uploaded is a file that the platform keeps now. Width and Height are 0 for a PDF.
type Uploaded struct {
	URL           string
	Width, Height int // pixels
}

type wireUploaded struct {
	URL    text  `json:"url"`
	Width  whole `json:"width"`
	Height whole `json:"height"`
}

func (w *wireUploaded) check() error {
	if w.URL == "" {
		return errors.New("it names no address")
	}
	return nil
}

// UploadPicture uploads a proof of delivery: JPEG or PNG of at most 5 MB and 100 to 20000 pixels a side. Nothing refers
// to it until Deliver does, so a lost answer is repeated without harm: its error is fulfillment.ErrOffline.
// There is no call that keeps photos of packing.
func (c *Client) UploadPicture(ctx context.Context, shop string, picture []byte) (Uploaded, error) {
	f, _, err := pictureForm(picture)
	if err != nil {
		return Uploaded{}, err
	}
	return c.upload(ctx, shop, "/fulfillment/202309/images/upload", f)
}

// pictureForm checks a picture against the platform's limits and tells its MIME type.
func pictureForm(picture []byte) (*form, Picture, error) {
	conf, kind, err := image.DecodeConfig(bytes.NewReader(picture))
	if err != nil || kind != "jpeg" && kind != "png" {
		return nil, Picture{}, refuse("a proof must be a JPEG or PNG picture")
	}
	small, large := min(conf.Width, conf.Height), max(conf.Width, conf.Height)
	if len(picture) > maxPicture || small < minPixels || large > maxPixels {
		return nil, Picture{}, refuse("a proof must have at most 5 MB and %d to %d pixels a side; this one has %d bytes, %d×%d",
			minPixels, maxPixels, len(picture), conf.Width, conf.Height)
	}
	name := "proof." + map[string]string{"jpeg": "jpg", "png": "png"}[kind]
	return &form{name: name, data: picture}, Picture{MIME: "image/" + kind, Width: conf.Width, Height: conf.Height}, nil
}

type wireImage struct {
	URI text `json:"uri"`
}

func (w *wireImage) check() error {
	if w.URI == "" {
		return errors.New("it names no picture")
	}
	return nil
}

// UploadRejectionPicture uploads a picture that a rejection of a cancellation or a return may show, with the limits of
// UploadPicture. The platform has one call for it and for product pictures, which belongs to no shop.
func (c *Client) UploadRejectionPicture(ctx context.Context, picture []byte) (Picture, error) {
	f, p, err := pictureForm(picture)
	if err != nil {
		return Picture{}, err
	}
	var w wireImage
	err = c.call(ctx, request{what: "uploading a picture for a rejection", method: http.MethodPost, path: "/product/202309/images/upload", form: f}, &w)
	if err != nil {
		return Picture{}, err
	}
	p.ID = string(w.URI)
	return p, nil
}

// UploadFile uploads a proof of delivery as a PDF of at most 10 MB.
func (c *Client) UploadFile(ctx context.Context, shop, name string, pdf []byte) (Uploaded, error) {
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) || len(pdf) > maxFile {
		return Uploaded{}, refuse("a proof of delivery must be a picture or a PDF of at most 10 MB")
	}
	if name == "" || len(name) > maxFileName || strings.ContainsAny(name, "/\\\"\r\n") {
		return Uploaded{}, refuse("%q is no file name", clean(name))
	}
	return c.upload(ctx, shop, "/fulfillment/202309/files/upload", &form{name: name, data: pdf, text: map[string]string{"name": name}})
}

func (c *Client) upload(ctx context.Context, shop, path string, f *form) (Uploaded, error) {
	var w wireUploaded
	err := c.call(ctx, request{what: "uploading a proof of delivery", method: http.MethodPost, shop: shop, path: path, form: f}, &w)
	if err != nil {
		return Uploaded{}, err
	}
	return Uploaded{URL: string(w.URL), Width: w.Width.small(), Height: w.Height.small()}, nil
}

// Delivery is what a seller with own drivers tells of a parcel (SEA), 24 hours after it was shipped at the earliest.
type Delivery struct {
	Package fulfillment.PackageID
	Kind    string // DELIVERY_SUCCESS, DELIVERY_FAILED or UPDATE_POD
	Failed  string // DELIVERY_FAILED: INVALID_ADDRESS, BUYER_REFUSED, …
	Proof   string // address from an upload; empty: none
	PDF     bool   // Proof is a PDF
}

var deliveryKinds = []string{"DELIVERY_SUCCESS", "DELIVERY_FAILED", "UPDATE_POD"}

// Deliver tells up to 50 of them in one call. See ShipBatch for what failed and err mean.
func (c *Client) Deliver(ctx context.Context, shop string, list []Delivery) (failed []Failure, err error) {
	const what = "report deliveries"
	if len(list) == 0 || len(list) > maxBatch {
		return nil, refuse("%d packages at once: 1 to %d are allowed", len(list), maxBatch)
	}
	type wireDelivery struct {
		ID       string `json:"id"`
		Kind     string `json:"delivery_type"`
		Failed   string `json:"fail_delivery_reason,omitempty"`
		FileType string `json:"file_type,omitempty"`
		FileURL  string `json:"file_url,omitempty"`
	}
	var body struct {
		Packages []wireDelivery `json:"packages"`
	}
	var sent []fulfillment.PackageID
	for _, d := range list {
		if err := checkID("package id", d.Package); err != nil {
			return nil, err
		}
		if !slices.Contains(deliveryKinds, d.Kind) || (d.Kind == "DELIVERY_FAILED") != (d.Failed != "") || slices.Contains(sent, d.Package) {
			return nil, refuse("the delivery of package %s is not complete, or told twice", d.Package)
		}
		w := wireDelivery{ID: string(d.Package), Kind: d.Kind, Failed: d.Failed, FileURL: d.Proof}
		if d.Proof != "" {
			w.FileType = map[bool]string{true: "PDF", false: "IMG"}[d.PDF]
		}
		body.Packages, sent = append(body.Packages, w), append(sent, d.Package)
	}
	var w wireBatch
	if err := c.call(ctx, request{what: what, method: http.MethodPost, write: true, shop: shop,
		path: "/fulfillment/202309/packages/deliver", body: body}, &w); err != nil {
		return nil, err
	}
	return failures(what, w.Errors, sent), nil
}
