// Package policy reads rule packs: what platforms ask of sellers, by market and date, as data that a supervisor can read
// and replace.
//
// What may enter: the packs' formats, their checks, and pure decisions from them. Packs come in as bytes, moments as
// arguments; there is no disk, no clock and no network here. Every rule names its source and its date. A rule taken over
// from another market says so in each finding.
package policy
