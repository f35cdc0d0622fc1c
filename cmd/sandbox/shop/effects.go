package shop

// effect is one lasting change, as the journal shows it: what a test counts duplicates by.
type effect struct {
	What    string `json:"what"` // ship, retrack, deliver, cancel, reject_cancel, split, combine, uncombine, return, invoice, stock, upload, webhook, token
	Order   string `json:"order,omitempty"`
	Package string `json:"package,omitempty"`
	Detail  string `json:"detail,omitempty"` // tracking number, status, address, …
}

// effectLog collects the effects of the call in progress. Between calls it collects what happens by itself and by the
// admin pages, which the journal does not list as anybody's call.
type effectLog struct{ list []effect }

func (e *effectLog) add(what, order, parcel, detail string) {
	e.list = append(e.list, effect{what, order, parcel, detail})
}

func (e *effectLog) take() []effect {
	list := e.list
	e.list = nil
	return list
}
