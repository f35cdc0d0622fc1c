package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"packbench/fulfillment"
	"packbench/fulfillment/label"
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
	maker := &ownLabelMaker{c: c, cfg: cfg, media: media, l: file.label()}
	if order == "" {
		return maker.finish(ctx, out, "")
	}
	if maker.e, err = c.open(ctx, !store); err != nil {
		return err
	}
	defer maker.e.close()
	p, err := maker.fromOrder(ctx, order)
	if err != nil {
		return err
	}
	if !store {
		p.ID = ""
	}
	return maker.finish(ctx, out, p.ID)
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

// ownLabelMaker makes one label. e is nil where it is made from a file alone.
type ownLabelMaker struct {
	c     *call
	cfg   Config
	e     *env
	media fulfillment.Media
	l     label.SellerLabel
}

// fromOrder fills in what the file left out, from the order here and the recipient at the Seller Center.
func (m *ownLabelMaker) fromOrder(ctx context.Context, id fulfillment.OrderID) (fulfillment.Package, error) {
	none := fulfillment.Package{}
	o, err := m.e.store.Order(ctx, id)
	if errors.Is(err, fulfillment.ErrNotFound) {
		return none, fmt.Errorf("there is no order %s at this station; it comes with the next pull or an import", id)
	}
	if err != nil {
		return none, err
	}
	p, err := ownLabelPackage(o, fulfillment.PackageID(m.c.flags["package"]), time.Now())
	if err != nil {
		return none, err
	}
	m.l.Order = o.ID
	m.l.Tracking = fulfillment.Tracking(firstOf(m.c.flags["tracking"], string(m.l.Tracking), string(p.Tracking)))
	m.l.Carrier = firstOf(m.c.flags["carrier"], m.l.Carrier, p.Carrier)
	if p.Tracking != "" && m.l.Tracking != p.Tracking {
		return none, fmt.Errorf("the parcel has the tracking number %s already, not %s; correct the order or the file", p.Tracking, m.l.Tracking)
	}
	if len(m.l.Items) == 0 {
		m.l.Items = labelItems(o, p)
	}
	if m.l.To.Name == "" && len(m.l.To.Lines) == 0 {
		m.l.To, err = m.recipient(ctx, o)
	}
	return p, err
}

// recipient reads the address at this moment; it is nowhere else.
func (m *ownLabelMaker) recipient(ctx context.Context, o fulfillment.Order) (label.Address, error) {
	if o.Source != fulfillment.SourcePlatform {
		return label.Address{}, fmt.Errorf("order %s came from a file, without an address; give it in a file: packbench sellerlabel --order %s FILE.toml with a [to] table", o.ID, o.ID)
	}
	markets, err := newMarkets(m.cfg, m.e.secrets, nil, m.e.log)
	if err != nil {
		return label.Address{}, fmt.Errorf("the recipient stands in the Seller Center only: %w; or give the address in a file with a [to] table", err)
	}
	for _, x := range markets {
		if !slices.Contains(x.keys, o.Shop) {
			continue
		}
		r, err := x.adapter.Recipient(ctx, o.ID)
		if err != nil {
			return label.Address{}, fmt.Errorf("the recipient could not be read from the Seller Center: %w", err)
		}
		return label.Address{Name: r.Name, Lines: r.Lines, City: r.City, Region: r.Region, PostalCode: r.PostalCode, Country: r.Country, Phone: r.Phone}, nil
	}
	return label.Address{}, fmt.Errorf("the shop of order %s is not connected any more; connect it, or give the address in a file with a [to] table", o.ID)
}

