package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"packbench/fulfillment"
	"packbench/storage/internal/queries"
)

// Cursor is the update_time up to which the shop was pulled; zero for a shop never pulled.
func (s *Store) Cursor(ctx context.Context, shop string) (time.Time, error) {
	at, err := s.qr.Cursor(ctx, shop)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	return fromMS(at), explain(err, "read cursor of shop %s", shop)
}

// applyOne stores one order, without what cannot be true of it, and what is to be remembered of the moment.
func (s *Store) applyOne(ctx context.Context, q *queries.Queries, o fulfillment.Order, disputed disputes) (changed bool, err error) {
	o, reason := disputed.without(o)
	if reason != "" {
		o.Holds = fulfillment.WithHold(slices.Clone(o.Holds), fulfillment.HoldHeld)
	}
	news, err := applyPulled(ctx, q, o, s.now())
	if err == nil && news.asked {
		err = s.noteCancelAsked(ctx, q, o)
	}
	if err == nil {
		err = s.noteLost(ctx, q, o.ID, news.lost)
	}
	if err != nil || reason == "" || !news.changed { // said before
		return news.changed, err
	}
	s.opt.Log.Warn("Orders are told to have the same parcel", "orderID", o.ID, "reason", reason)
	return true, s.appendEvents(ctx, q, s.opt.Station, "", s.now(), []fulfillment.EventDraft{{Kind: fulfillment.EventOrderChanged, OrderID: o.ID,
		Body: map[string]any{"reason": reason}}})
}

// noteCancelAsked puts the moment at which a cancel request became known into the chain: a supervisor's word counts for the
// requests that were known when it was given, and for no later one.
func (s *Store) noteCancelAsked(ctx context.Context, q *queries.Queries, o fulfillment.Order) error {
	return s.appendEvents(ctx, q, s.opt.Station, "", s.now(), []fulfillment.EventDraft{{Kind: fulfillment.EventCancelAsked, OrderID: o.ID,
		Body: map[string]any{"update_time": o.UpdatedAt.UTC()}}})
}

// news is what is new about an order as it was told.
type news struct {
	changed bool
	asked   bool                    // the buyer asks to cancel
	lost    []fulfillment.PackageID // parcels that the carrier has lost
}

// applyPulled stores one order.
func applyPulled(ctx context.Context, q *queries.Queries, told fulfillment.Order, now time.Time) (news, error) {
	told.Source = fulfillment.SourcePlatform
	row, err := q.Order(ctx, string(told.ID))
	if errors.Is(err, sql.ErrNoRows) {
		told.Packages = firstPackages(told)
		told.Packages = told.WithLost()
		return news{true, told.CancelRequested, newlyLost(nil, told.Packages)}, saveOrder(ctx, q, told, nil, platformHolds(told), ms(now))
	}
	if err != nil {
		return news{}, err
	}
	if ms(told.UpdatedAt) < row.UpdatedAt {
		return news{}, nil
	}
	m, err := mergeRow(ctx, q, row, told)
	if err != nil {
		return news{}, err
	}
	if m.same {
		return news{}, orderChecked(ctx, q, told)
	}
	stored, next := m.stored, m.next
	if stored.CancelRequested && !told.CancelRequested {
		if err := wakeAsked(ctx, q, stored, now); err != nil {
			return news{}, err
		}
	}
	for _, id := range m.gone {
		if err := q.DeletePackage(ctx, queries.DeletePackageParams{OrderID: row.ID, ID: string(id)}); err != nil {
			return news{}, err
		}
	}
	return news{true, told.CancelRequested && !stored.CancelRequested, newlyLost(stored.Packages, next.Packages)}, saveOrder(ctx, q, next, m.own, m.platform, ms(now))
}

// wakeAsked queues again what waited for a request to cancel that was answered or withdrawn: rows of the order, and of others in
// its parcel, which one call ships. Where something else stands against a row, the syncer parks it for that.
func wakeAsked(ctx context.Context, q *queries.Queries, o fulfillment.Order, now time.Time) error {
	if _, err := q.RequeueSharing(ctx, queries.RequeueSharingParams{ChangedAt: ms(now), Reasons: fulfillment.AwaitingAnswerOf(o.ID)}); err != nil {
		return err
	}
	for _, id := range append([]fulfillment.OrderID{o.ID}, o.WithIDs()...) { // the platform's own refusal names no order
		if _, err := q.RequeueAsked(ctx, queries.RequeueAskedParams{ChangedAt: ms(now), OrderID: string(id), Reasons: fulfillment.AwaitingAnswer()}); err != nil {
			return err
		}
	}
	return nil
}

// merge is what becomes of a stored order by what the platform tells of it.
type merge struct {
	stored, next  fulfillment.Order
	gone          []fulfillment.PackageID
	own, platform []fulfillment.Hold
	same          bool // nothing but the moments of looking is new
}

