package text

import (
	"cmp"
	"fmt"
	"strings"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
)

// Verdict says a verdict in words: the headline is read at two metres, the detail says what to do. Both are never empty,
// also for words this program does not know; such a verdict is called what it is, never "fine".
func Verdict(v fulfillment.Verdict) (headline, detail string) {
	e, ok := language.verdicts[string(v.Code)]
	if !ok {
		e = entry{T("verdict.unknown.head"), T("verdict.unknown.detail", "word", Visible(string(v.Code)))}
	}
	if why, known := language.whys[string(v.Why)]; known {
		e.detail = why
	}
	if special, found := language.verdicts[string(v.Code)+"+"+string(v.Why)]; found {
		e.head, e.detail = cmp.Or(special.head, e.head), cmp.Or(special.detail, e.detail)
	}
	if v.Code == fulfillment.CommandDone && v.Why == fulfillment.WhyNone {
		e.detail = commandDone(v)
		if cmd, arg, ok := fulfillment.ParseCommand(v.Scan); ok {
			e.head = cmp.Or(language.words["done."+string(cmd)], language.words["done."+string(cmd)+":"+arg], e.head)
		}
	}
	if v.Why == fulfillment.WhyLeftOff && !v.Since.IsZero() { // both are true of this seal
		e.detail += " " + T("seal.unchecked")
	}
	if !v.CheckedAt.IsZero() {
		e.detail += " " + T("verdict.known", "ago", Ago(v.CheckedAt, v.At))
	}
	pairs := verdictPairs(v)
	return fill(e.head, pairs...), fill(e.detail, pairs...)
}

// consequence is what shipping does to a pending request to cancel in a market (Partner Center, Ship Package: error 21011007; the
// United States reject the request by themselves; in South-East Asia a request that nobody answers in time is granted).
func consequence(market string) string {
	switch strings.ToUpper(market) {
	case "US":
		return T("consequence.us")
	case "VN", "TH", "ID", "MY", "PH", "SG":
		return T("consequence.sea")
	case "":
		return T("consequence.unknown")
	}
	return T("consequence.other")
}

// Sayings are all combinations of verdict and reason that have words of their own, for whoever must make room for them.
func Sayings() []fulfillment.Verdict {
	var all []fulfillment.Verdict
	for key := range language.verdicts {
		code, why, _ := strings.Cut(key, "+")
		all = append(all, fulfillment.Verdict{Code: fulfillment.VerdictCode(code), Why: fulfillment.Why(why)})
	}
	for why := range language.whys {
		all = append(all, fulfillment.Verdict{Code: fulfillment.Refused, Why: fulfillment.Why(why)})
	}
	return all
}

// Line joins headline and detail to one line, as the trace writes it.
func Line(v fulfillment.Verdict) string {
	headline, detail := Verdict(v)
	return headline + ". " + detail
}

// ViewLine is what the banner says of a view, in one line.
func ViewLine(v station.View) string {
	if headline, detail, ok := Alarms(v); ok && Alarming(v) {
		return headline + ". " + detail
	}
	return Line(*v.Verdict)
}

func commandDone(v fulfillment.Verdict) string {
	cmd, arg, ok := fulfillment.ParseCommand(v.Scan)
	if !ok {
		return T("command.other")
	}
	phrase, found := language.commands[string(cmd)]
	if cmd == fulfillment.CmdMode {
		phrase, found = language.commands["MODE:"+arg]
	}
	if !found {
		return T("command.other")
	}
	if (v.Class == fulfillment.ClassBadge || v.Class == fulfillment.ClassBox || cmd == fulfillment.CmdCarrier) && v.Name != "" {
		arg = v.Name
	}
	return fill(phrase, "arg", Code(arg))
}

// nounRoom is how many characters of a name, a list or a cause a sentence has room for, so that it is read whole on the
// smallest window.
const nounRoom = 72

