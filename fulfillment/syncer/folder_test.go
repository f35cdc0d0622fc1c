package syncer_test

import (
	"bytes"
	"image"
	"image/png"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"packbench/cmd/sandbox/shop"
	"packbench/fulfillment"
	"packbench/fulfillment/syncer"
)

const tinyPDF = "%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"

// folder is a watched folder over a real store with orders that no platform has told.
func folder(t *testing.T, change ...func(*syncer.FolderOptions)) (dir string, f *floor) {
	t.Helper()
	f = newFloorWith(t, "GB", setup{shop: shop.Options{Orders: 44}, change: func(o *syncer.Options) { o.Policy = "at_pack" }})
	if _, err := f.sync.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(t.TempDir(), "labels")
	o := syncer.FolderOptions{Dir: dir, Orders: f.store, Labels: f.store, Every: 20 * time.Millisecond,
		Rest: 80 * time.Millisecond, Wait: 700 * time.Millisecond}
	for _, c := range change {
		c(&o)
	}
	w, err := syncer.NewFolder(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	ctx := t.Context()
	go func() { ended <- w.Run(ctx) }()
	t.Cleanup(func() {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return dir, f
}

// seller is the n-th order that the seller ships.
func (f *floor) seller(n int) fulfillment.Order {
	f.t.Helper()
	for _, o := range f.shop.State().Orders {
		if o.ShippingType == "SELLER" && o.MayShip && !o.CancelRequested {
			if n == 0 {
				return f.order(fulfillment.OrderID(o.ID))
			}
			n--
		}
	}
	f.t.Fatal("too few orders")
	return fulfillment.Order{}
}

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func exists(parts ...string) func() string {
	path := filepath.Join(parts...)
	return func() string {
		if _, err := os.Stat(path); err != nil {
			return err.Error()
		}
		return ""
	}
}

func TestFolderTakesLabels(t *testing.T) {
	dir, f := folder(t)
	a, b, c := f.seller(0), f.seller(1), f.seller(2)
	var pic bytes.Buffer
	if err := png.Encode(&pic, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	put(t, dir, string(a.ID)+".pdf", tinyPDF)
	put(t, dir, string(b.ID)+"_EXC123456789012.zpl", "^XA^FO10,10^FDtest^FS^XZ\n")
	put(t, dir, string(c.Packages[0].ID)+".PNG", pic.String())
	put(t, dir, "half.crdownload", "not yet")
	for _, name := range []string{string(a.ID) + ".pdf", string(b.ID) + "_EXC123456789012.zpl", string(c.Packages[0].ID) + ".PNG"} {
		f.until(name+" is done", exists(dir, "done", name))
	}
	for _, o := range []fulfillment.Order{a, b, c} {
		if p := f.order(o.ID).Packages[0]; p.Label == "" {
			t.Errorf("order %s has no label", o.ID)
		}
	}
	if got := f.order(b.ID).Packages[0].Tracking; got != "EXC123456789012" {
		t.Errorf("tracking %q", got)
	}
	if missing := exists(dir, "half.crdownload")(); missing != "" {
		t.Error("a download under way was touched:", missing)
	}
	put(t, dir, string(a.ID)+".pdf", tinyPDF) // once more the same
	f.until("the same again is done", func() string {
		if _, err := os.Stat(filepath.Join(dir, string(a.ID)+".pdf")); err == nil {
			return "still there"
		}
		return ""
	})
	if missing := exists(dir, "refused", string(a.ID)+".pdf.txt")(); missing == "" {
		t.Error("the same label again was refused")
	}
}

// A file that grows is left alone until it has its end.
func TestFolderWaitsForTheEnd(t *testing.T) {
	dir, f := folder(t)
	o := f.seller(0)
	name := string(o.ID) + ".pdf"
	for n := 5; n < len(tinyPDF); n += 10 {
		put(t, dir, name, tinyPDF[:n])
		time.Sleep(120 * time.Millisecond) // longer than a file must rest
		if f.order(o.ID).Packages[0].Label != "" {
			t.Fatal("half a label was taken")
		}
	}
	put(t, dir, name, tinyPDF)
	f.until("taken", exists(dir, "done", name))
}

func TestFolderRefuses(t *testing.T) {
	dir, f := folder(t)
	cancelled, labelled := f.seller(0), f.seller(1)
	f.post("/admin/orders/"+string(cancelled.ID)+"/cancel", ``)
	if _, err := f.sync.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := f.store.StoreLabel(t.Context(), labelled.Packages[0].ID, []byte("another"), "T1"); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string][2]string{
		string(cancelled.ID) + ".pdf":     {tinyPDF, "cancelled"},
		string(labelled.ID) + ".pdf":      {tinyPDF, "another label"},
		string(f.seller(3).ID) + ".pdf":   {"%PDF-1.4\nhalf", "no end"},
		string(f.seller(3).ID) + ".zpl":   {"^XA^FDhalf", "^XZ"},
		string(f.seller(3).ID) + ".png":   {"<html>log in</html>", "no label"},
		string(f.seller(3).ID) + "-2.pdf": {tinyPDF, "No order"},
		"x..%2f..%2fetc.pdf":              {tinyPDF, "No order"},
		"empty.pdf":                       {"", "empty"},
	} {
		put(t, dir, name, c[0])
		f.until(name+" is refused", exists(dir, "refused", name+".txt"))
		why, err := os.ReadFile(filepath.Join(dir, "refused", name+".txt"))
		if err != nil || !strings.Contains(string(why), c[1]) {
			t.Errorf("%s: %q, %v; want %q", name, why, err, c[1])
		}
		if missing := exists(dir, "refused", name)(); missing != "" {
			t.Error(missing)
		}
	}
}

// TestFolderLeavesOthersAlone: what cannot be a label stays where it is, is named once in the log, and hinders nothing. A name
// that a folder has taken among the refused ones is passed over.
func TestFolderLeavesOthersAlone(t *testing.T) {
	var log lockedBuffer
	dir, f := folder(t, func(o *syncer.FolderOptions) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	outside := filepath.Join(t.TempDir(), "secret")
	put(t, filepath.Dir(outside), "secret", tinyPDF)
	own := f.seller(0)
	for _, sub := range []string{"sub.pdf", "refused/zero.pdf", "refused/one.pdf.txt", "done/" + string(own.ID) + ".pdf"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	link := string(f.seller(1).ID) + ".pdf"
	if err := os.Symlink(outside, filepath.Join(dir, link)); err != nil {
		t.Skip("no links here:", err)
	}
	left := []string{"packbench.db", "station.toml", "secrets.key", "noext", string(f.seller(2).ID) + ".docx"}
	for _, name := range left {
		put(t, dir, name, "of somebody else")
	}
	put(t, dir, "zero.pdf", "")
	put(t, dir, "one.pdf", "")
	put(t, dir, string(own.ID)+".pdf", tinyPDF)
	f.until("refused under another name", exists(dir, "refused", "zero-2.pdf.txt"))
	f.until("refused beside a folder", exists(dir, "refused", "one-2.pdf"))
	f.until("done under another name", exists(dir, "done", string(own.ID)+"-2.pdf"))
	time.Sleep(900 * time.Millisecond) // longer than a file waits until it is refused
	for _, name := range append(left, "sub.pdf", link) {
		if _, err := os.Lstat(filepath.Join(dir, name)); err != nil {
			t.Errorf("it was not left alone: %v", err)
		}
		if n := strings.Count(log.String(), "file="+name+"\n"); n != 1 {
			t.Errorf("%s is named %d times in the log", name, n)
		}
	}
	if f.order(f.seller(1).ID).Packages[0].Label != "" {
		t.Error("a link was followed")
	}
}

// lockedBuffer takes a log from another goroutine.
type lockedBuffer struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.all.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.all.String()
}
