//go:build unix

package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"packbench/cmd/sandbox/shop"
	"packbench/devices/devicetest"
	"packbench/fulfillment"
	"packbench/fulfillment/sellercenter"
)

// paperBed is a paper desk over a real store, the sandbox and a print queue of its own, with one order of each sort.
type paperBed struct {
	*paperDesk
	own, masked, unnumbered, platform, cancelled fulfillment.OrderID
	made                                         []fulfillment.PackageID
	jobs                                         chan []byte
}

func newPaperBed(t *testing.T) *paperBed {
	t.Helper()
	b := newConnectBed(t, shop.Options{Orders: 40})
	b.write(t, filepath.Join(b.dir, "station.toml"), "[station]\nid = \"PACK-01\"\nmarket = \"GB\"\noperator = \"Tester\"\n"+b.shopTable()+sender+
		"[[printer]]\nrole = \"label\"\ntransport = \"network\"\naddress = \"127.0.0.1:9\"\nlanguage = \"zpl\"\ndpi = 203\nwidth_mm = 102\nheight_mm = 152\n"+
		"[[printer]]\nrole = \"document\"\ntransport = \"spooler\"\nqueue = \"office\"\n")
	if _, said, code := b.packbench(t, b.server.Credentials().AuthCode+"\n", "shop", "connect", "--auth-code", "-"); code != 0 {
		t.Fatalf("connect: %s", said)
	}
	if _, said, code := b.packbench(t, "", "sync", "--once"); code != 0 {
		t.Fatalf("sync: %s", said)
	}
	d, rows := &paperBed{jobs: make(chan []byte, 4)}, "order_id,seller_sku,quantity,carrier,tracking_number\n"
	for _, o := range b.server.State().Orders {
		id := fulfillment.OrderID(o.ID)
		seller := o.ShippingType == string(fulfillment.ShippingSeller) && o.MayShip && !o.CancelRequested && o.Trap == "" && o.Lines[0].Bundle == "" && len(o.Packages) < 2
		switch {
		case o.Status == "CANCELLED":
			d.cancelled = id
		case o.ShippingType == string(fulfillment.ShippingPlatform):
			d.platform = id
		case seller && d.own == "":
			d.own = id
			rows += o.ID + "," + o.Lines[0].SKU + ",1,Sample Post,RA123456785GB\n"
		case seller && d.masked == "":
			d.masked = id
			rows += o.ID + "," + o.Lines[0].SKU + ",1,Sample Post,RA123456799GB\n"
		case seller:
			d.unnumbered = id
		}
	}
	b.write(t, filepath.Join(b.files, "numbers.csv"), rows)
	b.run(t, "orders", "import", filepath.Join(b.files, "numbers.csv"))
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	t.Setenv(envSecret, b.server.Credentials().AppSecret)
	c := &call{dir: b.dir, config: filepath.Join(b.dir, "station.toml"), flags: map[string]string{}}
	e, err := c.open(t.Context(), readOnlyNo)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.close() })
	d.paperDesk = &paperDesk{env: e, now: func() Config { return e.cfg }, dir: b.dir, recipient: e.recipient, made: func(_ context.Context, _ fulfillment.OrderID, p fulfillment.PackageID) { d.made = append(d.made, p) }}
	return d
}

// queue starts the print queue "office".
func (d *paperBed) queue(t *testing.T) {
	t.Helper()
	devicetest.StartCUPS(t)
	d.jobs = officePrinter(t)
}

// refuses checks that the desk says beforehand why it will not make a label, and does not make it when it is asked all the same.
func (d *paperBed) refuses(t *testing.T, id fulfillment.OrderID, why string) {
	t.Helper()
	w, err := d.Look(t.Context(), id)
	if err != nil || len(w.Boxes) != 1 || !strings.Contains(w.Boxes[0].OwnWhy, why) {
		t.Fatalf("%s: %+v, %v; want %q", id, w, err, why)
	}
	before := len(d.made)
	if err := d.OwnLabel(t.Context(), id, w.Boxes[0].ID); err == nil || len(d.made) != before {
		t.Errorf("%s: a label was made although %s", id, why)
	}
}

func TestTheWindowsPapersGoTheWaysOfTheCommands(t *testing.T) {
	d := newPaperBed(t)
	w, err := d.Look(t.Context(), d.own)
	if err != nil || w.SlipWhy != "" || w.Queue != "office" || len(w.Boxes) != 1 || w.Boxes[0].OwnWhy != "" || w.Boxes[0].Tracking != "RA123456785GB" {
		t.Fatalf("%+v, %v", w, err)
	}
	if it := w.Boxes[0].Items; len(it) == 0 || it[0].Name == "" || it[0].Need < 1 || it[0].Got != 0 || len(w.Events) == 0 || w.Events[len(w.Events)-1].Kind != fulfillment.EventImported {
		t.Errorf("the card has %+v and %+v", it, w.Events)
	}
	d.refuses(t, d.platform, "no other may be stuck on it")
	d.refuses(t, d.unnumbered, "carrier and tracking number are not known here")
	if w, err := d.Look(t.Context(), d.cancelled); err != nil || !strings.Contains(w.SlipWhy, "nothing to pick") {
		t.Errorf("the slip of a cancelled order: %+v, %v", w, err)
	}
	if err := d.PrintSlip(t.Context(), d.cancelled); err == nil || !strings.Contains(err.Error(), "nothing to pick") {
		t.Errorf("the slip of a cancelled order is printed: %v", err)
	}
	for name, why := range map[string]string{"S***e P": "masked", "ꦱꦩ꧀ꦥꦺꦭ꧀": "There is no font for the letter"} {
		d.recipient = func(context.Context, fulfillment.Order) (sellercenter.Recipient, error) {
			return sellercenter.Recipient{Name: name, Lines: []string{"1 Example Street"}, City: "Nowhere", PostalCode: "ZZ9 9ZZ", Country: "GB"}, nil
		}
		if err := d.OwnLabel(t.Context(), d.masked, ""); err == nil || !strings.Contains(err.Error(), why) || len(d.made) > 0 {
			t.Errorf("%q: %v, made %v", name, err, d.made)
		}
	}
	d.recipient = d.env.recipient
	if err := d.OwnLabel(t.Context(), d.own, w.Boxes[0].ID); err != nil {
		t.Fatal(err)
	}
	o, err := d.env.store.Order(t.Context(), d.own)
	if err != nil || o.Packages[0].Label == "" || len(d.made) != 1 || d.made[0] != o.Packages[0].ID {
		t.Fatalf("%+v, made %v, %v", o.Packages, d.made, err)
	}
	d.refuses(t, d.own, "has a label already")
	d.queue(t)
	if err := d.PrintSlip(t.Context(), d.own); err != nil {
		t.Fatal(err)
	}
	select {
	case job := <-d.jobs:
		if !bytes.HasPrefix(job, []byte("%PDF")) {
			t.Errorf("%d bytes that are no PDF came out", len(job))
		}
	case <-time.After(20 * time.Second):
		t.Fatal("no slip came out")
	}
}
