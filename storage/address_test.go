package storage

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
	"packbench/storage/internal/queries"
)

func markOf(address string) string {
	sum := sha256.Sum256([]byte(address))
	return hex.EncodeToString(sum[:])
}

// told is the order as the platform tells it n minutes later, with this address.
func told(id string, shipping fulfillment.ShippingType, n int, mark string, flag bool) fulfillment.Order {
	o := testOrder(id, "MUG")
	o.ShippingType, o.AddressMark, o.AddressUpdated, o.UpdatedAt = shipping, mark, flag, o.UpdatedAt.Add(time.Duration(n)*time.Minute)
	return o
}

// TestAddressIsComparedByItsMark: a change is seen whenever both addresses were told, however often, and whatever the flag says;
// nothing is made of an address that was masked in between.
func TestAddressIsComparedByItsMark(t *testing.T) {
	first, second := markOf("1 Sample Road"), markOf("2 Sample Road")
	type step struct {
		mark string
		flag bool
	}
	for name, c := range map[string]struct {
		before, after []step // the label is stored between them
		changed       bool
	}{
		"the flag is set":                      {[]step{{first, false}}, []step{{second, true}}, true},
		"the flag was set at the first pull":   {[]step{{first, true}}, []step{{second, true}}, true},
		"a second change":                      {[]step{{first, false}, {second, true}}, []step{{first, true}}, true},
		"no change":                            {[]step{{first, true}}, []step{{first, true}}, false},
		"masked in between, and the same":      {[]step{{first, true}}, []step{{"", true}, {first, true}}, false},
		"masked in between, and another":       {[]step{{first, true}}, []step{{"", true}, {second, true}}, true},
		"masked first":                         {[]step{{"", true}}, []step{{first, true}}, false},
		"masked, and only the flag tells":      {[]step{{"", false}}, []step{{"", true}}, true},
		"masked, and the flag was set already": {[]step{{"", true}}, []step{{"", true}}, false}, // AddressTold is for this
	} {
		for _, shipping := range []fulfillment.ShippingType{fulfillment.ShippingPlatform, fulfillment.ShippingSeller} {
			for _, rung := range []fulfillment.Rung{fulfillment.RungToPack, fulfillment.RungApplied} {
				t.Run(name+" "+string(shipping)+" "+string(rung), func(t *testing.T) {
					s := openTest(t, t.TempDir())
					n := 0
					tell := func(steps []step) {
						for _, x := range steps {
							n++
							pull(t, s, told("100", shipping, n, x.mark, x.flag))
						}
					}
					tell(c.before)
					h, err := s.StoreLabel(t.Context(), "P100", []byte("%PDF-label"), "TRACK-1")
					if err != nil {
						t.Fatal(err)
					}
					p := mustOrder(t, s, "100").Packages[0]
					p.Rung = rung
					record(t, s, station.Commit{Packages: []fulfillment.Package{p}})
					tell(c.after)
					o := mustOrder(t, s, "100")
					onParcel := rung == fulfillment.RungApplied
					wantHeld := c.changed && (onParcel || shipping == fulfillment.ShippingSeller)
					wantGone := c.changed && shipping == fulfillment.ShippingPlatform
					if p := o.Packages[0]; isHeld(o) != wantHeld || (p.Label == "") != wantGone || p.Label != "" && p.Label != h {
						t.Errorf("held %t, label %q; want held %t, fetched anew %t", isHeld(o), p.Label, wantHeld, wantGone)
					}
				})
			}
		}
	}
}

// TestBoughtLabelOfAnOldAddress: a carrier's label that was bought elsewhere and is on the parcel shows the old address, too.
func TestBoughtLabelOfAnOldAddress(t *testing.T) {
	s := openTest(t, t.TempDir())
	pull(t, s, told("100", fulfillment.ShippingSeller, 1, markOf("a"), false))
	p := mustOrder(t, s, "100").Packages[0]
	p.Rung, p.Tracking = fulfillment.RungApplied, "BOUGHT-1"
	record(t, s, station.Commit{Packages: []fulfillment.Package{p}})
	pull(t, s, told("100", fulfillment.ShippingSeller, 2, markOf("b"), true))
	if o := mustOrder(t, s, "100"); !isHeld(o) {
		t.Errorf("not held: %+v", o)
	}
}

// TestAddressCannotBeGuessed: what is stored is no hash of the address that somebody else could make; its key is in no backup,
// and with another key nothing is compared. It leaves with the buyer's words.
func TestAddressCannotBeGuessed(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir)
	mark := markOf("1 Sample Road")
	pull(t, s, told("100", fulfillment.ShippingSeller, 1, mark, true))
	stored := mustOrder(t, s, "100").AddressMark
	if stored == "" || strings.Contains(stored, mark[:16]) {
		t.Fatalf("stored %q of %q", stored, mark)
	}
	info, err := os.Stat(filepath.Join(dir, addressKeyName))
	if err != nil || info.Size() != addressKeySize || runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		t.Errorf("the key: %v, %v", info, err)
	}
	key, err := os.ReadFile(filepath.Join(dir, addressKeyName))
	if err != nil {
		t.Fatal(err)
	}
	backup := filepath.Join(t.TempDir(), "b.zip")
	if err := s.Backup(t.Context(), backup, ""); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(backup); err != nil || bytes.Contains(data, key) {
		t.Errorf("the key is in the backup, %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again := openTest(t, dir)
	if again.addressMark(mark) != stored {
		t.Error("the key is another one after a restart")
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, addressKeyName)); err != nil {
		t.Fatal(err)
	}
	other := openTest(t, dir)
	if _, err := other.StoreLabel(t.Context(), "P100", []byte("%PDF-label"), ""); err != nil {
		t.Fatal(err)
	}
	pull(t, other, told("100", fulfillment.ShippingSeller, 2, mark, true))
	if o := mustOrder(t, other, "100"); isHeld(o) || o.AddressMark == stored || o.AddressMark == "" {
		t.Errorf("with another key: held %t, mark %q of %q", isHeld(o), o.AddressMark, stored)
	}
}

