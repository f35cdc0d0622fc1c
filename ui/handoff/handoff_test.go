package handoff

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
	"packbench/ui/text"
	"packbench/ui/widgets"
)

var now = time.Date(2026, 11, 20, 14, 0, 0, 0, time.Local)

func manifest(carrier string, parcels ...fulfillment.ManifestParcel) fulfillment.Manifest {
	return fulfillment.Manifest{Carrier: carrier, OpenedAt: now.Add(-time.Hour), Parcels: parcels}
}

func view() station.View {
	at := func(m int) time.Time { return now.Add(time.Duration(m) * time.Minute) }
	sealed := manifest("DHL", fulfillment.ManifestParcel{OrderID: "9"})
	sealed.SealedAt = now
	return station.View{Mode: fulfillment.ModeHandoff, Manifests: []fulfillment.Manifest{
		manifest("UPS", fulfillment.ManifestParcel{OrderID: "1", Tracking: "T1", At: at(1)}),
		manifest("USPS", fulfillment.ManifestParcel{OrderID: "2", Tracking: "T2", At: at(3), Photos: []fulfillment.Hash{"a", "b"}, WeightG: 840},
			fulfillment.ManifestParcel{OrderID: "3", Tracking: "T3", At: at(2)}, fulfillment.ManifestParcel{OrderID: "4", At: at(9), LeftOff: true}),
		sealed,
	}}
}

func TestModel(t *testing.T) {
	m := ModelOf(view(), now)
	if len(m.Cards) != 2 || m.Cards[0].Carrier != "USPS" || m.Cards[0].Count != 2 || m.Cards[0].LeftOff != 1 || m.Parcels != 3 {
		t.Errorf("%+v", m)
	}
	if m.Last == nil || m.Last.Tracking != "T2" || m.Last.Photos != 2 || m.Last.Weight != "840 g" {
		t.Errorf("last %+v", m.Last)
	}
	v := view()
	v.Manifests[1].Parcels[1].PackageID, v.Scanned = "P3", "P3"
	if m = ModelOf(v, now); m.Last == nil || m.Last.Tracking != "T3" { // it was scanned once more
		t.Errorf("last %+v", m.Last)
	}
	v = view()
	v.Carrier = "UPS"
	if m = ModelOf(v, now); m.Parcels != 1 || m.Carrier != "UPS" || m.Cards[0].Sealing || !m.Cards[1].Sealing {
		t.Errorf("narrowed: %+v", m)
	}
}

func TestMissingDropsWhatWasScannedMeanwhile(t *testing.T) {
	list := []fulfillment.OrderSummary{{ID: "1", Carrier: "UPS"}, {ID: "4", Carrier: "USPS"}, {ID: "5", Carrier: "UPS"}}
	ids := func(l []fulfillment.OrderSummary) (s string) {
		for _, o := range l {
			s += string(o.ID)
		}
		return s
	}
	if got := ids(Missing(list, view())); got != "45" { // 4 was left off
		t.Errorf("missing %q", got)
	}
	v := view()
	v.Carrier = "UPS"
	if got := ids(Missing(list, v)); got != "5" {
		t.Errorf("missing for UPS %q", got)
	}
}

