package policy

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// LabelRules say what a shipping label may not carry. They do not change after ReadLabelRules; all methods may be called
// concurrently.
type LabelRules struct {
	checked toml.LocalDate
	sites   []string
	rules   []labelRule
}

// Kinds of rules.
const (
	kindPhrase      = "phrase"
	kindLink        = "link"
	kindEmail       = "email"
	kindCodeLink    = "code-link"
	kindCodeContact = "code-contact"
)

type labelRule struct {
	ID       string         `toml:"id"`
	Kind     string         `toml:"kind"`
	Says     string         `toml:"says"`
	Markets  []string       `toml:"markets"` // "*": every market that no other rule of this kind and meaning names
	From     toml.LocalDate `toml:"from"`
	Until    toml.LocalDate `toml:"until"`
	Source   string         `toml:"source"`
	Estimate bool           `toml:"estimate"`
	Words    []string       `toml:"words"`
}

type labelPack struct {
	Format  int               `toml:"format"`
	Checked toml.LocalDate    `toml:"checked"`
	Sites   []string          `toml:"allowed_sites"`
	Sources map[string]string `toml:"sources"`
	Rules   []labelRule       `toml:"rule"`
}

// ReadLabelRules reads a pack in TOML. Unknown keys, rules without a source or date, and words that can never be found are
// errors; an error is a sentence for whoever wrote the pack.
func ReadLabelRules(pack []byte) (*LabelRules, error) {
	var p labelPack
	err := toml.NewDecoder(bytes.NewReader(pack)).DisallowUnknownFields().Decode(&p)
	if strict, ok := errors.AsType[*toml.StrictMissingError](err); ok {
		return nil, fmt.Errorf("reading the label rules: unknown keys:\n%s", strict.String())
	}
	if err != nil {
		return nil, fmt.Errorf("reading the label rules: %w", err)
	}
	if p.Format != 1 {
		return nil, fmt.Errorf("reading the label rules: format %d is not known, this program knows 1", p.Format)
	}
	seen := map[string]bool{}
	for i := range p.Rules {
		r := &p.Rules[i]
		if seen[r.ID] {
			return nil, fmt.Errorf("reading the label rules: two rules are called %q", r.ID)
		}
		seen[r.ID] = true
		if r.Source = p.Sources[r.Source]; r.Source == "" {
			return nil, fmt.Errorf("reading the label rules: rule %q names no source", r.ID)
		}
		if err := r.check(); err != nil {
			return nil, fmt.Errorf("reading the label rules: rule %q: %w", r.ID, err)
		}
	}
	if len(p.Rules) == 0 {
		return nil, errors.New("reading the label rules: there are none")
	}
	return &LabelRules{checked: p.Checked, sites: p.Sites, rules: p.Rules}, nil
}

func (r *labelRule) check() error {
	words := r.Kind == kindPhrase || r.Kind == kindCodeContact
	switch {
	case r.ID == "":
		return errors.New("it has no id")
	case !slices.Contains([]string{kindPhrase, kindLink, kindEmail, kindCodeLink, kindCodeContact}, r.Kind):
		return fmt.Errorf("kind %q is not known", r.Kind)
	case r.From == (toml.LocalDate{}):
		return errors.New("it has no date")
	case r.Until != (toml.LocalDate{}) && !r.Until.AsTime(time.UTC).After(r.From.AsTime(time.UTC)):
		return errors.New("it ends before it begins")
	case len(r.Markets) == 0:
		return errors.New("it names no market")
	case words != (len(r.Words) > 0):
		return errors.New("words belong to the kinds phrase and code-contact, and only there")
	case r.Kind == kindPhrase && r.Says == "":
		return errors.New("it does not say what its words are")
	}
	for i, w := range r.Words {
		if r.Words[i] = flat(w); r.Words[i] == "" {
			return errors.New("an empty word")
		}
	}
	return nil
}

// flat is the form in which texts are compared: small letters, single spaces.
func flat(text string) string {
	return strings.ToLower(strings.Join(strings.Fields(text), " "))
}

