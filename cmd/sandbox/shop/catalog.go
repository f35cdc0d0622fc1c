package shop

import (
	"fmt"
	"image/color"
	"strconv"
)

// product is one SKU of the shop, or a virtual bundle of others. All are made up; the barcodes are in the GS1 range for
// use inside a company (200–299), so they cannot be those of real goods.
type product struct {
	sku, name, variant string
	barcode            string // EAN-13; empty for a bundle
	second             string // a further barcode of the same goods, for some
	skuID, productID   string
	weightG            int // grams
	l, w, h            int // millimetres
	fragile, dangerous bool
	shelf              int // units that lie on the shelf, committed ones too
	price              int // minor units of the market's currency (whole units where it has no cents)
	shape              string
	paint              color.RGBA
	parts              []bundlePart
}

type bundlePart struct {
	product *product
	count   int
}

func (p *product) bundle() bool { return len(p.parts) > 0 }

type goods struct {
	sku, name, variant string
	weightG, l, w, h   int
	price              int
	shape              string
	r, g, b            uint8
	fragile, dangerous bool
}

var goodsList = []goods{
	{"MUG-RED", "Stoneware mug 330 ml", "Red", 380, 120, 95, 100, 899, "mug", 200, 40, 40, true, false},
	{"MUG-BLUE", "Stoneware mug 330 ml", "Blue", 380, 120, 95, 100, 899, "mug", 40, 80, 190, true, false},
	{"TEE-BLK-S", "Cotton T-shirt", "Black, S", 160, 280, 220, 20, 1299, "shirt", 30, 30, 30, false, false},
	{"TEE-BLK-M", "Cotton T-shirt", "Black, M", 175, 280, 220, 20, 1299, "shirt", 30, 30, 30, false, false},
	{"TEE-BLK-L", "Cotton T-shirt", "Black, L", 190, 280, 220, 20, 1299, "shirt", 30, 30, 30, false, false},
	{"TEE-GRN-M", "Cotton T-shirt", "Green, M", 175, 280, 220, 20, 1299, "shirt", 40, 140, 70, false, false},
	{"BOTTLE-750", "Steel water bottle 750 ml", "Silver", 420, 270, 75, 75, 1899, "bottle", 150, 160, 170, false, false},
	{"BOTTLE-500", "Steel water bottle 500 ml", "Orange", 340, 220, 70, 70, 1599, "bottle", 235, 130, 30, false, false},
	{"CANDLE-VAN", "Scented candle", "Vanilla", 290, 85, 85, 95, 1099, "candle", 240, 225, 180, true, false},
	{"CANDLE-FIG", "Scented candle", "Fig", 290, 85, 85, 95, 1099, "candle", 110, 70, 130, true, false},
	{"NOTE-A5", "Dotted notebook A5", "160 pages", 260, 210, 148, 14, 749, "book", 40, 110, 130, false, false},
	{"NOTE-A6", "Dotted notebook A6", "96 pages", 120, 148, 105, 10, 549, "book", 170, 60, 90, false, false},
	{"PEN-GEL-3", "Gel pens", "Pack of 3", 45, 150, 60, 12, 399, "pen", 30, 60, 150, false, false},
	{"LAMP-CLIP", "Clip-on reading lamp", "White", 310, 180, 90, 60, 1499, "lamp", 225, 225, 220, true, false},
	{"CABLE-C-1", "USB-C cable", "1 m", 40, 120, 90, 20, 599, "cable", 70, 70, 80, false, false},
	{"CABLE-C-2", "USB-C cable", "2 m", 60, 120, 90, 25, 799, "cable", 70, 70, 80, false, false},
	{"POWER-10K", "Power bank 10000 mAh", "Graphite", 235, 145, 70, 16, 2199, "box", 60, 65, 75, false, true},
	{"SOAP-OAT", "Oat soap bar", "100 g", 110, 85, 55, 28, 449, "soap", 225, 200, 160, false, false},
	{"TOY-FOX", "Plush fox", "25 cm", 210, 250, 160, 120, 1399, "toy", 225, 110, 40, false, false},
	{"STICKERS", "Sticker sheet (gift)", "Assorted", 12, 148, 105, 1, 0, "sheet", 240, 190, 40, false, false},
}

// newCatalog makes the 20 products and two virtual bundles.
func newCatalog(m market) []*product {
	var list []*product
	by := map[string]*product{}
	for i, g := range goodsList {
		p := &product{sku: g.sku, name: g.name, variant: g.variant, barcode: ean13(200_400_000_000 + 1_371*(i+1)),
			skuID: fmt.Sprintf("17293824768529%05d", 10007+i*31), productID: fmt.Sprintf("17295827183123%05d", 20011+i*17),
			weightG: g.weightG, shelf: 500 + 37*i, l: g.l, w: g.w, h: g.h, price: g.price, shape: g.shape,
			paint: color.RGBA{g.r, g.g, g.b, 255}, fragile: g.fragile, dangerous: g.dangerous}
		if g.sku == "NOTE-A5" || g.sku == "SOAP-OAT" {
			p.second = ean13(201_900_000_000 + 733*(i+1)) // an older packaging is still on the shelf
		}
		p.price *= m.priceFactor
		list, by[g.sku] = append(list, p), p
	}
	bundle := func(sku, name, skuID, productID string, parts ...bundlePart) {
		p := &product{sku: sku, name: name, variant: "Bundle", skuID: skuID, productID: productID, parts: parts, shelf: 300, shape: "gift",
			paint: color.RGBA{150, 50, 160, 255}}
		for _, part := range parts {
			p.price += part.product.price * part.count
			p.weightG += part.product.weightG * part.count
		}
		list = append(list, p)
	}
	bundle("SET-DESK", "Desk set: notebook, 2 packs of pens, lamp", "1729382476852930001", "1729582718312330001",
		bundlePart{by["NOTE-A5"], 1}, bundlePart{by["PEN-GEL-3"], 2}, bundlePart{by["LAMP-CLIP"], 1})
	bundle("SET-COSY", "Cosy evening: mug and 2 candles", "1729382476852930002", "1729582718312330002",
		bundlePart{by["MUG-RED"], 1}, bundlePart{by["CANDLE-VAN"], 2})
	return list
}

// ean13 appends the check digit to 12 digits.
func ean13(body int) string {
	digits := fmt.Sprintf("%012d", body)
	sum := 0
	for i, d := range digits {
		weight := 1
		if i%2 == 1 {
			weight = 3
		}
		sum += weight * int(d-'0')
	}
	return digits + strconv.Itoa((10-sum%10)%10)
}

func (s *store) product(sku string) *product {
	for _, p := range s.catalog {
		if p.sku == sku {
			return p
		}
	}
	return nil
}

// money writes an amount as the platform does: a decimal string.
func (m market) money(minor int) string {
	if !m.minor {
		return strconv.Itoa(minor)
	}
	return fmt.Sprintf("%d.%02d", minor/100, minor%100)
}
