package station

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"

	"packbench/fulfillment"
)

// at opens a bench over a disk for one test, with a supervisor's badge and two carriers.
func at(ctx context.Context, t *testing.T, d *disk) *bench {
	t.Helper()
	b := startBench(t, ctx, d, script(t, comesOut, comesOut))
	b.s.o.Operators = []fulfillment.Operator{{Badge: "9", Name: "Demo Supervisor", Supervisor: true}}
	b.s.o.Carriers = func(context.Context) ([]string, error) { return []string{"Royal Mail"}, nil }
	return b
}

func TestUndoAtTheDockReadsTheParcelAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		d := newDisk(t, "1001", "1002")
		b := at(ctx, t, d)
		for _, id := range []string{"1001", "1002"} {
			b.scan(id, "MUG", "MUG")
			b.verdicts()
			b.scan("T" + id)
			b.verdicts()
		}
		b.scan("PB:MODE:HANDOFF", "T1001", "T1002", "PB:CARRIER:NOBODY", "PB:UNDO")
		codes, last := b.verdicts()
		expect(t, codes, fulfillment.CommandDone, fulfillment.Staged, fulfillment.Staged, fulfillment.Refused, fulfillment.CommandDone)
		if v := last.Verdict; v.Why != fulfillment.WhyOffManifest || v.OrderID != "1002" || v.Name != "T1002" {
			t.Errorf("%+v", v)
		}
		d.mu.Lock()
		p, n := d.orders["1002"].Packages[0], len(d.commits[len(d.commits)-1].Manifests[0].Parcels)
		d.mu.Unlock()
		if p.Rung != fulfillment.RungApplied || p.Manifest != "" || n != 1 {
			t.Errorf("stored at %s on %q, %d parcels on the manifest", p.Rung, p.Manifest, n)
		}
		b.scan("PB:CARRIER:ROYALMAIL")
		if _, last = b.verdicts(); last.Carrier != "ROYALMAIL" || last.CarrierName != "Royal Mail" {
			t.Errorf("narrowed to %q %q", last.Carrier, last.CarrierName)
		}
	})
}

func TestTheNextBoxIsLookedUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		d := newDisk(t, "1001")
		b := at(ctx, t, d)
		b.scan("PB:NEXTBOX")
		if _, last := b.verdicts(); last.Verdict.Why != fulfillment.WhyNoLastOrder {
			t.Errorf("%+v", last.Verdict)
		}
		b.scan("1001", "MUG", "MUG")
		b.verdicts()
		b.scan("T1001", "PB:NEXTBOX")
		if _, last := b.verdicts(); last.Verdict.Why != fulfillment.WhyAllBoxes || last.Verdict.OrderID != "1001" {
			t.Errorf("%+v", last.Verdict)
		}
		b.scan("PB:REPRINT:SPOILED")
		if _, last := b.verdicts(); last.Prompt != PromptReprint {
			t.Errorf("prompt %s", last.Prompt)
		}
		b.scan("T1001")
		codes, last := b.verdicts()
		expect(t, codes, fulfillment.CommandDone, fulfillment.LabelPrinted)
		if last.Prompt != PromptApply {
			t.Errorf("prompt %s", last.Prompt)
		}
	})
}

func TestADecisionIsOneCommitOrNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		d := newDisk(t, "1001")
		b := startBench(t, ctx, d, script(t))
		b.s.o.Operators = []fulfillment.Operator{{Badge: "9", Name: "Demo Supervisor", Supervisor: true}}
		decide := func() answer {
			t.Helper()
			err := b.s.Decide(ctx, fulfillment.OutboxDecision{ID: "row", OrderID: "1001", Action: fulfillment.OutboxGiveUp, Reason: "order was cancelled"})
			if err != nil {
				t.Fatal(err)
			}
			_, last := b.verdicts()
			return answer{last.Verdict.Code, last.Verdict.Why}
		}
		if got := decide(); got != (answer{fulfillment.NeedsSupervisor, fulfillment.WhySupervisorOnly}) {
			t.Errorf("a packer: %v", got)
		}
		b.scan("PB:USER:9")
		b.verdicts()
		if got := decide(); got != (answer{fulfillment.CommandDone, fulfillment.WhyGivenUp}) {
			t.Errorf("a supervisor: %v", got)
		}
		d.mu.Lock()
		last := d.commits[len(d.commits)-1]
		n := len(d.commits)
		d.gone = true
		d.mu.Unlock()
		if len(last.Decisions) != 1 || last.Decisions[0].By != "Demo Supervisor" || len(last.Events) != 1 || last.Events[0].Kind != fulfillment.EventDecided {
			t.Errorf("committed %+v, %+v", last.Decisions, last.Events)
		}
		if got := decide(); got != (answer{fulfillment.Refused, fulfillment.WhyNotParked}) {
			t.Errorf("somebody was quicker: %v", got)
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		if len(d.commits) != n {
			t.Errorf("%d commits, %d were wanted", len(d.commits), n)
		}
	})
}

// answer is what a decision was answered.
type answer struct {
	code fulfillment.VerdictCode
	why  fulfillment.Why
}

func (v answer) String() string { return fmt.Sprintf("%s %s", v.code, v.why) }
