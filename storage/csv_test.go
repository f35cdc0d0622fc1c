package storage

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
)

func TestImportOrdersReadsWhatPeopleSave(t *testing.T) {
	const plain = "order_id,seller_sku,name,quantity,carrier,tracking_number,ship_by,label_file,buyer_note\n" +
		"A1,MUG,Red mug,2,Demo Carrier,T1,2026-11-23T17:00:00+02:00,,no paper\nA1,TEE,,1,,,,,\n"
	cases := map[string]string{
		"plain":                 plain,
		"BOM":                   "\ufeff" + plain,
		"CR, from a Mac":        strings.ReplaceAll(plain, "\n", "\r"),
		"two BOMs":              "\ufeff\ufeff" + plain,
		"BOM and CR":            "\ufeff" + strings.ReplaceAll(plain, "\n", "\r"),
		"CRLF":                  strings.ReplaceAll(plain, "\n", "\r\n"),
		"no newline at the end": strings.TrimSuffix(plain, "\n"),
		"semicolon":             strings.ReplaceAll(plain, ",", ";"),
		"another order of columns": "Quantity, tracking_number ,seller_sku,order_id,carrier,ship_by,buyer_note,name\n" +
			"2,T1,MUG,A1,Demo Carrier,2026-11-23T15:00:00Z,no paper,Red mug\n1,,TEE,A1,,,,\n",
		"quotes": "order_id,seller_sku,quantity,name,carrier,tracking_number,ship_by,buyer_note\n\"A1\",\"MUG\",2,\"Red mug\",Demo Carrier,T1,2026-11-23T15:00:00Z,\"no paper\"\nA1,TEE,1\n",
	}
	for name, text := range cases {
		t.Run(name, func(t *testing.T) {
			s := openTest(t, t.TempDir())
			report, err := s.ImportOrders(t.Context(), strings.NewReader(text), t.TempDir())
			if err != nil || report.Rows != 2 || report.Kept != 2 || len(report.Bad) > 0 || len(report.UnknownColumns) > 0 || !slices.Equal(report.Orders, []fulfillment.OrderID{"A1"}) {
				t.Fatalf("got %+v, %v", report, err)
			}
			o := mustOrder(t, s, "A1")
			p := o.Packages[0]
			if len(o.Lines) != 3 || o.Lines[1].SKU != "MUG" || o.Lines[0].ProductName != "Red mug" || o.BuyerMessage != "no paper" || o.Market != "US" ||
				o.ShippingType != fulfillment.ShippingSeller || o.Source != fulfillment.SourceCSV || !o.ShipBy().Equal(time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)) ||
				p.ID != "A1-1" || p.Carrier != "Demo Carrier" || p.Tracking != "T1" || p.Rung != fulfillment.RungToPack {
				t.Errorf("got %+v", o)
			}
			if v, _ := fulfillment.Gate(o, false, t0); v != "" {
				t.Errorf("the order may not be packed: %s", v)
			}
			if e, err := s.Events(t.Context(), "A1"); err != nil || len(e) != 1 || e[0].Kind != fulfillment.EventImported {
				t.Errorf("events: got %+v, %v", e, err)
			}
		})
	}
}

