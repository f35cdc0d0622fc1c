package fulfillment

import "strings"

// What a scanner says of the kind of barcode (AIM identifiers, ISO/IEC 15424) decides what a code can be at all, and in which
// forms a product's number may stand in the product list (GS1 General Specifications, GTIN formats).

// Retail reports whether the scanner read a retail product's barcode: EAN, UPC or GS1 DataBar. Such a code is a product and never
// an order, a package or a tracking number, whatever numbers those have.
func (s Scan) Retail() bool {
	return strings.HasPrefix(s.AIM, "]E") || strings.HasPrefix(s.AIM, "]e")
}

// gs1 reports whether the content is made of GS1 application identifiers.
func (s Scan) gs1() bool {
	switch s.AIM {
	case "]C1", "]e0", "]d2", "]Q3":
		return true
	}
	return false
}

// ItemCodes are the forms under which a scanned product may be known, as read first: a GTIN with and without the zeros that its
// longer forms have in front, and the GTIN out of a GS1 code. A code of a case of several units is not the unit's.
func (s Scan) ItemCodes() []string {
	codes := []string{s.Code}
	add := func(more ...string) {
		for _, c := range more {
			if c != s.Code {
				codes = append(codes, c)
			}
		}
	}
	add(gtinForms(s.Code)...)
	// Without an identifier only what can hardly be anything else: AI 01 and a whole GTIN-14 with a true check digit.
	if gtin, ok := strings.CutPrefix(s.Code, "01"); ok && len(gtin) >= 14 && (s.gs1() || s.AIM == "") && isGTIN(gtin[:14]) {
		add(gtin[:14])
		add(gtinForms(gtin[:14])...)
	}
	return codes
}

// gtinForms are the other lengths of the same GTIN: 8, 12 (UPC-A), 13 (EAN) and 14 digits.
func gtinForms(code string) []string {
	if !isGTIN(code) {
		return nil
	}
	whole := strings.Repeat("0", 14-len(code)) + code
	var forms []string
	for _, n := range []int{8, 12, 13, 14} {
		if n != len(code) && strings.Trim(whole[:14-n], "0") == "" {
			forms = append(forms, whole[14-n:])
		}
	}
	return forms
}

// isGTIN checks length and check digit: weights 3 and 1 in turn from the right.
func isGTIN(code string) bool {
	switch len(code) {
	case 8, 12, 13, 14:
	default:
		return false
	}
	sum := 0
	for i := range len(code) {
		c := code[len(code)-1-i]
		if c < '0' || c > '9' {
			return false
		}
		weight := 1 + 2*(i%2)
		sum += int(c-'0') * weight
	}
	return sum%10 == 0
}
