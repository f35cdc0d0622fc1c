package storage

import (
	"testing"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
)

func TestAPackedParcelWithoutItsLabelIsKnown(t *testing.T) {
	for _, c := range []struct {
		rung  fulfillment.Rung
		label fulfillment.Hash
		want  bool
	}{
		{fulfillment.RungToPack, "", false},
		{fulfillment.RungVerified, "", true},
		{fulfillment.RungWeighed, "", true},
		{fulfillment.RungVerified, "label", false},
		{fulfillment.RungApplied, "", false}, // the carrier's own label is on it
	} {
		o := fulfillment.Order{ID: "1", Packages: []fulfillment.Package{{ID: "P1", OrderID: "1", Rung: c.rung, Label: c.label}}}
		if got := summarise(o).NoLabel; got != c.want {
			t.Errorf("at %s with label %q: %v", c.rung, c.label, got)
		}
	}
}

// Each parcel counts by itself, and a label that was to be replaced and was not is none.
func TestEveryParcelWithoutAGoodLabelIsCounted(t *testing.T) {
	s := openTest(t, t.TempDir())
	o := testOrder("100", "MUG", "TEE")
	second := o.Packages[0]
	second.ID, second.PlatformID = "P100B", "P100B"
	o.Packages[0].Lines, second.Lines = o.Packages[0].Lines[:1], o.Packages[0].Lines[1:]
	o.Lines[1].PackageID = second.ID
	o.Packages = append(o.Packages, second)
	pull(t, s, o)
	check := func(when string, want int, again bool) {
		t.Helper()
		list, err := s.ListOrders(t.Context(), "", 10)
		if err != nil || len(list) != 1 || list[0].Unlabelled != want || list[0].Relabel != again {
			t.Errorf("%s: %+v, %v; want %d parcels, relabel %v", when, list, err, want, again)
		}
	}
	put := func(p fulfillment.Package, job fulfillment.PrintJob) {
		t.Helper()
		c := station.Commit{Packages: []fulfillment.Package{p}, Events: event(fulfillment.EventVerified, o)}
		if job.ID != "" {
			c.Jobs = []fulfillment.PrintJob{job}
		}
		record(t, s, c)
	}
	check("nothing packed", 0, false)
	second.Rung = fulfillment.RungVerified
	put(second, fulfillment.PrintJob{})
	check("the second box is packed, the first is not", 1, false)
	second.Rung, second.LabelJob = fulfillment.RungLabelled, "j1"
	job := fulfillment.PrintJob{ID: "j1", OrderID: "100", PackageID: "P100B", State: fulfillment.JobDone}
	put(second, job)
	check("its label is out", 0, false)
	second.LabelJob, job.ID, job.State = "j2", "j2", fulfillment.JobAsk
	put(second, job)
	check("the next copy is in doubt", 1, true)
	second.LabelJob = ""
	put(second, fulfillment.PrintJob{})
	check("the next copy was refused", 1, true)
	second.Rung = fulfillment.RungApplied
	put(second, fulfillment.PrintJob{})
	check("it is stuck on", 0, false)
}

func TestTheListClaimsWhatWasDone(t *testing.T) {
	line := func(status fulfillment.OrderStatus) []fulfillment.LineItem {
		return []fulfillment.LineItem{{ID: "a", SKU: "MUG", Status: status}, {ID: "b", SKU: "MUG", Status: status}}
	}
	for _, c := range []struct {
		name     string
		rung     fulfillment.Rung
		unpacked string
		status   fulfillment.OrderStatus
		verified int
		units    int
	}{
		{"packed", fulfillment.RungApplied, "", "", 2, 2},
		{"accepted unpacked", fulfillment.RungHandedOver, "Demo Supervisor", "", 0, 2},
		{"cancelled in its box", fulfillment.RungApplied, "", fulfillment.StatusCancelled, 2, 2},
		{"cancelled before", fulfillment.RungToPack, "", fulfillment.StatusCancelled, 0, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := fulfillment.Order{ID: "1", Lines: line(c.status), Packages: []fulfillment.Package{{ID: "P1", OrderID: "1", Rung: c.rung, Unpacked: c.unpacked}}}
			if s := summarise(o); s.Verified != c.verified || s.Units != c.units || s.Unpacked != c.unpacked {
				t.Errorf("%d of %d, unpacked %q", s.Verified, s.Units, s.Unpacked)
			}
		})
	}
}

func TestWhoAcceptedAParcelUnpackedIsStored(t *testing.T) {
	s := openTest(t, t.TempDir())
	o := testOrder("576461413038785752", "MUG")
	pull(t, s, o)
	p := o.Packages[0]
	for _, who := range []string{"Demo Supervisor", ""} {
		p.Rung, p.Unpacked = fulfillment.RungStaged, who
		c := station.Commit{Station: "PACK-01", At: t0, Events: []fulfillment.EventDraft{{Kind: fulfillment.EventStaged, OrderID: o.ID, PackageID: p.ID}},
			Packages: []fulfillment.Package{p}}
		if err := s.Record(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Order(t.Context(), o.ID); err != nil || got.Packages[0].Unpacked != who {
			t.Errorf("%v, unpacked by %q, want %q", err, got.Packages[0].Unpacked, who)
		}
	}
}

// A label that will not print is known in the list before the parcel is packed, and forgotten once one for the same stock will.
func TestALabelThatWillNotPrintIsListed(t *testing.T) {
	s := openTest(t, t.TempDir())
	o := testOrder("100", "MUG")
	pull(t, s, o)
	p := o.Packages[0]
	hash, err := s.StoreLabel(t.Context(), p.ID, []byte("%PDF-1.4 a label"), "TRACK100")
	if err != nil {
		t.Fatal(err)
	}
	listed := func() string {
		t.Helper()
		list, err := s.ListOrders(t.Context(), "", 10)
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		return list[0].LabelWhy
	}
	if got := listed(); got != "" {
		t.Errorf("nothing was proved: %q", got)
	}
	proof := fulfillment.Proof{Label: hash, Shipment: fulfillment.Shipment{Tracking: "TRACK100"}, Media: fulfillment.Media{DPI: 203, WidthMM: 102, HeightMM: 152},
		Verdict: fulfillment.LabelRefuse, Reason: "the label is for another parcel", At: t0}
	if err := s.SaveProof(t.Context(), proof); err != nil {
		t.Fatal(err)
	}
	if got := listed(); got != proof.Reason {
		t.Errorf("got %q", got)
	}
	proof.Media.DPI, proof.Verdict, proof.Reason, proof.At = 300, fulfillment.LabelPrint, "", t0.Add(time.Hour)
	if err := s.SaveProof(t.Context(), proof); err != nil {
		t.Fatal(err)
	}
	if got := listed(); got != "" {
		t.Errorf("a printer of 300 dpi prints it: %q", got)
	}
}