// ownLabelPackage is the parcel that gets the label: the one asked for, or the only one that may.
func ownLabelPackage(o fulfillment.Order, asked fulfillment.PackageID, now time.Time) (fulfillment.Package, error) {
	var may []fulfillment.Package
	why := fulfillment.NoOwnLabel("it has no parcel")
	for _, p := range o.Packages {
		if asked != "" && p.ID != asked && p.PlatformID != asked {
			continue
		}
		if no := fulfillment.MayOwnLabel(o, p, now); no != fulfillment.OwnLabelAllowed {
			why = no
			continue
		}
		may = append(may, p)
	}
	switch len(may) {
	case 0:
		return fulfillment.Package{}, fmt.Errorf("order %s gets no label of your own: %s", o.ID, why)
	case 1:
		return may[0], nil
	}
	var ids []string
	for _, p := range may {
		ids = append(ids, string(p.ID))
	}
	return fulfillment.Package{}, &usageError{fmt.Sprintf("order %s has several parcels; name one with --package: %s", o.ID, strings.Join(ids, ", "))}
}

// labelItems are the contents by name.
func labelItems(o fulfillment.Order, p fulfillment.Package) (items []label.LabelItem) {
	for _, line := range o.Lines {
		if !slices.Contains(p.Lines, line.ID) || line.Status == fulfillment.StatusCancelled {
			continue
		}
		name := strings.TrimSpace(firstOf(line.ProductName, string(line.SKU)) + " " + line.SKUName)
		if i := slices.IndexFunc(items, func(it label.LabelItem) bool { return it.Name == name }); i >= 0 {
			items[i].Quantity++
			continue
		}
		items = append(items, label.LabelItem{Name: name, Quantity: 1})
	}
	return items
}

// languages of labels by where they go: the postman reads them.
var languageOfCountry = map[string]string{"TH": "th", "VN": "vi", "ID": "id", "MY": "ms", "JP": "ja", "CN": "zh", "TW": "zh", "ES": "es", "MX": "es", "BR": "pt",
	"DE": "de", "AT": "de", "FR": "fr", "IT": "it", "SA": "ar", "AE": "ar"}

// finish draws, proves, writes, and stores as the label of a parcel where one is given.
func (m *ownLabelMaker) finish(ctx context.Context, out string, parcel fulfillment.PackageID) error {
	if m.l.From.Name == "" && m.cfg.Sender != nil {
		m.l.From = m.cfg.Sender.address()
	}
	m.l.Tracking = fulfillment.Tracking(firstOf(m.c.flags["tracking"], string(m.l.Tracking)))
	m.l.Carrier = firstOf(m.c.flags["carrier"], m.l.Carrier)
	m.l.Language = firstOf(m.c.flags["language"], m.l.Language, languageOfCountry[m.l.To.Country], "en")
	letters, err := systemLetters()
	if err != nil {
		return err
	}
	if m.l.From.Name == "" {
		return errors.New("the label needs a sender: write a [sender] table with name, lines, city, postal_code and country into station.toml, or [from] into the file")
	}
	bitmap, err := m.l.Draw(letters, m.media)
	if err != nil {
		return err
	}
	// A picture, because it comes back from the proof dot for dot.
	var picture bytes.Buffer
	if err := png.Encode(&picture, label.Preview(bitmap)); err != nil {
		return err
	}
	engine := label.NewEngine(labelOptions(m.c.dir, m.cfg.Station.Market, nil))
	defer engine.Close()
	proof, proved, err := engine.Prove(ctx, picture.Bytes(), fulfillment.Shipment{Tracking: m.l.Tracking}, m.media)
	if err != nil {
		return err
	}
	if proof.Verdict != fulfillment.LabelPrint || !bytes.Equal(proved.Bits, bitmap.Bits) {
		return fmt.Errorf("the label that was drawn cannot be read back: %s", firstOf(proof.Reason, "its dots differ"))
	}
	if out != "" {
		if err := writeBitmap(out, bitmap, m.media); err != nil {
			return err
		}
	}
	if parcel != "" {
		kept, err := m.e.store.StoreLabel(ctx, parcel, picture.Bytes(), m.l.Tracking)
		if err != nil {
			return err
		}
		if kept != proof.Label {
			return fmt.Errorf("parcel %s got another label in this moment, and that one stays", parcel)
		}
	}
	return m.c.json(map[string]any{"verdict": proof.Verdict, "decoded": list(proof.Decoded), "tracking": m.l.Tracking, "stored": parcel})
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
