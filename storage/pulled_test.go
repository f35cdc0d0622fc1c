package storage

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
	"packbench/storage/internal/queries"
)

func TestApplyPulledStoresWhatThePlatformTells(t *testing.T) {
	s := openTest(t, t.TempDir())
	ctx := t.Context()
	o := testOrder("100", "MUG", "TEE")
	o.BuyerMessage, o.SellerNote, o.AddressUpdated, o.ReportedShippedAt = "no paper", "fragile", true, time.Time{}
	o.Lines[0].Bundle = []fulfillment.BundlePart{{ProductID: "p", SKUID: "i", SKU: "s", Count: 3}}
	o.Lines[1].IsGift, o.Lines[1].DangerousGood, o.Lines[1].Image, o.Lines[1].SKUName = true, true, "https://example.invalid/a.png", "Red"
	changed, err := s.ApplyPulled(ctx, "shop", []fulfillment.Order{o}, t0)
	if err != nil || !slices.Equal(changed, []fulfillment.OrderID{"100"}) {
		t.Fatalf("got %v, %v", changed, err)
	}
	if d := cmp.Diff(o, mustOrder(t, s, "100"), cmpopts.EquateEmpty()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	o.CheckedAt = t0.Add(time.Minute)
	if changed := pull(t, s, o); changed != nil {
		t.Errorf("looked at again: got changed %v", changed)
	}
	if got := mustOrder(t, s, "100").CheckedAt; !got.Equal(o.CheckedAt) {
		t.Errorf("CheckedAt: got %v, want %v", got, o.CheckedAt)
	}
	for at, want := range map[string]time.Time{"shop": t0, "other": {}} {
		if got, err := s.Cursor(ctx, at); !got.Equal(want) || err != nil {
			t.Errorf("cursor of %s: got %v, %v, want %v", at, got, err, want)
		}
	}
	older := o
	older.UpdatedAt, older.Status = o.UpdatedAt.Add(-time.Second), fulfillment.StatusUnpaid
	if changed := pull(t, s, older); changed != nil || mustOrder(t, s, "100").Status != o.Status {
		t.Error("an older answer was applied")
	}
}

// labelled ties a label to the package, which the bench never does.
func labelled(t *testing.T, s *Store, p fulfillment.Package) {
	t.Helper()
	err := s.write(t.Context(), func(_ context.Context, q *queries.Queries) error {
		return q.SetPackageLabel(t.Context(), queries.SetPackageLabelParams{Label: string(p.Label), OrderID: string(p.OrderID), ID: string(p.ID)})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Each way in which the platform's word meets what was done here.
func TestApplyPulledKeepsWhatOnlyThisStationKnows(t *testing.T) {
	cases := []struct {
		name   string
		here   func(p *fulfillment.Package) // what was done here
		told   func(o *fulfillment.Order)   // what the platform tells next
		want   func(o fulfillment.Order) string
		silent bool // nothing that the bench must know
	}{
		{"rung, weight, label and manifest stay", func(p *fulfillment.Package) {
			p.Rung, p.WeightG, p.Label, p.Manifest, p.Reprints, p.LabelJob = fulfillment.RungStaged, 400, "lbl", "m", 2, "j"
		}, func(o *fulfillment.Order) { o.Status = fulfillment.StatusAwaitingCollection },
			func(o fulfillment.Order) string {
				p := o.Packages[0]
				if p.Rung != fulfillment.RungStaged || p.WeightG != 400 || p.Label != "lbl" || p.Manifest != "m" || p.Reprints != 2 || p.LabelJob != "j" {
					return "package lost something"
				}
				return ""
			}, false},
		{"an imported tracking number stays where the platform has none", func(p *fulfillment.Package) { p.Tracking, p.Carrier = "CSV-1", "Demo" },
			func(o *fulfillment.Order) {}, func(o fulfillment.Order) string {
				if o.Packages[0].Tracking != "CSV-1" || o.Packages[0].Carrier != "Demo" {
					return "tracking gone"
				}
				return ""
			}, true},
		{"the platform's tracking number wins", func(p *fulfillment.Package) { p.Tracking = "OLD" },
			func(o *fulfillment.Order) { o.Packages[0].Tracking = "NEW" }, func(o fulfillment.Order) string {
				if o.Packages[0].Tracking != "NEW" {
					return "tracking not taken over"
				}
				return ""
			}, false},
		{"a carrier's scan is taken over after the handover", func(p *fulfillment.Package) { p.Rung = fulfillment.RungHandedOver },
			func(o *fulfillment.Order) { o.Packages[0].Rung = fulfillment.RungCarrierScanned }, func(o fulfillment.Order) string {
				if o.Packages[0].Rung != fulfillment.RungCarrierScanned {
					return "rung not taken over"
				}
				return ""
			}, false},
		{"a seller-shipped order reported early keeps its rung on the bench", func(p *fulfillment.Package) { p.Rung = fulfillment.RungLabelled },
			func(o *fulfillment.Order) {
				o.ShippingType = fulfillment.ShippingSeller
				o.Packages[0].Rung = fulfillment.RungCarrierScanned
			}, func(o fulfillment.Order) string {
				if o.Packages[0].Rung != fulfillment.RungLabelled {
					return "the carrier cannot have it yet"
				}
				return ""
			}, false},
		{"a split before anything was done replaces the package", func(p *fulfillment.Package) {}, func(o *fulfillment.Order) {
			a, b := o.Packages[0], o.Packages[0]
			a.ID, a.PlatformID, a.Lines = "PA", "PA", []fulfillment.LineID{"100/0"}
			b.ID, b.PlatformID, b.Lines = "PB", "PB", []fulfillment.LineID{"100/1"}
			o.Packages = []fulfillment.Package{a, b}
		}, func(o fulfillment.Order) string {
			if len(o.Packages) != 2 || o.Packages[0].ID != "PA" || o.Packages[1].ID != "PB" {
				return "packages not replaced"
			}
			return ""
		}, false},
		{"a split of a packed parcel leaves the box held", func(p *fulfillment.Package) { p.Rung = fulfillment.RungVerified }, func(o *fulfillment.Order) {
			a := o.Packages[0]
			a.ID, a.PlatformID, a.Lines = "PA", "PA", []fulfillment.LineID{"100/0"}
			o.Packages = []fulfillment.Package{a}
		}, func(o fulfillment.Order) string {
			old, ok := o.PackageByID("P100")
			if !ok || !slices.Contains(old.Holds, fulfillment.HoldHeld) || len(o.Packages) != 2 {
				return "the box that was packed is gone or free"
			}
			return ""
		}, false},
		{"a cancellation is a hold of the platform", func(p *fulfillment.Package) {}, func(o *fulfillment.Order) { o.Status = fulfillment.StatusCancelled },
			func(o fulfillment.Order) string {
				if !slices.Equal(o.Holds, []fulfillment.Hold{fulfillment.HoldCancelled}) {
					return "no hold"
				}
				return ""
			}, false},
		{"a cancelled line is told", func(p *fulfillment.Package) {}, func(o *fulfillment.Order) { o.Lines[0].Status = fulfillment.StatusCancelled },
			func(o fulfillment.Order) string {
				if o.Lines[0].Status != fulfillment.StatusCancelled {
					return "line not cancelled"
				}
				return ""
			}, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := openTest(t, t.TempDir())
			o := testOrder("100", "MUG", "TEE")
			pull(t, s, o)
			here := mustOrder(t, s, "100").Packages[0]
			c.here(&here)
			record(t, s, station.Commit{Packages: []fulfillment.Package{here}})
			if here.Label != "" {
				labelled(t, s, here)
			}
			told := testOrder("100", "MUG", "TEE")
			told.UpdatedAt = o.UpdatedAt.Add(time.Second)
			c.told(&told)
			changed := pull(t, s, told)
			if wrong := c.want(mustOrder(t, s, "100")); wrong != "" {
				t.Errorf("%s: %+v", wrong, mustOrder(t, s, "100"))
			}
			if (len(changed) == 0) != c.silent {
				t.Errorf("changed: got %v", changed)
			}
		})
	}
}

// A package that had no id at first keeps ours when the platform makes one.
func TestPackageIDNeverChanges(t *testing.T) {
	s := openTest(t, t.TempDir())
	o := testOrder("100", "MUG")
	o.Packages, o.Lines[0].PackageID = nil, ""
	pull(t, s, o)
	if p := mustOrder(t, s, "100").Packages; len(p) != 1 || p[0].ID != "100-1" || p[0].PlatformID != "" {
		t.Fatalf("got %+v", p)
	}
	o = testOrder("100", "MUG")
	pull(t, s, o)
	p := mustOrder(t, s, "100").Packages
	if len(p) != 1 || p[0].ID != "100-1" || p[0].PlatformID != "P100" {
		t.Errorf("got %+v", p)
	}
}

func TestWorkForTheSyncer(t *testing.T) {
	s := openTest(t, t.TempDir())
	ctx := t.Context()
	open, late, seller, held, arranged, remorse := testOrder("1", "MUG", "MUG", "TEE"), testOrder("2", "MUG"), testOrder("3", "MUG"), testOrder("4", "MUG"), testOrder("5", "MUG"), testOrder("6", "NEW")
	unknown := testOrder("7", "NEW") // its label is sold by size: the bench asks for the box
	unknown.Market, remorse.Market = "US", "GB"
	late.Deadlines[0].At = t0.Add(time.Hour)
	seller.ShippingType = fulfillment.ShippingSeller
	held.CancelRequested = true
	arranged.Packages[0].Arranged = true
	remorse.OnHoldOrder, remorse.PaidAt, remorse.Deadlines = false, t0, nil
	pull(t, s, open, late, seller, held, arranged, remorse, unknown)
	if _, err := s.ImportProducts(ctx, stringsReader("seller_sku,weight_g,length_mm,width_mm,height_mm\nMUG,300,100,90,80\nTEE,120,300,200,20\n")); err != nil {
		t.Fatal(err)
	}
	rows, err := s.Shop("shop").ToArrange(ctx, 10)
	if err != nil || len(rows) != 3 || rows[0].OrderID != "2" || rows[1].OrderID != "1" || rows[2].OrderID != "6" {
		t.Fatalf("ToArrange: got %+v, %v", rows, err)
	}
	if r := rows[1]; r.WeightG != 720 || r.LengthMM != 300 || r.WidthMM != 200 || r.HeightMM != 180 || r.PackageID != "P1" || len(r.Lines) != 3 || !r.NextAt.IsZero() {
		t.Errorf("measured: got %+v", r)
	}
	if r := rows[2]; r.WeightG != 0 || r.HeightMM != 0 || !r.NextAt.Equal(t0.Add(fulfillment.RemorseHold)) {
		t.Errorf("unknown product in the hour after payment: got %+v", r)
	}
	if err := s.Add(ctx, rows[:1]); err != nil {
		t.Fatal(err)
	}
	if rows, err := s.Shop("shop").ToArrange(ctx, 10); err != nil || len(rows) != 2 {
		t.Errorf("ToArrange with one queued: got %+v, %v", rows, err)
	}
	fetch, err := s.Shop("shop").ToFetch(ctx, 10)
	if err != nil || len(fetch) != 1 || fetch[0].ID != "P5" {
		t.Fatalf("ToFetch: got %+v, %v", fetch, err)
	}
	h, err := s.StoreLabel(ctx, "P5", []byte("%PDF-5"), "T5")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := s.StoreLabel(ctx, "P5", []byte("%PDF-other"), "T6"); again != h || err != nil {
		t.Errorf("second label: got %s, %v, want %s", again, err, h)
	}
	if p := mustOrder(t, s, "5").Packages[0]; p.Label != h || p.Tracking != "T5" {
		t.Errorf("labelled package: got %+v", p)
	}
	if fetch, err := s.Shop("shop").ToFetch(ctx, 10); err != nil || len(fetch) != 0 {
		t.Errorf("ToFetch after the label: got %+v, %v", fetch, err)
	}
	record(t, s, station.Commit{Events: event(fulfillment.EventOrderOpened, seller)})
	here, gone, err := s.Shop("shop").Watched(ctx)
	if err != nil || !slices.Equal(here, []fulfillment.OrderID{"3", "4"}) || !slices.Equal(gone, []fulfillment.OrderID{"2"}) {
		t.Errorf("Watched: got %v and %v, %v, want 3 (opened) and 4 (its buyer asks to cancel), and 2 (queued)", here, gone, err)
	}
	seller.Packages[0].Rung = fulfillment.RungHandedOver
	record(t, s, station.Commit{Packages: seller.Packages, Events: event(fulfillment.EventOrderOpened, seller)})
	if here, gone, err = s.Shop("shop").Watched(ctx); err != nil || !slices.Equal(here, []fulfillment.OrderID{"4"}) || !slices.Equal(gone, []fulfillment.OrderID{"2", "3"}) {
		t.Errorf("Watched after 3 was handed over: got %v and %v, %v", here, gone, err)
	}
}
