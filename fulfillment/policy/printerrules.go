package policy

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// PrinterRules say what a market's procedures ask of a label printer. They do not change after ReadPrinterRules and may be used
// concurrently.
type PrinterRules struct{ rules []printerRule }

type printerRule struct {
	Markets  []string       `toml:"markets"`
	LeastDPI int            `toml:"least_dpi"`
	From     toml.LocalDate `toml:"from"`
	Until    toml.LocalDate `toml:"until"`
	Source   string         `toml:"source"`
}

// ReadPrinterRules reads a pack in TOML. Unknown keys and rules without market, resolution, date or source are errors.
func ReadPrinterRules(pack []byte) (*PrinterRules, error) {
	var p struct {
		Format int           `toml:"format"`
		Rules  []printerRule `toml:"rule"`
	}
	if err := toml.NewDecoder(bytes.NewReader(pack)).DisallowUnknownFields().Decode(&p); err != nil {
		return nil, fmt.Errorf("reading the printer rules: %w", err)
	}
	if p.Format != 1 {
		return nil, fmt.Errorf("reading the printer rules: format %d is not known, this program knows 1", p.Format)
	}
	for _, r := range p.Rules {
		if len(r.Markets) == 0 || r.LeastDPI < 100 || r.LeastDPI > 1200 || r.From == (toml.LocalDate{}) || r.Source == "" {
			return nil, errors.New("reading the printer rules: a rule needs markets, least_dpi (100 to 1200), from and source")
		}
	}
	return &PrinterRules{p.Rules}, nil
}

// LeastDPI is the resolution in dots per inch that a market asks for at a moment, and where that was read; ok is false where
// no rule is known.
func (p *PrinterRules) LeastDPI(market string, at time.Time) (dpi int, source string, ok bool) {
	for _, r := range p.rules {
		ended := r.Until != (toml.LocalDate{}) && !at.Before(r.Until.AsTime(time.UTC))
		if slices.Contains(r.Markets, market) && !at.Before(r.From.AsTime(time.UTC)) && !ended && r.LeastDPI > dpi {
			dpi, source, ok = r.LeastDPI, r.Source, true
		}
	}
	return dpi, source, ok
}
