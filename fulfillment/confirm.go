package fulfillment

// ConfirmReason is what a supervisor says about a label that no barcode proves. It stands in the event for good.
type ConfirmReason string

const (
	ConfirmNumber  ConfirmReason = "the number on the label was compared by eye"
	ConfirmAddress ConfirmReason = "name and order on the label were compared; it has no number"
	ConfirmReader  ConfirmReason = "its barcode was read with another reader"
)

// EventConfirmed: a supervisor confirmed a label that cannot be verified, by its picture.
const EventConfirmed EventKind = "label_confirmed"

const (
	WhyConfirmed     Why = "confirmed"      // a supervisor confirmed the label by its picture
	WhyConfirmReason Why = "confirm_reason" // the confirmation needs a reason
	WhyNoPicture     Why = "no_picture"     // the label cannot be shown, so nobody can confirm it
)

// ConfirmWords are the words of PB:CONFIRM:<word>, in the order in which they are offered.
var ConfirmWords = []string{"NUMBER", "ADDRESS", "READER"}

// ConfirmReasonOf reads the word of PB:CONFIRM:<word>.
func ConfirmReasonOf(word string) (r ConfirmReason, ok bool) {
	switch word {
	case "NUMBER":
		return ConfirmNumber, true
	case "ADDRESS":
		return ConfirmAddress, true
	case "READER":
		return ConfirmReader, true
	}
	return "", false
}

// Confirmable reports whether a supervisor may have the parcel's label printed by a look at its picture: never one that is known
// to be another parcel's, and never one that cannot be shown.
func (p Parcel) Confirmable() bool { return p.Print == PrintUnproved && p.Picture != "" }

// confirm lets a label be printed that no barcode proves. What is confirmed is one picture: the queue prints no other.
func (t *turn) confirm(arg string) {
	p := t.parcel()
	reason, known := ConfirmReasonOf(arg)
	switch {
	case p.Print == PrintRefused:
		t.no(CmdConfirm, WhyLabelRefused)
		return
	case p.Print != PrintUnproved:
		t.no(CmdConfirm, WhyNotAvailable)
		return
	case !p.Confirmable():
		t.no(CmdConfirm, WhyNoPicture)
		return
	case !t.bench().Supervisor:
		t.refuse(Verdict{Code: NeedsSupervisor, Class: ClassCommand, Why: WhySupervisorOnly})
		return
	case !known:
		t.no(CmdConfirm, WhyConfirmReason)
		return
	}
	if stop := t.gateHere(ClassCommand); stop.Code != "" {
		t.refuse(stop)
		return
	}
	p.Confirmed, p.ConfirmedBy = p.Picture, t.out.By
	t.eventHere(EventConfirmed, map[string]any{"label": p.Package.Label, "bitmap": p.Picture, "tracking": p.Package.Tracking, "reason": reason,
		"because": p.PrintWhy})
	copies := p.Package.Reprints
	if p.Package.Rung.AtLeast(RungLabelled) { // it was to be another copy
		copies++
	}
	t.queueJob(copies, "")
	t.say(Verdict{Code: CommandDone, Class: ClassCommand, Why: WhyConfirmed, Name: string(reason), By: t.out.By})
}

// appliedByHand ends a parcel whose label a supervisor confirmed and no scanner here can read.
func (t *turn) appliedByHand() {
	p := t.parcel()
	if stop := t.gateHere(ClassCommand); stop.Code != "" {
		t.refuse(stop)
		return
	}
	if p.WeightOwed(t.pol) {
		t.no(CmdFinish, WhyNotWeighed)
		return
	}
	p.ByHand = true
	t.applied()
	t.out.Verdict.Class = ClassCommand
}
