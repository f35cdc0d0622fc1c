package label

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"packbench/fulfillment"
)

// The label rules of the platform's seller policies on packing and labelling (Viet Nam, 2025-06-18; Thailand,
// 2025-12-18): a label carries what the order needs and nothing else – no links, no codes or contacts that lead to a
// shop elsewhere, no promotion, no asking for reviews, no benefit for returns. Findings are warnings for a person: the
// label is the carrier's, and is printed as it came.

// lintWord is one phrase that is not part of an order's information.
type lintWord struct {
	phrase string // lower case; found as whole words
	why    string
}

const (
	whyPromotion = "promotion"
	whyReview    = "asking for a review"
	whyElsewhere = "a contact outside the platform"
)

var lintWords = []lintWord{
	{"discount code", whyPromotion}, {"coupon", whyPromotion}, {"voucher", whyPromotion}, {"promo code", whyPromotion},
	{"next order", whyPromotion}, {"free gift", whyPromotion}, {"% off", whyPromotion}, {"cashback", whyPromotion},
	{"giảm giá", whyPromotion}, {"khuyến mãi", whyPromotion}, {"mã giảm", whyPromotion}, {"quà tặng", whyPromotion},
	{"ส่วนลด", whyPromotion}, {"โปรโมชั่น", whyPromotion}, {"ของแถม", whyPromotion},
	{"diskon", whyPromotion}, {"kode promo", whyPromotion}, {"diskaun", whyPromotion},
	{"leave a review", whyReview}, {"5-star", whyReview}, {"5 star", whyReview}, {"five star", whyReview}, {"rate us", whyReview},
	{"đánh giá 5 sao", whyReview}, {"รีวิว", whyReview}, {"bintang 5", whyReview},
	{"instagram", whyElsewhere}, {"facebook", whyElsewhere}, {"whatsapp", whyElsewhere}, {"telegram", whyElsewhere},
	{"zalo", whyElsewhere}, {"wechat", whyElsewhere}, {"line id", whyElsewhere}, {"shopee", whyElsewhere}, {"lazada", whyElsewhere},
}

// carrierSites may stand on a label: they are the carrier's own.
var carrierSites = []string{"usps.com", "ups.com", "fedex.com", "dhl.com", "dhl.de", "ontrac.com", "royalmail.com", "evri.com", "tiktok.com"}

var (
	linkPattern  = regexp.MustCompile(`(?i)\b(?:https?://|www\.)[^\s<>"]+`)
	emailPattern = regexp.MustCompile(`(?i)\b[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}\b`)
)

const cannotLint = "The label is a picture: its text cannot be checked against the label rules."

// lintLabel returns findings in words about a page's text and the barcodes on it.
func lintLabel(text string, decoded []string) []string {
	var found []string
	if strings.TrimSpace(text) == "" {
		found = append(found, cannotLint)
	}
	for _, link := range linkPattern.FindAllString(text, -1) {
		if !carrierLink(link) {
			found = append(found, fmt.Sprintf("The label carries a link: %s.", strings.TrimRight(link, ".,;)")))
		}
	}
	for _, mail := range emailPattern.FindAllString(text, -1) {
		found = append(found, fmt.Sprintf("The label carries an e-mail address: %s.", mail))
	}
	flat := strings.ToLower(strings.Join(strings.Fields(text), " "))
	for _, w := range lintWords {
		if containsWord(flat, w.phrase) {
			found = append(found, fmt.Sprintf("The label carries %q: %s.", w.phrase, w.why))
		}
	}
	for _, code := range decoded {
		if link := linkPattern.FindString(code); link != "" && !carrierLink(link) {
			found = append(found, fmt.Sprintf("A code on the label leads to a web page: %s.", link))
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// carrierLink reports whether a link's host is a carrier's site or below one.
func carrierLink(link string) bool {
	host := strings.ToLower(link)
	if _, rest, ok := strings.Cut(host, "://"); ok {
		host = rest
	}
	if i := strings.IndexAny(host, "/?#:"); i >= 0 {
		host = host[:i]
	}
	host = strings.TrimRight(host, ".,;)")
	return slices.ContainsFunc(carrierSites, func(site string) bool { return host == site || strings.HasSuffix(host, "."+site) })
}

// containsWord finds a phrase with no letter or digit directly before or after it; scripts written without spaces match
// anywhere.
func containsWord(text, phrase string) bool {
	for from := 0; ; {
		i := strings.Index(text[from:], phrase)
		if i < 0 {
			return false
		}
		start, end := from+i, from+i+len(phrase)
		before := start > 0 && plainLetter(text[start-1]) && plainLetter(phrase[0])
		after := end < len(text) && plainLetter(text[end]) && plainLetter(phrase[len(phrase)-1])
		if !before && !after {
			return true
		}
		from = start + 1
	}
}

func plainLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' }

// lintOthers warns of a second parcel's number on the label.
func lintOthers(decoded []string, want fulfillment.Tracking) []string {
	var found []string
	for _, code := range decoded {
		if other := certainly(code); other != "" && !Match([]string{code}, want, "") {
			found = append(found, fmt.Sprintf("The label also carries %s, another tracking number.", other))
		}
	}
	return found
}
