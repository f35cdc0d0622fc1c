package main

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"packbench/devices"
	"packbench/devices/scanner"
	"packbench/fulfillment"
	"packbench/fulfillment/station"
	"packbench/fulfillment/syncer"
	"packbench/ui"
	"packbench/ui/sound"
)

// windowOptions is what the window may ask of the rest of the program.
func (a *app) windowOptions(player *sound.Player) ui.Options {
	o := ui.Options{
		Station:      a.env.cfg.Station.ID,
		FullScreen:   a.env.cfg.Station.FullScreen,
		Scan:         a.typed,
		Command:      a.command,
		Orders:       a.env.store,
		Missing:      a.env.store.PackedNotHandedOver,
		LabelPreview: a.labelPreview,
		Picture:      a.pics.get,
		Sound:        player,
		Drawn:        a.drawn,
		Story:        a.story,
		Decide:       a.decide,
		Answer:       a.answer,
		Papers:       a.papers(),
		Manifests:    &manifestDesk{env: a.env, now: a.devices.config, dir: a.dir},
		ApplyScan:    a.env.cfg.policy().ApplyScan,
		Setup:        a.setup.options(),
		Camera:       a.devices.camera,
	}
	return o
}

// typed takes what the window's keys have typed. While the wizard tries that scanner, it wants every key as it came.
func (a *app) typed(text string) {
	now := time.Now().UTC()
	if a.setup.takes(fulfillment.Scan{ID: newID(), Code: text, At: now, Device: scanner.KeyboardDevice}) {
		return
	}
	keys := a.devices.typed.Load()
	if keys == nil { // a scanner says exclusive
		return
	}
	if s, ok := keys.Scan(text, now); ok && !a.lookedUp(a.deviceGroup.ctx, s) {
		a.submit(s)
	}
}

// lookedUp takes the code of an order, a package or a parcel that is scanned while the list of orders is in front: who looks
// something up opens nothing and overrides nothing. Every other code is the bench's.
func (a *app) lookedUp(ctx context.Context, s fulfillment.Scan) bool {
	if !a.window.Looking() {
		return false
	}
	id, err := a.station.Names(ctx, s)
	if err != nil {
		a.env.log.Warn("A code could not be looked up", "err", err)
	}
	if id == "" {
		return false
	}
	a.window.Find(id)
	return true
}

// command takes a code from the window's buttons.
func (a *app) command(code string) {
	a.submit(fulfillment.Scan{ID: newID(), Code: code, At: time.Now().UTC(), Device: scanner.KeyboardDevice})
}

func (a *app) submit(s fulfillment.Scan) {
	if err := a.station.Submit(a.deviceGroup.ctx, s); err != nil {
		a.env.log.Warn("Scan came while the program was closing", "err", err)
	}
}

// story is why an order stands where it stands.
func (a *app) story(ctx context.Context, id fulfillment.OrderID) (fulfillment.Story, error) {
	events, err := a.env.store.Events(ctx, id)
	if err != nil {
		return fulfillment.Story{}, err
	}
	story := fulfillment.StoryOf(events)
	story.Way, err = a.env.store.Tracking(ctx, id)
	return story, err
}

// decide hands a person's decision about a parked row to the bench, which knows who stands there.
func (a *app) decide(d fulfillment.OutboxDecision) {
	if err := a.station.Decide(a.deviceGroup.ctx, d); err != nil {
		a.env.log.Warn("Decision came while the program was closing", "err", err)
	}
}

// answer hands a person's answer to a request to cancel to the bench, which knows who stands there.
func (a *app) answer(x fulfillment.CancelAnswer) {
	if err := a.station.Answer(a.deviceGroup.ctx, x); err != nil {
		a.env.log.Warn("Answer came while the program was closing", "err", err)
	}
}

// carriers are those of every order in work and of every packed parcel.
func (a *app) carriers(ctx context.Context) ([]string, error) {
	const most = 2000 // orders; a day's work at one station is a tenth of it
	list, err := a.env.store.ListOrders(ctx, "", most)
	if err != nil {
		return nil, err
	}
	packed, err := a.env.store.PackedNotHandedOver(ctx)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, o := range append(list, packed...) {
		if o.Carrier != "" && !slices.Contains(names, o.Carrier) {
			names = append(names, o.Carrier)
		}
	}
	return names, nil
}

// drawn runs after the frame with the verdict was painted.
func (a *app) drawn(v station.View, text string) {
	a.lookAtOpened(v)
	if v.Verdict == nil {
		return
	}
	if err := a.trace.write(*v.Verdict, text, time.Now()); err != nil {
		a.env.log.Error("Trace could not be written", "err", err)
	}
}