func mergeRow(ctx context.Context, q *queries.Queries, row queries.Order, told fulfillment.Order) (m merge, err error) {
	if m.stored, err = completeOrder(ctx, q, row); err != nil {
		return m, err
	}
	if m.own, err = fromList[fulfillment.Hold](row.OwnHolds); err != nil {
		return m, err
	}
	m.next, m.gone = mergeTold(m.stored, told)
	m.next.Packages = m.next.WithLost()
	m.platform = platformHolds(told)
	if slices.ContainsFunc(m.next.Packages, stuck) {
		m.platform = fulfillment.WithHold(m.platform, fulfillment.HoldHeld)
	}
	m.next.Holds = slices.Clone(m.platform)
	for _, h := range m.own {
		m.next.Holds = fulfillment.WithHold(m.next.Holds, h)
	}
	m.same, err = sameOrder(m.stored, m.next)
	return m, err
}

// platformHolds are the holds that the platform's own words mean, beside those that came with the order.
func platformHolds(o fulfillment.Order) []fulfillment.Hold {
	holds := slices.Clone(o.Holds)
	if o.Status == fulfillment.StatusOnHold || o.Status == fulfillment.StatusUnpaid {
		holds = fulfillment.WithHold(holds, fulfillment.HoldOnHold)
	}
	if o.CancelRequested {
		holds = fulfillment.WithHold(holds, fulfillment.HoldCancelRequested)
	}
	if o.Status == fulfillment.StatusCancelled {
		holds = fulfillment.WithHold(holds, fulfillment.HoldCancelled)
	}
	return holds
}

// firstPackages gives an order that the platform has not divided yet the one package it will become.
func firstPackages(o fulfillment.Order) []fulfillment.Package {
	if len(o.Packages) > 0 {
		return o.Packages
	}
	p := fulfillment.Package{ID: fulfillment.PackageID(o.ID) + "-1", OrderID: o.ID, Rung: fulfillment.RungToPack}
	for _, l := range o.Lines {
		p.Lines = append(p.Lines, l.ID)
	}
	return []fulfillment.Package{p}
}

// mergeTold lays what the platform tells over what is stored. gone are stored packages that the platform has replaced and
// that nobody has begun: no label is here, and no hand was on it. One that was begun stays, held: a person must see to the box.
func mergeTold(stored, told fulfillment.Order) (next fulfillment.Order, gone []fulfillment.PackageID) {
	next = told
	next.ReportedShippedAt = stored.ReportedShippedAt
	if next.CheckedAt.Before(stored.CheckedAt) {
		next.CheckedAt = stored.CheckedAt
	}
	next.AddressMark = orElse(told.AddressMark, stored.AddressMark)
	readdress := told.AddressUpdated && !stored.AddressUpdated || anotherAddress(stored.AddressMark, told.AddressMark)
	next.Request = request(stored, told)
	next.Packages = nil
	used := map[fulfillment.PackageID]bool{}
	for _, p := range told.Packages {
		old, ok := counterpart(stored, p, used)
		if ok {
			used[old.ID] = true
			p = mergePackage(old, p, told.ShippingType)
			if readdress {
				p = readdressed(p, told.ShippingType)
			}
		}
		next.Packages = append(next.Packages, p)
	}
	for _, old := range stored.Packages {
		switch {
		case used[old.ID]:
		case len(told.Packages) == 0:
			next.Packages = append(next.Packages, old)
		case old.Rung.Height() == 0 && old.Label == "":
			gone = append(gone, old.ID)
		default:
			if !old.Rung.AtLeast(fulfillment.RungHandedOver) {
				old.Holds = fulfillment.WithHold(old.Holds, fulfillment.HoldHeld)
			}
			next.Packages = append(next.Packages, old)
		}
	}
	return next, gone
}

// request is what is known of the open request to cancel: a pull tells the flag only, and what was read of it before stands
// as long as the flag does.
func request(stored, told fulfillment.Order) fulfillment.CancelRequest {
	switch {
	case !told.CancelRequested:
		return fulfillment.CancelRequest{}
	case told.Request.ID == "" && stored.CancelRequested:
		return stored.Request
	}
	return told.Request
}

// counterpart is the stored package that the told one is: by the platform's id, by our own id, or – where the platform
// has only now made it – the one with the same lines and no platform id.
func counterpart(stored fulfillment.Order, told fulfillment.Package, used map[fulfillment.PackageID]bool) (fulfillment.Package, bool) {
	for _, id := range []fulfillment.PackageID{told.PlatformID, told.ID} {
		if p, ok := stored.PackageByID(id); id != "" && ok && !used[p.ID] {
			return p, true
		}
	}
	for _, p := range stored.Packages {
		if p.PlatformID == "" && !used[p.ID] && (len(p.Lines) == 0 || sameLines(p.Lines, told.Lines)) {
			return p, true
		}
	}
	if len(stored.Packages) == 1 && stored.Packages[0].PlatformID == "" && !used[stored.Packages[0].ID] {
		return stored.Packages[0], true
	}
	return fulfillment.Package{}, false
}

