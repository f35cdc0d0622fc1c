package settings

import (
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"packbench/ui/equipment"
)

var now = time.Date(2026, 11, 20, 14, 0, 0, 0, time.UTC)

func TestLife(t *testing.T) {
	for _, tt := range []struct {
		shop Shop
		want string
		tone Tone
	}{
		{Shop{Until: now.Add(200 * 24 * time.Hour)}, "Authorized by the seller until 2027-06-08. Its tokens renew themselves.", Fine},
		{Shop{Until: now.Add(48 * time.Hour)}, "The authorization ends on 2026-11-22, in 2 days 0 h: press Connect before that day.", Look},
		{Shop{Until: now.Add(-time.Hour)}, "The authorization has ended: press Connect. Packing goes on meanwhile.", Wrong},
		{Shop{Until: now.Add(200 * 24 * time.Hour), State: equipment.ShopState{Renew: "the seller has ended it", Dead: true}}, "The seller has ended it. Press Connect. Packing goes on meanwhile.", Wrong},
		{Shop{Until: now.Add(200 * 24 * time.Hour), State: equipment.ShopState{Renew: "it is refused; work goes on until 15:00", Refused: true}},
			"It is refused; work goes on until 15:00. Press Connect. Packing goes on meanwhile.", Look},
		{Shop{Until: now.Add(200 * 24 * time.Hour), State: equipment.ShopState{Renew: "the Seller Center has told that it ends"}}, "The Seller Center has told that it ends. Press Connect. Packing goes on meanwhile.", Look},
		{Shop{}, "Connected. How long the authorization lasts is not known.", Quiet},
	} {
		if words, tone := tt.shop.Life(now); words != tt.want || tone != tt.tone {
			t.Errorf("%+v: %q, %v", tt.shop, words, tone)
		}
	}
}

type desk struct{ did []string }

func (d *desk) Connect()             { d.did = append(d.did, "connect") }
func (d *desk) Paste(words string)   { d.did = append(d.did, "paste "+words) }
func (d *desk) Choose(id string)     { d.did = append(d.did, "choose "+id) }
func (d *desk) Cancel()              { d.did = append(d.did, "cancel") }
func (d *desk) Disconnect(id string) { d.did = append(d.did, "disconnect "+id) }

type field struct{ *widget.Entry }

func (f field) Object() fyne.CanvasObject { return f.Entry }
func (f field) Take() string {
	words := f.Text
	f.SetText("")
	return words
}

func newScreen(t *testing.T) (*Screen, *desk, field, *time.Time) {
	t.Helper()
	test.NewTempApp(t)
	d, f, clock := &desk{}, field{widget.NewEntry()}, now
	s := New(Options{Desk: d, Now: func() time.Time { return clock }, Field: func(string) Field { return f }})
	test.NewTempWindow(t, s.Object).Resize(fyne.NewSize(1240, 520))
	return s, d, f, &clock
}

// A packer changes nothing; a supervisor goes the whole way.
func TestOnlyASupervisorChangesShops(t *testing.T) {
	s, d, f, clock := newScreen(t)
	x := Status{Phase: Idle, Shops: []Shop{{ID: "7", Name: "Mugs", Region: "GB"}}}
	s.Show(x)
	test.Tap(s.connect)
	test.Tap(s.rows[0].off)
	*clock = clock.Add(time.Second)
	test.Tap(s.rows[0].off)
	x.Phase = Waiting
	s.Show(x)
	f.SetText("TTP_code")
	s.Pasted()
	if len(d.did) != 0 || s.head.Words() != "A supervisor connects shops" || s.Typing() || s.paste.Visible() {
		t.Fatalf("a packer did %v; %q", d.did, s.head.Words())
	}
	s.Supervisor(true)
	s.Show(Status{Phase: Idle, Shops: x.Shops})
	test.Tap(s.connect)
	x.Link = "https://services.example/open/authorize?state=1"
	s.Show(x)
	if !s.Typing() || !s.paste.Visible() || s.link.Words() != x.Link {
		t.Error("no field, or no link")
	}
	s.Pasted()
	s.Show(Status{Phase: Choose, Choices: []Shop{{ID: "8", Name: "A", Region: "US"}, {ID: "9", Name: "B", Region: "GB"}}})
	test.Tap(s.choices[1])
	test.Tap(s.connect)
	test.Tap(s.cancel)
	s.Show(Status{Phase: Done, Shops: x.Shops})
	test.Tap(s.rows[0].off) // once is not enough
	*clock = clock.Add(time.Second)
	test.Tap(s.rows[0].off)
	want := []string{"connect", "paste TTP_code", "choose 9", "choose all", "cancel", "disconnect 7"}
	if !slices.Equal(d.did, want) {
		t.Errorf("got %v, want %v", d.did, want)
	}
	if f.Text != "" {
		t.Error("the code stays in the field")
	}
}

