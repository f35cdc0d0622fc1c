package printer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"packbench/devices"
	"packbench/devices/usb"
	"packbench/fulfillment"
)

// cabled prints on one printer at a cable of this computer. The way there is a usb.Device: USB itself, or a serial line that
// behaves like one.
//
// While Run runs the printer stays claimed, so that the system's own driver (usblp, and a spooler behind it) does not come
// and go with every look; without Run each job claims and releases it.
type cabled struct {
	*desk
	speech
	encoded
	place  string // in a sentence: "USB printer 0a5f:0120"
	cable  string // "USB cable"
	media  fulfillment.Media
	policy StatusPolicy
	t      Timeouts
	claim  func(context.Context) (usb.Device, error)
	words  func(error) string
	keep   atomic.Bool // Run runs

	// The rest belongs to whoever has the line.
	wire  *usbWire // nil: not claimed
	in    inquiry
	dirty bool // a job was cut off: what the printer holds of it must be thrown away first
	seen  bool // it has been there since the program started
}

// begin fills in what was left out.
func (u *cabled) begin(who devices.Health, report devices.Report, log *slog.Logger) {
	u.t = u.t.withDefaults()
	if u.set == nil {
		u.set = ZPL{}
	}
	if u.set.Ask() == nil {
		u.policy = StatusOff
	}
	who.Kind = devices.Printer
	u.desk = newDesk(who, u.t, u.ask, report, log)
	u.in.language = u.set
	u.left = func() { // whoever tells has the line
		u.forget()
		u.in.reset()
	}
	u.gone = append(u.gone, devices.ErrUnplugged, devices.ErrUnsupported, devices.ErrOther)
}

// Media is the stock in the printer, as set.
func (u *cabled) Media() fulfillment.Media { return u.media }

// Run keeps the printer and looks after its health until ctx ends; then it releases the printer and returns nil. Print
// works without it, a little slower. Call it once at a time.
func (u *cabled) Run(ctx context.Context) error {
	u.keep.Store(true)
	u.watch(ctx)
	u.keep.Store(false)
	u.line <- struct{}{} // a job that is under way ends first
	u.release()
	u.give()
	return nil
}

// open claims the printer if it is not claimed.
func (u *cabled) open(ctx context.Context) error {
	if u.wire != nil {
		return nil
	}
	d, err := u.claim(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return stopped(ctx, err)
		}
		if u.seen && errors.Is(err, devices.ErrAbsent) {
			err = fmt.Errorf("%w: %w", devices.ErrUnplugged, err) // the sentence stays the same until it is back
		}
		return u.lost(err)
	}
	u.wire = &usbWire{d: d, t: u.t, speech: &u.speech, in: &u.in, ctx: ctx}
	if d.Info().PacketOut == 0 || u.policy == StatusRequired && d.Info().PacketIn == 0 {
		u.release()
		return &Failure{Text: fmt.Sprintf("The %s cannot say how it feels. If labels come out of it, write no_status = true in its settings.", u.place),
			Cause: fmt.Errorf("open %s: no endpoint: %w", u.place, devices.ErrUnsupported)}
	}
	if !u.seen {
		if id, err := u.wire.deviceID(); err == nil {
			u.log.Info("USB printer", "id", d.Info().ID.String(), "model", id["MDL"], "commands", id["CMD"])
		}
	}
	u.seen = true
	if u.dirty {
		u.dirty = false
		u.wire.reset()
	}
	return nil
}

// release gives the printer back to the system. Errors say nothing about labels; the printer is looked for anew.
func (u *cabled) release() {
	if u.wire != nil {
		if err := u.wire.d.Close(); err != nil {
			u.log.Warn("USB printer not released", "printer", u.who.ID, "error", err)
		}
		u.wire = nil
	}
}

// done ends a turn on the line: whatever was in trouble with the cable or the protocol is claimed anew the next time.
func (u *cabled) done(err error) {
	if !u.keep.Load() || err != nil && !errors.Is(err, ErrTrouble) {
		u.release()
	}
}

// lost is the sentence for a printer that cannot be claimed or has gone.
func (u *cabled) lost(err error) error {
	return &Failure{Text: u.words(err), Cause: err}
}

// ask looks at the printer once.
func (u *cabled) ask(ctx context.Context) (err error) {
	defer func() { u.done(err) }()
	if err := u.open(ctx); err != nil {
		return err
	}
	u.wire.ctx = ctx
	return u.ready()
}

// ready asks how the printer feels and, the first time that it is well, what it is.
func (u *cabled) ready() error {
	err := u.status(u.t.Status, false)
	if err == nil && u.policy == StatusRequired && u.unknown() {
		if m := u.wire.identify(u.t.Status); m.Name != "" || u.wire.ctx.Err() == nil {
			u.heard(m)
		}
	}
	if err == nil && u.policy == StatusRequired {
		_ = u.wire.catchUp() // so that the next job need not; if it goes wrong it must
	}
	return err
}

