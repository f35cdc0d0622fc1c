package assets

import _ "embed"

// LabelRules is the rule pack of what a shipping label may not carry, by market and date; package policy reads it.
//
//go:embed rules/labels.toml
var LabelRules []byte
