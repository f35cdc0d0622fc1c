package settings

import (
	"time"

	"packbench/ui/equipment"
	"packbench/ui/text"
)

// Phase is how far connecting a shop has come.
type Phase string

const (
	Idle    Phase = "idle"
	Waiting Phase = "waiting" // for the browser, or a code
	Asking  Phase = "asking"  // the Seller Center
	Choose  Phase = "choose"  // among several shops
	Done    Phase = "done"
)

// Status is everything that the screen shows.
type Status struct {
	Shops       []Shop
	Market      string
	Secrets     string // where they are kept, in words
	SecretsSafe bool   // in the system's key store
	Trouble     string // why no secret can be read; empty: they can
	Missing     string // why no link can be made, and what to write where; empty: one can
	Free        bool   // no supervisor is named at this station, so anybody may connect a shop

	Phase   Phase
	Link    string
	Deaf    bool   // nothing listens for the browser's return: the code must be pasted
	Choices []Shop // of Phase Choose
	Err     string // why the last try failed, in words; empty: it did not

	Station, File string
	Policy        [][2]string // key of station.toml and its value
}

// Shop is one shop that is connected, or could be.
type Shop struct {
	ID, Name, Region string
	Until            time.Time           // end of the seller's authorization; zero: not known
	State            equipment.ShopState // how it stands, from Know; the zero value: nobody works for it
}

// Tone is how a line is to be taken.
type Tone int

const (
	Fine Tone = iota
	Look
	Wrong
	Quiet
)

// soon is when a person is asked to renew an authorization before it ends.
const soon = 30 * 24 * time.Hour

// Life is how long a shop's authorization lasts, in words and what to do about it.
func (s Shop) Life(now time.Time) (words string, tone Tone) {
	left := s.Until.Sub(now)
	switch {
	case s.State.Dead:
		return text.T("settings.dead", "why", text.Sentence(s.State.Renew)), Wrong
	case s.State.Refused:
		return text.T("settings.refused", "why", text.Sentence(s.State.Renew)), Look
	case s.Until.IsZero():
		return text.T("settings.life.none"), Quiet
	case left <= 0:
		return text.T("settings.over"), Wrong
	case s.State.Renew != "" && left >= soon: // what a webhook has told
		return text.T("settings.refused", "why", text.Sentence(s.State.Renew)), Look
	case left < soon:
		return text.T("settings.soon", "at", s.Until.Local().Format(time.DateOnly), "span", text.Span(left)), Look
	}
	return text.T("settings.life", "at", s.Until.Local().Format(time.DateOnly)), Fine
}

// Sign is how the whole line of a shop is to be taken: an authorization that lasts makes no shop green that does not answer.
func (s Shop) Sign(now time.Time) Tone {
	_, t := s.Life(now)
	x := s.State
	switch {
	case t != Fine:
	case len(x.Orders) == 0 || !x.Online && x.OfflineSince.IsZero() && x.LastPull.IsZero():
		return Quiet // nobody has asked it yet
	case !x.Online:
		return Look
	}
	return t
}

// Now is how its line stands, in few words.
func (s Shop) Now(now time.Time) string {
	x := s.State
	switch {
	case len(x.Orders) == 0:
		return text.T("settings.now.idle")
	case x.Dead:
		return text.T("settings.now.dead")
	case !x.Online && x.OfflineSince.IsZero() && x.LastPull.IsZero():
		return text.T("settings.now.first")
	case !x.Online && !x.OfflineSince.IsZero():
		return text.T("shop.since", "at", text.Clock(x.OfflineSince, now))
	case !x.Online:
		return text.T("shop.offline")
	case x.LastPull.IsZero():
		return text.T("settings.now.online")
	}
	return text.T("settings.now.pulled", "ago", text.Ago(x.LastPull, now))
}

// Title is the shop's name and market.
func (s Shop) Title() string {
	name := s.Name
	if name == "" {
		name = s.ID
	}
	if name == "" {
		name = text.T("settings.unnamed")
	}
	return text.Visible(name) + "  ·  " + text.Visible(s.Region)
}

// Vault is where the secrets are kept, in words.
func (s Status) Vault() (words string, tone Tone) {
	switch {
	case s.Trouble != "":
		return text.Sentence(s.Trouble), Wrong
	case s.SecretsSafe:
		return text.T("settings.vault", "where", s.Secrets), Fine
	}
	return text.T("settings.vault", "where", s.Secrets), Look
}

// Step is what is to be done next, and why it cannot be if it cannot.
func (s Status) Step(supervisor bool) (head, detail string) {
	switch {
	case s.Phase == Done:
		return text.T("settings.done"), text.T("settings.done.text")
	case s.Missing != "":
		return text.T("settings.missing"), text.Sentence(s.Missing)
	case !supervisor && !s.Free:
		return text.T("settings.supervisor"), text.T("settings.supervisor.text")
	case s.Phase == Waiting && s.Deaf:
		return text.T("settings.waiting"), text.T("settings.deaf")
	}
	return text.T("settings." + string(s.Phase)), text.T("settings." + string(s.Phase) + ".text")
}
