package main

import (
	"context"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/code128"
	"github.com/pelletier/go-toml/v2"

	sandbox "packbench/cmd/sandbox/shop"
)

func TestTraceFollowsAFileThatGrows(t *testing.T) {
	path := filepath.Join(t.TempDir(), "trace.jsonl")
	tr := newTrace(path)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- tr.Run(ctx) }()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	write := func(s string) {
		if _, err := f.WriteString(s); err != nil {
			t.Fatal(err)
		}
	}
	write(`{"at":"2026-01-02T03:04:05.006Z","scan":"A","verdict":"item_ok","accepted":true}` + "\n" + `{"scan":"B","ver`)
	if _, err := tr.await(ctx, 0, 10*time.Second, "A", func(j judged) bool { return j.Scan == "A" && j.Accepted }); err != nil {
		t.Fatal(err)
	}
	if _, err := tr.await(ctx, 0, 50*time.Millisecond, "B", func(j judged) bool { return j.Scan == "B" }); !errors.Is(err, errSilent) {
		t.Errorf("half a line: got %v, want silence", err)
	}
	mark := tr.mark()
	write(`dict":"wrong_item"}` + "\n")
	if j, err := tr.await(ctx, mark, 10*time.Second, "B", func(judged) bool { return true }); err != nil || j.Verdict != "wrong_item" {
		t.Errorf("got %+v, %v", j, err)
	}
	write("no JSON\n")
	if _, err := tr.await(ctx, tr.mark(), 10*time.Second, "end", func(judged) bool { return false }); err == nil || errors.Is(err, errSilent) {
		t.Errorf("a broken line: got %v, want it told", err)
	}
	if err := <-ended; err == nil {
		t.Error("a broken line: Run went on")
	}
	cancel()
}

// labelPicture draws a label with a Code 128 between other black things.
func labelPicture(t *testing.T, text string) *image.Paletted {
	t.Helper()
	code, err := code128.Encode(text)
	if err != nil {
		t.Fatal(err)
	}
	bars, err := barcode.Scale(code, 3*code.Bounds().Dx(), 240)
	if err != nil {
		t.Fatal(err)
	}
	img := image.NewPaletted(image.Rect(0, 0, 816, 1216), color.Palette{color.White, color.Black})
	draw.Draw(img, image.Rect(40, 40, 776, 60), image.Black, image.Point{}, draw.Src)
	draw.Draw(img, image.Rect(40, 300, 300, 420), image.Black, image.Point{}, draw.Src)
	at := image.Pt((816-bars.Bounds().Dx())/2, 800)
	draw.Draw(img, bars.Bounds().Add(at), bars, bars.Bounds().Min, draw.Src)
	return img
}

func TestReadLabel(t *testing.T) {
	dir := t.TempDir()
	for _, want := range []string{"SBX123456789GB", "EXC000123456789"} {
		img := labelPicture(t, want)
		file := filepath.Join(dir, want+".png")
		f, err := os.Create(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(png.Encode(f, img), f.Close()); err != nil {
			t.Fatal(err)
		}
		if got, err := readLabel(t.Context(), img, file); err != nil || got != want {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	}
	blank := image.NewPaletted(image.Rect(0, 0, 400, 600), color.Palette{color.White, color.Black})
	if got, err := readLabel(t.Context(), blank, filepath.Join(dir, "none.png")); !errors.Is(err, errNoBarcode) {
		t.Errorf("blank label: got %q, %v", got, err)
	}
}

func TestStationFileIsTOML(t *testing.T) {
	dir := t.TempDir()
	p, err := newProgram("packbench", dir, "GB", access{APIURL: "http://127.0.0.1:1", AuthURL: "http://127.0.0.1:2", AppKey: "key", AppSecret: "hush"},
		ports{Scanner: "/d/scanner", Scale: "/d/scale", Printer: "127.0.0.1:9100", Camera: "http://127.0.0.1:3/mjpeg"})
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(p.config)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Station struct{ ID, Market string }
		Shop    struct {
			API  string `toml:"api_url"`
			Poll string
		}
		Scanner []struct{ Port string }
		Printer []struct{ Address string }
		Scale   struct{ Port string }
		Camera  []struct{ URL string }
	}
	if err := toml.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if got.Station.ID != "PACK-01" || got.Station.Market != "GB" || got.Shop.API != "http://127.0.0.1:1" || got.Scanner[0].Port != "/d/scanner" ||
		got.Printer[0].Address != "127.0.0.1:9100" || got.Scale.Port != "/d/scale" || got.Camera[0].URL != "http://127.0.0.1:3/mjpeg" {
		t.Errorf("got %+v", got)
	}
	if strings.Contains(string(text), "hush") {
		t.Error("the secret stands in the file")
	}
	info, err := os.Stat(p.config)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v, want mode 0600", info.Mode(), err)
	}
}

