package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"log/slog"
	"path/filepath"

	"packbench/assets"
	"packbench/fulfillment/label"
	"packbench/fulfillment/policy"
)

// labelRulesName is where a supervisor may put label rules of the warehouse's own, in the data folder; they take the place
// of the bundled ones.
var labelRulesName = filepath.Join("rules", "labels.toml")

// labelOptions are those of the label engine: the compiled renderer's cache, and the label rules of the market. Rules with a
// mistake in them are not used, and that is said in the log.
func labelOptions(dir, market string, log *slog.Logger) label.Options {
	o := label.Options{CacheDir: pdfiumCache(dir), Log: log, Market: market}
	rules, pack, err := readLabelRules(dir)
	if err != nil {
		if log != nil {
			log.Error("The label rules of the data folder are not used", "err", err)
		}
		pack = assets.LabelRules
		rules, err = policy.ReadLabelRules(pack)
	}
	if err == nil {
		sum := sha256.Sum256(pack)
		o.Rules, o.RulesName = rules, hex.EncodeToString(sum[:6])
	}
	o.Carriers = carriersOf(dir, log)
	return o
}

// carriersName is where a supervisor may say how carriers' barcodes carry the tracking number; it takes the place of the bundled
// file.
var carriersName = filepath.Join("rules", "carriers.toml")

// carriersOf reads them; those with a mistake are not used, and that is said in the log.
func carriersOf(dir string, log *slog.Logger) *label.Carriers {
	c, err := readCarriers(dir)
	if err != nil {
		if log != nil {
			log.Error("The carriers of the data folder are not used", "err", err)
		}
		if c, err = label.ReadCarriers(assets.CarrierRules); err != nil {
			return nil // the bundled file is tested; without it codes are compared exactly
		}
	}
	return c
}

func readCarriers(dir string) (*label.Carriers, error) {
	pack, err := readPlain(filepath.Join(dir, carriersName), maxConfig)
	if errors.Is(err, fs.ErrNotExist) {
		pack, err = assets.CarrierRules, nil
	}
	if err != nil {
		return nil, err
	}
	return label.ReadCarriers(pack)
}

// labelRulesPack is the rules' file: the warehouse's own, or the bundled one.
func labelRulesPack(dir string) ([]byte, error) {
	pack, err := readPlain(filepath.Join(dir, labelRulesName), maxConfig)
	if errors.Is(err, fs.ErrNotExist) {
		return assets.LabelRules, nil
	}
	return pack, err
}

// readLabelRules returns them, and the file's text. The text is nil where there was none to read.
func readLabelRules(dir string) (*policy.LabelRules, []byte, error) {
	pack, err := labelRulesPack(dir)
	if err != nil {
		return nil, nil, err
	}
	rules, err := policy.ReadLabelRules(pack)
	return rules, pack, err
}
