package shop

import (
	"bytes"
	"fmt"
	"image/png"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func (b *bench) document(packageID, kind string) answer {
	b.t.Helper()
	return b.call("GET", "/fulfillment/202309/packages/"+packageID+"/shipping_documents", url.Values{"document_type": {kind}}, nil)
}

func (b *bench) download(link string) answer {
	b.t.Helper()
	r, err := http.NewRequest("GET", link, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	a, err := b.do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	return a
}

// needTools skips where the programs that read labels back are missing; continuous integration has them.
func needTools(t *testing.T) {
	t.Helper()
	for _, tool := range []string{"pdftoppm", "zbarimg"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed: labels cannot be read back here", tool)
		}
	}
}

// readBack rasterises every page at 203 dpi and returns what zbarimg reads, one line a barcode.
func readBack(t *testing.T, doc []byte) []string {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "label.pdf")
	picture := filepath.Join(dir, "page.png")
	if bytes.HasPrefix(doc, []byte("\x89PNG")) {
		if err := os.WriteFile(picture, doc, 0o600); err != nil {
			t.Fatal(err)
		}
	} else {
		if err := os.WriteFile(file, doc, 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command("pdftoppm", "-r", "203", "-mono", "-png", "-singlefile", file, strings.TrimSuffix(picture, ".png")).CombinedOutput(); err != nil {
			t.Fatalf("pdftoppm: %v\n%s", err, out)
		}
	}
	out, err := exec.Command("zbarimg", "-q", picture).Output() // code 4: no barcode found
	if err != nil {
		if e, ok := err.(*exec.ExitError); !ok || e.ExitCode() != 4 {
			t.Fatalf("zbarimg: %v", err)
		}
	}
	return strings.Fields(string(out))
}

func TestPlatformLabels(t *testing.T) {
	needTools(t)
	for _, region := range []string{"GB", "VN"} {
		b := newBench(t, Options{Market: region})
		n := 0
		for _, o := range b.shop.State().Orders {
			special := o.Trap == "" || strings.HasPrefix(o.Trap, "label trap")
			if !o.MayShip || o.ShippingType != tiktok || !special || o.Trap == "" && n > 7 {
				continue
			}
			n++
			id := o.Packages[0].ID
			b.wantCode(b.document(id, "SHIPPING_LABEL"), codeNoDocument, "label before shipping")
			b.wantCode(b.ship(id, nil), 0, "ship")
			doc := data[documentAnswer](b, b.document(id, "SHIPPING_LABEL"))
			file := b.download(doc.DocURL)
			if file.status != 200 || file.header.Get("Content-Type") != "application/pdf" {
				t.Fatalf("download: HTTP %d %s", file.status, file.raw)
			}
			got := strings.Join(readBack(t, file.raw), " ")
			want := "CODE-128:" + doc.TrackingNumber
			switch o.Trap {
			case traps()[0].why:
				if got == want || !strings.HasPrefix(got, "CODE-128:"+doc.TrackingNumber[:3]) {
					t.Errorf("wrong-barcode trap reads %q, tracking %s", got, doc.TrackingNumber)
				}
				if st := b.order(o.ID); got != "CODE-128:"+st.LabelBarcode {
					t.Errorf("the state says the label reads %q, it reads %q", st.LabelBarcode, got)
				}
			case traps()[4].why:
				if got != "" {
					t.Errorf("unreadable trap reads %q", got)
				}
			default:
				if got != want {
					t.Errorf("label of %s (%s) reads %q, want %q", o.ID, o.Recipient, got, want)
				}
			}
			if again := b.download(data[documentAnswer](b, b.document(id, "SHIPPING_LABEL")).DocURL); !bytes.Equal(again.raw, file.raw) {
				t.Errorf("the label of %s has other bytes the second time", o.ID)
			}
		}
		if n < 9 {
			t.Errorf("%s: only %d labels were read", region, n)
		}
	}
}

func TestBoughtLabels(t *testing.T) {
	needTools(t)
	b := newBench(t, Options{Market: "US"})
	n := 0
	for _, o := range b.shop.State().Orders {
		if !o.MayShip || o.ShippingType != seller || n == 6 {
			continue
		}
		n++
		file := b.download(b.url + "/admin/labels/" + o.ID + ".pdf")
		if got := strings.Join(readBack(t, file.raw), " "); got != "CODE-128:"+o.Tracking {
			t.Errorf("bought label of %s reads %q, want %s", o.ID, got, o.Tracking)
		}
	}
	o := b.plain(seller, 1)
	for mode, want := range map[string]string{"unreadable": "", "good": "CODE-128:" + o.Tracking} {
		b.admin("orders/"+o.ID+"/label", map[string]string{"barcode": mode})
		if got := strings.Join(readBack(t, b.download(b.url+"/admin/labels/"+o.ID+".pdf").raw), " "); got != want {
			t.Errorf("label made %s reads %q, want %q", mode, got, want)
		}
	}
	platform := b.plain(tiktok, 1)
	if a := b.download(b.url + "/admin/labels/" + platform.ID + ".pdf"); a.status != 404 {
		t.Errorf("a platform-shipped order has a bought label: HTTP %d", a.status)
	}
}

func TestOtherDocuments(t *testing.T) {
	b := newBench(t, Options{})
	o := b.find("with a dangerous good", func(o OrderState) bool {
		return o.MayShip && o.Trap == "" && o.ShippingType == tiktok && o.Lines[0].Dangerous
	})
	plain := b.plain(tiktok, 1)
	for _, id := range []string{o.Packages[0].ID, plain.Packages[0].ID} {
		b.wantCode(b.ship(id, nil), 0, "ship")
	}
	for _, kind := range []string{"PACKING_SLIP", "SHIPPING_LABEL_AND_PACKING_SLIP", "HAZMAT_LABEL"} {
		file := b.download(data[documentAnswer](b, b.document(o.Packages[0].ID, kind)).DocURL)
		if !bytes.HasPrefix(file.raw, []byte("%PDF-")) {
			t.Errorf("%s: HTTP %d, %.20q", kind, file.status, file.raw)
		}
	}
	b.wantCode(b.document(plain.Packages[0].ID, "HAZMAT_LABEL"), codeNoDocument, "hazmat label without hazmat")
	b.wantCode(b.document(plain.Packages[0].ID, "RECEIPT"), codeMissing, "unknown document")
	zpl := b.call("GET", "/fulfillment/202309/packages/"+plain.Packages[0].ID+"/shipping_documents",
		url.Values{"document_type": {"SHIPPING_LABEL"}, "document_format": {"ZPL"}}, nil)
	b.wantCode(zpl, 21008106, "ZPL outside Brazil and Mexico")
	doc := data[documentAnswer](b, b.document(plain.Packages[0].ID, "SHIPPING_LABEL_PICTURE"))
	file := b.download(doc.DocURL)
	if img, err := png.Decode(bytes.NewReader(file.raw)); err != nil || img.Bounds().Dx() != 839 {
		t.Errorf("label picture: %v", err)
	}
	needTools(t)
	if got := strings.Join(readBack(t, file.raw), " "); got != "CODE-128:"+doc.TrackingNumber {
		t.Errorf("label picture reads %q, want %s", got, doc.TrackingNumber)
	}
}

func TestDownloadLinkEnds(t *testing.T) {
	b := newBench(t, Options{CarrierAfter: -1})
	o := b.plain(tiktok, 1)
	b.ship(o.Packages[0].ID, nil)
	link := data[documentAnswer](b, b.document(o.Packages[0].ID, "SHIPPING_LABEL")).DocURL
	if a := b.download(strings.Replace(link, "SHIPPING_LABEL", "PACKING_SLIP", 1)); a.status != 403 {
		t.Errorf("a forged link works: HTTP %d", a.status)
	}
	b.clock.add(24*time.Hour - time.Second)
	if a := b.download(link); a.status != 200 {
		t.Errorf("after almost 24 hours: HTTP %d", a.status)
	}
	b.clock.add(time.Second)
	if a := b.download(link); a.status != 403 {
		t.Errorf("after 24 hours: HTTP %d", a.status)
	}
}

// TestLabelWithoutFonts: where the system has no fonts, names are written in Latin letters.
func TestLabelWithoutFonts(t *testing.T) {
	l := labelSheet{carrier: "Bưu Chính Mẫu", tracking: "BCM123456789VN", to: newPerson(mustMarket(t, "VN"), 8, 0), from: newPerson(mustMarket(t, "VN"), 0, 1), order: "1", dated: testStart}
	bare, err := l.pdf(&fontSet{dir: t.TempDir()}, "A6", true, false)
	if err != nil {
		t.Fatal(err)
	}
	again, err := l.pdf(&fontSet{dir: t.TempDir()}, "A6", true, false)
	if err != nil || !bytes.Equal(bare, again) {
		t.Errorf("other bytes the second time (%v)", err)
	}
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Skip("pdftotext is not installed: the text cannot be read back here")
	}
	file := filepath.Join(t.TempDir(), "l.pdf")
	if err := os.WriteFile(file, bare, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("pdftotext", "-layout", file, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Buu Chinh Mau", "Sommut Tuayang", "1 Duong Vi Du", "BCM123456789VN"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the label does not say %q:\n%s", want, out)
		}
	}
}

