package fulfillment

import (
	"maps"
	"time"
)

// A supervisor's badge counts for one parcel: it ends when a parcel is finished, put aside, accepted at the dock or sealed
// away, and by itself after SupervisorSpan without a scan. A privilege that nobody sees and nobody ends would let the next
// person at the bench go over everything without knowing.

// SupervisorSpan is how long a supervisor's badge counts without a scan.
const SupervisorSpan = 5 * time.Minute

// A supervisor's second scan of a label accepts it. It must be deliberate: a trigger that is held reads twice at once.
const (
	ConfirmAfter = time.Second
	ConfirmSpan  = 30 * time.Second
)

// Asked is a parcel that was refused and may be accepted by the same scan once more.
type Asked struct {
	Code string
	At   time.Time
}

// logIn puts the badge's owner in charge.
func (t *turn) logIn(m Operator) {
	b := t.bench()
	switch {
	case !m.Supervisor:
		b.Before, b.SupervisorAt = "", time.Time{}
	case !b.Supervisor:
		b.Before, b.SupervisorAt = b.Operator, t.in.Now
	}
	b.Operator, b.Supervisor, t.out.By = m.Name, m.Supervisor, m.Name
}

// SupervisorEnds is when the supervisor's word ends by itself; zero while there is none.
func (b Bench) SupervisorEnds() time.Time {
	if !b.Supervisor || b.SupervisorAt.IsZero() {
		return time.Time{}
	}
	return b.SupervisorAt.Add(SupervisorSpan)
}

// WithoutSupervisor is the bench after the supervisor has gone: who packed before packs again.
func (b Bench) WithoutSupervisor() Bench {
	if b.Supervisor && b.Before != "" {
		b.Operator = b.Before
	}
	b.Supervisor, b.SupervisorAt, b.Before, b.Asked = false, time.Time{}, "", nil
	return b
}

// supervisorsTime ends a supervisor's word that nobody used for too long, and lets one that is used go on.
func (t *turn) supervisorsTime() {
	b := t.bench()
	switch ends := b.SupervisorEnds(); {
	case !b.Supervisor:
	case !ends.IsZero() && t.in.Now.After(ends):
		t.endSupervisor()
		t.out.By = t.bench().Operator
	default:
		b.SupervisorAt = t.in.Now
	}
}

func (t *turn) endSupervisor() {
	if !t.bench().Supervisor {
		return
	}
	t.out.Next = t.out.Next.WithoutSupervisor()
	t.event(EventOperator, "", "", map[string]any{"name": t.bench().Operator, "supervisor": false})
}

// gateHere asks the gate about the parcel in hand, and records once that only a supervisor's word opens it. A verdict with a
// code is to be refused.
func (t *turn) gateHere(class Class) Verdict {
	p := t.parcel()
	if v, why, who := p.Gate(t.bench().Supervisor, t.in.Now); v != "" {
		stop := no(v, why, who, p.Order.ID)
		stop.Class = class
		return stop
	}
	if v, _, _ := p.Gate(false, t.in.Now); v != "" && !p.Over {
		p.Over, t.over = true, overWhy(v)
		t.overridden(*p, v)
	}
	t.takeOutHere()
	return Verdict{}
}

// overridden records with each order what a supervisor goes over, or with all what is about the parcel alone.
func (t *turn) overridden(p Parcel, v VerdictCode) {
	about := 0
	if own, _ := Gate(p.Order, false, t.in.Now); own != "" {
		t.event(EventOverride, p.Order.ID, p.Package.ID, map[string]any{"over": own})
		about++
	}
	for _, c := range p.Order.With {
		q, _ := c.Shares(p.Package)
		if its, _ := Gate(c, false, t.in.Now); its != "" {
			t.event(EventOverride, c.ID, q.ID, map[string]any{"over": its, "combined_with": p.Order.ID})
			about++
		}
	}
	if about == 0 {
		t.eventHere(EventOverride, map[string]any{"over": v})
	}
}

func overWhy(v VerdictCode) Why {
	switch v {
	case CancelRequested:
		return WhyOverRequest
	case NotPacked:
		return WhyUnpacked
	}
	return WhyReleased
}

