package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"slices"
	"strings"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/label"
	"packbench/fulfillment/sellercenter"
)

// ownLabelWish is what a person says about a label of the seller's own; what is empty comes from the order.
type ownLabelWish struct {
	Package                     fulfillment.PackageID
	Tracking, Carrier, Language string
}

// ownLabelStore is where the order is read and the label is kept.
type ownLabelStore interface {
	Order(ctx context.Context, id fulfillment.OrderID) (fulfillment.Order, error)
	StoreLabel(ctx context.Context, id fulfillment.PackageID, document []byte, tracking fulfillment.Tracking) (fulfillment.Hash, error)
}

// ownLabelMaker makes one label, for the command and for the window. store and recipient are nil where it is made from a file alone.
type ownLabelMaker struct {
	dir       string
	cfg       Config
	media     fulfillment.Media
	asked     ownLabelWish
	store     ownLabelStore
	recipient func(ctx context.Context, o fulfillment.Order) (sellercenter.Recipient, error) // from the Seller Center, at this moment
	l         label.SellerLabel
}

// ownLabel is a label that was drawn and read back.
type ownLabel struct {
	bitmap  fulfillment.Bitmap
	picture []byte // as it is stored
	proof   fulfillment.Proof
}

var (
	errNoSender   = errors.New("the label needs a sender: write a [sender] table with name, lines, city, postal_code and country into station.toml, or [from] into the file")
	errNotItsShop = errors.New("the shop of this order is not connected any more; connect it, or give the address in a file with a [to] table")
)

// noAddress: an order from a file has none, and none is kept here.
func noAddress(id fulfillment.OrderID) error {
	return fmt.Errorf("order %s came from a file, without an address; give it in a file: packbench sellerlabel --order %s FILE.toml with a [to] table", id, id)
}

// fromOrder fills in what the file left out, from the order here and the recipient at the Seller Center.
func (m *ownLabelMaker) fromOrder(ctx context.Context, id fulfillment.OrderID) (fulfillment.Package, error) {
	none := fulfillment.Package{}
	o, err := m.store.Order(ctx, id)
	if errors.Is(err, fulfillment.ErrNotFound) {
		return none, fmt.Errorf("there is no order %s at this station; it comes with the next pull or an import", id)
	}
	if err != nil {
		return none, err
	}
	p, err := ownLabelPackage(o, m.asked.Package, time.Now())
	if err != nil {
		return none, err
	}
	m.l.Order = o.ID
	m.l.Tracking = fulfillment.Tracking(firstOf(m.asked.Tracking, string(m.l.Tracking), string(p.Tracking)))
	m.l.Carrier = firstOf(m.asked.Carrier, m.l.Carrier, p.Carrier)
	if p.Tracking != "" && m.l.Tracking != p.Tracking {
		return none, fmt.Errorf("the parcel has the tracking number %s already, not %s; correct the order or the file", p.Tracking, m.l.Tracking)
	}
	if len(m.l.Items) == 0 {
		m.l.Items = labelItems(o, p)
	}
	if m.l.To.Name == "" && len(m.l.To.Lines) == 0 {
		m.l.To, err = m.address(ctx, o)
	}
	return p, err
}

// address reads the recipient's address at this moment; it is nowhere else.
func (m *ownLabelMaker) address(ctx context.Context, o fulfillment.Order) (label.Address, error) {
	if o.Source != fulfillment.SourcePlatform {
		return label.Address{}, noAddress(o.ID)
	}
	r, err := m.recipient(ctx, o)
	if err != nil {
		return label.Address{}, fmt.Errorf("the recipient could not be read: %w", err)
	}
	return label.Address{Name: r.Name, Lines: r.Lines, City: r.City, Region: r.Region, PostalCode: r.PostalCode, Country: r.Country, Phone: r.Phone}, nil
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

// make draws the label and reads it back as any other.
func (m *ownLabelMaker) make(ctx context.Context) (ownLabel, error) {
	none := ownLabel{}
	if m.l.From.Name == "" && m.cfg.Sender != nil {
		m.l.From = m.cfg.Sender.address()
	}
	m.l.Tracking = fulfillment.Tracking(firstOf(m.asked.Tracking, string(m.l.Tracking)))
	m.l.Carrier = firstOf(m.asked.Carrier, m.l.Carrier)
	m.l.Language = firstOf(m.asked.Language, m.l.Language, languageOfCountry[m.l.To.Country], "en")
	letters, err := systemLetters()
	if err != nil {
		return none, err
	}
	if m.l.From.Name == "" {
		return none, errNoSender
	}
	made := ownLabel{}
	if made.bitmap, err = m.l.Draw(letters, m.media); err != nil {
		return none, err
	}
	// A picture, because it comes back from the proof dot for dot.
	var picture bytes.Buffer
	if err := png.Encode(&picture, label.Preview(made.bitmap)); err != nil {
		return none, err
	}
	made.picture = picture.Bytes()
	engine := label.NewEngine(labelOptions(m.dir, m.cfg.Station.Market, nil)) // a picture needs no PDF renderer
	defer engine.Close()
	var proved fulfillment.Bitmap
	if made.proof, proved, err = engine.Prove(ctx, made.picture, fulfillment.Shipment{Tracking: m.l.Tracking}, m.media); err != nil {
		return none, err
	}
	if made.proof.Verdict != fulfillment.LabelPrint || !bytes.Equal(proved.Bits, made.bitmap.Bits) {
		return none, fmt.Errorf("the label that was drawn cannot be read back: %s", firstOf(made.proof.Reason, "its dots differ"))
	}
	return made, nil
}

// keep makes the label the parcel's own; a label that the parcel got meanwhile stays.
func (m *ownLabelMaker) keep(ctx context.Context, parcel fulfillment.PackageID, made ownLabel) error {
	kept, err := m.store.StoreLabel(ctx, parcel, made.picture, m.l.Tracking)
	if err != nil {
		return err
	}
	if kept != made.proof.Label {
		return fmt.Errorf("parcel %s got another label in this moment, and that one stays", parcel)
	}
	return nil
}
