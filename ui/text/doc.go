// Package text holds every sentence that the window says to a person: one for each verdict and reason, each prompt,
// each state of a device, and how times, weights and codes are written.
//
// What may enter: words, and pure functions from values to words. Sentences stand in one keyed table (english.go) so
// that another language is one more table; nothing else in the window spells out a sentence about the bench.
// Headlines are short enough for type that is read at two metres; details say what to do.
package text
