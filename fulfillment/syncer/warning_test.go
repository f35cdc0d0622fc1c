package syncer_test

import (
	"encoding/csv"
	"testing"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
	"packbench/fulfillment/syncer"
)

// The platform takes a parcel as shipped and doubts its tracking number: the packer hears it, and the order keeps it.
func TestSandboxWarningReachesPeople(t *testing.T) {
	t.Parallel()
	warned := make(chan fulfillment.PlatformWarning, 4)
	f := newFloorWith(t, "US", setup{change: func(o *syncer.Options) {
		o.Warned = func(w fulfillment.PlatformWarning) { warned <- w }
	}})
	f.start()
	f.until("orders pulled", func() string {
		if f.sync.Status().LastPull.IsZero() {
			return "no pull yet"
		}
		return ""
	})
	rows, err := csv.NewReader(f.get("/admin/labels.csv")).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows[1:] {
		rows[i+1][5] = "UNKNOWN0000001" // no carrier's number looks like this
	}
	ids := f.addReports(rows, 1)
	f.sync.Wake()
	f.until("reported", f.shipped(ids))
	w := <-warned
	if string(w.OrderID) != ids[0] || w.Words == "" {
		t.Fatalf("warned of %+v", w)
	}
	b := newStationOn(t, f, fulfillment.Policy{Verify: fulfillment.PolicyBlock})
	if err := b.st.Warned(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	v := b.next()
	if v.Verdict == nil || v.Verdict.Why != fulfillment.WhyPlatformWarns || v.Verdict.OrderID != w.OrderID || len(v.Alarms) != 1 {
		t.Fatalf("the bench says %+v, alarms %+v", v.Verdict, v.Alarms)
	}
	b.scan("PB:UNDO") // something else is scanned: the alarm stands
	if now := b.now(); len(now.Alarms) != 1 || now.Prompt != station.PromptScanOrder {
		t.Errorf("alarms %+v", now.Alarms)
	}
	events, err := f.store.Events(t.Context(), w.OrderID)
	if err != nil {
		t.Fatal(err)
	}
	if s := fulfillment.StoryOf(events); s.Warning != w.Words {
		t.Errorf("the order's story says %q, want %q", s.Warning, w.Words)
	}
}