func TestImportOrdersNamesBadRowsAndKeepsGoodOnes(t *testing.T) {
	dir := t.TempDir()
	for name, data := range map[string]string{"label.pdf": "%PDF-1.4 label", "other.pdf": "%PDF-1.4 other", "photo.gif": "GIF89a"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	huge, err := os.Create(filepath.Join(dir, "huge.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(huge.Truncate(1<<40), huge.Close()); err != nil { // without a block on the disk
		t.Skip(err)
	}
	const header = "order_id,seller_sku,quantity,tracking_number,ship_by,label_file\n"
	const good = "GOOD,MUG,1,TG,,label.pdf\n"
	cases := []struct{ name, rows, reason string }{
		{"no order id", ",MUG,1,,,\n", "order_id is empty"},
		{"no SKU", "X,,1,,,\n", "seller_sku is empty"},
		{"quantity zero", "X,MUG,0,,,\n", `quantity is "0"`},
		{"quantity in words", "X,MUG,two,,,\n", `quantity is "two"`},
		{"quantity missing", "X,MUG,,,,\n", `quantity is ""`},
		{"far too many", "X,MUG,1001,,,\n", "from 1 to 1000"},
		{"a date without a zone", "X,MUG,1,,2026-11-23,\n", "ship_by"},
		{"a label that is not there", "X,MUG,1,,,none.pdf\n", "label_file none.pdf"},
		{"a label that is a folder", "X,MUG,1,,,folder\n", "it is a folder"},
		{"a label that is far too large", "X,MUG,1,,,huge.pdf\n", "larger than 8 MB"},
		{"a label outside the folder", "X,MUG,1,,,../../etc/passwd\n", "label_file ../../etc/passwd"},
		{"a label that is none", "X,MUG,1,,,photo.gif\n", "neither PDF, PNG nor ZPL"},
		{"two tracking numbers", "X,MUG,1,T1,,\nX,TEE,1,T2,,\n", "second tracking number"},
		{"two labels", "X,MUG,1,,,label.pdf\nX,TEE,1,,,other.pdf\n", "second label_file"},
		{"another order's tracking number", "X,MUG,1,TG,,\n", "belongs to order GOOD"},
		{"a command for an order id", "PB:UNDO,MUG,1,,,\n", "PB:"},
		{"too many cells", "X,MUG,1,,,,,,\n", "cells"},
		{"a stray quote", "X,MU\"G,1,,,\n", "not readable"},
		{"not UTF-8", "X,M\xffG,1,,,\n", "not UTF-8"},
		{"control characters", "X,M\x01G,1,,,\n", "control"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := openTest(t, t.TempDir())
			report, err := s.ImportOrders(t.Context(), strings.NewReader(header+good+c.rows), dir)
			if err != nil {
				t.Fatal(err)
			}
			bad := strings.Count(c.rows, "\n")
			if report.Rows != 1+bad || report.Kept != 1 || len(report.Bad) != bad {
				t.Fatalf("got %+v", report)
			}
			all := fmt.Sprint(report.Bad)
			if !strings.Contains(all, c.reason) {
				t.Errorf("got %s, want it to say %q", all, c.reason)
			}
			if report.Bad[0].Line != 3 {
				t.Errorf("line: got %d, want 3", report.Bad[0].Line)
			}
			if _, err := s.Order(t.Context(), "X"); err == nil {
				t.Error("a bad order was half imported")
			}
			if p := mustOrder(t, s, "GOOD").Packages[0]; p.Label == "" || p.Tracking != "TG" {
				t.Errorf("the good order: got %+v", p)
			} else if data, err := s.Get(t.Context(), p.Label); string(data) != "%PDF-1.4 label" || err != nil {
				t.Errorf("its label: got %q, %v", data, err)
			}
		})
	}
	for name, text := range map[string]string{"empty": "", "no such column": "order,sku\n1,2\n", "twice the same column": "order_id,order_id,seller_sku,quantity\n",
		"UTF-16": "\xff\xfeo\x00r\x00"} {
		t.Run("refuses a file: "+name, func(t *testing.T) {
			s := openTest(t, t.TempDir())
			if _, err := s.ImportOrders(t.Context(), strings.NewReader(text), dir); err == nil {
				t.Error("got no error")
			}
		})
	}
}

func TestImportGivesAKnownOrderItsTrackingNumber(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "l.zpl"), []byte("^XA^XZ"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := openTest(t, t.TempDir())
	o := testOrder("100", "MUG", "TEE")
	o.ShippingType, o.BuyerMessage = fulfillment.ShippingSeller, "the platform's"
	pull(t, s, o)
	run := func(rows string) ImportReport {
		t.Helper()
		r, err := s.ImportOrders(t.Context(), strings.NewReader("order_id,seller_sku,quantity,carrier,tracking_number,label_file,buyer_note,Shelf,Shelf2\n"+rows), dir)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := run("100,MUG,9,Demo Carrier,T100,l.zpl,mine,A-3,\n")
	if r.Kept != 1 || !slices.Equal(r.UnknownColumns, []string{"shelf", "shelf2"}) {
		t.Fatalf("got %+v", r)
	}
	got := mustOrder(t, s, "100")
	if p := got.Packages[0]; p.Tracking != "T100" || p.Carrier != "Demo Carrier" || p.Label == "" || p.ID != "P100" {
		t.Errorf("package: got %+v", p)
	}
	if len(got.Lines) != 2 || got.BuyerMessage != "the platform's" || got.Source != fulfillment.SourcePlatform {
		t.Errorf("the platform's words changed: %+v", got)
	}
	var extra string
	if err := s.r.QueryRow("SELECT fields FROM csv_extra WHERE kind = 'orders' AND key = '100'").Scan(&extra); err != nil || extra != `{"shelf":"A-3"}` {
		t.Errorf("unknown columns: got %q, %v", extra, err)
	}
	if r := run("100,CAP,1,,T101,,,,\n"); len(r.Bad) != 1 || !strings.Contains(r.Bad[0].Reason, "no item CAP") {
		t.Errorf("a SKU that is not on the order: got %+v", r)
	}
	pkg := got.Packages[0]
	pkg.Rung = fulfillment.RungLabelled
	record(t, s, station.Commit{Packages: []fulfillment.Package{pkg}})
	if r := run("100,MUG,1,,T101,,,,\n"); len(r.Bad) != 1 || !strings.Contains(r.Bad[0].Reason, "label on already") {
		t.Errorf("after the label is on: got %+v", r)
	}
	pull(t, s, o) // the platform still tells no tracking number
	if p := mustOrder(t, s, "100").Packages[0]; p.Tracking != "T100" {
		t.Errorf("after a pull: got %q, want T100", p.Tracking)
	}
}

func TestAnImportedOrderIsReplacedUntilItIsBegun(t *testing.T) {
	s := openTest(t, t.TempDir())
	run := func(rows string) {
		t.Helper()
		r, err := s.ImportOrders(t.Context(), strings.NewReader("order_id,seller_sku,quantity,tracking_number\n"+rows), t.TempDir())
		if err != nil || len(r.Bad) > 0 {
			t.Fatalf("got %+v, %v", r, err)
		}
	}
	run("A,MUG,1,\n")
	run("A,TEE,2,T1\n")
	if o := mustOrder(t, s, "A"); len(o.Lines) != 2 || o.Lines[0].SKU != "TEE" || len(o.Packages) != 1 || o.Packages[0].Tracking != "T1" {
		t.Fatalf("replaced: got %+v", o)
	}
	record(t, s, station.Commit{Events: event(fulfillment.EventOrderOpened, mustOrder(t, s, "A"))})
	run("A,TEE,7,T2\n")
	if o := mustOrder(t, s, "A"); len(o.Lines) != 2 || o.Packages[0].Tracking != "T2" {
		t.Errorf("opened: got %+v", o)
	}
}

func TestImportProducts(t *testing.T) {
	s := openTest(t, t.TempDir())
	run := func(text string) ImportReport {
		t.Helper()
		r, err := s.ImportProducts(t.Context(), strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := run("seller_sku;barcode;name;weight_g;length_mm;width_mm;height_mm;fragile;dangerous_good;image;colour\n" +
		"MUG;111;Mug;300;100;90;80;yes;0;m.png;red\nMUG;222;;;;;;;;;\nBAD;;;-1;;;;;;;\nBAD2;;;1.5;;;;;;;\nBAD3;;;;;;;maybe;;;\n;;;;;;;;;;\nTEE;;;120;;;;;TRUE;;\n")
	if r.Rows != 7 || r.Kept != 3 || len(r.Bad) != 4 || r.Bad[0].Line != 4 || r.Bad[3].Line != 7 || !slices.Equal(r.UnknownColumns, []string{"colour"}) {
		t.Fatalf("got %+v", r)
	}
	mug, err := s.Product(t.Context(), "MUG")
	want := fulfillment.Product{SKU: "MUG", Name: "Mug", Barcodes: []string{"111", "222"}, WeightG: 300, LengthMM: 100, WidthMM: 90, HeightMM: 80, Fragile: true, Image: "m.png"}
	if fmt.Sprint(mug) != fmt.Sprint(want) || err != nil {
		t.Errorf("got %+v, %v, want %+v", mug, err, want)
	}
	run("seller_sku,weight_g\nMUG,310\n") // what the file does not say stays
	if mug, err := s.Product(t.Context(), "MUG"); mug.WeightG != 310 || mug.Name != "Mug" || len(mug.Barcodes) != 2 || err != nil {
		t.Errorf("weight only: got %+v, %v", mug, err)
	}
	run("seller_sku,barcode,fragile\nMUG,333,no\n") // a barcode that was wrong can be replaced
	if mug, err := s.Product(t.Context(), "MUG"); !slices.Equal(mug.Barcodes, []string{"333"}) || mug.Fragile || err != nil {
		t.Errorf("new barcode: got %+v, %v", mug, err)
	}
}

func TestExportIsSafeInASpreadsheetAndComesBack(t *testing.T) {
	s := openTest(t, t.TempDir())
	const text = "order_id,seller_sku,name,quantity,carrier,tracking_number,ship_by,buyer_note\n" +
		"A1,=SUM(A1),+name,2,@carrier,-T1,2026-11-23T15:00:00Z,\"=HYPERLINK(\"\"x\"\")\"\nA1,TEE,\"a, \"\"b\"\"\",1,,,,\n"
	if r, err := s.ImportOrders(t.Context(), strings.NewReader(text), t.TempDir()); err != nil || r.Kept != 2 {
		t.Fatalf("got %+v, %v", r, err)
	}
	var out bytes.Buffer
	if err := s.ExportOrders(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out.String()) {
		for cell := range strings.SplitSeq(strings.ReplaceAll(line, `"`, ""), ",") {
			if cell != "" && strings.ContainsRune("=+-@", rune(cell[0])) {
				t.Errorf("a spreadsheet would run %q in %q", cell, line)
			}
		}
	}
	again := openTest(t, t.TempDir())
	r, err := again.ImportOrders(t.Context(), bytes.NewReader(out.Bytes()), t.TempDir())
	if err != nil || r.Kept != 2 || len(r.UnknownColumns) != 5 {
		t.Fatalf("got %+v, %v", r, err)
	}
	a, b := mustOrder(t, s, "A1"), mustOrder(t, again, "A1")
	if fmt.Sprint(a) != fmt.Sprint(b) {
		t.Errorf("came back as\n%+v, want\n%+v", b, a)
	}
}

// An order that was cancelled after it had left shows both, and does not come back as one to pack.
func TestExportKeepsWhatWasCancelled(t *testing.T) {
	s := openTest(t, t.TempDir())
	for _, id := range []string{"left", "stayed", "open"} {
		o := testOrder(id, "MUG", "TEE")
		pull(t, s, o)
		if id == "left" {
			o.Packages[0].Rung, o.Packages[0].WeightG = fulfillment.RungHandedOver, 420
			record(t, s, station.Commit{Packages: o.Packages, Events: event(fulfillment.EventHandedOver, o)})
		}
		if id != "open" {
			o.Status, o.UpdatedAt = fulfillment.StatusCancelled, t0
			for i := range o.Lines {
				o.Lines[i].Status = fulfillment.StatusCancelled
			}
			pull(t, s, o)
		}
	}
	var out bytes.Buffer
	if err := s.ExportOrders(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"left,MUG,Example MUG,1,,,2026-11-23T09:00:00Z,,,Pleft,handed_over,cancelled,420,CANCELLED\n", "left,TEE,", "stayed,MUG,Example MUG,1,,,2026-11-23T09:00:00Z,,,Pstayed,to_pack,cancelled,0,CANCELLED\n",
		"open,MUG,Example MUG,1,,,2026-11-23T09:00:00Z,,,Popen,to_pack,,0,AWAITING_SHIPMENT\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	r, err := openTest(t, t.TempDir()).ImportOrders(t.Context(), &out, t.TempDir())
	if err != nil || r.Kept != 2 || len(r.Bad) != 4 || !slices.Equal(r.Orders, []fulfillment.OrderID{"open"}) || !strings.Contains(r.Bad[0].Reason, "was cancelled") {
		t.Errorf("imported elsewhere: got %+v, %v", r, err)
	}
}

// FuzzImportOrders: no file crashes the import, and every row is either kept or named.
func FuzzImportOrders(f *testing.F) {
	for _, seed := range []string{"order_id,seller_sku,quantity\nA,B,1\n", "\xef\xbb\xbforder_id;seller_sku;quantity\r\nA;B;1", "order_id,seller_sku,quantity\n\"A,B,1\n",
		"order_id,seller_sku,quantity,label_file\nA,B,1,../x\n", "order_id,seller_sku,quantity\n\n\n,,\nA,B,1,2,3\n", "\x00", ";;;\n", "order_id,seller_sku,quantity\nA,\"\xff\",1\n"} {
		f.Add([]byte(seed))
	}
	s := openTest(f, f.TempDir())
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := s.ImportOrders(t.Context(), bytes.NewReader(data), t.TempDir())
		if err != nil {
			return
		}
		if r.Kept != r.Rows-len(r.Bad) || r.Kept < 0 {
			t.Errorf("got %+v", r)
		}
		for _, id := range r.Orders {
			if o := mustOrder(t, s, id); len(o.Lines) == 0 || len(o.Packages) != 1 {
				t.Errorf("order %q came out as %+v", id, o)
			}
		}
	})
}
