package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/pelletier/go-toml/v2"

	"packbench/fulfillment"
	"packbench/fulfillment/label"
	"packbench/fulfillment/sellercenter"
)

// A label of the seller's own, for a carrier that gives none. Buyers' addresses are not kept for it: they come from the file that
// is given, or are read from the Seller Center at that moment. They then stand in the label alone, as in any other, and are wiped
// with it.

// sellerLabelFile is the file of `packbench sellerlabel`: what the order does not say, or all of it.
type sellerLabelFile struct {
	Order    string         `toml:"order"`
	Carrier  string         `toml:"carrier"`
	Service  string         `toml:"service"`
	Tracking string         `toml:"tracking"`
	Language string         `toml:"language"`
	From     *AddressConfig `toml:"from"`
	To       *AddressConfig `toml:"to"`
	Items    []struct {
		Name     string `toml:"name"`
		Quantity int    `toml:"quantity"`
	} `toml:"item"`
}

func (a AddressConfig) address() label.Address {
	return label.Address{Name: a.Name, Company: a.Company, Lines: a.Lines, City: a.City, Region: a.Region, PostalCode: a.PostalCode, Country: a.Country, Phone: a.Phone}
}

// runSellerLabel draws the label, reads it back as any other, and writes or stores it.
func runSellerLabel(ctx context.Context, c *call) error {
	out, store, order := c.flags["out"], c.flags["store"] != "", fulfillment.OrderID(c.flags["order"])
	switch ext := filepath.Ext(out); {
	case len(c.args) > 1 || len(c.args) == 0 && order == "":
		return &usageError{"usage: packbench sellerlabel [--order ID] [FILE.toml] [--out FILE.zpl|.png|.pdf] [--store]; an order or a file is needed"}
	case out == "" && !store:
		return &usageError{"--out FILE writes the label, --store makes it the label of --order ID; one of them is needed"}
	case out != "" && ext != ".zpl" && ext != ".png" && ext != ".pdf":
		return &usageError{"--out needs a name that ends in .zpl, .png or .pdf"}
	case store && order == "":
		return &usageError{"--store needs --order ID: the label becomes that order's"}
	}
	cfg, err := c.settings()
	if err != nil {
		return err
	}
	usual := fulfillment.Media{DPI: 203, WidthMM: 102, HeightMM: 152}
	if p := cfg.labelPrinter(); p != nil {
		usual = mediaOf(*p)
	}
	media, err := c.stock(usual)
	if err != nil {
		return err
	}
	var file sellerLabelFile
	if len(c.args) == 1 {
		if file, err = readSellerLabel(c.args[0]); err != nil {
			return err
		}
		if order != "" && file.Order != "" && file.Order != string(order) {
			return &usageError{fmt.Sprintf("%s is for order %s, but --order says %s; with another order's recipient the parcel would go astray", c.args[0], file.Order, order)}
		}
	}
	maker := &ownLabelMaker{dir: c.dir, cfg: cfg, media: media, l: file.label(), asked: ownLabelWish{
		Package: fulfillment.PackageID(c.flags["package"]), Tracking: c.flags["tracking"], Carrier: c.flags["carrier"], Language: c.flags["language"]}}
	var parcel fulfillment.PackageID
	if order != "" {
		e, err := c.open(ctx, !store)
		if err != nil {
			return err
		}
		defer e.close()
		maker.store, maker.recipient = e.store, e.recipient
		p, err := maker.fromOrder(ctx, order)
		if err != nil {
			return err
		}
		if store {
			parcel = p.ID
		}
	}
	return c.ownLabel(ctx, maker, out, parcel)
}

// ownLabel makes the label, and writes or stores it as asked.
func (c *call) ownLabel(ctx context.Context, maker *ownLabelMaker, out string, parcel fulfillment.PackageID) error {
	made, err := maker.make(ctx)
	if err != nil {
		return err
	}
	if out != "" {
		if err := c.writeBitmap(out, made.bitmap, maker.media); err != nil {
			return err
		}
	}
	if parcel != "" {
		if err := maker.keep(ctx, parcel, made); err != nil {
			return err
		}
	}
	return c.json(map[string]any{"verdict": made.proof.Verdict, "decoded": list(made.proof.Decoded), "tracking": maker.l.Tracking, "stored": parcel})
}

// recipient reads the address from the order's shop at this moment.
func (e *env) recipient(ctx context.Context, o fulfillment.Order) (sellercenter.Recipient, error) {
	markets, err := newMarkets(e.cfg, e.secrets, nil, e.log)
	if err != nil {
		return sellercenter.Recipient{}, fmt.Errorf("it stands in the Seller Center only: %w; or give the address in a file with a [to] table", err)
	}
	for _, x := range markets {
		if slices.Contains(x.keys, o.Shop) {
			return x.adapter.Recipient(ctx, o.ID)
		}
	}
	return sellercenter.Recipient{}, errNotItsShop
}

// readSellerLabel reads the file as strictly as station.toml.
func readSellerLabel(name string) (file sellerLabelFile, err error) {
	text, err := readPlain(name, maxConfig)
	if err != nil {
		return file, fmt.Errorf("read the label's file: %w", err)
	}
	text, line, wrong := readable(text)
	if wrong != "" {
		return file, &configError{file: name, line: line, text: wrong}
	}
	if err := toml.NewDecoder(bytesReader(text)).DisallowUnknownFields().Decode(&file); err != nil {
		return file, tomlError(name, err)
	}
	return file, nil
}

func (f sellerLabelFile) label() label.SellerLabel {
	l := label.SellerLabel{Language: f.Language, Carrier: f.Carrier, Service: f.Service, Tracking: fulfillment.Tracking(f.Tracking), Order: fulfillment.OrderID(f.Order)}
	if f.From != nil {
		l.From = f.From.address()
	}
	if f.To != nil {
		l.To = f.To.address()
	}
	for _, it := range f.Items {
		l.Items = append(l.Items, label.LabelItem{Name: it.Name, Quantity: max(1, it.Quantity)})
	}
	return l
}

// firstOf is the first text that is not empty.
func firstOf(all ...string) string {
	for _, s := range all {
		if s != "" {
			return s
		}
	}
	return ""
}
