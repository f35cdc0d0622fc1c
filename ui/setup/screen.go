package setup

import (
	"context"
	"image"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"

	"packbench/devices"
	"packbench/ui/handoff"
	"packbench/ui/text"
	"packbench/ui/widgets"
)

// Options are what the wizard needs of the window.
type Options struct {
	Desk        Desk
	Background  widgets.Background
	Frames      handoff.Frames                // of the camera under trial
	Calibration image.Image                   // the barcode that finds a scanner's country setting out: one dot a module, no quiet zone
	Warn        func(Choice) string           // what is wrong with a device as it is set here, a sentence; empty: nothing; nil: never
	Prompt      func(head, detail string)     // the one thing to do next, for the band; "" and "" when the wizard is left
	Field       func(hint string) fyne.Widget // the field for an address
	Closed      func()
	Now         func() time.Time
}

// step is how far one device has come.
type step struct {
	choices []Choice
	looked  bool
	busy    bool
	doing   string // key of the word for what takes long; empty: nothing that is shown on a button
	chosen  int    // index of choices, -1: none
	page    int
	say     Say
	asked   bool // the test label came: is it straight?
	kept    string
	out     string // the device that was taken out of use
}

// Screen is the wizard. Its methods are called on the screen's goroutine.
type Screen struct {
	Object fyne.CanvasObject

	o       Options
	open    bool
	front   bool // the wizard can be seen
	at      int  // index of Steps; len(Steps): the end
	steps   [len(Steps)]step
	weighed Weighing
	before  string // the kept file
	v       view

	trying sync.Mutex    // one call of Desk.Try at a time
	trial  atomic.Uint64 // counts trials: an older one is not begun after a newer one
}

// New returns the wizard, closed.
func New(o Options) *Screen {
	s := &Screen{o: o}
	s.build()
	s.Object.Hide()
	return s
}

// Run draws the camera under trial until ctx ends.
func (s *Screen) Run(ctx context.Context, post func(func())) { s.v.live.Run(ctx, post, s.o.Now) }

// Open begins anew.
func (s *Screen) Open() {
	s.open, s.at, s.before = true, 0, ""
	for i := range s.steps {
		s.steps[i] = step{chosen: -1}
	}
	s.Object.Show()
	s.enter(0)
}

// IsOpen reports whether the wizard is in use.
func (s *Screen) IsOpen() bool { return s.open }

// Front tells whether the wizard can be seen. Out of sight nothing is on trial and scans go to the bench.
func (s *Screen) Front(on bool) {
	if s.front == on {
		return
	}
	s.front = on
	switch {
	case on && s.open:
		s.enter(s.at)
	case !on:
		s.endTrial()
		s.o.Prompt("", "")
	}
}

// Leave closes the wizard; what was kept stays kept.
func (s *Screen) Leave() {
	if !s.open {
		return
	}
	s.open = false
	s.endTrial()
	s.Object.Hide()
	s.o.Prompt("", "")
	s.o.Closed()
}

func (s *Screen) kind() devices.Kind {
	if s.at < len(Steps) {
		return Steps[s.at]
	}
	return ""
}

func (s *Screen) now() *step { return &s.steps[min(s.at, len(s.steps)-1)] }

// enter goes to a step.
func (s *Screen) enter(at int) {
	s.endTrial()
	s.at = at
	if s.kind() == "" {
		s.draw()
		return
	}
	st := s.now()
	st.asked = false
	if st.chosen >= 0 {
		s.choose(st.chosen)
	} else {
		st.say = Ask(s.kind(), false)
		s.draw()
	}
	if !st.looked {
		s.find()
	}
}

// find asks what is plugged in.
func (s *Screen) find() {
	kind, st := s.kind(), s.now()
	st.busy = true
	s.draw()
	s.o.Background("setup find", func(ctx context.Context) func() {
		found, err := s.o.Desk.Find(ctx, kind)
		return func() {
			st.busy, st.looked = false, true
			var mine *Choice
			if st.chosen >= 0 {
				c := st.choices[st.chosen]
				mine = &c
			}
			st.choices, st.chosen, st.page = found, -1, 0
			if mine != nil {
				if st.chosen = slices.IndexFunc(found, func(c Choice) bool { return c.Key == mine.Key }); st.chosen >= 0 {
					mine.Bound = found[st.chosen].Bound
					st.choices[st.chosen] = *mine
				}
			}
			switch {
			case err != nil:
				st.say = say(Bad, "failed", "why", text.Sentence(err.Error()))
			case len(found) == 0 && kind != devices.Printer && kind != devices.Camera: // those two may be on the network
				st.say = say(Untried, "nothing")
			}
			s.draw()
		}
	})
}

// choose puts a device on trial.
func (s *Screen) choose(i int) {
	st := s.now()
	if i < 0 || i >= len(st.choices) {
		return
	}
	st.chosen, st.asked = i, false
	st.say = Ask(s.kind(), true)
	s.try(st.choices[i])
	s.draw()
}

