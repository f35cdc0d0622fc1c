package equipment

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"packbench/fulfillment"
	"packbench/ui/text"
)

// ShopState is how one connected shop stands.
type ShopState struct {
	ID, Name     string
	Orders       []string // what fulfillment.Order.Shop says of its orders
	Online       bool
	OfflineSince time.Time                    // zero while online
	LastPull     time.Time                    // last complete pull of its orders; zero: never
	WorkChecked  time.Time                    // when the order in work that was not asked about for longest was; zero: nobody can tell
	Unreadable   fulfillment.UnreadableOrders // orders that it tells and nobody can read
	Err          string                       // why the last call failed, in words; empty: it did not
	Renew        string                       // why the seller must authorize it again, in words; empty: they need not
	Refused      bool                         // its authorization is refused by now, and what was given before still works for a while
	Dead         bool                         // nothing of it is answered any more
	DrainIn      time.Duration
	ClockOffset  time.Duration
	ClockKnown   bool
}

// SyncOf is all shops together without the outbox: as well as the worst of them, known as long as the oldest knowledge.
func SyncOf(shops []ShopState) SyncStatus {
	s := SyncStatus{Configured: len(shops) > 0, Online: len(shops) > 0, Shops: shops}
	for i, x := range shops {
		if !x.Online {
			s.Online = false
			if s.OfflineSince.IsZero() || !x.OfflineSince.IsZero() && x.OfflineSince.Before(s.OfflineSince) {
				s.OfflineSince = x.OfflineSince
			}
		}
		if i == 0 || x.LastPull.Before(s.LastPull) {
			s.LastPull = x.LastPull
		}
		if !x.WorkChecked.IsZero() && (s.WorkChecked.IsZero() || x.WorkChecked.Before(s.WorkChecked)) {
			s.WorkChecked = x.WorkChecked
		}
		s.DrainIn = max(s.DrainIn, x.DrainIn) // each has a limit of its own at the platform
		if x.ClockKnown && (!s.ClockKnown || x.ClockOffset.Abs() > s.ClockOffset.Abs()) {
			s.ClockOffset, s.ClockKnown = x.ClockOffset, true
		}
		s.Err = cmp.Or(s.Err, x.Err)
		s.Unreadable = append(s.Unreadable, x.Unreadable...)
	}
	return s
}

// OfflineOf is since when the shop of these orders does not answer; zero: it does.
func (s SyncStatus) OfflineOf(shop string) time.Time {
	for _, x := range s.Shops {
		if slices.Contains(x.Orders, shop) {
			return x.OfflineSince
		}
	}
	return time.Time{}
}

// NameOf is the shop of these orders where it must be told from others; empty: there is one, or it is not connected.
func (s SyncStatus) NameOf(shop string) string {
	if len(s.Shops) < 2 {
		return ""
	}
	for _, x := range s.Shops {
		if slices.Contains(x.Orders, shop) {
			return text.Visible(x.Name)
		}
	}
	return ""
}

// tone: shape and colour of a shop.
func (x ShopState) tone() Tone {
	switch {
	case x.Dead:
		return Wrong
	case x.Renew != "" || !x.Online:
		return Look
	}
	return Fine
}

// worst are the shops, those that need a person first.
func (s SyncStatus) worst() []ShopState {
	rank := map[Tone]int{Wrong: 0, Look: 1, Fine: 2}
	return slices.SortedStableFunc(slices.Values(s.Shops), func(a, b ShopState) int {
		return cmp.Or(rank[a.tone()]-rank[b.tone()], cmp.Compare(renewing(b), renewing(a)))
	})
}

func renewing(x ShopState) int {
	if x.Refused {
		return 1
	}
	return 0
}

// Renewal is the shop that must be authorized again first, with how that is to be taken; ok is false where none must be now.
func (s SyncStatus) Renewal() (x ShopState, t Tone, ok bool) {
	for _, x := range s.worst() {
		if x.Dead || x.Refused {
			return x, x.tone(), true
		}
	}
	return ShopState{}, Fine, false
}

// Offline is how many shops do not answer.
func (s SyncStatus) Offline() int {
	n := 0
	for _, x := range s.Shops {
		if !x.Online {
			n++
		}
	}
	return n
}

// Words are how the shop stands, without its name.
func (x ShopState) Words(now time.Time) string {
	switch {
	case x.Renew != "":
		return text.T("shop.renew", "why", text.Sentence(x.Renew))
	case !x.Online && x.OfflineSince.IsZero() && x.LastPull.IsZero():
		return text.T("shop.never")
	case !x.Online && !x.OfflineSince.IsZero():
		return text.Sentence(text.T("shop.since", "at", text.Clock(x.OfflineSince, now))) + why(x.Err)
	case !x.Online:
		return text.Sentence(text.T("shop.offline")) + why(x.Err)
	case x.LastPull.IsZero():
		return text.T("shop.never")
	}
	return text.T("shop.pulled", "ago", text.Ago(x.LastPull, now))
}

func why(err string) string {
	if err == "" {
		return ""
	}
	return " " + text.Sentence(err)
}

// factShops is how many shops have a line of their own on the screen of the equipment; the screen of the shops has all.
const factShops = 3

// shopFacts are several shops, a line each.
func shopFacts(s SyncStatus, now time.Time) []Fact {
	var out []Fact
	for i, x := range s.worst() {
		if i == factShops {
			return append(out, Fact{text.T("shop.rest", "n", fmt.Sprint(len(s.Shops)-i)), Quiet})
		}
		out = append(out, Fact{text.Visible(x.Name) + ": " + x.Words(now), x.tone()})
	}
	return out
}

// shopFact is the only shop: its trouble, and its last pull.
func shopFact(s SyncStatus, now time.Time) []Fact {
	var out []Fact
	if len(s.Shops) == 1 && s.Shops[0].Renew != "" {
		out = append(out, Fact{s.Shops[0].Words(now), s.Shops[0].tone()})
	} else if s.Err != "" {
		out = append(out, Fact{text.Sentence(s.Err), Look})
	}
	if s.LastPull.IsZero() {
		return append(out, Fact{text.T("sync.never"), Look})
	}
	return append(out, Fact{text.T("sync.pulled", "ago", text.Ago(s.LastPull, now)), Quiet})
}