func TestLongTrackingIsRefusedNotSqueezed(t *testing.T) {
	for _, tt := range []struct {
		digits int
		ok     bool
	}{{34, true}, {40, false}} {
		l := labelSheet{tracking: strings.Repeat("7", tt.digits), dated: testStart}
		if _, err := l.png(); (err == nil) != tt.ok {
			t.Errorf("%d digits: %v", tt.digits, err)
		}
	}
}

func TestBarsAreWholeModules(t *testing.T) {
	rec := &recorder{}
	l := labelSheet{tracking: "SBX123456789GB"}
	if err := l.bars(rec, 0); err != nil {
		t.Fatal(err)
	}
	if len(rec.rects) < 20 {
		t.Fatalf("%d bars", len(rec.rects))
	}
	module := rec.rects[0][1] / 2 // a start symbol begins with a bar of two modules
	if module < 0.375 {
		t.Errorf("module %.4f mm is under 0.375 mm", module)
	}
	first, last := rec.rects[0], rec.rects[len(rec.rects)-1]
	if quiet := min(first[0], a6Width-last[0]-last[1]); quiet < 10*module {
		t.Errorf("quiet zone %.2f mm is under 10 modules of %.3f mm", quiet, module)
	}
	for _, r := range rec.rects {
		for _, v := range []float64{(r[0] - first[0]) / module, r[1] / module} {
			if d := v - float64(int(v+0.5)); d > 0.001 || d < -0.001 {
				t.Errorf("bar at %.4f of %.4f mm is not on whole modules", r[0], r[1])
			}
		}
	}
}

