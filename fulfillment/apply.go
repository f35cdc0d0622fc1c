package fulfillment

import (
	"slices"
	"time"
)

// Apply is the bench's rule: given the bench and one thing that happened, the next bench, the verdict and everything that
// must be written. It is pure: the same values give the same outcome, and b is not changed.
func Apply(b Bench, in Input, pol Policy) Outcome {
	if b.Mode == "" {
		b.Mode = ModePack
	}
	if b.Parcel != nil {
		p := b.Parcel.clone()
		b.Parcel = &p
	}
	t := turn{in: in, pol: pol, out: Outcome{Next: b, By: b.Operator}}
	switch {
	case in.Scan != nil:
		t.scan(*in.Scan)
	case in.Weight != nil:
		t.weight(*in.Weight)
	case in.Printed != nil:
		t.printed(*in.Printed)
	case in.Changed != nil:
		t.changed(*in.Changed)
	case in.Decide != nil:
		t.decide(*in.Decide)
	case in.Warned != nil:
		t.warned(*in.Warned)
	case in.Answer != nil:
		t.answer(*in.Answer)
	case in.Photo != nil:
		t.photo(*in.Photo)
	case in.Tick:
		t.tick()
	}
	t.sayOver()
	t.behind()
	if t.served {
		t.endSupervisor()
	}
	return t.out
}

// turn is one application of the rule: what came in, and the outcome as it grows. out.Next is the bench.
type turn struct {
	in  Input
	pol Policy
	out Outcome

	asked *Asked // what was asked before this scan
	// notCounted is Parcel.NotCounted as it was before this scan.
	notCounted Why
	over       Why // what a supervisor's word carried this turn over
	// overName is what the verdict names beside it.
	overName string
	served   bool // a parcel is done with, and with it the supervisor's word
}

func (t *turn) bench() *Bench { return &t.out.Next }

// parcel is the parcel in hand; nil if there is none.
func (t *turn) parcel() *Parcel { return t.out.Next.Parcel }

// say sets the verdict; what is already filled in stays.
func (t *turn) say(v Verdict) {
	v.At = t.in.Now
	if t.in.Scan != nil {
		v.Scan = t.in.Scan.Code
	}
	if p := t.parcel(); p != nil && v.OrderID == "" {
		v.OrderID, v.PackageID = p.Order.ID, p.Package.ID
	}
	t.knowledge(&v)
	t.out.Verdict = &v
}

// alarm says a stop beside the verdict.
func (t *turn) alarm(v Verdict) {
	v.At = t.in.Now
	t.knowledge(&v)
	t.out.Alarms = append(t.out.Alarms, v)
}

// knowledge notes how old what a stop rests on is, and where it happens.
func (t *turn) knowledge(v *Verdict) {
	if v.Code.Accepted() && v.Why != WhyOverRequest || !slices.Contains([]VerdictCode{Cancelled, CancelRequested, OnHold, NeedsSupervisor}, v.Code) &&
		!slices.Contains([]Why{WhyOverRequest, WhyNotOurs, WhyStatus, WhyLeftOff}, v.Why) {
		return
	}
	o := t.told(orderOr(v.About, v.OrderID))
	if o.Source == SourcePlatform {
		v.Market, v.CheckedAt = o.Market, o.CheckedAt
	}
}

// told is an order as this turn knows it; the zero value where it does not.
func (t *turn) told(id OrderID) Order {
	for _, o := range []*Order{t.in.Changed, t.in.Found.Order, t.in.Order} {
		if o != nil && o.ID == id {
			return *o
		}
	}
	if p := t.parcel(); p != nil && p.Order.ID == id {
		return p.Order
	}
	return t.in.Staged[id]
}

// refuse says no to the scan and keeps the refusal as an event; the state does not change.
func (t *turn) refuse(v Verdict) {
	t.say(v)
	v = *t.out.Verdict
	body := map[string]any{"verdict": v.Code, "why": v.Why}
	if v.About != "" {
		body["about"] = v.About
	}
	t.event(EventRefused, v.OrderID, v.PackageID, body)
}