func (s *Screen) try(c Choice) {
	s.weighed = Weighing{}
	s.v.big.Set("–")
	s.v.live.Visible(c.Kind == devices.Camera)
	mine := s.trial.Add(1)
	s.o.Background("setup try", func(ctx context.Context) func() {
		s.trying.Lock()
		defer s.trying.Unlock()
		if s.trial.Load() != mine {
			return nil
		}
		err := s.o.Desk.Try(ctx, c)
		if err == nil {
			return nil
		}
		return func() {
			if s.trial.Load() == mine {
				s.now().say = say(Bad, "failed", "why", text.Sentence(err.Error()))
				s.draw()
			}
		}
	})
}

// endTrial gives the device back; ending cannot fail.
func (s *Screen) endTrial() { s.try(Choice{}) }

// turn takes the next value of a setting and tries with it.
func (s *Screen) turn(name string) {
	st := s.now()
	if st.chosen < 0 {
		return
	}
	st.choices[st.chosen] = st.choices[st.chosen].Turned(name)
	if name == "crop" { // drawn, not sent to the camera
		s.draw()
		return
	}
	s.choose(st.chosen)
}

// Address takes what was entered in the field: the device at that address is tried.
func (s *Screen) Address(words string) {
	c, err := s.o.Desk.Address(s.kind(), words)
	st := s.now()
	if err != nil {
		st.say = say(Bad, "failed", "why", text.Sentence(err.Error()))
		s.draw()
		return
	}
	st.choices = append([]Choice{c}, slices.DeleteFunc(slices.Clone(st.choices), func(o Choice) bool { return o.Key == c.Key })...)
	st.page = 0
	s.choose(0)
}

// Take shows what the device under trial has given.
func (s *Screen) Take(n News) {
	st := s.now()
	if !s.open || !s.front || s.kind() == "" || st.chosen < 0 {
		return
	}
	switch kind := s.kind(); {
	case n.Reading != nil && kind == devices.Scanner:
		if n.Reading.Other && st.say.Mark == Good {
			return
		}
		if n.Reading.Layout != "" { // kept with the scanner
			st.choices[st.chosen] = st.choices[st.chosen].Set("layout", n.Reading.Layout)
		}
		st.say = JudgeReading(*n.Reading)
	case n.Weight != nil && kind == devices.Scale:
		st.say = s.weighed.Judge(*n.Weight)
		s.v.big.Set(text.Grams(n.Weight.Grams))
	case n.Health != nil && isOf(*n.Health, kind) && st.say.Mark != Good && !st.asked:
		judged, bad := JudgeHealth(*n.Health)
		if !bad && st.say.Mark == Bad {
			judged, bad = Ask(kind, true), true // it is back
		}
		if !bad {
			return
		}
		st.say = judged
	default:
		return
	}
	s.draw()
}

// Tick judges the camera's picture; call it about once a second.
func (s *Screen) Tick() {
	if !s.open || !s.front || s.kind() != devices.Camera || s.now().chosen < 0 || s.o.Frames == nil {
		return
	}
	_, at, _ := s.o.Frames.Latest()
	if judged := JudgePicture(at, s.o.Now()); judged.Mark != Going || s.now().say.Mark != Bad {
		s.now().say = judged
	}
	s.draw()
}

// print sends a label to the printer under trial.
func (s *Screen) print(sheet Sheet) {
	st := s.now()
	if st.chosen < 0 || st.busy {
		return
	}
	st.busy, st.doing = true, "setup.printing"
	s.draw()
	s.o.Background("setup print", func(ctx context.Context) func() {
		err := s.o.Desk.Print(ctx, sheet)
		return func() {
			st.busy, st.doing = false, ""
			switch {
			case err != nil:
				st.say, st.asked = say(Bad, "print.bad", "why", text.Sentence(err.Error())), false
			case sheet == SheetTest:
				ask := "print.ask"
				if s.kind() == Document {
					ask = "page.ask"
				}
				st.say, st.asked = say(Going, ask), true
			}
			s.draw()
		}
	})
}

// straight takes the answer about the test label.
func (s *Screen) straight(yes bool) {
	st := s.now()
	st.asked = false
	about := "print"
	if s.kind() == Document {
		about = "page"
	}
	st.say = say(Bad, about+".no")
	if yes {
		st.say = say(Good, about+".good")
	}
	s.draw()
}

// keep has the station work with the chosen device, or without it, and goes on.
func (s *Screen) keep(use bool) {
	st := s.now()
	if st.chosen < 0 || st.busy {
		return
	}
	c := st.choices[st.chosen]
	st.busy, st.doing = true, "setup.opening"
	if !use {
		st.doing = "setup.ending"
	}
	s.draw()
	s.o.Background("setup keep", func(ctx context.Context) func() {
		before, err := s.o.Desk.Keep(ctx, c, use)
		return func() {
			st.busy, st.doing = false, ""
			if err != nil {
				st.say = say(Bad, "refused", "why", text.Sentence(err.Error()))
				s.draw()
				return
			}
			st.looked = false // what is in use is another now
			if st.kept, st.out = c.which(), ""; !use {
				st.kept, st.out, st.chosen = "", c.which(), -1
			}
			if before != "" && s.before == "" {
				s.before = before
			}
			s.enter(s.at + 1)
		}
	})
}

func (s *Screen) skip() {
	st := s.now()
	if st.kept == "" {
		st.say, st.chosen = Say{Mark: Skipped}, -1
	}
	s.enter(s.at + 1)
}
