// Package evidence turns the station's chain into proof: a claim packet of one order – its events, photos, labels and
// manifests, each under its hash – and the check that anyone can run on it without this station's database.
//
// What may enter: the packet's format, writing it, checking it, and walking a chain. It reads no database and no clock.
package evidence