func (t *turn) event(kind EventKind, o OrderID, p PackageID, body any) {
	d := EventDraft{Kind: kind, OrderID: o, PackageID: p, Body: body}
	if t.in.Scan != nil {
		d.Scan = t.in.Scan.Code
		if len(d.Scan) > MaxScan {
			d.Scan = d.Scan[:MaxScan]
		}
	}
	t.out.Events = append(t.out.Events, d)
}

// eventHere is an event about the parcel in hand.
func (t *turn) eventHere(kind EventKind, body map[string]any) {
	p := t.parcel()
	t.eventAll(p.Order, p.Package, kind, body)
}

// save notes that the package in hand changed.
func (t *turn) save() {
	p := t.parcel()
	t.saveAll(p.Order, p.Package)
}

func (t *turn) savePackage(p Package) {
	for i := range t.out.Packages {
		if t.out.Packages[i].ID == p.ID && t.out.Packages[i].OrderID == p.OrderID {
			t.out.Packages[i] = p
			return
		}
	}
	t.out.Packages = append(t.out.Packages, p)
}

// putAside ends the work on the parcel in hand; what was recorded of it stays recorded.
func (t *turn) putAside() { t.out.Next.Parcel, t.served = nil, true }

func (t *turn) scan(s Scan) {
	t.supervisorsTime()
	t.asked, t.bench().Asked = t.bench().Asked, nil
	if p := t.parcel(); p != nil {
		p.learn(s, t.in.Found)
		t.notCounted, p.NotCounted = p.NotCounted, WhyNone
		if s.Code != "PB:"+string(CmdFinish) {
			p.InsistAt = time.Time{}
		}
	}
	class, why := Classify(*t.bench(), s, t.in.Found)
	switch {
	case class == ClassBadge || t.in.Member != nil && class == ClassUnknown:
		t.badge()
	case class == ClassUnknown && why != WhyNotKnown:
		t.refuse(Verdict{Code: UnknownCode, Class: class, Why: why})
	case t.pol.AskOperator && t.bench().Operator == "":
		t.refuse(Verdict{Code: Refused, Class: class, Why: WhyNoOperator})
	case class == ClassCommand:
		cmd, arg, _ := ParseCommand(s.Code)
		t.command(cmd, arg)
	case class == ClassBox:
		_, arg, _ := ParseCommand(s.Code)
		t.box(arg)
	case t.bench().Mode == ModeHandoff:
		t.handoff(class)
	case t.bench().Mode == ModePack:
		t.pack(class)
	default:
		t.refuse(Verdict{Code: Refused, Class: class, Why: WhyNotAvailable})
	}
	if v := t.out.Verdict; v != nil {
		if v.Class == "" {
			v.Class = class
		}
		if p := t.parcel(); p != nil {
			p.NotCounted = v.notCounted()
		}
	}
}

// notCounted is what PB:UNDO says right after this verdict; WhyNone: it takes back what was counted last.
func (v Verdict) notCounted() Why {
	switch {
	case v.Code == WrongItem, v.Code == TooMany:
		return WhyNotCounted
	case v.Code == UnknownCode && v.Class == ClassUnknown, v.Code == Refused && v.Why == WhySharedCode:
		return WhyCodeNotCounted
	}
	return WhyNone
}

func (t *turn) badge() {
	_, arg, _ := ParseCommand(t.in.Scan.Code)
	if t.in.Member == nil {
		t.refuse(Verdict{Code: UnknownCode, Class: ClassBadge, Why: WhyBadge, Name: arg})
		return
	}
	t.logIn(*t.in.Member)
	t.event(EventOperator, "", "", map[string]any{"name": t.in.Member.Name, "supervisor": t.in.Member.Supervisor})
	t.say(Verdict{Code: CommandDone, Class: ClassBadge, Name: t.in.Member.Name})
}
