package assets

import _ "embed"

// Boxes are box presets in the form of station.toml's [[box]] tables, for stations that name none.
//
//go:embed boxes/boxes.toml
var Boxes []byte
