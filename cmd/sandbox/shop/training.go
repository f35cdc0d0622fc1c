package shop

import (
	"math/rand/v2"
	"slices"
	"time"

	"packbench/fulfillment"
)

// lesson is one thing to try in training: an order, what to do with it, and what the bench must do.
type lesson struct {
	title, try, expect string
	goods              []string // seller SKUs of the order, one for each unit
	shipping           string   // empty: by the platform
	carrier            int      // which of the seller's carriers, where the seller ships
	wrong              string   // SKU whose barcode is shown as the one to try wrongly
	codes              []string // further codes to scan, shown on the page
	button             string   // what the trainer presses on the page …
	action             string   // … and the admin call below /admin/orders/{id}/ or /admin/ that it makes
	setup              func(s *store, o *order, start time.Time)
	done               func(s *store, o *order) bool // nil: the shop cannot see it
}

func shippedOnce(_ *store, o *order) bool { return len(o.unshipped()) == 0 && len(o.live()) > 0 }

// keptBack: the order is cancelled, and nobody tried to ship it afterwards.
func keptBack(_ *store, o *order) bool {
	return o.is(fulfillment.StatusCancelled) && o.collected.IsZero()
}

// lessons in the order in which they are learnt.
func lessons() []lesson {
	seller := string(fulfillment.ShippingSeller)
	return []lesson{
		{title: "A plain parcel", try: "Scan the order, then each item, then the label after you stuck it on.",
			expect: "Every scan is green; the last item prints the label.", goods: []string{"MUG-RED", "NOTE-A5"}, done: shippedOnce},
		{title: "The wrong item", try: "Scan the order, then the code marked “wrong”, then the right items.",
			expect: "The wrong item is refused and named. Nothing is lost: go on with the right one.", goods: []string{"TEE-BLK-M"}, wrong: "TEE-BLK-L", done: shippedOnce},
		{title: "One too many", try: "Scan the bottle three times; two were ordered.",
			expect: "The third is refused.", goods: []string{"BOTTLE-750", "BOTTLE-750"}, done: shippedOnce},
		{title: "A bundle", try: "Open the order: it wants the parts of the set, not the set.",
			expect: "Notebook, two packs of pens and the lamp are listed and scanned one by one.", goods: []string{"SET-DESK"}, done: shippedOnce},
		{title: "A gift goes with it", try: "Try to finish without the sticker sheet.",
			expect: "The bench still waits for it.", goods: []string{"CANDLE-FIG", "STICKERS"}, done: shippedOnce},
		{title: "The buyer cancels while you pack", try: "Scan the order and one item. Press the button. Wait until the bench has looked again, then scan the other item.",
			expect: "The bench stops the parcel. Put the goods back; no label may leave.", goods: []string{"CANDLE-VAN", "SOAP-OAT"},
			button: "Buyer cancels now", action: "cancel", done: keptBack},
		{title: "Cancelled after the label", try: "Pack it to the end. Press the button. Then try to hand it over.",
			expect: "The parcel is left off the manifest, held and said aloud.", goods: []string{"TEE-GRN-M"},
			button: "Buyer cancels now", action: "cancel", done: keptBack},
		{title: "A request to cancel", try: "Press the button, then open the order.",
			expect: "A packer may not ship over a request; a supervisor decides.", goods: []string{"LAMP-CLIP"},
			button: "Buyer asks to cancel", action: "request-cancel", done: func(_ *store, o *order) bool {
				return !o.cancelAsked.IsZero() && o.request == nil
			}},
		{title: "Two labels, swapped (1)", try: "Pack this and the next order. Stick each label on the other box and scan it there.",
			expect: "Both are refused: the label is another parcel's.", goods: []string{"PEN-GEL-3"}, done: shippedOnce},
		{title: "Two labels, swapped (2)", try: "The other half of the swap. Put the labels right and scan again.",
			expect: "Now both are green.", goods: []string{"CABLE-C-1"}, done: shippedOnce},
		{title: "A label that lies", try: "Pack it. The barcode of its label is another number than the one printed below.",
			expect: "The label is refused before it is printed.", goods: []string{"NOTE-A6"}, setup: func(_ *store, o *order, _ time.Time) { o.labelMode = labelWrong },
			button: "Print it rightly from now on", action: "label?barcode=good", done: func(_ *store, o *order) bool { return o.labelMode == labelGood }},
		{title: "A smudged label", try: "Pack it. The barcode of its label cannot be read.",
			expect: "“Label not proved”: a supervisor compares it.", goods: []string{"SOAP-OAT"}, setup: func(_ *store, o *order, _ time.Time) { o.labelMode = labelUnreadable },
			button: "Print it rightly from now on", action: "label?barcode=good", done: func(_ *store, o *order) bool { return o.labelMode == labelGood }},
		{title: "On hold", try: "Open the order, see why it waits. Press the button, and open it again when the bench has looked.",
			expect: "First it is refused, then it can be packed.", goods: []string{"TOY-FOX"}, button: "End the hold", action: "release-hold",
			setup: func(_ *store, o *order, start time.Time) { holdUntil(o, start, start.Add(30*24*time.Hour)) }, done: shippedOnce},
		{title: "The address changes", try: "Open the order, press the button, then pack it.",
			expect: "The bench notices that the package is another one and fetches a fresh label.", goods: []string{"CABLE-C-2"},
			button: "Buyer moves house", action: "update-address", done: func(s *store, o *order) bool { return o.addressUpdated && shippedOnce(s, o) }},
		{title: "Something is missing", try: "The shelf is empty: scan PB:SHORT.", codes: []string{"PB:SHORT"},
			expect: "The order is held as short, and you go on with the next one.", goods: []string{"MUG-BLUE"}, button: "Cancel it for the buyer", action: "cancel", done: keptBack},
		{title: "Dangerous goods", try: "Pack the power bank.",
			expect: "The bench says that it is a dangerous good and how it must be packed.", goods: []string{"POWER-10K"}, done: shippedOnce},
		{title: "The network goes", try: "Press the button, pack this order and hand it over, then set the network right on the page “Weather”.",
			expect: "Work goes on. What was done is told to the platform once the network is back.", goods: []string{"BOTTLE-500"},
			button: "Pull the plug", action: "/admin/plan?plan=offline", shipping: seller, done: shippedOnce},
		{title: "The wrong truck (1)", try: "Pack both. At the handover scan PB:CARRIER for one carrier, then a parcel of the other.", codes: []string{"PB:MODE:HANDOFF"},
			expect: "The parcel is refused: it belongs on another truck.", goods: []string{"TEE-BLK-S"}, shipping: seller, carrier: 0, done: shippedOnce},
		{title: "The wrong truck (2)", try: "The other carrier's parcel. Seal both manifests with PB:SEAL.", codes: []string{"PB:SEAL"},
			expect: "Each manifest holds its own carrier's parcels.", goods: []string{"TEE-BLK-L"}, shipping: seller, carrier: 1, done: shippedOnce},
		{title: "Not ours to pack", try: "Open the order.", expect: "It is packed by the platform's warehouse: shown, never written.", goods: []string{"MUG-RED"},
			setup: func(_ *store, o *order, _ time.Time) { o.fulfillmentType = fulfilledByPlatform }},
	}
}

