package fulfillment

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

// What a button looks like is what a touch of it does: in every state the commands that are said to work do, and the others are
// refused, and asking changes nothing.
func TestMayIsWhatTheRuleDoes(t *testing.T) {
	commands := []Command{CmdUndo, CmdFinish, CmdReprint, CmdSkip, CmdShort, CmdHold}
	w := newWorld(t)
	w.pol.HasScale = true
	w.order("1", ShippingPlatform, "MUG", "TEA")
	may := func(state, want string) {
		t.Helper()
		before, _ := json.Marshal(w.bench)
		var got []string
		for _, c := range commands {
			if May(w.bench, c, w.pol, noon.Add(time.Duration(w.n)*time.Second)) {
				got = append(got, string(c))
			}
		}
		if !slices.Equal(got, strings.Fields(want)) {
			t.Errorf("%s: %v, want %s", state, got, want)
		}
		if after, _ := json.Marshal(w.bench); string(after) != string(before) {
			t.Fatalf("%s: asking has changed the bench", state)
		}
	}
	weigh := func(g int) { w.apply(Input{Weight: &Weight{Grams: g, Stable: true}}) }
	may("an empty bench", "REPRINT")
	w.expect("PB:REPRINT:LOST", CommandDone)
	may("a parcel to relabel is awaited", "UNDO REPRINT")
	w.expect("PB:UNDO", CommandDone)
	weigh(0)
	w.scan("1")
	may("an open order", "SKIP SHORT HOLD")
	w.pol.Verify = PolicyWarn
	may("an open order under warn", "FINISH SKIP SHORT HOLD")
	w.pol.Verify = PolicyBlock
	w.scan("MUG")
	may("an item is in", "UNDO SKIP SHORT HOLD")
	w.expect("MUG", TooMany)
	may("a refused item is not counted, and UNDO says so", "UNDO SKIP SHORT HOLD")
	w.scan("TEA")
	may("to be weighed", "UNDO FINISH SKIP SHORT HOLD")
	weigh(1300)
	w.expect("PB:FINISH", WeightOff)
	may("asked about a wrong weight", "UNDO FINISH SKIP SHORT HOLD")
	w.pol.Weigh = PolicyBlock
	may("a wrong weight under block", "UNDO SKIP SHORT HOLD")
	w.pol.Weigh = PolicyWarn
	weigh(0)
	weigh(210)
	may("printing", "SKIP SHORT HOLD")
	j, o := w.jobs[len(w.jobs)-1], w.orders["1"]
	refused := j
	refused.State, refused.Verdict = JobRefused, LabelRefuse
	kept := w.bench
	w.apply(Input{Printed: &refused, Order: &o})
	may("a refused label", "SHORT HOLD")
	w.bench = kept
	w.print()
	may("printed", "REPRINT SKIP SHORT HOLD")
}