// stuck is a begun parcel that a person must see to: the platform has replaced its package, or the recipient's address was
// changed after its label was printed. The whole order waits for a supervisor until it has left.
func stuck(p fulfillment.Package) bool {
	return slices.Contains(p.Holds, fulfillment.HoldHeld) && !p.Rung.AtLeast(fulfillment.RungHandedOver)
}

// readdressed is the package after the recipient's address was changed: its label shows the old one. A platform's label is
// fetched anew; one that is on a parcel already, or was bought elsewhere, is a person's business.
func readdressed(p fulfillment.Package, shipping fulfillment.ShippingType) fulfillment.Package {
	on := p.Rung.AtLeast(fulfillment.RungLabelled) // also one that was bought and printed elsewhere
	if p.Label == "" && !on || p.Rung.AtLeast(fulfillment.RungHandedOver) {
		return p
	}
	if on || shipping != fulfillment.ShippingPlatform {
		p.Holds = fulfillment.WithHold(p.Holds, fulfillment.HoldHeld)
	}
	if shipping == fulfillment.ShippingPlatform {
		p.Label = ""
	}
	return p
}

func sameLines(a, b []fulfillment.LineID) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}

func mergePackage(old, told fulfillment.Package, shipping fulfillment.ShippingType) fulfillment.Package {
	p := old
	if !old.Rung.AtLeast(fulfillment.RungLabelled) && (old.Label == "" || shipping == fulfillment.ShippingPlatform) {
		// Held because an answer did not name it; now one does, and its label, if any, is not on a box yet.
		p.Holds = slices.DeleteFunc(slices.Clone(old.Holds), func(h fulfillment.Hold) bool { return h == fulfillment.HoldHeld })
	}
	p.PlatformID = orElse(told.PlatformID, old.PlatformID)
	if len(told.Lines) > 0 {
		p.Lines = told.Lines
	}
	p.Tracking = orElse(told.Tracking, old.Tracking)
	p.ProviderID = orElse(told.ProviderID, old.ProviderID)
	p.Carrier = orElse(told.Carrier, old.Carrier)
	p.PlatformStatus = orElse(told.PlatformStatus, old.PlatformStatus)
	p.Arranged = old.Arranged || told.Arranged
	// Only what the carrier was seen to do is taken over. A seller-shipped order is called in transit as soon as it is
	// reported, which may be before the parcel has left the bench.
	onBench := old.Rung.Height() > 0 && !old.Rung.AtLeast(fulfillment.RungHandedOver)
	reportedOnly := shipping == fulfillment.ShippingSeller && onBench && told.Rung == fulfillment.RungCarrierScanned
	if told.Rung.AtLeast(fulfillment.RungCarrierScanned) && told.Rung.Height() > old.Rung.Height() && !reportedOnly {
		p.Rung = told.Rung
	}
	return p
}

// sameOrder compares all but the moments of looking.
func sameOrder(a, b fulfillment.Order) (bool, error) {
	a.CheckedAt, b.CheckedAt = time.Time{}, time.Time{}
	a.UpdatedAt, b.UpdatedAt = time.Time{}, time.Time{}
	for _, o := range []*fulfillment.Order{&a, &b} {
		o.CreatedAt, o.PaidAt, o.ReportedShippedAt = fromMS(ms(o.CreatedAt)), fromMS(ms(o.PaidAt)), fromMS(ms(o.ReportedShippedAt))
		o.Deadlines = slices.Clone(o.Deadlines)
		for i := range o.Deadlines {
			o.Deadlines[i].At = fromMS(ms(o.Deadlines[i].At))
		}
		slices.Sort(o.Holds)
	}
	x, err := canonical(a)
	if err != nil {
		return false, err
	}
	y, err := canonical(b)
	return slices.Equal(x, y), err
}

// canonical is the order as JSON in which empty and missing lists read the same.
func canonical(o fulfillment.Order) ([]byte, error) {
	o.Lines, o.Packages, o.With = slices.Clone(o.Lines), slices.Clone(o.Packages), nil
	for i := range o.Lines {
		o.Lines[i].Bundle = append([]fulfillment.BundlePart{}, o.Lines[i].Bundle...)
	}
	for i := range o.Packages {
		p := &o.Packages[i]
		p.OrderID = o.ID
		p.Lines, p.Holds = append([]fulfillment.LineID{}, p.Lines...), append([]fulfillment.Hold{}, p.Holds...)
	}
	slices.SortFunc(o.Packages, func(a, b fulfillment.Package) int { return slices.Compare([]byte(a.ID), []byte(b.ID)) })
	o.Holds, o.Deadlines = append([]fulfillment.Hold{}, o.Holds...), append([]fulfillment.Deadline{}, o.Deadlines...)
	text, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("order %s as JSON: %w", o.ID, err)
	}
	return text, nil
}
