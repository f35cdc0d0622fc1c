package main

import (
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"packbench/cmd/sandbox/shop"
)

// Places in the window of 1366×728.
var (
	railShop                    = [2]int{57, 420}
	shopConnect                 = [2]int{350, 636}                   // the button at the bottom, whatever it does at the moment
	requestReject, requestGrant = [2]int{640, 373}, [2]int{900, 373} // on the card of a request; the first reason stands in Reject's place
	requestAnswer               = [2]int{1110, 280}                  // opens that card
	shopOff                     = [2]int{752, 256}                   // Disconnect of the first shop
	cloudCell                   = image.Rect(380, 700, 540, 710)     // on the strip, where the words decide how wide a cell is
)

// deskBed is a station in a real window, a supervisor before it, whose browser is this test.
type deskBed struct {
	*connectBed
	*wedge
	link string // file in which the browser finds the link that it was given
}

// newDeskBed opens the window; before runs when the station has its configuration.
func newDeskBed(t *testing.T, before func(*connectBed)) *deskBed {
	t.Helper()
	d := newDesktop(t)
	b := newConnectBed(t, shop.Options{Market: "GB", Also: []string{"VN"}, Orders: 12})
	b.display = d
	file := filepath.Join(b.files, "link")
	bin := t.TempDir()
	script := fmt.Sprintf("#!/bin/sh\nprintf '%%s\\n' \"$1\" > '%s.new' && mv '%s.new' '%s'\n", file, file, file)
	if err := os.WriteFile(filepath.Join(bin, "xdg-open"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
	t.Setenv(envSecret, b.server.Credentials().AppSecret)
	b.write(t, filepath.Join(b.dir, "station.toml"), "[station]\nid = \"PACK-01\"\nmarket = \"GB\"\noperator = \"Tester\"\n[[operator]]\nname = \"Chief\"\nbadge = \"S1\"\nrole = \"supervisor\"\n"+
		b.shopTable()+"poll = \"1s\"\n")
	before(b)
	w := b.start(t)
	g := &wedge{t: t, w: w, id: w.shown(t)}
	g.do("windowactivate", "--sync", g.id, "windowmove", g.id, "0", "0", "windowsize", "--sync", g.id, "1366", "728")
	g.scan("Return", "PB:USER:S1")
	return &deskBed{connectBed: b, wedge: g, link: file}
}

// consent presses Connect, goes through the consent page as a seller, and comes back to the window.
func (d *deskBed) consent(t *testing.T) {
	t.Helper()
	_ = os.Remove(d.link)
	asked := d.listed(t)
	d.at(railShop, shopConnect)
	var link string
	eventually(t, "the browser is given a link", func() bool {
		text, err := os.ReadFile(d.link)
		link = strings.TrimSpace(string(text))
		return err == nil && link != ""
	})
	if page, landed := browser(t, link, "authorize"); !strings.Contains(page, "Packbench has the answer") {
		t.Fatalf("the browser ends at %v: %s", landed, page)
	}
	eventually(t, "the shops of the authorization are asked for", func() bool { return d.listed(t) > asked })
	d.do("sleep", "1") // and drawn
	d.at(shopConnect)  // all of them
	eventually(t, "both are connected", func() bool { return len(d.shops(t)) == 2 })
}

func (d *deskBed) shops(t *testing.T) []string {
	t.Helper()
	list, said, code := d.packbench(t, "", "shop", "list")
	if code != 0 {
		t.Fatal(said)
	}
	return ids(t, list)
}

// synced waits until an order of each market is here; the program was not started again for it.
func (d *deskBed) synced(t *testing.T) {
	t.Helper()
	for _, market := range []string{"GB", "VN"} {
		id := ""
		for _, o := range d.server.State().Orders {
			if o.Market == market {
				id = o.ID
			}
		}
		eventually(t, "an order of the "+market+" shop is here", func() bool {
			_, _, code := d.packbench(t, "", "order", id)
			return code == 0
		})
	}
}

// cloud reports whether the Seller Center's sign on the strip has such a colour; it has where nothing can take a picture.
func (d *deskBed) cloud(t *testing.T, such func(color.RGBA) bool) bool {
	t.Helper()
	file := filepath.Join(d.files, "screen.png")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "import", "-silent", "-window", "root", file)
	cmd.Env = d.command(t).Env
	if _, err := exec.LookPath("import"); err != nil {
		return true
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	for y := cloudCell.Min.Y; y < cloudCell.Max.Y; y++ {
		for x := cloudCell.Min.X; x < cloudCell.Max.X; x++ {
			if such(color.RGBAModel.Convert(img.At(x, y)).(color.RGBA)) {
				return true
			}
		}
	}
	return false
}

// red waits until the strip says that nothing goes through; green, that all is well.
func (d *deskBed) red(t *testing.T) {
	t.Helper()
	eventually(t, "the strip is red", func() bool {
		return d.cloud(t, func(c color.RGBA) bool { return c.R > 150 && c.G < 60 && c.B < 80 })
	})
}

func (d *deskBed) green(t *testing.T) {
	t.Helper()
	eventually(t, "the strip is green", func() bool {
		return d.cloud(t, func(c color.RGBA) bool { return c.G > 90 && c.R < 60 && c.B < 90 })
	})
}

// TestShopScreen goes the whole way at the bench by touch: connect two shops through the browser, work for both without a new
// start, be told that the authorization is dead, authorize again, and disconnect one of them.
func TestShopScreen(t *testing.T) {
	d := newDeskBed(t, func(*connectBed) {})
	d.consent(t)
	d.synced(t)
	d.green(t)
	res, err := http.Post(d.http.URL+"/admin/deauthorize", "application/json", nil)
	if err != nil {
		t.Fatal(err)
	}
	bodyOf(t, res)
	d.red(t)
	d.consent(t)
	d.green(t)
	all := d.shops(t)
	d.at(shopOff, shopOff) // the second touch says yes
	eventually(t, "the first shop is disconnected", func() bool { left := d.shops(t); return len(left) == 1 && left[0] == all[1] })
	gone := d.marketOf(t, all[0])
	time.Sleep(2 * time.Second) // a pull that was under way may end
	before := len(d.calls(t))
	time.Sleep(3 * time.Second)
	calls := d.calls(t)[before:]
	if len(calls) == 0 {
		t.Error("the other shop is not pulled any more")
	}
	for _, c := range calls {
		if c.Shop == gone {
			t.Errorf("%s of the shop that was disconnected", c.Path)
		}
	}
	for _, c := range d.calls(t) {
		if c.Foreign != nil {
			t.Errorf("%s of the %s shop names %v of another", c.Path, c.Shop, c.Foreign)
		}
	}
	d.green(t)
	d.w.close(t)
}

// A supervisor answers a buyer's request at a bench that started with its shops connected: what the bench queues wakes the
// work for them, from the first moment.
func TestAnAnswerAtABenchThatStartedConnected(t *testing.T) {
	asked := ""
	d := newDeskBed(t, func(b *connectBed) {
		if _, said, code := b.packbench(t, b.server.Credentials().AuthCode+"\n", "shop", "connect", "--auth-code", "-", "--shop", "all"); code != 0 {
			t.Fatal(said)
		}
		asked = packable(t, b.server, "GB").ID
		b.admin(t, "/admin/orders/"+asked+"/request-cancel", "")
	})
	d.synced(t)
	eventually(t, "the request is known", func() bool {
		out, _, code := d.packbench(t, "", "order", asked)
		return code == 0 && strings.Contains(out, "cancel_requested")
	})
	d.do("sleep", "2") // with its number and its deadline
	d.at(railOrders)
	d.do("sleep", "1.2") // the buttons are deaf for a second after they changed
	d.at(requestAnswer)
	d.do("sleep", "1.2")
	d.at(requestGrant)
	d.do("sleep", "1.2")
	d.at(requestReject) // the first reason
	eventually(t, "the answer has reached the Seller Center", func() bool {
		if d.w.ended() {
			t.Fatalf("the program ended: %v\n%s", d.w.err, d.w.said(t))
		}
		return slices.ContainsFunc(d.calls(t), func(c deskCall) bool { return strings.HasSuffix(c.Path, "/approve") })
	})
	d.w.close(t)
}

// listed is how often the shops of an authorization were asked for.
func (d *deskBed) listed(t *testing.T) (n int) {
	t.Helper()
	for _, c := range d.calls(t) {
		if c.Path == "/authorization/202309/shops" {
			n++
		}
	}
	return n
}

type deskCall struct {
	Path, Shop string
	Foreign    []string
}

func (d *deskBed) calls(t *testing.T) (out []deskCall) {
	t.Helper()
	res, err := http.Get(d.http.URL + "/admin/journal")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(bodyOf(t, res)), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// marketOf is the market of a shop: the first is the sandbox's own.
func (d *deskBed) marketOf(t *testing.T, id string) string {
	t.Helper()
	if id == d.server.Credentials().ShopID {
		return "GB"
	}
	return "VN"
}
