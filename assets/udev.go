package assets

import _ "embed"

// UdevRules let who sits at the computer use the bench's devices on Linux; the package installs them, `packbench udev` writes them.
//
//go:embed udev/60-packbench.rules
var UdevRules string
