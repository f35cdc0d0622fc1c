package assets

import _ "embed"

// Manual is the in-app manual in English, Markdown with second-level headings.
//
//go:embed manual/en.md
var Manual string