func verdictPairs(v fulfillment.Verdict) []string {
	name := v.Name
	if name == "" {
		name = string(v.SKU)
	}
	if name == "" {
		name = T("noun.this")
	}
	room := nounRoom
	if v.Code == fulfillment.PrinterTrouble || v.Why == fulfillment.WhyPlatformWarns {
		room = 2 * nounRoom // the cause is the whole sentence
	}
	order := string(v.OrderID)
	if order == "" {
		order = T("noun.unknown")
	}
	about := order
	if v.About != "" {
		about = Code(string(v.About))
	}
	scan := T("noun.code")
	if v.Scan != "" {
		scan = "“" + called(v.Scan) + "”"
	}
	since := T("noun.since")
	if !v.Since.IsZero() {
		since = v.Since.Local().Format("15:04")
	}
	return []string{
		"name", Shorten(Visible(name), room), "order", Code(order), "about", about, "scan", scan,
		"by", Shorten(Visible(cmp.Or(v.By, T("noun.supervisor"))), 24), "since", since, "consequence", consequence(v.Market), "missing", cmp.Or(Shorten(Visible(string(v.Missing)), nounRoom/2), T("noun.this")),
		"got", fmt.Sprint(v.Got), "need", fmt.Sprint(v.Need), "left", fmt.Sprint(max(0, v.Need-v.Got)),
		"weight", PlainGrams(v.WeightG), "sku", Shorten(Visible(string(v.SKU)), 24), "least", PlainGrams(v.LeastG), "most", PlainGrams(v.MostG), "off", PlainGrams(max(v.WeightG-v.MostG, v.LeastG-v.WeightG)),
		"box", fmt.Sprint(v.Box), "boxes", fmt.Sprint(v.Boxes), "stands", orWord("stands.", cmp.Or(string(v.Hold), string(v.Rung))),
		"parcels", Plural("count.parcels", v.Got), "items", Plural("count.units", v.Need),
	}
}

// called is a code as people know it: a command by the word on its button, or as it stands on the sheet.
func called(code string) string {
	cmd, _, ok := fulfillment.ParseCommand(code)
	if !ok {
		return Code(code)
	}
	if word, button := language.words["cmd."+string(cmd)]; button {
		return word
	}
	return Code(strings.TrimPrefix(code, "PB:"))
}

// Prompt says the one thing to do next, and beside it how.
func Prompt(p station.Prompt, v station.View) (headline, detail string) {
	key, off := string(p), ""
	switch {
	case p == station.PromptScanItems && v.Parcel != nil && v.Parcel.Left() == 0:
		key = "scan_items.none"
	case p == station.PromptScanItems && v.Parcel != nil && v.Parcel.Left() == 1:
		key = "scan_items.one"
		if _, of := fulfillment.BoxOf(v.Parcel.Order, v.Parcel.Package.ID); of > 1 {
			key = "scan_items.box"
		}
	case p == station.PromptWeigh && v.Allowed.Known() && v.Parcel != nil && v.Parcel.OffG > 0:
		key, off = "weigh.off", PlainGrams(v.Parcel.OffG)
	case p == station.PromptWeigh && v.Allowed.Known():
		key = "weigh.range"
	case p == station.PromptNoWeight && v.Weight.At.IsZero():
		key = "no_weight.bare"
	case p == station.PromptScanParcels && v.Carrier != "":
		key = "scan_parcels.carrier"
	}
	e, ok := language.prompts[key]
	if !ok {
		e = language.prompts["unknown"]
	}
	left, why, missing := 0, "", T("noun.this")
	if v.Parcel != nil {
		if v.Parcel.WantsSKU != "" {
			missing = Shorten(Visible(string(v.Parcel.WantsSKU)), nounRoom/2)
		}
		left, why = v.Parcel.Left(), strings.TrimSpace(v.Parcel.PrintWhy)
	}
	if why != "" && (p == station.PromptPrinterWait || p == station.PromptPrinterAsk) {
		e.detail = T("prompt.because", "why", Sentence(why), "detail", e.detail)
	}
	pairs := []string{"left", fmt.Sprint(left), "least", PlainGrams(v.Allowed.LeastG), "most", PlainGrams(v.Allowed.MostG), "carrier", cmp.Or(v.CarrierName, v.Carrier), "word", Visible(string(p)), "missing", missing, "off", off,
		"last", Code(string(v.Last))}
	return fill(e.head, pairs...), fill(e.detail, pairs...)
}

// Sentence makes a cause written by a program into a sentence: a capital, a full stop, control characters visible, at
// most 160 characters.
func Sentence(s string) string { return sentence(s, 160) }

// Advice is a Sentence of up to 320 characters, for a place with room for what a person must type.
func Advice(s string) string { return sentence(s, 320) }

func sentence(s string, limit int) string {
	s = Shorten(Visible(strings.TrimSpace(s)), limit)
	if s == "" {
		return ""
	}
	first := []rune(s)
	s = strings.ToUpper(string(first[0])) + string(first[1:])
	if !strings.ContainsAny(s[len(s)-1:], ".!?") {
		s += "."
	}
	return s
}