type recorder struct{ rects [][2]float64 }

func (r *recorder) rect(x, _, w, _ float64)                          { r.rects = append(r.rects, [2]float64{x, w}) }
func (r *recorder) text(_, _, _ float64, _ bool, _ string, _ string) {}

func TestPictures(t *testing.T) {
	b := newBench(t, Options{})
	seen := map[string]string{}
	for _, p := range b.shop.first().catalog {
		a := b.download(b.url + "/img/" + p.sku + ".png")
		img, err := png.Decode(bytes.NewReader(a.raw))
		if err != nil || img.Bounds().Dx() != pictureSize {
			t.Fatalf("picture of %s: %v", p.sku, err)
		}
		key := p.shape + fmt.Sprint(p.paint)
		if other, ok := seen[string(a.raw)]; ok && other != key {
			t.Errorf("picture of %s looks like another product's", p.sku)
		}
		seen[string(a.raw)] = key
	}
	if a := b.download(b.url + "/img/NOTHING.png"); a.status != 404 {
		t.Errorf("unknown picture: HTTP %d", a.status)
	}
	o := b.plain(seller, 1)
	if a := b.download(b.detail(o.ID).LineItems[0].SKUImage); a.status != 200 {
		t.Errorf("sku_image: HTTP %d", a.status)
	}
}
