package storage

import (
	"strings"
	"testing"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
)

// TestImportRefusesANumberOfSomethingElse: what is scanned must lead to one parcel only.
func TestImportRefusesANumberOfSomethingElse(t *testing.T) {
	s := openTest(t, t.TempDir())
	pull(t, s, testOrder("100", "MUG"), testOrder("300", "MUG"))
	run := func(rows string) ImportReport {
		t.Helper()
		r, err := s.ImportOrders(t.Context(), strings.NewReader("order_id,seller_sku,quantity,tracking_number\n"+rows), t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := run("A,MUG,1,T-A\n300,MUG,1,300\n"); r.Kept != 2 {
		t.Fatalf("got %+v", r)
	}
	for rows, reason := range map[string]string{
		"B,MUG,1,100\n":               "tracking_number 100 is the number of another order",
		"B,MUG,1,A\n":                 "tracking_number A is the number of another order",
		"100,MUG,1,A\n":               "tracking_number A is the number of another order",
		"B,MUG,1,P100\n":              "belongs to order 100",
		"B,MUG,1,A-1\n":               "belongs to order A",
		"100,MUG,1,T-A\n":             "belongs to order A",
		"T-A,MUG,1,\n":                "order_id T-A is the tracking number of order A",
		"T-A,MUG,1,T-B\nT-A,TEE,1,\n": "order_id T-A is the tracking number of order A",
	} {
		if r := run(rows); r.Kept != 0 || len(r.Bad) == 0 || r.Bad[0].Line != 2 || !strings.Contains(r.Bad[0].Reason, reason) {
			t.Errorf("%q: %+v, want %q", rows, r, reason)
		}
	}
	for _, id := range []fulfillment.OrderID{"B", "T-A"} {
		if _, err := s.Order(t.Context(), id); err == nil {
			t.Errorf("order %s was imported", id)
		}
	}
	if p := mustOrder(t, s, "100").Packages[0]; p.Tracking != "" {
		t.Errorf("order 100 gained %s", p.Tracking)
	}
}

// TestImportGivesACombinedParcelOneNumber: the orders in it may both name it, and nothing else.
func TestImportGivesACombinedParcelOneNumber(t *testing.T) {
	s := openTest(t, t.TempDir())
	combinedPair(t, s, nil)
	run := func(rows string) ImportReport {
		t.Helper()
		r, err := s.ImportOrders(t.Context(), strings.NewReader("order_id,seller_sku,quantity,tracking_number\n"+rows), t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := run("100,MUG,1,T1\n200,TEE,1,T2\n")
	if r.Kept != 1 || len(r.Bad) != 1 || r.Bad[0].Line != 3 || !strings.Contains(r.Bad[0].Reason, "in one parcel with order 100, which has tracking number T1") {
		t.Errorf("got %+v", r)
	}
	if r := run("100,MUG,1,T1\n200,TEE,1,T1\n"); r.Kept != 2 || len(r.Bad) != 0 {
		t.Errorf("the parcel's own number: %+v", r)
	}
	have := func(want string) {
		t.Helper()
		for _, id := range []fulfillment.OrderID{"100", "200"} {
			if p := mustOrder(t, s, id).Packages[0]; string(p.Tracking) != want {
				t.Errorf("order %s has %q, want %q", id, p.Tracking, want)
			}
		}
	}
	have("T1")
	// The number was wrong: one order alone cannot have another, and both in one file can.
	if r := run("100,MUG,1,T3\n"); r.Kept != 0 || len(r.Bad) != 1 || !strings.Contains(r.Bad[0].Reason, "one file must give both orders the new one") {
		t.Errorf("one of them: %+v", r)
	}
	if r := run("100,MUG,1,T3\n200,TEE,1,T4\n"); r.Kept != 0 || len(r.Bad) != 2 {
		t.Errorf("two numbers: %+v", r)
	}
	if r := run("100,MUG,1,T3\n200,TEE,1,T3\n200,TEE,none,\n"); r.Kept != 0 {
		t.Errorf("the other one cannot be taken: %+v", r)
	}
	for _, rows := range []string{"100,MUG,1,T3\n200,HAT,1,T3\n", "200,HAT,1,T3\n100,MUG,1,T3\n"} {
		if r := run(rows); r.Kept != 0 || len(r.Bad) != 2 {
			t.Errorf("the other one has no such item: %+v", r)
		}
	}
	have("T1")
	if r := run("100,MUG,1,T3\n200,TEE,1,T3\n"); r.Kept != 2 || len(r.Bad) != 0 {
		t.Errorf("the right one: %+v", r)
	}
	have("T3")
	p := mustOrder(t, s, "200").Packages[0]
	p.Rung = fulfillment.RungLabelled
	record(t, s, station.Commit{Packages: []fulfillment.Package{p}})
	if r := run("100,MUG,1,T5\n200,TEE,1,T5\n"); r.Kept != 0 || len(r.Bad) != 2 || !strings.Contains(r.Bad[0].Reason, "its label is on already") {
		t.Errorf("with its label on: %+v", r)
	}
	have("T3")
}
