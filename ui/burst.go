package ui

import (
	"strings"
	"time"
	"unicode/utf8"

	"packbench/fulfillment"
)

// Limits of a burst of keys.
const (
	// burstGap is how long the keys must be silent before a code without a suffix counts as finished.
	burstGap = 100 * time.Millisecond
	// suffixGap is the same where the last code had a suffix, so that this one will, too: whatever holds up its keys on a busy
	// computer then does not cut it in two.
	suffixGap = 300 * time.Millisecond
	// burstMin is the shortest code, in characters, that is taken without a suffix: a stray key is not a scan.
	burstMin = 3
	// burstStall: two ticks further apart than this mean that the screen stood still between them, and keys may have
	// been held up behind it.
	burstStall = 90 * time.Millisecond
	// burstTick is the least time between two ticks that together finish a code.
	burstTick = 15 * time.Millisecond
)

// burst puts the keys of a keyboard scanner together to codes. Every key is a character of the code, the space too; only
// Enter and Tab end it. It has no clock: all times are given, from one clock, never decreasing.
//
// Timing cannot tell a scanner from a person here, because keys reach the program in batches; it is used only to finish
// codes of scanners that send no suffix. There one silent gap is not enough: after a stall of the screen the rest of a
// code may still wait in the queue. Two ticks must see the same silence without a stall between them.
type burst struct {
	code strings.Builder
	last time.Time // of the last key
	seen time.Time // the tick that first saw the silence; zero: none
	ends bool      // the last code ended with a suffix
}

// add takes one character.
func (b *burst) add(r rune, now time.Time) {
	b.last, b.seen = now, time.Time{}
	// One more than the bench accepts is kept, so that it can say that the code was too long.
	if b.code.Len()+utf8.RuneLen(r) <= fulfillment.MaxScan+utf8.UTFMax {
		b.code.WriteRune(r)
	}
}

// end takes a suffix and returns the finished code; ok is false where there was none.
func (b *burst) end() (code string, ok bool) {
	code = b.code.String()
	b.drop()
	b.ends = b.ends || code != ""
	return code, code != ""
}

// tick lets time pass and returns a code that ended without a suffix.
func (b *burst) tick(now time.Time) (code string, ok bool) {
	gap := burstGap
	if b.ends {
		gap = suffixGap
	}
	if b.code.Len() == 0 || now.Sub(b.last) < gap {
		b.seen = time.Time{}
		return "", false
	}
	if b.seen.IsZero() || now.Sub(b.seen) > burstStall {
		b.seen = now
		return "", false
	}
	if now.Sub(b.seen) < burstTick {
		return "", false
	}
	code = b.code.String()
	b.drop()
	ok = utf8.RuneCountInString(code) >= burstMin
	b.ends = b.ends && !ok
	return code, ok
}

// open reports whether a code has begun.
func (b *burst) open() bool { return b.code.Len() > 0 }

func (b *burst) drop() {
	b.code.Reset()
	b.seen = time.Time{}
}