// inForce returns the market's rules at a moment. Where a market has a rule of its own, the one for all others is silent.
func (l *LabelRules) inForce(market string, at time.Time) []labelRule {
	var own, all []labelRule
	for _, r := range l.rules {
		if at.Before(r.From.AsTime(time.UTC)) || r.Until != (toml.LocalDate{}) && !at.Before(r.Until.AsTime(time.UTC)) {
			continue
		}
		if slices.Contains(r.Markets, market) {
			own = append(own, r)
		} else if slices.Contains(r.Markets, "*") {
			all = append(all, r)
		}
	}
	for _, r := range all {
		if !slices.ContainsFunc(own, func(o labelRule) bool { return o.Kind == r.Kind && o.Says == r.Says }) {
			own = append(own, r)
		}
	}
	return own
}

// Checked is the day on which somebody compared the pack with its sources, as 2006-01-02.
func (l *LabelRules) Checked() string { return l.checked.String() }

// Count is how many rules are in force for a market at a moment, and how many of those are taken over from other markets.
func (l *LabelRules) Count(market string, at time.Time) (all, estimates int) {
	for _, r := range l.inForce(market, at) {
		all++
		if r.Estimate {
			estimates++
		}
	}
	return all, estimates
}

var (
	linkPattern  = regexp.MustCompile(`(?i)\b(?:https?://|www\.)[^\s<>"]+`)
	emailPattern = regexp.MustCompile(`(?i)\b[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}\b`)
)

// Check returns findings about a label's text and the barcodes read from it, in sentences, sorted, each once. market is the
// two-letter code of the order's market, at the moment of the check.
func (l *LabelRules) Check(market string, at time.Time, text string, decoded []string) []string {
	var found []string
	plain := flat(text)
	for _, r := range l.inForce(market, at) {
		say := func(format string, args ...any) {
			sentence := fmt.Sprintf(format, args...)
			if r.Estimate {
				sentence += " (a rule of other markets)"
			}
			found = append(found, sentence+".")
		}
		switch r.Kind {
		case kindPhrase:
			for _, w := range r.Words {
				if containsWord(plain, w) {
					say("The label carries %q: %s", w, r.Says)
				}
			}
		case kindLink:
			for _, link := range linkPattern.FindAllString(text, -1) {
				if !l.allowed(link) {
					say("The label carries a link: %s", trimmed(link))
				}
			}
		case kindEmail:
			for _, mail := range emailPattern.FindAllString(text, -1) {
				say("The label carries an e-mail address: %s", mail)
			}
		case kindCodeLink:
			for _, code := range decoded {
				if link := linkPattern.FindString(code); link != "" && !l.allowed(link) {
					say("A code on the label leads to a web page: %s", link)
				}
			}
		case kindCodeContact:
			for _, code := range decoded {
				if slices.ContainsFunc(r.Words, func(w string) bool { return strings.Contains(flat(code), w) }) {
					say("A code on the label holds a contact: %.60s", strings.Join(strings.Fields(code), " "))
				}
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func trimmed(link string) string { return strings.TrimRight(link, ".,;)") }

// allowed reports whether a link's host is a carrier's site or below one.
func (l *LabelRules) allowed(link string) bool {
	host := strings.ToLower(link)
	if _, rest, ok := strings.Cut(host, "://"); ok {
		host = rest
	}
	if i := strings.IndexAny(host, "/?#:@"); i >= 0 {
		if host[i] == '@' { // a name before the host only pretends
			return false
		}
		host = host[:i]
	}
	host = trimmed(host)
	return slices.ContainsFunc(l.sites, func(site string) bool { return host == site || strings.HasSuffix(host, "."+site) })
}

// containsWord finds a phrase with no letter or digit directly before or after it; scripts written without spaces match
// anywhere.
func containsWord(text, phrase string) bool {
	for from := 0; ; {
		i := strings.Index(text[from:], phrase)
		if i < 0 {
			return false
		}
		start, end := from+i, from+i+len(phrase)
		before := start > 0 && plainLetter(text[start-1]) && plainLetter(phrase[0])
		after := end < len(text) && plainLetter(text[end]) && plainLetter(phrase[len(phrase)-1])
		if !before && !after {
			return true
		}
		from = start + 1
	}
}

func plainLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' }
