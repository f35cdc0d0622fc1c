package printer

import (
	"fmt"
	"time"
)

// asker is one claim of a printer that can say how it feels.
type asker interface {
	// ask asks and returns what came, and its words.
	ask() (Answer, []byte, error)
	// cancel throws away what the printer holds of a job.
	cancel()
}

// unfinished is how long a job that has begun and not ended is left alone: it may be another computer's, on its way.
const unfinished = 300 * time.Millisecond

// askWhole asks how the printer feels and sees to it that it holds no beginning of a label: one that was cut off, by this
// program or by another, would swallow the next. after: a job of ours has just ended, so such a beginning has swallowed it.
func askWhole(a asker, place string, after bool) error {
	said, words, err := a.ask()
	if err != nil || said.Trouble != "" || !partial(words) {
		return orTrouble(said, words, err)
	}
	if !after {
		time.Sleep(unfinished)
		if said, words, err = a.ask(); err != nil || said.Trouble != "" || !partial(words) {
			return orTrouble(said, words, err)
		}
	}
	a.cancel()
	if after {
		return &Failure{Text: fmt.Sprintf("The %s held a part of another label when this one came. See whether a whole label came out.", place),
			Cause: fmt.Errorf("%w: it says %.120q", ErrTrouble, words)}
	}
	if said, words, err = a.ask(); err == nil && partial(words) {
		return &Failure{Text: fmt.Sprintf("The %s still holds a part of a label. Switch it off and on.", place), Cause: fmt.Errorf("%w: it says %.120q", ErrTrouble, words)}
	}
	return orTrouble(said, words, err)
}

func orTrouble(a Answer, words []byte, err error) error {
	if err != nil {
		return err
	}
	return troubled(a, words)
}

// partial reports whether a ZPL printer says that a job has begun and not ended. Others do not tell.
func partial(said []byte) bool {
	s, ok, _ := ParseHostStatus(said)
	return ok && s.PartialFormat
}