// At a station that names no supervisor anybody may connect, or nobody could; nobody disconnects.
func TestAFreshStationConnects(t *testing.T) {
	s, d, _, clock := newScreen(t)
	s.Show(Status{Phase: Idle, Free: true, Shops: []Shop{{ID: "7"}}})
	test.Tap(s.connect)
	test.Tap(s.rows[0].off)
	*clock = clock.Add(time.Second)
	test.Tap(s.rows[0].off)
	if !slices.Equal(d.did, []string{"connect"}) {
		t.Errorf("did %v", d.did)
	}
	s.Show(Status{Phase: Idle, Free: true, Missing: "write app_key into station.toml"})
	test.Tap(s.connect)
	if len(d.did) != 1 || s.detail.Words() != "Write app_key into station.toml." {
		t.Errorf("did %v, says %q", d.did, s.detail.Words())
	}
}

// Every connected shop has a row of its own with its own state; more than fit are scrolled to. One that nobody works for says so.
func TestEveryShopHasItsOwnState(t *testing.T) {
	s, d, _, clock := newScreen(t)
	s.Supervisor(true)
	shops := []Shop{{ID: "1", Name: "A", Until: now.Add(300 * 24 * time.Hour)}, {ID: "2", Name: "B", Until: now.Add(300 * 24 * time.Hour)},
		{ID: "3", Name: "C"}, {ID: "4", Name: "D"}, {ID: "5", Name: "E"}}
	s.Show(Status{Phase: Idle, Shops: shops})
	on := []string{"key"}
	s.Know([]equipment.ShopState{{ID: "2", Orders: on, Online: true, LastPull: now.Add(-time.Minute)}, {ID: "1", Orders: on, OfflineSince: now.Add(-time.Hour)},
		{ID: "4", Orders: on, Dead: true, Renew: "connect the shop again"}, {ID: "3", Orders: on}})
	for i, want := range []string{"offline since " + now.Add(-time.Hour).Local().Format("15:04"), "online, orders 1 min ago", "asked for orders", "must be authorized again", "not at work"} {
		if got := s.rows[i].state.Words(); got != want || !s.rows[i].box.Visible() {
			t.Errorf("shop %s: %q, want %q", shops[i].ID, got, want)
		}
	}
	if got := s.rows[3].words.Words(); got != "Connect the shop again. Press Connect. Packing goes on meanwhile." {
		t.Errorf("the dead one says %q", got)
	}
	if got := s.rows[1].words.Words(); got == s.rows[3].words.Words() {
		t.Errorf("the one that works says %q", got)
	}
	test.Tap(s.rows[4].off)
	*clock = clock.Add(time.Second)
	test.Tap(s.rows[4].off)
	if !slices.Equal(d.did, []string{"disconnect 5"}) {
		t.Errorf("did %v", d.did)
	}
	s.Show(Status{Phase: Idle, Shops: shops[:1]})
	if s.rows[0].state.Words() == "not at work" || s.rows[4].box.Visible() {
		t.Error("what the program tells of the shops takes their states away, or a row stays")
	}
}

// A shop that does not answer is not green, however long its authorization lasts.
func TestAShopThatIsOfflineIsNotGreen(t *testing.T) {
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	lasts := Shop{ID: "1", Until: now.AddDate(1, 0, 0)}
	at := func(online bool, off, pulled time.Time) Shop {
		s := lasts
		s.State = equipment.ShopState{Orders: []string{"1"}, Online: online, OfflineSince: off, LastPull: pulled}
		return s
	}
	over := at(true, time.Time{}, now)
	over.Until = now
	for name, c := range map[string]struct {
		shop Shop
		want Tone
	}{
		"answers":              {at(true, time.Time{}, now), Fine},
		"offline since a time": {at(false, now, now), Look},
		"offline":              {at(false, time.Time{}, now), Look},
		"not asked yet":        {at(false, time.Time{}, time.Time{}), Quiet},
		"nobody works for it":  {lasts, Quiet},
		"answers, and is over": {over, Wrong},
	} {
		if got := c.shop.Sign(now); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