// sayOver names in the verdict what a supervisor went over, so that nobody sees it in plain green.
func (t *turn) sayOver() {
	if v := t.out.Verdict; v != nil && t.over != "" && v.Code.Accepted() && v.Why != WhyAnswerFirst {
		v.Why, v.By = t.over, t.out.By
		if t.overName != "" {
			v.Name = t.overName
		}
	}
}

// overAtDock says what keeps a parcel from the manifest although a supervisor may take it all the same.
func (t *turn) overAtDock(o Order, pkg Package) Verdict {
	if v, why, who := gateAll(o, pkg, false, t.in.Now); v != "" {
		return no(v, why, who, o.ID)
	}
	if !lowest(o, pkg).Rung.AtLeast(t.doneRung()) {
		return Verdict{Code: NotPacked}
	}
	return Verdict{}
}

// accept asks for the second scan that puts such a parcel on the manifest; an empty reason means that this is it.
func (t *turn) accept(class Class, pkg Package) Why {
	b, code := t.bench(), t.in.Scan.Code
	if class != ClassPackage && class != ClassTracking || pkg.Tracking == "" {
		return WhyScanLabel
	}
	if a := t.asked; a != nil && a.Code == code && t.in.Now.Sub(a.At) <= ConfirmSpan {
		if t.in.Now.Sub(a.At) >= ConfirmAfter {
			return WhyNone
		}
		b.Asked = a
		return WhyScanAgain
	}
	b.Asked = &Asked{Code: code, At: t.in.Now}
	return WhyScanAgain
}

// carried records at the dock what the supervisor went over; t.over is what the verdict must say of it. It returns the order
// without those whose items leave the box.
func (t *turn) carried(o Order, pkg *Package) Order {
	by := t.out.By
	o = t.takeOut(o, *pkg, func(c Order, q Package) []Item { return itemsOf(c, q, t.in.Found.Products) })
	pkg.Holds = WithoutHold(pkg.Holds, HoldHeld) // only a supervisor comes here with one
	t.carriedOne(o, *pkg, pkg.ID)
	for _, c := range o.With {
		q, _ := c.Shares(*pkg)
		t.carriedOne(c, q, pkg.ID)
	}
	if !pkg.Rung.AtLeast(t.doneRung()) {
		t.over = WhyUnpacked
		t.eventAll(o, *pkg, EventOverride, map[string]any{"over": NotPacked})
		if !pkg.Rung.AtLeast(RungVerified) {
			pkg.Unpacked = by
		}
	}
	return o
}

// carriedOne is carried for one order in the parcel.
func (t *turn) carriedOne(o Order, own Package, parcel PackageID) {
	b := t.bench()
	if len(o.Holds) > 0 {
		t.over = strongest(t.over, WhyReleased)
		t.event(EventReleased, o.ID, own.ID, map[string]any{"holds": o.Holds})
		t.out.Orders = append(t.out.Orders, OrderHold{OrderID: o.ID})
	}
	if o.CancelRequested {
		t.over = strongest(t.over, WhyOverRequest)
		t.event(EventOverride, o.ID, own.ID, map[string]any{"over": HoldCancelRequested})
		b.Over = maps.Clone(b.Over)
		if b.Over == nil {
			b.Over = map[PackageID]string{}
		}
		b.Over[parcel] = t.out.By
	}
}

// strongest is what the verdict names of two things that a supervisor went over.
func strongest(a, b Why) Why {
	if a == WhyTakeOut || a == WhyOverRequest && b == WhyReleased {
		return a
	}
	return b
}

// leaves forgets what the bench noted of a parcel that leaves its open manifest, and returns the rung it goes back to.
func (t *turn) leaves(id PackageID) Rung {
	b := t.bench()
	b.Over, b.Stop = without(b.Over, id), without(b.Stop, id)
	return t.takeBelow(id)
}

// without never changes m; an empty map becomes nil.
func without[V any](m map[PackageID]V, id PackageID) map[PackageID]V {
	if _, ok := m[id]; !ok {
		return m
	}
	m = maps.Clone(m)
	delete(m, id)
	if len(m) == 0 {
		return nil
	}
	return m
}
