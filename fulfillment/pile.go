package fulfillment

import "slices"

// InThePile reports whether a parcel is finished at the bench and stands at the dock: it has its label, is on no manifest, not on
// the hold shelf, and nobody took it out.
func (p Package) InThePile() bool {
	return p.Rung.AtLeast(RungLabelled) && !p.Rung.AtLeast(RungStaged) && len(p.Holds) == 0
}

// StopInThePile is why a parcel in the pile must come out of it: Cancelled or CancelRequested, of one of its orders; empty: it
// may leave.
func StopInThePile(o Order, pkg Package) VerdictCode {
	stop := VerdictCode("")
	if pkg.PlatformStatus == "CANCELLED" {
		stop = Cancelled
	}
	for _, c := range append([]Order{o}, o.With...) {
		switch {
		case c.Status == StatusCancelled || slices.Contains(c.Holds, HoldCancelled):
			stop = Cancelled
		case stop == "" && (c.CancelRequested || slices.Contains(c.Holds, HoldCancelRequested)):
			stop = CancelRequested
		}
	}
	return stop
}

// takenOut notes that a cancelled parcel was taken out of the pile: somebody scanned it and heard that it may not leave. The
// dock's list names it no more. Of a combined parcel a supervisor may send the rest: it stays listed.
func (t *turn) takenOut(o Order, pkg Package, v VerdictCode) {
	if v == Cancelled && pkg.InThePile() && len(o.With) == 0 {
		pkg.Holds = WithHold(pkg.Holds, HoldCancelled)
		t.savePackage(pkg)
	}
}
