package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"packbench/cmd/sandbox/shop"
	"packbench/fulfillment"
	"packbench/storage"
)

const sender = "[sender]\nname = \"Example Goods Ltd\"\nlines = [\"Unit 4, Made Up Park\"]\ncity = \"Sampletown\"\npostal_code = \"ZZ1 1ZZ\"\ncountry = \"GB\"\n"

// An order that the seller ships gets a label of its own, with the address as the Seller Center says it in that moment and kept
// nowhere but in the label; one that the platform ships never does.
func TestSellerLabelOfAnOrder(t *testing.T) {
	b := newConnectBed(t, shop.Options{Orders: 40})
	b.write(t, filepath.Join(b.dir, "station.toml"), "[station]\nid = \"PACK-01\"\nmarket = \"GB\"\noperator = \"Tester\"\n"+b.shopTable()+sender)
	if _, said, code := b.packbench(t, b.server.Credentials().AuthCode+"\n", "shop", "connect", "--auth-code", "-"); code != 0 {
		t.Fatalf("connect: %s", said)
	}
	if _, said, code := b.packbench(t, "", "sync", "--once"); code != 0 {
		t.Fatalf("sync: %s", said)
	}
	var own, platform shop.OrderState
	for _, o := range b.server.State().Orders {
		switch {
		case o.ShippingType == string(fulfillment.ShippingPlatform):
			platform = o
		case o.MayShip && !o.CancelRequested && o.Trap == "" && len(o.Packages) < 2:
			own = o
		}
	}
	if own.ID == "" || platform.ID == "" {
		t.Fatal("the sandbox has no such orders")
	}
	const number = "RA123456785GB"
	picture := filepath.Join(b.files, "own.png")
	args := []string{"sellerlabel", "--tracking", number, "--carrier", "Sample Post", "--out", picture, "--store", "--order"}
	if _, said, code := b.packbench(t, "", append(args, platform.ID)...); code != 1 || !strings.Contains(said, "no other may be stuck on it") {
		t.Errorf("a platform-shipped order: %d %s", code, said)
	}
	out, said, code := b.packbench(t, "", append(args, own.ID)...)
	var got struct {
		Verdict string
		Decoded []string
		Stored  string
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != 0 || got.Verdict != "print" || got.Decoded[0] != number || got.Stored == "" {
		t.Fatalf("%d %q %s %v", code, out, said, err)
	}
	store, err := storage.Open(t.Context(), b.dir, storage.Options{Station: "PACK-01", Market: "GB", ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	o, err := store.Order(t.Context(), fulfillment.OrderID(own.ID))
	if err != nil || o.Packages[0].Label == "" || o.Packages[0].Tracking != number {
		t.Fatalf("%+v, %v", o.Packages, err)
	}
	for _, name := range []string{"packbench.db", "packbench.db-wal"} {
		if db, err := os.ReadFile(filepath.Join(b.dir, name)); err == nil && bytes.Contains(db, []byte(own.Recipient)) {
			t.Errorf("the buyer's name stands in %s", name)
		}
	}
	if _, said, code := b.packbench(t, "", append(args, own.ID)...); code != 1 || !strings.Contains(said, "has a label already") {
		t.Errorf("a second label: %d %s", code, said)
	}
	if _, said, code := b.packbench(t, "", "label", picture, "--tracking", number, "--out", filepath.Join(b.files, "again.zpl")); code != 0 {
		t.Errorf("its picture is not taken as a label: %s", said)
	}
}

func TestSellerLabelOfAFile(t *testing.T) {
	s := newStation(t, "", sender)
	file := filepath.Join(s.files, "label.toml")
	const to = "carrier = \"Sample Post\"\ntracking = \"RA123456785GB\"\norder = \"1\"\n[[item]]\nname = \"Mug\"\nquantity = 2\n[to]\nname = \"%NAME\"\nlines = [\"1 Example Street\"]\ncity = \"Nowhere\"\npostal_code = \"ZZ9 9ZZ\"\ncountry = \"GB\"\n"
	run := func(name, out string, more ...string) (string, int) {
		s.write(t, file, strings.Replace(to, "%NAME", name, 1))
		cmd := s.command(t, append([]string{"sellerlabel", file, "--out", filepath.Join(s.files, out)}, more...)...)
		said, err := cmd.CombinedOutput()
		return string(said), exitCode(t, err)
	}
	for _, out := range []string{"a.zpl", "a.png", "a.pdf"} {
		if said, code := run("Sample Person", out); code != 0 {
			t.Fatalf("%s: %s", out, said)
		}
		cmd := s.command(t, "label", filepath.Join(s.files, out), "--tracking", "RA123456785GB", "--out", filepath.Join(s.files, "back.png"))
		if said, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(said), `"verdict":"print"`) {
			t.Errorf("%s is not taken as a label: %s", out, said)
		}
	}
	if said, code := run("S***e P", "b.png"); code != 1 || !strings.Contains(said, "masked") {
		t.Errorf("masked: %d %s", code, said)
	}
	if said, code := run("ꦱꦩ꧀ꦥꦺꦭ꧀", "b.png"); code != 1 || !strings.Contains(said, "There is no font for the letter") {
		t.Errorf("letters without a font: %d %s", code, said)
	}
	if _, err := os.Stat(filepath.Join(s.files, "b.png")); err == nil {
		t.Error("a refused label was written")
	}
	if said, code := run("Sample Person", "b.png", "--store"); code != 2 || !strings.Contains(said, "--store needs --order") {
		t.Errorf("%d %s", code, said)
	}
	s.write(t, file, "carier = \"x\"\n")
	if said, err := s.command(t, "sellerlabel", file, "--out", filepath.Join(s.files, "c.png")).CombinedOutput(); exitCode(t, err) != 2 || !strings.Contains(string(said), "carier") {
		t.Errorf("a misspelt key: %s", said)
	}
}

// A file that is for another order is refused before anything is drawn or stored: its recipient would get the parcel.
func TestSellerLabelOfAnotherOrder(t *testing.T) {
	s := newStation(t, "", sender)
	orders, file, out := filepath.Join(s.files, "orders.csv"), filepath.Join(s.files, "c.toml"), filepath.Join(s.files, "c.png")
	s.write(t, orders, "order_id,seller_sku,name,quantity\nC1,MUG,Mug,1\nC2,MUG,Mug,1\n")
	s.run(t, "orders", "import", orders)
	const to = "carrier = \"Sample Post\"\ntracking = \"RA123456785GB\"\n[to]\nname = \"Sample Person\"\nlines = [\"1 Example Street\"]\ncity = \"Nowhere\"\npostal_code = \"ZZ9 9ZZ\"\ncountry = \"GB\"\n"
	s.write(t, file, "order = \"C2\"\n"+to)
	for _, how := range [][]string{{"--store"}, {"--out", out}} {
		said, err := s.command(t, append([]string{"sellerlabel", "--order", "C1", file}, how...)...).CombinedOutput()
		if exitCode(t, err) != 2 || !strings.Contains(string(said), "is for order C2, but --order says C1") {
			t.Errorf("%v: %v %s", how, err, said)
		}
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("a label of two orders was written")
	}
	s.run(t, "sellerlabel", "--order", "C2", file, "--store") // the right one is taken, so nothing else stood in its way
	s.write(t, file, strings.Replace(to, "RA123456785GB", "RA123456799GB", 1))
	s.run(t, "sellerlabel", "--order", "C1", file, "--store") // a file that names no order is for any
}
