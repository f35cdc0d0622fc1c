package equipment

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"packbench/devices"
	"packbench/fulfillment"
	"packbench/ui/text"
)

// SyncStatus is how the station and the Seller Center stand. Counts are of rows that are not done.
type SyncStatus struct {
	Configured   bool                         // a shop is connected; false: orders come from files
	Online       bool                         // the last call was answered
	OfflineSince time.Time                    // zero while online
	LastPull     time.Time                    // last complete pull of orders; zero: never
	WorkChecked  time.Time                    // when the order in work that was not asked about for longest was; zero: nobody can tell
	Unreadable   fulfillment.UnreadableOrders // orders that the Seller Center tells and nobody can read
	Err          string                       // why the last call failed, in words; empty: it did not
	Shops        []ShopState
	Outbox       []OutboxLine
	Queued       int // waiting or being sent
	Uncertain    int
	Parked       int
	Oldest       time.Time     // when the oldest row that is not done was made; zero: none
	DrainIn      time.Duration // how long what waits for no person will take; 0: nothing waits, or nobody can tell
	ClockOffset  time.Duration // this PC's clock minus the Seller Center's
	ClockKnown   bool
}

// OutboxLine is one row that is not done, oldest first.
type OutboxLine struct {
	ID          string
	Kind        fulfillment.OutboxKind
	OrderID     fulfillment.OrderID
	PackageID   fulfillment.PackageID
	State       fulfillment.OutboxState
	Age         time.Duration // since it was queued
	Reason      string
	RequestID   string // the platform's, of the last answer; empty: it never answered
	Correctable bool   // another tracking number than the label's was reported, which can be corrected
	NoShop      bool   // the shop of its order is not connected: nobody tells it
	Gone        bool   // its parcel was handed over: nobody can keep it here any more
}

// Total is how many rows are not done.
func (s SyncStatus) Total() int { return s.Queued + s.Uncertain + s.Parked }

// ClockLimit is the largest difference of clocks that is harmless: the Seller Center refuses calls signed five minutes
// off, and deadlines are counted in minutes.
const ClockLimit = time.Minute

// Tone is how a line is to be taken.
type Tone int

const (
	Fine Tone = iota
	Look
	Wrong
	Quiet // nothing to say
)

// Fact is a line of words with its tone.
type Fact struct {
	Words string
	Tone  Tone
}

// Facts are the connection in words: state first, then its cause, the last pull and the clock; of several shops a line each.
func Facts(s SyncStatus, now time.Time) []Fact {
	if !s.Configured {
		return []Fact{{text.T("sync.unset"), Quiet}, {text.T("sync.unset.text"), Quiet}}
	}
	var out []Fact
	many := len(s.Shops) > 1
	renew, _, _ := s.Renewal()
	switch n := s.Offline(); {
	case renew.Dead && n == len(s.Shops):
		out = append(out, Fact{text.T("sync.dead"), Wrong})
	case s.Online:
		out = append(out, Fact{text.T("sync.online"), Fine})
	case many && n > 0 && n < len(s.Shops):
		out = append(out, Fact{text.T("sync.some", "n", fmt.Sprint(n), "all", fmt.Sprint(len(s.Shops))), Look})
	case s.OfflineSince.IsZero():
		out = append(out, Fact{text.T("sync.offline"), Look})
	default:
		out = append(out, Fact{text.T("sync.since", "at", text.Clock(s.OfflineSince, now)), Look})
	}
	if many {
		out = append(out, shopFacts(s, now)...)
	} else {
		out = append(out, shopFact(s, now)...)
	}
	if n := len(s.Unreadable); n > 0 {
		first := s.Unreadable[0]
		key := "sync.unread"
		if n > 1 {
			key = "sync.unread.many"
		}
		out = append(out, Fact{text.T(key, "n", fmt.Sprint(n), "order", cmp.Or(text.Code(string(first.ID)), text.T("noun.unknown")), "why", text.Sentence(first.Reason)), Look})
	}
	if !s.WorkChecked.IsZero() {
		out = append(out, Fact{text.T("sync.work", "ago", text.Ago(s.WorkChecked, now)), Quiet})
	}
	return append(out, clock(s))
}

func clock(s SyncStatus) Fact {
	switch off := s.ClockOffset; {
	case !s.ClockKnown:
		return Fact{text.T("sync.clock.none"), Quiet}
	case off > ClockLimit:
		return Fact{text.T("sync.clock.ahead", "span", text.Span(off)), Wrong}
	case off < -ClockLimit:
		return Fact{text.T("sync.clock.behind", "span", text.Span(off)), Wrong}
	default:
		return Fact{text.T("sync.clock", "n", fmt.Sprintf("%.0f", max(1, off.Abs().Seconds()))), Fine}
	}
}

// Sound is the kind of the loudspeaker, which no part of the program waits for.
const Sound devices.Kind = "sound"

// Device is one device as it is shown.
type Device struct {
	Name, ID, Words string
	State           string
	Tone            Tone
	Icon            string
}

// Devices are the devices in a steady order: kind, role, identity.
func Devices(list []devices.Health) []Device {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b devices.Health) int {
		return cmp.Or(rank(a.Kind)-rank(b.Kind), cmp.Compare(a.Role, b.Role), cmp.Compare(a.ID, b.ID))
	})
	out := make([]Device, 0, len(list))
	for _, h := range list {
		d := Device{Name: text.Device(h.Kind), Words: text.Sentence(h.Text), State: text.State(h.State), Icon: Icon(h.Kind), Tone: ToneOf(h.State)}
		if h.Kind == Sound && h.State != devices.Ready {
			d.Tone = Quiet // colours and words tell everything; sound only helps
		}
		if h.Role != "" {
			d.Name += " · " + text.Visible(h.Role)
		}
		d.ID = text.Visible(h.Transport)
		if h.ID != "" && h.ID != h.Transport {
			d.ID = text.Code(h.ID) + "  ·  " + d.ID
		}
		if d.Words == "" {
			d.Words = d.State
		}
		out = append(out, d)
	}
	return out
}

func rank(k devices.Kind) int {
	known := []devices.Kind{devices.Scanner, devices.Scale, devices.Printer, devices.Camera}
	if i := slices.Index(known, k); i >= 0 {
		return i
	}
	return len(known)
}

// Icon is the picture of a kind of device.
func Icon(k devices.Kind) string {
	switch k {
	case devices.Scanner, devices.Scale, devices.Printer, devices.Camera:
		return string(k)
	}
	return "equipment"
}

// ToneOf is how a device's state is to be taken; a word that is not known needs a look.
func ToneOf(s devices.State) Tone {
	switch s {
	case devices.Ready:
		return Fine
	case devices.Absent:
		return Wrong
	}
	return Look
}

// Worst is the tone of all devices of a kind together; ok is false where there is none. One ready scanner is enough, all
// other kinds are as well as their worst.
func Worst(list []devices.Health, k devices.Kind) (t Tone, ok bool) {
	best, worst := Wrong, Fine
	for _, h := range list {
		if h.Kind != k {
			continue
		}
		ok = true
		worst, best = max(worst, ToneOf(h.State)), min(best, ToneOf(h.State))
	}
	if k == devices.Scanner && ok {
		return best, true
	}
	return worst, ok
}