// A second box must never hide behind the first one of its order, nor a cancelled one behind nothing at all.
func TestEveryBoxIsMissingByItself(t *testing.T) {
	test.NewTempApp(t)
	box := func(n int, stop fulfillment.VerdictCode) fulfillment.OrderSummary {
		return fulfillment.OrderSummary{ID: "1", PackageID: fulfillment.PackageID([]string{"P1", "P2"}[n-1]), Tracking: fulfillment.Tracking([]string{"T1", "T2"}[n-1]),
			Box: n, Boxes: 2, Carrier: "UPS", Stop: stop}
	}
	on := func(ids ...fulfillment.PackageID) station.View {
		m := manifest("UPS")
		for _, id := range ids {
			m.Parcels = append(m.Parcels, fulfillment.ManifestParcel{OrderID: "1", PackageID: id, At: now})
		}
		return station.View{Mode: fulfillment.ModeHandoff, Manifests: []fulfillment.Manifest{m}}
	}
	for _, c := range []struct {
		name  string
		list  []fulfillment.OrderSummary
		view  station.View
		title string
		row   string
	}{
		{"nothing scanned", []fulfillment.OrderSummary{box(1, ""), box(2, "")}, on(), "Packed, not scanned yet: 2", "1  ·  box 1 of 2|UPS  ·  T1"},
		{"box 1 scanned", []fulfillment.OrderSummary{box(1, ""), box(2, "")}, on("P1"), "Packed, not scanned yet: 1", "1  ·  box 2 of 2|UPS  ·  T2"},
		{"both scanned", []fulfillment.OrderSummary{box(1, ""), box(2, "")}, on("P1", "P2"), "Every packed parcel is on a manifest", ""},
		{"cancelled in the pile", []fulfillment.OrderSummary{box(2, fulfillment.Cancelled), box(1, "")}, on(), "1 TO TAKE OUT  ·  Packed, not scanned yet: 1",
			"1  ·  box 2 of 2|CANCELLED  ·  T2"},
		{"asked for", []fulfillment.OrderSummary{box(2, fulfillment.CancelRequested)}, on("P1"), "1 TO TAKE OUT",
			"1  ·  box 2 of 2|BUYER ASKS  ·  T2"},
		{"cancelled on a manifest", nil, stopped(on("P1"), fulfillment.Cancelled), "1 TO TAKE OUT", "1|CANCELLED  ·  T1"},
		{"held on a manifest", nil, stopped(on("P1"), fulfillment.NeedsSupervisor), "1 TO TAKE OUT", "1|HELD  ·  T1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := New(Options{Command: func(string) {}, Background: inline, Now: func() time.Time { return now },
				Missing: func(context.Context) ([]fulfillment.OrderSummary, error) { return c.list, nil }})
			test.NewTempWindow(t, s.Object).Resize(fyne.NewSize(1240, 500))
			s.Show(c.view)
			s.LoadMissing()
			row := ""
			if r := s.missing.rows; len(r) > 0 && r[0].box.Visible() {
				row = r[0].id.Words() + "|" + r[0].carrier.Words()
			}
			if got := s.missing.title.Words(); got != c.title || row != c.row {
				t.Errorf("%q, %q; want %q, %q", got, row, c.title, c.row)
			}
		})
	}
}

// stopped is the view once its first parcel may not leave any more.
func stopped(v station.View, code fulfillment.VerdictCode) station.View {
	p := &v.Manifests[0].Parcels[0]
	p.Tracking = "T1"
	v.Stop = map[fulfillment.PackageID]fulfillment.VerdictCode{p.PackageID: code}
	return v
}

func inline(_ string, work func(context.Context) func()) {
	if then := work(context.Background()); then != nil {
		then()
	}
}

