package label

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// Carriers say how carriers' barcodes carry the tracking number. They do not change after ReadCarriers; all methods may be called
// concurrently. Of a nil *Carriers every barcode stands for itself only.
type Carriers struct {
	checked string
	list    []*carrier
	formats []*carrierFormat // of all
}

type carrier struct {
	Name    string           `toml:"name"`
	Words   []string         `toml:"words"`
	Markets []string         `toml:"markets"`
	Source  string           `toml:"source"`
	Formats []carrierFormat  `toml:"format"`
	formats []*carrierFormat // with their patterns
}

type carrierFormat struct {
	Pattern string `toml:"pattern"`
	Length  int    `toml:"length"` // characters; 0: any
	Check   string `toml:"check"`
	Certain bool   `toml:"certain"`
	Example string `toml:"example"`
	Means   string `toml:"means"`

	pattern *regexp.Regexp
	check   func(string) bool // nil: none
}

type carrierPack struct {
	Format   int               `toml:"format"`
	Checked  toml.LocalDate    `toml:"checked"`
	Sources  map[string]string `toml:"sources"`
	Carriers []*carrier        `toml:"carrier"`
}

// number is the tracking number in a code, and whether its check digit is right (true where it has none); "" where the code is
// of another format.
func (f *carrierFormat) number(code string) (number string, right bool) {
	if f.Length > 0 && len(code) != f.Length {
		return "", false
	}
	m := f.pattern.FindStringSubmatch(code)
	if m == nil {
		return "", false
	}
	return m[1], f.check == nil || f.check(m[1])
}

// ReadCarriers reads a pack in TOML. Unknown keys, carriers without a source, patterns that could find a number in the middle of
// another, and examples that do not come out are errors; an error is a sentence for whoever wrote the pack.
func ReadCarriers(pack []byte) (*Carriers, error) {
	var p carrierPack
	err := toml.NewDecoder(bytes.NewReader(pack)).DisallowUnknownFields().Decode(&p)
	if strict, ok := errors.AsType[*toml.StrictMissingError](err); ok {
		return nil, fmt.Errorf("reading the carriers: unknown keys:\n%s", strict.String())
	}
	if err != nil {
		return nil, fmt.Errorf("reading the carriers: %w", err)
	}
	if p.Format != 1 {
		return nil, fmt.Errorf("reading the carriers: format %d is not known, this program knows 1", p.Format)
	}
	if len(p.Carriers) == 0 {
		return nil, errors.New("reading the carriers: there are none")
	}
	c := &Carriers{checked: p.Checked.String(), list: p.Carriers}
	for _, x := range p.Carriers {
		if x.Source = p.Sources[x.Source]; x.Name == "" || len(x.Words) == 0 || x.Source == "" {
			return nil, fmt.Errorf("reading the carriers: %q needs a name, words and a source", x.Name)
		}
		for i := range x.Formats {
			f := &x.Formats[i]
			if err := f.compile(); err != nil {
				return nil, fmt.Errorf("reading the carriers: %s, format %d: %w", x.Name, i+1, err)
			}
			x.formats = append(x.formats, f)
		}
		c.formats = append(c.formats, x.formats...)
	}
	return c, nil
}

func (f *carrierFormat) compile() (err error) {
	if f.pattern, err = regexp.Compile(f.Pattern); err != nil {
		return fmt.Errorf("its pattern cannot be read: %w", err)
	}
	known := false
	if f.check, known = checkDigits[f.Check]; !known && f.Check != "" {
		return fmt.Errorf("check %q is not known", f.Check)
	}
	switch {
	case f.pattern.NumSubexp() != 1:
		return errors.New("its pattern needs one group, the number")
	case !strings.HasPrefix(f.Pattern, "^") || !strings.HasSuffix(f.Pattern, ")$"):
		return errors.New("its pattern must be for the whole code and end with the number: ^…(…)$")
	case f.Certain && f.check == nil:
		return errors.New("only a check digit makes a number certain")
	case (f.Example == "") != (f.Means == ""):
		return errors.New("example and means belong together")
	}
	if f.Example != "" {
		if got, right := f.number(normal(f.Example)); got != f.Means || !right {
			return fmt.Errorf("its example %q means %q with a right check digit: %v; %q was expected", f.Example, got, right, f.Means)
		}
	}
	return nil
}

// Checked is the day on which somebody compared the pack with its sources, as 2006-01-02.
func (c *Carriers) Checked() string { return c.checked }

// Named are the names of a market's carriers whose barcodes' format is known, and of those that are compared exactly because it is
// not.
func (c *Carriers) Named(market string) (known, exact []string) {
	for _, x := range c.list {
		switch {
		case len(x.Markets) > 0 && !slices.Contains(x.Markets, market):
		case len(x.formats) > 0:
			known = append(known, x.Name)
		default:
			exact = append(exact, x.Name)
		}
	}
	return known, exact
}
