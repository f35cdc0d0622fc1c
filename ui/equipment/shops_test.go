package equipment

import (
	"testing"
	"time"
)

var mugs = ShopState{ID: "1", Name: "Mugs (GB)", Orders: []string{"cipher-1", ""}, Online: true, LastPull: now.Add(-2 * time.Minute), DrainIn: time.Minute, ClockKnown: true, ClockOffset: time.Second}

// caps is mugs' neighbour, with something wrong.
func caps(change func(*ShopState)) ShopState {
	x := ShopState{ID: "2", Name: "Caps (US)", Orders: []string{"cipher-2"}, Online: true, LastPull: now.Add(-time.Minute), DrainIn: 2 * time.Minute, ClockKnown: true, ClockOffset: -3 * time.Second}
	change(&x)
	return x
}

// Several shops are as well as the worst of them, and the one that needs a person is named first.
func TestSeveralShops(t *testing.T) {
	down := now.Add(-58 * time.Minute)
	for _, c := range []struct {
		name  string
		other ShopState
		want  []Fact
		renew string
		tone  Tone
	}{
		{"both well", caps(func(*ShopState) {}), []Fact{{"Seller Center: online", Fine}, {"Mugs (GB): Orders up to date 2 min ago.", Fine}, {"Caps (US): Orders up to date 1 min ago.", Fine}}, "", Fine},
		{"one is down", caps(func(x *ShopState) { x.Online, x.OfflineSince, x.Err = false, down, "no route" }),
			[]Fact{{"Seller Center: 1 of 2 shops offline", Look}, {"Caps (US): Offline since 13:02. No route.", Look}, {"Mugs (GB): Orders up to date 2 min ago.", Fine}}, "", Fine},
		{"a refresh is refused", caps(func(x *ShopState) { x.Refused, x.Renew = true, "work goes on until 15:00" }),
			[]Fact{{"Seller Center: online", Fine}, {"Caps (US): Work goes on until 15:00. Press Connect on the Shop screen.", Look}, {"Mugs (GB): Orders up to date 2 min ago.", Fine}}, "2", Look},
		{"an end is near", caps(func(x *ShopState) { x.Renew = "it ends on 2026-12-01" }),
			[]Fact{{"Seller Center: online", Fine}, {"Caps (US): It ends on 2026-12-01. Press Connect on the Shop screen.", Look}, {"Mugs (GB): Orders up to date 2 min ago.", Fine}}, "", Fine},
		{"an authorization is dead", caps(func(x *ShopState) {
			x.Online, x.OfflineSince, x.Dead, x.Renew = false, down, true, "connect the shop again"
		}),
			[]Fact{{"Seller Center: 1 of 2 shops offline", Look}, {"Caps (US): Connect the shop again. Press Connect on the Shop screen.", Wrong}, {"Mugs (GB): Orders up to date 2 min ago.", Fine}}, "2", Wrong},
	} {
		s := SyncOf([]ShopState{mugs, c.other})
		got := Facts(s, now)
		for i, want := range append(c.want, Fact{"This PC’s clock is right to 3 s", Fine}) {
			if i >= len(got) || got[i] != want {
				t.Errorf("%s: %+v, want %+v in line %d", c.name, got, want, i)
				break
			}
		}
		x, tone, ok := s.Renewal()
		if x.ID != c.renew || ok != (c.renew != "") || tone != c.tone {
			t.Errorf("%s: to authorize %+v, %v, %v", c.name, x, tone, ok)
		}
		if s.Online != c.other.Online || !s.LastPull.Equal(mugs.LastPull) || s.DrainIn != 2*time.Minute {
			t.Errorf("%s: together %+v", c.name, s)
		}
		if !s.OfflineOf("cipher-1").IsZero() || !s.OfflineOf("").IsZero() || s.OfflineOf("cipher-2") != c.other.OfflineSince || !s.OfflineOf("another").IsZero() {
			t.Errorf("%s: an order is shown with the line of another shop", c.name)
		}
		one := SyncOf(s.Shops[:1])
		if s.NameOf("cipher-2") != s.Shops[1].Name || s.NameOf("another") != "" || one.NameOf("cipher-1") != "" {
			t.Errorf("%s: an order is called of %q", c.name, s.NameOf("cipher-2"))
		}
	}
}

// Of more shops than there is room for, those that need a person are in sight.
func TestManyShops(t *testing.T) {
	shops := []ShopState{mugs, mugs, mugs, caps(func(x *ShopState) { x.Dead, x.Online, x.Renew = true, false, "dead" }), caps(func(x *ShopState) { x.Online = false })}
	got := Facts(SyncOf(shops), now)
	if len(got) != 6 || got[1].Tone != Wrong || got[2].Tone != Look || got[4].Words != "and 2 more: they stand on the Shop screen" {
		t.Errorf("%+v", got)
	}
	if all := Facts(SyncOf(shops[3:4]), now); all[0].Words != "Seller Center: authorize again" || all[0].Tone != Wrong {
		t.Errorf("%+v", all)
	}
	if none := SyncOf(nil); none.Configured || none.Online {
		t.Errorf("%+v", none)
	}
}