func TestSealTakesTwoCalmTouchesAtDifferentPlaces(t *testing.T) {
	test.NewTempApp(t)
	clock := now
	var sent []string
	s := New(Options{Command: func(c string) { sent = append(sent, c) }, Background: inline, Now: func() time.Time { return clock }})
	w := test.NewTempWindow(t, s.Object)
	w.Resize(fyne.NewSize(1240, 500))
	test.Tap(s.seal.ask)
	if s.seal.yes.Visible() {
		t.Fatal("nothing is there to seal, and it asks")
	}
	s.Show(view())
	middle := s.seal.ask.Position().X + s.seal.ask.Size().Width/2
	test.Tap(s.seal.ask)
	if x := s.seal.yes.Position().X; !s.seal.yes.Visible() || s.seal.ask.Visible() || x < middle {
		t.Errorf("“yes” begins at %.0f, where the first touch was (%.0f)", x, middle)
	}
	test.Tap(s.seal.yes) // a bounce
	if len(sent) != 0 {
		t.Fatal("a bouncing touch sealed")
	}
	test.Tap(s.seal.keep)
	if s.seal.yes.Visible() {
		t.Error("“keep open” still asks")
	}
	test.Tap(s.seal.ask)
	clock = clock.Add(time.Second)
	v := view()
	v.Manifests[0].Parcels = append(v.Manifests[0].Parcels, fulfillment.ManifestParcel{OrderID: "7", At: now})
	s.Show(v)
	if s.seal.yes.Visible() {
		t.Error("a parcel came, and the question for fewer still stands")
	}
	test.Tap(s.seal.ask)
	clock = clock.Add(time.Second)
	test.Tap(s.seal.yes)
	if !slices.Equal(sent, []string{"PB:SEAL"}) {
		t.Errorf("sent %q", sent)
	}
	test.Tap(s.seal.ask)
	clock = clock.Add(14 * time.Second)
	s.Tick()
	if !s.seal.yes.Visible() {
		t.Error("the question is gone before anybody could look into the truck")
	}
	clock = clock.Add(time.Minute)
	s.Tick()
	if s.seal.yes.Visible() {
		t.Error("a forgotten touch still asks")
	}
}

// Who seals several carriers' manifests at once reads which and how many; one carrier's can be sealed alone.
func TestTheSealNamesEachCarrier(t *testing.T) {
	test.NewTempApp(t)
	clock := now
	var sent []string
	s := New(Options{Command: func(c string) { sent = append(sent, c) }, Background: inline, Now: func() time.Time { return clock }})
	test.NewTempWindow(t, s.Object).Resize(fyne.NewSize(1240, 500))
	v := view()
	s.Show(v)
	if got := s.seal.ask.Word(); got != "Seal all 2 carriers – 3 parcels" || s.seal.question.Container.Visible() {
		t.Errorf("the button says %q", got)
	}
	confirm := func(title, list, yes, code string) {
		t.Helper()
		if !s.seal.question.Container.Visible() || s.seal.title.Words() != title || s.seal.list.Words() != list || s.seal.yes.Word() != yes {
			t.Errorf("asked %q, %q, %q; want %q, %q, %q", s.seal.title.Words(), s.seal.list.Words(), s.seal.yes.Word(), title, list, yes)
		}
		clock = clock.Add(time.Second)
		test.Tap(s.seal.yes)
		if s.seal.question.Container.Visible() || len(sent) == 0 || sent[len(sent)-1] != code {
			t.Errorf("sent %q, want %q", sent, code)
		}
	}
	test.Tap(s.seal.ask)
	confirm("Seal 2 manifests, 3 parcels?  Sealed manifests can never change.", "USPS: 2  ·  UPS: 1", "Yes, seal all 2: 3 parcels", "PB:SEAL")
	for i, want := range []string{"USPS", "UPS"} {
		test.Tap(s.cards.rows[i].seal)
		test.Tap(s.cards.rows[i].seal) // a bounce asks again and seals nothing
		n := []string{"2 parcels", "1 parcel"}[i]
		confirm("Seal the manifest of "+want+", "+n+"?  Sealed manifests can never change.", want+": "+n[:1], "Yes, seal "+want+": "+n, "PB:SEAL:"+want)
	}
	test.Tap(s.cards.rows[1].seal)
	test.Tap(s.cards.rows[0].seal)
	confirm("Seal the manifest of USPS, 2 parcels?  Sealed manifests can never change.", "USPS: 2", "Yes, seal USPS: 2 parcels", "PB:SEAL:USPS")

	v.Stop = map[fulfillment.PackageID]fulfillment.VerdictCode{"bad": fulfillment.Cancelled}
	v.Manifests[1].Parcels = append(v.Manifests[1].Parcels, fulfillment.ManifestParcel{OrderID: "8", PackageID: "bad", Tracking: "T8", At: now})
	test.Tap(s.seal.ask)
	s.Show(v)
	if s.seal.question.Container.Visible() {
		t.Error("a parcel was cancelled, and the question still stands")
	}
	test.Tap(s.seal.ask)
	if got := s.seal.list.Words(); got != "USPS: 2 (Take 1 off)  ·  UPS: 1" {
		t.Errorf("with a cancelled parcel it asks %q", got)
	}
	v.Carrier = "UPS"
	s.Show(v)
	if got := s.seal.ask.Word(); got != "Seal UPS – 1 parcel" || s.cards.rows[0].seal.Visible() || s.cards.rows[1].seal.Visible() {
		t.Errorf("narrowed to one carrier: %q", got)
	}
}

