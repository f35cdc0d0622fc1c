package station

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"packbench/fulfillment"
)

// told collects what the queue says.
type told struct{ jobs []fulfillment.PrintJob }

func (b *told) Printed(_ context.Context, j fulfillment.PrintJob) error {
	b.jobs = append(b.jobs, j)
	return nil
}
func (b *told) Supervisor() bool { return false }

// The queue prints what is proved, and of what cannot be verified exactly the picture that was confirmed.
func TestOnlyTheConfirmedPictureIsPrinted(t *testing.T) {
	for _, c := range []struct {
		name      string
		verdict   fulfillment.LabelVerdict
		bitmap    fulfillment.Hash
		confirmed fulfillment.Hash
		want      fulfillment.JobState
	}{
		{"proved", fulfillment.LabelPrint, "a", "", fulfillment.JobDone},
		{"cannot be verified", fulfillment.LabelCannotVerify, "a", "", fulfillment.JobRefused},
		{"confirmed", fulfillment.LabelCannotVerify, "a", "a", fulfillment.JobDone},
		{"confirmed, and drawn otherwise now", fulfillment.LabelCannotVerify, "b", "a", fulfillment.JobRefused},
		{"without a picture", fulfillment.LabelCannotVerify, "", "", fulfillment.JobRefused},
		{"refused, whatever was confirmed", fulfillment.LabelRefuse, "a", "a", fulfillment.JobRefused},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, back := newDisk(t, "1001"), &told{}
			d.jobs = []fulfillment.PrintJob{{ID: "j", OrderID: "1001", State: fulfillment.JobQueued, Confirmed: c.confirmed}}
			var results []func() (PrintResult, error)
			if c.want == fulfillment.JobDone {
				results = append(results, func() (PrintResult, error) {
					return PrintResult{Sent: 9, Total: 9, Complete: true, Hash: "bytes", Language: "zpl", Compression: "z64"}, nil
				})
			}
			q := NewPrintQueue(PrintQueue{Store: d, Labels: proved{proof: fulfillment.Proof{Verdict: c.verdict, Bitmap: c.bitmap}}, Printer: script(t, results...),
				Back: back, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
			if _, err := q.one(t.Context()); err != nil {
				t.Fatal(err)
			}
			if len(back.jobs) != 1 || back.jobs[0].State != c.want || back.jobs[0].Bitmap != c.bitmap {
				t.Fatalf("told %+v", back.jobs)
			}
			if j := back.jobs[0]; c.want == fulfillment.JobDone && (j.SentHash != "bytes" || j.Total != 9 || j.Language != "zpl" || j.Compression != "z64" || j.DPI != 203) {
				t.Errorf("what was sent is not on the job: %+v", j)
			}
		})
	}
}
