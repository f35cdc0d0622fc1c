package label

import (
	"fmt"
	"strings"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/code128"
	"github.com/boombuler/barcode/qr"

	"packbench/fulfillment"
)

// Address is where a parcel goes or comes from, as the buyer wrote it. All but Company, Region and Phone must be there; the
// postal code may be missing where the country has none in everyday use.
type Address struct {
	Name, Company string
	Lines         []string // street and house, building, village
	City, Region  string
	PostalCode    string
	Country       string // two letters, ISO 3166-1
	Phone         string
}

// LabelItem is a line of the contents.
type LabelItem struct {
	Name     string
	Quantity int
}

// SellerLabel is a label of the seller's own for a carrier that gives none: recipient and sender in full, the contents, and
// the tracking number as Code 128 and as QR code. It is never put on a parcel that has the platform's label.
type SellerLabel struct {
	Language         string // BCP 47; of the captions and of how addresses are written
	Carrier, Service string
	Tracking         fulfillment.Tracking
	Order            fulfillment.OrderID
	From, To         Address
	Items            []LabelItem
}

// captions are from, to, contents, order.
var captions = map[string][4]string{
	"en": {"FROM", "TO", "CONTENTS", "ORDER"}, "vi": {"NGƯỜI GỬI", "NGƯỜI NHẬN", "HÀNG HÓA", "ĐƠN HÀNG"},
	"th": {"ผู้ส่ง", "ผู้รับ", "รายการสินค้า", "คำสั่งซื้อ"}, "id": {"PENGIRIM", "PENERIMA", "ISI PAKET", "PESANAN"},
	"ms": {"PENGIRIM", "PENERIMA", "KANDUNGAN", "PESANAN"}, "es": {"REMITENTE", "DESTINATARIO", "CONTENIDO", "PEDIDO"},
	"pt": {"REMETENTE", "DESTINATÁRIO", "CONTEÚDO", "PEDIDO"}, "de": {"ABSENDER", "EMPFÄNGER", "INHALT", "BESTELLUNG"},
	"fr": {"EXPÉDITEUR", "DESTINATAIRE", "CONTENU", "COMMANDE"}, "it": {"MITTENTE", "DESTINATARIO", "CONTENUTO", "ORDINE"},
	"ja": {"ご依頼主", "お届け先", "品名", "注文番号"}, "zh": {"寄件人", "收件人", "物品", "订单"},
	"ar": {"المرسل", "المرسل إليه", "المحتويات", "الطلب"},
}

func captionsOf(lang string) [4]string {
	base, _, _ := strings.Cut(lang, "-")
	if c, ok := captions[base]; ok {
		return c
	}
	return captions["en"]
}

// noPostalCode are countries whose addresses are complete without one.
var noPostalCode = map[string]bool{"VN": true, "AE": true, "HK": true, "QA": true, "IE": true}

// check refuses an address that no carrier can deliver to. who begins the sentence.
func (a Address) check(who string) error {
	all := append([]string{a.Name, a.Company, a.City, a.Region, a.PostalCode, a.Phone}, a.Lines...)
	for _, part := range all {
		if strings.ContainsAny(part, "*＊•●") {
			return badDocument("%s is masked (%s). Open the order in the Seller Center, and make the label from the full address.", who, clean(part))
		}
	}
	for name, part := range map[string]string{"name": a.Name, "street": strings.Join(a.Lines, " "), "city": a.City + a.Region, "country": a.Country} {
		if clean(part) == "" {
			return badDocument("%s has no %s. Complete the address and make the label again.", who, name)
		}
	}
	if clean(a.PostalCode) == "" && !noPostalCode[a.Country] {
		return badDocument("%s has no postal code. Complete the address and make the label again.", who)
	}
	return nil
}

// written is the address in lines in the order of its language: from the street to the country, or the other way round in
// Japanese and Chinese.
func (a Address) written(lang string) []string {
	base, _, _ := strings.Cut(lang, "-")
	town := strings.TrimSpace(a.City + " " + a.Region + " " + a.PostalCode)
	switch base {
	case "de", "fr", "it", "es", "pt":
		town = strings.TrimSpace(a.PostalCode + " " + a.City + " " + a.Region)
	}
	var lines []string
	add := func(more ...string) {
		for _, s := range more {
			if s = clean(s); s != "" {
				lines = append(lines, s)
			}
		}
	}
	if base == "ja" || base == "zh" {
		add(a.PostalCode, a.Region+a.City)
		add(a.Lines...)
		add(a.Company, a.Name, a.Phone, a.Country)
		return lines
	}
	add(a.Name, a.Company)
	add(a.Lines...)
	add(town, a.Country, a.Phone)
	return lines
}