// seedLessons makes one order for each lesson, the newest last, so that they are due in the order of the list.
func (s *store) seedLessons(start time.Time) {
	rng := rand.New(rand.NewPCG(s.opt.Seed, 0x7ea))
	list := lessons()
	for i, l := range list {
		o := s.newOrder(rng, i, start.Add(-30*time.Hour+time.Duration(i)*time.Hour))
		o.user, o.recipient, o.sample, o.buyerMessage = s.ids.next("7021"), newPerson(s.market, i, i), false, ""
		shipping := or(l.shipping, string(fulfillment.ShippingPlatform))
		s.setShipping(o, shipping, rng)
		if l.shipping != "" {
			for o.provider.ID != s.market.sellers[l.carrier].ID {
				s.setShipping(o, shipping, rng)
			}
		}
		o.lines = nil
		for _, sku := range l.goods {
			o.lines = append(o.lines, &line{id: s.ids.next("577"), product: s.product(sku), gift: sku == "STICKERS"})
		}
		o.trap = "training: " + l.title
		s.orders, s.byID[o.id] = append(s.orders, o), o
		if l.setup != nil {
			l.setup(s, o, start)
		}
		s.finishOrder(o)
		s.lessonOrders = append(s.lessonOrders, o)
	}
}

// boxCodes are three of the boxes that a station without [[box]] tables knows, smallest first; none where no label is sold by size.
func (s *store) boxCodes() []string {
	if !(fulfillment.Order{ShippingType: fulfillment.ShippingPlatform, Market: s.market.region}).NeedsSizes() {
		return nil
	}
	return []string{"PB:BOX:M1", "PB:BOX:B2", "PB:BOX:B5"}
}

// LessonState is one thing to try and whether it was done.
type LessonState struct {
	N         int      `json:"n"`
	Title     string   `json:"title"`
	Try       string   `json:"try"`
	Expect    string   `json:"expect"`
	OrderID   string   `json:"order_id"`
	Status    string   `json:"status"`
	Items     []string `json:"items"` // barcodes in the order in which they are to be scanned
	Wrong     string   `json:"wrong,omitempty"`
	Codes     []string `json:"codes,omitempty"`
	Button    string   `json:"button,omitempty"`
	Action    string   `json:"action,omitempty"` // path to POST to, below the server's address
	Checked   bool     `json:"checked"`          // whether the shop can see that it was done
	Done      bool     `json:"done"`
	ItemNames []string `json:"item_names"`
}

// lessonStates is the training list; empty where the shop was not seeded for training. The lock is held.
func (s *store) lessonStates() []LessonState {
	list := []LessonState{}
	all := lessons()
	for i, o := range s.lessonOrders {
		l := all[i]
		st := LessonState{N: i + 1, Title: l.title, Try: l.try, Expect: l.expect, OrderID: o.id, Status: o.status, Codes: l.codes,
			Button: l.button, Checked: l.done != nil}
		st.Done = st.Checked && l.done(s, o)
		for _, want := range lineStates(o.lines) {
			for range want.Qty {
				st.Items, st.ItemNames = append(st.Items, want.Barcode), append(st.ItemNames, want.SKU)
			}
		}
		if l.wrong != "" {
			st.Wrong = s.product(l.wrong).barcode
		}
		switch {
		case l.action == "":
		case l.action[0] == '/':
			st.Action = l.action
		default:
			st.Action = "/admin/orders/" + o.id + "/" + l.action
		}
		list = append(list, st)
	}
	return list
}

// Lessons is the training list as it is now; empty unless Options.Training.
func (s *Server) Lessons() []LessonState {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	return slices.Clone(s.first().lessonStates())
}
