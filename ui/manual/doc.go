// Package manual is the screen of the in-app manual: one page for each second-level heading of assets/manual, chosen by
// large buttons.
//
// What may enter: how the text becomes pages and how they are drawn. Like every scan screen it has no stock button, so
// that a scan never presses anything.
package manual