// Print sends one label. It may be called concurrently; jobs go one after the other. The error is a sentence for the
// operator and wraps the cause: devices.ErrAbsent, ErrBusy, ErrDenied, ErrTimeout, ErrUnplugged, ErrTrouble or ErrMedia.
//
// Sent is what the printer has taken, exactly. Without Complete no label can have come out: the end of the job was never
// given. With Complete and an error a label may have come out.
func (u *cabled) Print(ctx context.Context, b fulfillment.Bitmap) (fulfillment.PrintResult, error) {
	if err := fits(b, u.media); err != nil {
		return fulfillment.PrintResult{}, err
	}
	made := u.job(b)
	if err := u.take(ctx); err != nil {
		return made.res, err
	}
	defer u.give()
	res, err := u.send(ctx, b)
	u.done(err)
	if err == nil || ctx.Err() == nil {
		u.tell(err)
	}
	if err != nil {
		u.Poke() // so that Run goes over to looking often
	}
	return res, err
}

// job is the picture's job in the language that is known now.
func (u *cabled) job(b fulfillment.Bitmap) job { return u.of(u.language(), u.media, b) }

// Prepare makes the job of a label that will be printed soon, so that Print finds it made. It may be called concurrently and does
// not wait for the printer. A picture of another size is left to Print, which refuses it.
func (u *cabled) Prepare(b fulfillment.Bitmap) {
	if fits(b, u.media) == nil {
		u.job(b)
	}
}

// send sends a picture as a job.
func (u *cabled) send(ctx context.Context, b fulfillment.Bitmap) (res fulfillment.PrintResult, err error) {
	made := u.job(b)
	res = made.res
	if err := u.open(ctx); err != nil {
		return res, err
	}
	u.wire.ctx = ctx
	if !u.fresh() {
		if err := u.ready(); err != nil {
			return res, err
		}
		made = u.job(b) // it may have told its model
		res = made.res
	}
	if u.policy == StatusRequired {
		if err := u.wire.clear(); err != nil {
			return res, u.failed(err)
		}
	}
	if res.Sent, res.Complete, err = u.wire.job(made.bytes, u.set.Tail(made.bytes)); err != nil {
		u.dirty = res.Sent > 0 || errors.Is(err, usb.ErrStall)
		return res, u.broken(ctx, err, res)
	}
	if u.policy == StatusOff {
		return res, nil // the printer has taken every byte; more it does not say
	}
	return res, u.status(u.t.After, true)
}

// broken is the sentence for a job that was cut off.
func (u *cabled) broken(ctx context.Context, err error, res fulfillment.PrintResult) error {
	f := &Failure{Cause: fmt.Errorf("send job to %s, %d of %d bytes: %w", u.place, res.Sent, res.Total, err)}
	switch {
	case ctx.Err() != nil:
		f.Text = "Printing was broken off because the program is stopping. No whole label came out."
	case res.Complete:
		f.Text = fmt.Sprintf("The %s took the label and then broke off. See whether the label came out.", u.place)
	case errors.Is(err, devices.ErrTimeout):
		f.Text = fmt.Sprintf("The %s stopped in the middle of a label. Look at its display.", u.place)
	default:
		f.Text = fmt.Sprintf("The %s broke off in the middle of a label. Check its power and %s.", u.place, u.cable)
	}
	return f
}

// status finds out whether the printer can print; after a job the answer must come from behind it.
func (u *cabled) status(patience time.Duration, after bool) error {
	if u.policy == StatusOff {
		port, err := u.wire.portStatus()
		switch {
		case err == nil && port.paperOut():
			return u.outOfLabels(fmt.Errorf("USB port status %#02x", byte(port)))
		case errors.Is(err, devices.ErrUnplugged):
			return u.lost(err)
		}
		return nil
	}
	err := askWhole(cableAsker{u.wire, patience, after}, u.place, after)
	if _, said := errors.AsType[*Failure](err); err == nil || said {
		return err
	}
	return u.failed(err)
}

// failed is the sentence for a printer that could not be asked.
func (u *cabled) failed(err error) error {
	switch {
	case u.wire.ctx.Err() != nil:
		return stopped(u.wire.ctx, err)
	case errors.Is(err, devices.ErrUnplugged):
		return u.lost(err)
	}
	return u.silent(err)
}

// cableAsker asks within a time.
type cableAsker struct {
	w        *usbWire
	patience time.Duration
	after    bool
}

func (a cableAsker) ask() (Answer, []byte, error) { return a.w.status(a.patience, a.after) }
func (a cableAsker) cancel()                      { a.w.reset() }

func (u *cabled) outOfLabels(cause error) error {
	return &Failure{Text: Status{PaperOut: true}.Trouble(), Cause: fmt.Errorf("%w: %w", ErrTrouble, cause)}
}

func stopped(ctx context.Context, err error) error {
	return &Failure{Text: "Printing was broken off because the program is stopping. No whole label came out.", Cause: fmt.Errorf("%w: %w", ctx.Err(), err)}
}

// silent asks the USB port of a printer that does not answer: many do not while they are open or out of labels.
func (u *cabled) silent(err error) error {
	cause := fmt.Errorf("ask %s for its status: %w", u.place, err)
	port, perr := u.wire.portStatus()
	switch {
	case perr == nil && port.paperOut():
		return u.outOfLabels(cause)
	case errors.Is(perr, devices.ErrUnplugged):
		return u.lost(perr)
	}
	return &Failure{Text: fmt.Sprintf("The %s is there but does not say that it is ready. Look whether it is open, out of labels or paused, and that it is set to %s.",
		u.place, strings.ToUpper(u.set.Name())), Cause: cause}
}