func TestThePhotoButtonWantsACamera(t *testing.T) {
	test.NewTempApp(t)
	for _, cam := range []Frames{nil, &fakeCamera{at: now}} {
		s := New(Options{Command: func(string) {}, Background: inline, Camera: cam, Now: func() time.Time { return now }})
		s.Show(view())
		if s.photo.Enabled() != (cam != nil) {
			t.Errorf("camera %v, and the button is enabled: %v", cam != nil, s.photo.Enabled())
		}
	}
}

func TestMissingCardTellsTroubleFromNone(t *testing.T) {
	test.NewTempApp(t)
	var err error
	var list []fulfillment.OrderSummary
	s := New(Options{Command: func(string) {}, Background: inline, Now: func() time.Time { return now },
		Missing: func(context.Context) ([]fulfillment.OrderSummary, error) { return list, err }})
	test.NewTempWindow(t, s.Object).Resize(fyne.NewSize(1240, 500))
	for _, c := range []struct {
		list []fulfillment.OrderSummary
		err  error
		want string
	}{
		{nil, nil, text.T("handoff.none")},
		{nil, errors.New("locked"), text.T("handoff.err")},
		{[]fulfillment.OrderSummary{{ID: "5"}}, nil, text.T("handoff.miss") + ": 1"},
	} {
		list, err = c.list, c.err
		s.LoadMissing()
		if got := s.missing.title.Words(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

type fakeCamera struct {
	jpeg    []byte
	at      time.Time
	running bool // every picture is a new one
	seq     atomic.Uint64
	calls   atomic.Int64
}

func (f *fakeCamera) Latest() ([]byte, time.Time, uint64) {
	f.calls.Add(1)
	if f.running {
		f.seq.Add(1)
	}
	return f.jpeg, f.at, f.seq.Load()
}

func picture(t *testing.T, w, h int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := 0; i < len(img.Pix); i += 4 {
		img.Pix[i], img.Pix[i+3] = 200, 255
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestLivePicture(t *testing.T) {
	test.NewTempApp(t)
	cam := &fakeCamera{at: now}
	l := newLiveView(cam)
	var posted []func()
	post := func(f func()) { posted = append(posted, f) }
	run := func() {
		for _, f := range posted {
			f()
		}
		posted = nil
	}
	l.step(post, now)
	run()
	if got := l.notice.Words(); got != text.T("camera.wait") {
		t.Errorf("no picture yet: %q", got)
	}
	cam.jpeg = picture(t, 1280, 720)
	cam.seq.Store(1)
	l.step(post, now)
	if !l.pending.Load() || len(posted) != 1 {
		t.Fatal("the picture is not on its way")
	}
	run()
	b := l.picture.Image.Bounds()
	if b.Dx() != 640 || b.Dy() != 360 || l.pending.Load() {
		t.Errorf("picture %v", b)
	}
	if c := color.NRGBAModel.Convert(l.picture.Image.At(320, 180)).(color.NRGBA); c.R < 190 || c.G > 20 {
		t.Errorf("colour %v", c)
	}
	l.step(post, now) // the same picture again
	if len(posted) != 0 {
		t.Error("the same picture is drawn again")
	}
	l.step(post, now.Add(time.Minute))
	run()
	if got := l.notice.Words(); got != "Camera picture is 1 min old" {
		t.Errorf("a stale picture says %q", got)
	}
	cam.jpeg, cam.at = []byte("no jpeg"), now
	cam.seq.Store(2)
	l.step(post, now)
	run()
	if got := l.notice.Words(); got != text.T("camera.bad") {
		t.Errorf("a broken picture says %q", got)
	}
}

func TestCameraRestsOutOfSight(t *testing.T) {
	test.NewTempApp(t)
	cam := &fakeCamera{jpeg: picture(t, 32, 24), at: time.Now(), running: true}
	l := newLiveView(cam)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	l.run(ctx, func(f func()) {}, time.Now)
	if n := cam.calls.Load(); n != 0 {
		t.Errorf("asked %d times out of sight", n)
	}
	l.visible.Store(true)
	ctx, cancel = context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	drawn := 0
	l.run(ctx, func(f func()) { drawn++ }, time.Now) // never carried out: all but one are dropped
	if drawn != 1 {
		t.Errorf("%d pictures wait for the screen, want 1", drawn)
	}
}

func FuzzLivePicture(f *testing.F) {
	f.Add([]byte("\xff\xd8\xff"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		test.NewTempApp(t)
		l := newLiveView(&fakeCamera{jpeg: data, at: now})
		l.seq = 7
		l.step(func(f func()) { f() }, now)
	})
}

func TestNarrowedClaimsAreAboutThatCarrierOnly(t *testing.T) {
	test.NewTempApp(t)
	s := New(Options{Command: func(string) {}, Background: func(_ string, work func(context.Context) func()) { work(context.Background())() },
		Missing: func(context.Context) ([]fulfillment.OrderSummary, error) {
			return []fulfillment.OrderSummary{{ID: "1", Carrier: "UPS"}}, nil
		}, Now: func() time.Time { return now }})
	s.LoadMissing()
	for _, c := range []struct{ code, name, want string }{
		{"", "", "Packed, not scanned yet: 1"},
		{"UPS", "U.P.S.", "U.P.S.: packed, not scanned yet: 1"},
		{"ROYALMAIL", "Royal Mail", "Nothing packed waits"},
	} {
		s.Show(station.View{Mode: fulfillment.ModeHandoff, Carrier: c.code, CarrierName: c.name})
		if got := s.missing.title.Words(); got != c.want {
			t.Errorf("narrowed to %q: %q, want %q", c.name, got, c.want)
		}
	}
	on := []fulfillment.Manifest{manifest("UPS", fulfillment.ManifestParcel{OrderID: "1", At: now})}
	s.Show(station.View{Mode: fulfillment.ModeHandoff, Manifests: on, Carrier: "UPS", CarrierName: "U.P.S."})
	if got := s.missing.title.Words(); got != "Every packed parcel of U.P.S. is on a manifest" {
		t.Errorf("got %q", got)
	}
	s.Show(station.View{Mode: fulfillment.ModeHandoff, Manifests: on})
	if got := s.missing.title.Words(); got != "Every packed parcel is on a manifest" {
		t.Errorf("got %q", got)
	}
}

func TestGreenOnlyWhereSomethingLeavesAndNothingIsAmiss(t *testing.T) {
	test.NewTempApp(t)
	on := func(ids ...fulfillment.PackageID) []fulfillment.Manifest {
		m := manifest("UPS")
		for _, id := range ids {
			m.Parcels = append(m.Parcels, fulfillment.ManifestParcel{OrderID: fulfillment.OrderID(id), PackageID: id, At: now})
		}
		return []fulfillment.Manifest{m}
	}
	stop := map[fulfillment.PackageID]fulfillment.VerdictCode{"1": fulfillment.Cancelled}
	for _, c := range []struct {
		name  string
		view  station.View
		title string
		fill  color.Color
	}{
		{"nothing scanned", station.View{}, "Nothing packed waits", widgets.Card},
		{"all taken off again", station.View{Manifests: on()}, "Nothing packed waits", widgets.Card},
		{"on a manifest", station.View{Manifests: on("1", "2")}, "Every packed parcel is on a manifest", widgets.GoodPale},
		{"one of two cancelled", station.View{Manifests: on("1", "2"), Stop: stop}, "1 TO TAKE OUT", widgets.BadPale},
		{"the only one cancelled", station.View{Manifests: on("1"), Stop: stop}, "1 TO TAKE OUT", widgets.BadPale},
	} {
		s := New(Options{Command: func(string) {}, Background: inline, Now: func() time.Time { return now },
			Missing: func(context.Context) ([]fulfillment.OrderSummary, error) { return nil, nil }})
		c.view.Mode = fulfillment.ModeHandoff
		s.Show(c.view)
		s.LoadMissing()
		plate := s.missing.object.Objects[0].(*canvas.Rectangle)
		if got := s.missing.title.Words(); got != c.title || plate.FillColor != c.fill {
			t.Errorf("%s: %q on %v, want %q on %v", c.name, got, plate.FillColor, c.title, c.fill)
		}
	}
}

func TestTheButtonTakesTheLastParcelOffOnTheSecondTouch(t *testing.T) {
	test.NewTempApp(t)
	clock := now
	var sent []string
	s := New(Options{Command: func(c string) { sent = append(sent, c) }, Background: func(string, func(context.Context) func()) {}, Now: func() time.Time { return clock }})
	test.Tap(s.undo)
	v := view()
	s.Show(v)
	test.Tap(s.undo)
	clock = clock.Add(time.Second)
	v.VerdictSeq++ // another parcel was scanned in between
	s.Show(v)
	test.Tap(s.undo)
	if len(sent) != 0 {
		t.Fatalf("sent %q", sent)
	}
	clock = clock.Add(time.Second)
	test.Tap(s.undo)
	if !slices.Equal(sent, []string{"PB:UNDO"}) {
		t.Errorf("sent %q", sent)
	}
	if m := ModelOf(station.View{Manifests: []fulfillment.Manifest{manifest("UPS")}}, now); len(m.Cards) != 0 {
		t.Errorf("a manifest whose parcels were all taken off is shown: %+v", m.Cards)
	}
}

func TestAStoppedParcelStaysMarkedInTheList(t *testing.T) {
	v := view()
	v.Manifests[1].Parcels[1].PackageID = "P3"
	v.Stop = map[fulfillment.PackageID]fulfillment.VerdictCode{"P3": fulfillment.Cancelled}
	m := ModelOf(v, now)
	var usps Card
	for _, c := range m.Cards {
		if c.Carrier == "USPS" {
			usps = c
		}
	}
	if usps.Count != 1 || !slices.Equal(usps.TakeOff, []string{"T3"}) || m.Parcels != 2 || m.TakeOff != 1 {
		t.Errorf("%+v of %+v", usps, m)
	}
	test.NewTempApp(t)
	s := New(Options{Command: func(string) {}, Background: inline, Now: func() time.Time { return now }})
	test.NewTempWindow(t, s.Object).Resize(fyne.NewSize(1240, 500))
	s.Show(v)
	found := false
	for _, r := range s.cards.rows {
		found = found || r.since.Words() == "1 TO TAKE OFF: T3"
	}
	if !found || s.seal.ask.Word() != "Seal all 2 carriers – 2 parcels  ·  Take 1 off" {
		t.Errorf("marked %v, the seal says %q", found, s.seal.ask.Word())
	}
	v.Manifests, v.VerdictSeq = v.Manifests[1:2], 2
	v.Manifests[0].Parcels = v.Manifests[0].Parcels[1:2]
	s.Show(v) // nothing may leave: the seal only takes it off
	if !s.seal.ask.Enabled() || s.seal.ask.Word() != "Take 1 off" {
		t.Errorf("disabled %v, %q", !s.seal.ask.Enabled(), s.seal.ask.Word())
	}
}
