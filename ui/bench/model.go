package bench

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
	"packbench/ui/text"
)

// Mark is a warning or hint on an item.
type Mark int

const (
	Gift Mark = iota
	DangerousGood
	Fragile
	TakeOut // its order was cancelled: out of the box with it
)

// Row is one item as it is shown.
type Row struct {
	Name, Sub string
	Variant   string // size or colour: what tells two items of one name apart
	Image     string
	Got, Need int
	Done      bool
	Next      bool // the item that is highlighted
	Out       bool // of a cancelled order: Got of it must come out of the box
	Marks     []Mark
}

// Rows are the items of a parcel. The highlighted one is the item scanned last while it still wants units, else the
// first that does; any order of scanning is accepted all the same.
func Rows(p fulfillment.Parcel) []Row {
	next := nextItem(p)
	rows := make([]Row, len(p.Items))
	for i, it := range p.Items {
		rows[i] = Row{Name: text.Visible(cmp.Or(it.Name, string(it.SKU))), Sub: sub(p, it), Out: it.Out, Variant: text.Visible(it.Variant), Image: it.Image, Got: it.Got, Need: it.Need,
			Done: it.Got >= it.Need && !it.Out, Next: i == next, Marks: marks(it)}
	}
	return rows
}

func nextItem(p fulfillment.Parcel) int {
	wants := func(i int) bool { return i >= 0 && i < len(p.Items) && p.Items[i].Got < p.Items[i].Need }
	if n := len(p.Done); n > 0 && wants(p.Done[n-1]) {
		return p.Done[n-1]
	}
	return slices.IndexFunc(p.Items, func(it fulfillment.Item) bool { return it.Got < it.Need })
}

func sub(p fulfillment.Parcel, it fulfillment.Item) string {
	s := text.Visible(string(it.SKU))
	if len(p.Order.With) > 0 || it.Order != "" { // a combined parcel
		of := text.T("bench.oforder", "order", text.Code(string(cmp.Or(it.Order, p.Order.ID))))
		if it.Out { // beside its mark there is room for no more
			return of
		}
		s += "  ·  " + of
	}
	if it.Bundle != "" {
		s += "  ·  " + text.T("bench.bundle", "bundle", text.Visible(string(it.Bundle)))
	}
	return s
}

func marks(it fulfillment.Item) []Mark {
	var m []Mark
	if it.Out {
		m = append(m, TakeOut)
	}
	if it.DangerousGood {
		m = append(m, DangerousGood)
	}
	if it.Fragile {
		m = append(m, Fragile)
	}
	if it.Gift {
		m = append(m, Gift)
	}
	return m
}

// Facts are what is known about the parcel in hand.
type Facts struct {
	Order, Carrier, Tracking string
	Due, DueAt               string
	Urgency                  text.Urgency
	Known                    string
	Shop                     string // whose order it is; empty: there is only one shop
	Weight                   string
	WeightOf                 string // what the weight is: steady, moving, no scale, or noted on the parcel
	NoScale                  bool
	Range                    string // what the parcel may weigh; empty: there is no scale
	Goods                    string // what is in it
	Fit                      Fit
	Tare                     string // what lies on the scale and is not counted; empty: nothing
	Box                      string
	Note                     string
	Print                    string
	BoxOf                    string // which box of how many; empty for an order of one
	PrintTrouble             bool
}

// Fit is how the weight on the scale goes with the range.
type Fit int

const (
	NoFit Fit = iota // nothing to compare yet: items are missing, or the scale is empty or moves
	Fits
	Off
)

// fit compares what is on the scale now. A parcel that is not complete is lighter, and that says nothing.
func fit(v station.View) Fit {
	r, p := v.Allowed, v.Parcel
	switch {
	case p == nil || !r.Known() || p.Left() > 0 || !v.Weight.Stable || v.Weight.Grams < emptyG:
		return NoFit
	case v.Weight.Grams < r.LeastG || v.Weight.Grams > r.MostG:
		return Off
	}
	return Fits
}

// emptyG is less than any parcel weighs.
const emptyG = 5

// allowed is the range in words, and what is in the parcel.
func allowed(v station.View) (words, goods string) {
	if r := v.Allowed; r.Known() {
		return text.T("bench.range", "least", fmt.Sprint(r.LeastG), "most", text.PlainGrams(r.MostG)), text.T("bench.goods", "g", text.PlainGrams(r.ContentsG))
	}
	if v.Weight.At.IsZero() || v.Parcel == nil {
		return "", ""
	}
	i := slices.IndexFunc(v.Parcel.Items, func(it fulfillment.Item) bool { return it.WeightG <= 0 && !it.Out })
	if i < 0 {
		return "", ""
	}
	return text.T("bench.norange", "sku", text.Visible(string(v.Parcel.Items[i].SKU))), ""
}

