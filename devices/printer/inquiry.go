package printer

import (
	"slices"
	"time"
)

// inquiry keeps which questions a printer was asked on one way to it and what it has answered, so that no answer is taken for
// that to a later question. A printer answers in the order in which it was asked; it may answer late, and may leave questions
// out. On a cable it outlasts a claim, because the printer keeps what it has to say. It belongs to whoever has the line.
type inquiry struct {
	language Language
	open     []asked // without an answer, in order
	asked    uint64  // questions so far
	said     []byte  // of an answer that has begun
	heard    uint64  // answers about the status so far
	answered uint64  // the latest question that has an answer of its own
	last     Answer  // the last one about the status, and its words
	words    []byte
	model    Model // that it said it is; empty: it did not
}

type asked struct {
	nth  uint64
	text string
	at   time.Time
}

// mostOpen bounds what is kept of a printer that never answers.
const mostOpen = 1000

// ask keeps that a question was sent.
func (q *inquiry) ask(text []byte) {
	q.asked++
	q.open = q.open[max(0, len(q.open)-mostOpen):]
	q.open = append(q.open, asked{q.asked, string(text), time.Now()})
}

// hear takes bytes of answers.
func (q *inquiry) hear(p []byte) {
	for _, b := range p {
		q.said = append(q.said, b)
		if a := q.language.Read(q.said); a.Whole {
			q.status(a)
			continue
		}
		if b != etx {
			continue
		}
		if m, ok := ParseHostIdentification(q.said); ok {
			q.said = nil
			if q.close(string(ZPL{}.AskModel())) {
				q.model = m
			}
		}
	}
}

// enough reports whether what has come of an answer says all about printing, though more may come.
func (q *inquiry) enough() bool { return q.language.Read(q.said).Enough }

// settle takes what has come for the whole answer, if it says enough.
func (q *inquiry) settle() {
	if a := q.language.Read(q.said); a.Enough {
		q.status(a)
	}
}

// status keeps an answer about the status. One that nobody asked for, which another program has left, says nothing.
func (q *inquiry) status(a Answer) {
	words := q.said
	q.said = nil
	text := q.language.Ask()
	if other, ok := q.language.(interface{ AskOther() []byte }); ok {
		if _, is := ParseHostErrors(words); is {
			text = other.AskOther()
		}
	}
	if q.close(string(text)) {
		q.heard++
		q.last, q.words = a, words
	}
}

// close ends the oldest question of that kind. The others before it were left out, since the printer is past them.
func (q *inquiry) close(text string) bool {
	for i, o := range q.open {
		if o.text == text {
			q.answered = o.nth
			q.open = q.open[i+1:]
			return true
		}
	}
	return false
}

// pending reports whether an answer about the status may still come.
func (q *inquiry) pending() bool {
	return slices.ContainsFunc(q.open, func(o asked) bool { return o.text != string(ZPL{}.AskModel()) })
}

// giveUp no longer expects answers to questions that were asked so long ago.
func (q *inquiry) giveUp(age time.Duration) {
	for len(q.open) > 0 && time.Since(q.open[0].at) >= age {
		q.open = q.open[1:]
	}
}

// reset is for a printer that has gone: what it had to say went with it.
func (q *inquiry) reset() { q.open, q.said, q.model = nil, nil, Model{} }

// wanted tells when the answer has come that is waited for from now on: any about the status, or after a job one to a question
// that is asked only now, which shows that the printer has read everything before it.
func (q *inquiry) wanted(after bool) (done func() bool) {
	asked, heard := q.asked, q.heard
	if after {
		return func() bool { return q.answered > asked && q.heard > heard }
	}
	return func() bool { return q.heard > heard }
}