// TestShopIsReadAsItIs talks to the real sandbox shop.
func TestShopIsReadAsItIs(t *testing.T) {
	server, err := sandbox.New(sandbox.Options{Market: "GB", Orders: 24, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server)
	defer web.Close()
	s := &shop{access: access{AdminURL: web.URL + "/admin/"}}
	st, err := s.state(t.Context())
	if err != nil || len(st.Orders) != 24 {
		t.Fatalf("got %d orders, %v", len(st.Orders), err)
	}
	dir := t.TempDir()
	list, err := s.save(t.Context(), dir, "products.csv")
	if err != nil {
		t.Fatal(err)
	}
	grams, err := weights(list)
	if err != nil || grams["MUG-RED"] != 380 {
		t.Errorf("got %v, %v", grams, err)
	}
	if _, n, err := s.saveLabels(t.Context(), dir); err != nil || n == 0 {
		t.Errorf("got %d labels, %v", n, err)
	}
	var goes []orderState
	for _, o := range st.Orders {
		if len(o.Lines) > 0 && (len(o.Lines[0].Barcodes) == 0 || o.Lines[0].Qty == 0) {
			t.Errorf("order %s: no barcode or quantity: %+v", o.ID, o.Lines[0])
		}
		if o.goes() {
			goes = append(goes, o)
		}
	}
	if len(goes) < 8 || len(goes) > 20 {
		t.Errorf("%d of 24 orders may go", len(goes))
	}
	if err := s.cancel(t.Context(), goes[0].ID); err != nil {
		t.Error(err)
	}
	if st, err = s.state(t.Context()); err != nil || st.order(goes[0].ID).Status != "CANCELLED" || st.order(goes[0].ID).goes() {
		t.Errorf("got %+v, %v, want it cancelled", st.order(goes[0].ID), err)
	}
	if err := errors.Join(s.fault(t.Context(), "lost_after", "POST /x", 1), s.online(t.Context())); err != nil {
		t.Error(err)
	}
	if err := s.fault(t.Context(), "earthquake", "", 0); err == nil {
		t.Error("an unknown fault: got no error")
	}
}

func TestEquipmentComesAndGoes(t *testing.T) {
	e, err := newEquipment(filepath.Join(t.TempDir(), "devices"))
	if err != nil {
		t.Fatal(err)
	}
	p := e.ports()
	for _, f := range []string{p.Scanner, p.Scale} {
		if _, err := os.Stat(f); err != nil {
			t.Error(err)
		}
	}
	if _, _, err := e.takeLabel(t.Context(), 50*time.Millisecond); err == nil {
		t.Error("a label came out of an idle printer")
	}
	if err := e.close(); err != nil {
		t.Error(err)
	}
}

func TestProcessIsStopped(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	p, err := startProcess(log, nil, nil, "sleep", "60")
	if err != nil {
		t.Fatal(err)
	}
	if err := p.stop(10 * time.Second); err != nil || !p.ended() {
		t.Errorf("got %v", err)
	}
	p, err = startProcess(log, nil, nil, "sh", "-c", "echo broken >&2; exit 3")
	if err != nil {
		t.Fatal(err)
	}
	<-p.done
	if err := p.stop(10 * time.Second); err == nil {
		t.Error("it ended with code 3: got no error")
	}
	if b, err := os.ReadFile(log); err != nil || string(b) != "broken\n" {
		t.Errorf("got %q, %v", b, err)
	}
	if _, err := startProcess(log, nil, nil, filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("no such program: got no error")
	}
}