// Draw composes the label for the stock. Errors that satisfy IsSentence are about the content: a masked or incomplete
// address, a letter that no font has, a number that no barcode carries, more than fits. It may be called concurrently.
func (l SellerLabel) Draw(t *Typesetter, media fulfillment.Media) (fulfillment.Bitmap, error) {
	none := fulfillment.Bitmap{}
	for _, c := range []struct {
		who string
		a   Address
	}{{"The recipient's address", l.To}, {"The sender's address", l.From}} {
		if err := c.a.check(c.who); err != nil {
			return none, err
		}
	}
	switch {
	case clean(l.Carrier) == "" || normal(string(l.Tracking)) == "":
		return none, badDocument("The label needs a carrier and a tracking number.")
	case len(l.Items) == 0:
		return none, badDocument("The label needs a description of the contents.")
	}
	// Large letters first; where the content does not fit smaller ones are tried, down to what can still be read.
	for _, percent := range []int{100, 88, 76, 66, 58} {
		c := &composer{t: t, l: l, b: fulfillment.NewBitmap(0, 0, media.DPI), percent: percent}
		c.b.W, c.b.H = media.Dots()
		c.b = fulfillment.NewBitmap(c.b.W, c.b.H, media.DPI)
		fits, err := c.draw()
		if err != nil {
			return none, err
		}
		if fits {
			return c.b, nil
		}
	}
	return none, badDocument("The address and the contents do not fit on a label of %d × %d mm. Shorten the descriptions of the items.", media.WidthMM, media.HeightMM)
}

// composer draws one try. Positions in dots, y is where the next part begins.
type composer struct {
	t       *Typesetter
	l       SellerLabel
	b       fulfillment.Bitmap
	percent int
	y       int
}

func (c *composer) mm(v float64) int { return int(v*float64(c.b.DPI)/25.4 + 0.5) }

// points is a letter size in dots.
func (c *composer) points(v float64) int {
	return max(1, int(v*float64(c.b.DPI)/72*float64(c.percent)/100+0.5))
}

func (c *composer) draw() (fits bool, err error) {
	margin := c.mm(4)
	width := c.b.W - 2*margin
	names := captionsOf(c.l.Language)
	c.y = c.mm(3)
	text := func(points float64, x, width int, lines ...string) {
		for _, s := range lines {
			var block textBlock
			if err == nil {
				block, err = c.t.set(s, c.l.Language, c.points(points), width)
			}
			if err != nil {
				return
			}
			if c.y+block.total() <= c.b.H {
				block.draw(c.b, x, c.y, width)
			}
			c.y += block.total()
		}
	}
	rule := func() {
		fill(c.b, margin, c.y+c.mm(1), c.b.W-margin, c.y+c.mm(1)+max(2, c.mm(0.3)))
		c.y += c.mm(2.2)
	}
	text(17, margin, width, strings.TrimSpace(c.l.Carrier+"  "+c.l.Service))
	rule()
	text(7, margin, width, names[0])
	text(8.5, margin, width, c.l.From.written(c.l.Language)...)
	rule()
	code, err2 := c.matrix()
	if err2 != nil {
		return false, err2
	}
	side := code.Bounds().Dx() * c.module(0.5)
	column, from, qrX := width-side-c.mm(4), margin, c.b.W-margin-side
	if rightToLeft(c.l.Language) {
		from, qrX = c.b.W-margin-column, margin
	}
	top := c.y
	text(8, from, column, names[1])
	text(13, from, column, c.l.To.written(c.l.Language)...)
	c.square(code, qrX, top+c.mm(2))
	c.y = max(c.y, top+side+c.mm(4))
	rule()
	text(7, margin, width, names[2])
	for _, item := range c.l.Items {
		text(8.5, margin, width, fmt.Sprintf("%d × %s", item.Quantity, item.Name))
	}
	text(7, margin, width, names[3]+" "+string(c.l.Order))
	if err != nil {
		return false, err
	}
	return c.barcode(margin, width)
}

// module is a whole number of dots near so many millimetres.
func (c *composer) module(mm float64) int { return max(2, c.mm(mm)) }

func (c *composer) matrix() (barcode.Barcode, error) {
	code, err := qr.Encode(normal(string(c.l.Tracking)), qr.M, qr.Auto)
	if err != nil {
		return nil, badDocument("The tracking number %s cannot be written as a QR code.", c.l.Tracking)
	}
	return code, nil
}

func (c *composer) square(code barcode.Barcode, x, y int) {
	m := c.module(0.5)
	for dy := range code.Bounds().Dy() {
		for dx := range code.Bounds().Dx() {
			if dark(code.At(dx, dy)) && y+(dy+1)*m <= c.b.H {
				fill(c.b, x+dx*m, y+dy*m, x+(dx+1)*m, y+(dy+1)*m)
			}
		}
	}
}

// barcode draws the tracking number at the label's foot, bars of a whole number of dots, at least 2.
func (c *composer) barcode(margin, width int) (fits bool, err error) {
	number := normal(string(c.l.Tracking))
	code, err := code128.Encode(number)
	if err != nil {
		return false, badDocument("The tracking number %s cannot be written as a barcode.", c.l.Tracking)
	}
	module := min(width/(code.Bounds().Dx()+20), c.module(0.45))
	if module < 2 {
		return false, badDocument("The tracking number %s is too long for a barcode on this label.", c.l.Tracking)
	}
	block, err := c.t.set(number, "en", c.points(11), width)
	if err != nil {
		return false, err
	}
	height := c.mm(20)
	top := c.b.H - c.mm(4) - block.total() - height
	if top < c.y+c.mm(3) {
		return false, nil
	}
	drawBars(c.b, number, (c.b.W-(code.Bounds().Dx()+20)*module)/2, top, module, height)
	block.draw(c.b, margin, top+height+c.mm(1), width)
	return true, nil
}
