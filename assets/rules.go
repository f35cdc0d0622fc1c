package assets

import _ "embed"

// LabelRules is the rule pack of what a shipping label may not carry, by market and date; package policy reads it.
//
//go:embed rules/labels.toml
var LabelRules []byte

// CarrierRules says how carriers' barcodes carry the tracking number; package label reads it.
//
//go:embed rules/carriers.toml
var CarrierRules []byte

// PrinterRules is the rule pack of what the markets' procedures ask of a label printer; package policy reads it.
//
//go:embed rules/printers.toml
var PrinterRules []byte