// FactsOf reads the facts off a view. offlineSince is zero while the Seller Center answers.
func FactsOf(v station.View, offlineSince, now time.Time) Facts {
	var f Facts
	f.Weight, f.WeightOf = weight(v)
	f.NoScale = v.Weight.At.IsZero()
	if v.TareG != 0 {
		f.Tare = text.Grams(v.TareG)
	}
	p := v.Parcel
	if p == nil {
		return f
	}
	f.Range, f.Goods = allowed(v)
	f.Fit = fit(v)
	if v.Allowed.Known() && !f.NoScale {
		f.Weight = text.PlainGrams(v.Weight.Grams)
	}
	f.Order = text.Code(string(p.Order.ID))
	if n := len(p.Order.With); n > 0 {
		f.Order += fmt.Sprintf(" +%d", n)
	}
	f.Carrier = cmp.Or(text.Visible(p.Package.Carrier), text.T("bench.nocarrier"))
	f.Tracking = cmp.Or(text.Code(string(p.Package.Tracking)), text.T("bench.notrack"))
	by := p.Order.ShipByAll()
	f.Due, f.Urgency = text.Due(by, now)
	if !by.IsZero() {
		f.DueAt = text.T("due.by", "at", text.Clock(by, now))
		if text.Estimated(p.Order) {
			f.DueAt += " (" + text.T("due.estimate") + ")"
		}
	}
	f.Known = text.Known(p.Order.Source, p.Order.CheckedAt, offlineSince, now)
	f.Box = text.Visible(p.Box)
	if n, of := fulfillment.BoxOf(p.Order, p.Package.ID); of > 1 {
		f.BoxOf = text.T("bench.boxof", "n", fmt.Sprint(n), "of", fmt.Sprint(of))
	}
	f.Note = note(*p)
	f.Print = text.Print(*p)
	switch p.Print {
	case fulfillment.PrintTrouble, fulfillment.PrintAsk, fulfillment.PrintRefused, fulfillment.PrintUnproved:
		f.PrintTrouble = true
	}
	return f
}

// note is what must be read: the dangerous goods label that goes on the parcel beside the carrier's, and what buyer and seller wrote.
func note(p fulfillment.Parcel) string {
	var s string
	switch fulfillment.HazmatOf(p.Order, p.Package) {
	case fulfillment.HazmatHere:
		s = text.T("bench.hazmat")
	case fulfillment.HazmatMissing:
		s = text.T("bench.hazmat.missing")
	}
	o := p.Order
	words := []string{s, text.Visible(o.BuyerMessage)}
	if o.SellerNote != "" {
		words = append(words, text.T("bench.seller")+": "+text.Visible(o.SellerNote))
	}
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " — ")
}

// weight prefers what the scale shows now; without a scale it shows what was noted on the parcel.
func weight(v station.View) (words, of string) {
	switch {
	case !v.Weight.At.IsZero() && v.Weight.Stable:
		if v.TareG != 0 {
			return text.Grams(v.Weight.Grams), text.T("bench.tared", "g", text.Grams(v.TareG))
		}
		return text.Grams(v.Weight.Grams), text.T("bench.steady")
	case !v.Weight.At.IsZero():
		return text.Grams(v.Weight.Grams), text.T("bench.moving")
	case v.Parcel != nil && v.Parcel.Package.WeightG > 0:
		return text.Grams(v.Parcel.Package.WeightG), text.Rung(fulfillment.RungWeighed)
	}
	return "–", text.T("bench.noscale")
}

// Command is a button of the screen.
type Command struct {
	Code string // what it sends
	Cmd  fulfillment.Command
	Icon string
	Sure bool // must be asked for twice

	NextBox bool // is in sight while the order packed last has another box, in the place of the button before it
	Stopped bool // is the way on for a parcel that may not leave
}

// Commands are the buttons, left to right.
var Commands = []Command{
	{Code: "PB:UNDO", Cmd: fulfillment.CmdUndo, Icon: "undo"},
	{Code: "PB:FINISH", Cmd: fulfillment.CmdFinish, Icon: "check"},
	{Code: "PB:REPRINT", Cmd: fulfillment.CmdReprint, Icon: "printer", Sure: true},
	{Code: "PB:SKIP", Cmd: fulfillment.CmdSkip, Icon: "skip", Sure: true},
	{Code: "PB:SHORT", Cmd: fulfillment.CmdShort, Icon: "short", Sure: true},
	{Code: "PB:NEXTBOX", Cmd: fulfillment.CmdNextBox, Icon: "box", NextBox: true},
	{Code: "PB:HOLD", Cmd: fulfillment.CmdHold, Icon: "hand", Sure: true, Stopped: true},
}

// Waiting picks the orders that a packer can go on with now, first due first, at most limit: those to pack, and those that
// were put back verified and still want their label or its scan; n is how many there are. applyScan: a label on the parcel must be
// scanned.
func Waiting(all []fulfillment.OrderSummary, limit int, applyScan bool) (first []fulfillment.OrderSummary, n int) {
	done := fulfillment.RungLabelled
	if applyScan {
		done = fulfillment.RungApplied
	}
	var out []fulfillment.OrderSummary
	for _, o := range all {
		if !o.Rung.AtLeast(done) && len(o.Holds) == 0 && !o.NotHere && packable(o.Status) {
			out = append(out, o)
		}
	}
	slices.SortStableFunc(out, func(a, b fulfillment.OrderSummary) int {
		switch {
		case a.ShipBy.IsZero() != b.ShipBy.IsZero():
			if a.ShipBy.IsZero() {
				return 1
			}
			return -1
		default:
			return a.ShipBy.Compare(b.ShipBy)
		}
	})
	return out[:min(len(out), limit)], len(out)
}

// State says what is left to do on an order of the list.
func State(o fulfillment.OrderSummary) string {
	switch o.Rung {
	case fulfillment.RungVerified, fulfillment.RungWeighed:
		return text.T("bench.nolabelyet")
	case fulfillment.RungLabelled:
		return text.T("bench.notstuck")
	}
	units := text.Plural("count.units", o.Units)
	switch n := len(o.With); {
	case n > 0:
		return text.T("bench.with", "units", units, "n", fmt.Sprint(n))
	case o.Combined:
		return text.T("bench.with.some", "units", units)
	}
	return units
}

// packable: orders from files have no status.
func packable(s fulfillment.OrderStatus) bool {
	return s == "" || s == fulfillment.StatusAwaitingShipment || s == fulfillment.StatusPartiallyShipping || s == fulfillment.StatusAwaitingCollection
}