// TestAddressTold: for a masked address the platform's word counts. A label from before is fetched anew; a parcel that carries one
// waits, until a supervisor gives it the new one; a label from after is right.
func TestAddressTold(t *testing.T) {
	for name, c := range map[string]struct {
		rung       fulfillment.Rung
		mark       string
		at         time.Duration // of the change, after the label was stored
		anew, held bool
	}{
		"before the label is on":             {fulfillment.RungVerified, "", time.Minute, true, false},
		"on the parcel":                      {fulfillment.RungApplied, "", time.Minute, true, true},
		"the label is newer":                 {fulfillment.RungApplied, "", -time.Minute, false, false},
		"the same second":                    {fulfillment.RungApplied, "", -500 * time.Millisecond, true, true},
		"the address is known":               {fulfillment.RungApplied, markOf("a"), time.Minute, false, false},
		"it has left":                        {fulfillment.RungHandedOver, "", time.Minute, false, false},
		"nothing is begun, and labelled yet": {fulfillment.RungToPack, "", time.Minute, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := openTest(t, t.TempDir())
			pull(t, s, told("100", fulfillment.ShippingPlatform, 1, c.mark, true))
			if _, err := s.StoreLabel(t.Context(), "P100", []byte("%PDF-old"), "TRACK-1"); err != nil {
				t.Fatal(err)
			}
			p := mustOrder(t, s, "100").Packages[0]
			p.Rung, p.Arranged = c.rung, true
			record(t, s, station.Commit{Packages: []fulfillment.Package{p}, Events: event(fulfillment.EventApplied, mustOrder(t, s, "100"))})
			if err := s.AddressTold(t.Context(), "100", t0.Add(c.at)); err != nil {
				t.Fatal(err)
			}
			o := mustOrder(t, s, "100")
			if o.Packages[0].Label == "" != c.anew || isHeld(o) != c.held {
				t.Fatalf("fetched anew %t, held %t; want %t, %t", o.Packages[0].Label == "", isHeld(o), c.anew, c.held)
			}
			list, err := s.Shop("shop").ToFetch(t.Context(), 10)
			if err != nil || len(list) == 1 != c.anew {
				t.Errorf("to fetch: %+v, %v", list, err)
			}
			if !c.held {
				return
			}
			if _, err := s.StoreLabel(t.Context(), "P100", []byte("%PDF-new"), "TRACK-1"); err != nil {
				t.Fatal(err)
			}
			found, err := s.Find(t.Context(), "TRACK-1", nil)
			if err != nil {
				t.Fatal(err)
			}
			b := fulfillment.Bench{Mode: fulfillment.ModePack, Supervisor: true, SupervisorAt: t0, Reprint: fulfillment.ReprintSpoiled}
			out := fulfillment.Apply(b, fulfillment.Input{Now: t0, ID: "job", Scan: &fulfillment.Scan{Code: "TRACK-1"}, Found: found}, pairPolicy)
			if out.Verdict.Code != fulfillment.CommandDone || len(out.Jobs) != 1 {
				t.Fatalf("a supervisor's reprint: %+v", out.Verdict)
			}
			record(t, s, station.Commit{Bench: out.Next, Events: out.Events, Packages: out.Packages, Orders: out.Orders, Jobs: out.Jobs})
			pull(t, s, told("100", fulfillment.ShippingPlatform, 5, "", true))
			if o := mustOrder(t, s, "100"); isHeld(o) || len(o.Packages[0].Holds) > 0 {
				t.Errorf("still held after the new label: %+v, %+v", o.Holds, o.Packages[0].Holds)
			}
		})
	}
	s := openTest(t, t.TempDir())
	if err := s.AddressTold(t.Context(), "nobody", t0); err != nil {
		t.Error(err)
	}
}

func TestAddressMarkLeavesWithTheBuyersWords(t *testing.T) {
	s := openTest(t, t.TempDir())
	o := told("100", fulfillment.ShippingSeller, 1, markOf("a"), false)
	o.Status = fulfillment.StatusCompleted
	pull(t, s, o)
	if mustOrder(t, s, "100").AddressMark == "" {
		t.Fatal("no mark")
	}
	ids, err := s.qr.OrdersToForget(t.Context(), ms(t0.Add(time.Hour)))
	if err != nil || !slices.Contains(ids, "100") {
		t.Fatalf("to forget: %v, %v", ids, err)
	}
	if err := s.write(t.Context(), func(ctx context.Context, q *queries.Queries) error { return q.ForgetBuyerWords(ctx, "100") }); err != nil {
		t.Fatal(err)
	}
	if m := mustOrder(t, s, "100").AddressMark; m != "" {
		t.Errorf("the mark %q stays", m)
	}
}
