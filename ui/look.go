package ui

import (
	"image/color"

	"packbench/fulfillment"
	"packbench/ui/sound"
	"packbench/ui/widgets"
)

// look is how a verdict is seen and heard. Icon and words alone tell it; colour only helps.
type look struct {
	fill, ink color.NRGBA
	icon      string
	tone      sound.Tone
	stop      bool // the whole content gets a frame
}

var (
	lookReady    = look{fill: widgets.Idle, ink: widgets.White, icon: "scanner"}
	lookGood     = look{fill: widgets.Good, ink: widgets.White, icon: "check", tone: sound.Accepted}
	lookComplete = look{fill: widgets.Done, ink: widgets.White, icon: "doublecheck", tone: sound.Complete}
	lookCommand  = look{fill: widgets.Blue, ink: widgets.White, icon: "check", tone: sound.Accepted}
	lookCareful  = look{fill: widgets.Warn, ink: widgets.Ink, icon: "bang", tone: sound.Refused, stop: true}
	lookStop     = look{fill: widgets.Bad, ink: widgets.White, icon: "octagon", tone: sound.Refused, stop: true}
)

// lookOf chooses the look of a verdict. What is not known here is not accepted, and looks it.
func lookOf(v fulfillment.Verdict) look {
	if v.Why == fulfillment.WhyLeftOff { // what was left off lies in the truck
		return lookStop
	}
	if v.Code.Accepted() && accompanied(v.Why) {
		return lookCareful
	}
	switch v.Why {
	case fulfillment.WhyReprintReason, // a question with its answers below, and no stop
		fulfillment.WhyNotCounted, fulfillment.WhyCodeNotCounted, // the stop was the scan before
		fulfillment.WhyTakenOff: // the stop was obeyed
		return lookCareful
	}
	switch v.Code {
	case fulfillment.OrderOpened, fulfillment.ItemOK, fulfillment.Staged:
		return lookGood
	case fulfillment.ItemComplete, fulfillment.LabelPrinted, fulfillment.Applied, fulfillment.HandedOver:
		return lookComplete
	case fulfillment.CommandDone:
		return lookCommand
	case fulfillment.Duplicate, fulfillment.AlreadyPacked, fulfillment.PrinterTrouble:
		return lookCareful
	}
	return lookStop
}

// accompanied: accepted, with something that must not be overlooked.
func accompanied(w fulfillment.Why) bool {
	switch w {
	case fulfillment.WhyTooLight, fulfillment.WhyTooHeavy, fulfillment.WhyChanged, fulfillment.WhyUnchecked, fulfillment.WhyUnpacked,
		fulfillment.WhyOverRequest, fulfillment.WhyResumed, fulfillment.WhyReleased, fulfillment.WhyTakeOut, fulfillment.WhySharedCode, fulfillment.WhyByHand, fulfillment.WhyOverWeight, fulfillment.WhyByEye, fulfillment.WhySkipped, fulfillment.WhySkippedHeld, fulfillment.WhySkippedLabel,
		fulfillment.WhyPlatformWarns, fulfillment.WhyNeedsBox, fulfillment.WhyNeedsSize, fulfillment.WhyAnswerFirst, fulfillment.WhyNeedsWeight:
		return true
	}
	return false
}
