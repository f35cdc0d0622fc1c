// Package sound plays the bench's three tones. It makes them itself, so there is no file to lose.
//
// What may enter: tones and the way to the sound card. A missing, busy or broken card never stops or slows anything: Play
// returns at once, and the trouble is one sentence in Health.
package sound