// healthChanged shows how devices feel; a printer that feels better is tried at once.
func (a *app) healthChanged(h devices.Health) {
	all := a.devices.board.Snapshot()
	a.window.ShowHealth(all)
	a.setup.feels(h)
	if err := keepHealth(a.dir, all); err != nil {
		a.env.log.Warn("Health could not be kept", "err", err)
	}
	if h.Kind == devices.Printer && h.State == devices.Ready {
		a.wakePrinter()
	}
}

// joinShops makes what works for the connected shops; without one the station works with imported orders.
func (a *app) joinShops(failed func(string, error)) {
	a.poked = make(chan struct{}, 1)
	a.lines = &shopLines{env: a.env, failed: failed, more: func(o *syncer.Options) {
		o.Changed, o.LabelReady, o.Warned = a.ordersChanged, a.labelStored, a.platformWarned
		o.Heard = a.ordersHeard
		o.StatusChanged = func(syncer.Status) { a.pokeSync() }
	}}
}

// startShops begins the work for the shops, and what stands beside it.
func (a *app) startShops() {
	a.followShops(nil)
	a.syncGroup.run("sync display", a.drawSync)
	a.startSides()
}

// followShops makes the connected shops the ones at work; renewed is an account whose tokens are new.
func (a *app) followShops(renewed *string) {
	if err := a.lines.follow(renewed); err != nil && !errors.Is(err, errNoShop) {
		a.env.log.Error("Seller Center is not connected", "err", err)
	}
	a.pokeSync()
}

// pokeSync has the shops' state drawn soon.
func (a *app) pokeSync() {
	select {
	case a.poked <- struct{}{}:
	default:
	}
}

// overridden: a supervisor's decision to ship over the cancel request that is pending is an event of the order.
func (e *env) overridden(ctx context.Context, row fulfillment.OutboxRow) (bool, error) {
	events, err := e.store.Events(ctx, row.OrderID)
	if err != nil {
		return false, err
	}
	return overrides(events), nil
}

// overrides reports whether the last request to cancel was gone over by a supervisor after it became known here. What was
// decided about something else, or before, is no answer to it; nor is anything where no request was noted.
func overrides(events []fulfillment.Event) bool {
	var asked, answer *fulfillment.Event
	for i, ev := range events {
		switch ev.Kind {
		case fulfillment.EventCancelAsked:
			if asked == nil || follows(ev, *asked) {
				asked = &events[i]
			}
		case fulfillment.EventOverride:
			var body struct {
				Over fulfillment.Hold `json:"over"`
			}
			if json.Unmarshal(ev.Body, &body) == nil && body.Over == fulfillment.HoldCancelRequested && (answer == nil || follows(ev, *answer)) {
				answer = &events[i]
			}
		}
	}
	return asked != nil && answer != nil && follows(*answer, *asked)
}

// follows: in one station's chain the numbers tell, which no clock can set back; between stations the time.
func follows(a, b fulfillment.Event) bool {
	if a.Station == b.Station {
		return a.Seq > b.Seq
	}
	return a.At.After(b.At)
}

// ordersChanged hands news to the bench. It is called from the syncer and must not block, so it has a short patience: the
// station reads the order anew at every gate.
func (a *app) ordersChanged(ids []fulfillment.OrderID) {
	ctx, cancel := context.WithTimeout(a.stationGroup.ctx, time.Second)
	defer cancel()
	for _, id := range ids {
		if err := a.station.Changed(ctx, id); err != nil {
			a.env.log.Warn("News of an order came too fast for the bench", "orderID", id, "err", err)
			return
		}
	}
}

// ordersHeard tells the bench which orders were asked about, so that the age it shows is true.
func (a *app) ordersHeard(ids []fulfillment.OrderID) {
	ctx, cancel := context.WithTimeout(a.stationGroup.ctx, time.Second)
	defer cancel()
	if err := a.station.Heard(ctx, ids); err != nil {
		a.env.log.Info("The bench was too busy to hear of orders", "err", err)
	}
}

// platformWarned hands a warning to the bench. Where the bench is too busy to take it the order's story still says it.
func (a *app) platformWarned(w fulfillment.PlatformWarning) {
	ctx, cancel := context.WithTimeout(a.stationGroup.ctx, time.Second)
	defer cancel()
	if err := a.station.Warned(ctx, w); err != nil {
		a.env.log.Warn("A warning of the Seller Center was not said", "orderID", w.OrderID, "err", err)
	}
}

func (a *app) labelStored(fulfillment.PackageID) {
	if a.prover != nil {
		a.prover.Wake()
	}
}
