package label

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"packbench/devices/devicetest"
	"packbench/devices/printer"
	"packbench/fulfillment"
)

// notoFonts are Debian's fonts-noto-core and fonts-noto-cjk, wherever a distribution puts them.
func notoFonts(t testing.TB, names ...string) (files [][]byte) {
	t.Helper()
	for _, name := range names {
		var found []string
		for _, pattern := range []string{"/usr/share/fonts/*/noto/", "/usr/share/fonts/noto/", "/usr/share/fonts/noto-cjk/", "/usr/share/fonts/*/"} {
			more, err := filepath.Glob(pattern + name)
			if err != nil {
				t.Fatal(err)
			}
			found = append(found, more...)
		}
		if len(found) == 0 {
			t.Skipf("the font %s is not installed (Debian: fonts-noto-core, fonts-noto-cjk): its script is not tried", name)
		}
		data, err := os.ReadFile(found[0])
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, data)
	}
	return files
}

func typesetter(t testing.TB, files ...[]byte) *Typesetter {
	t.Helper()
	s, err := NewTypesetter(files...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func ownLabel(lang string, to Address, items ...LabelItem) SellerLabel {
	if items == nil {
		items = []LabelItem{{"Mug, blue", 2}, {"Tea towel", 1}}
	}
	return SellerLabel{Language: lang, Carrier: "Sample Post", Service: "Standard", Tracking: "RA123456785GB", Order: "576461413038785752", Items: items, To: to,
		From: Address{Name: "Example Goods Ltd", Lines: []string{"Unit 4, Made Up Park"}, City: "Sampletown", PostalCode: "ZZ1 1ZZ", Country: "GB"}}
}

var english = Address{Name: "Sample Person", Lines: []string{"1 Example Street", "Flat 2"}, City: "Nowhere", PostalCode: "ZZ9 9ZZ", Country: "GB", Phone: "+44 0000 000000"}

// The seller's own label says what it must in each script, and both its codes are read back, by us and by zbar.
func TestSellerLabelInManyScripts(t *testing.T) {
	core := []string{"NotoSans-Regular.ttf", "NotoSansThai-Regular.ttf", "NotoSansArabic-Regular.ttf"}
	for _, tt := range []struct {
		lang  string
		to    Address
		item  string
		fonts []string
	}{
		{"en", english, "Mug", nil},
		{"de", Address{Name: "Müßig Größe", Lines: []string{"Beispielstraße 1"}, City: "Musterstadt", PostalCode: "00000", Country: "DE"}, "Becher", nil},
		{"vi", Address{Name: "Nguyễn Văn Mẫu", Lines: []string{"Số 1 đường Ví Dụ, phường Thử Nghiệm"}, City: "Thành phố Mẫu", Country: "VN"}, "Cốc sứ", core},
		{"vi", Address{Name: "Nguye\u0302\u0303n Va\u0306n Ma\u0302\u0303u", Lines: []string{"1"}, City: "M", Country: "VN"}, "Cốc", core}, // NFD
		{"th", Address{Name: "ตัวอย่าง ชื่อผู้รับ", Lines: []string{"๑ ถนนตัวอย่าง ตำบลทดสอบ"}, City: "เมืองสมมุติ", PostalCode: "00000", Country: "TH"}, "แก้วน้ำ", core},
		{"ar", Address{Name: "شخص نموذجي", Lines: []string{"١ شارع المثال"}, City: "مدينة", PostalCode: "00000", Country: "SA"}, "كوب", core},
		{"ja", Address{Name: "見本 太郎", Lines: []string{"例町1-2-3"}, City: "見本市", Region: "例県", PostalCode: "000-0000", Country: "JP"}, "マグカップ", append(slices.Clone(core), "NotoSansCJK-Regular.ttc")},
		{"zh", Address{Name: "样本人", Lines: []string{"示例路1号"}, City: "示例市", PostalCode: "000000", Country: "CN"}, "杯子", append(slices.Clone(core), "NotoSansCJK-Regular.ttc")},
	} {
		t.Run(tt.lang, func(t *testing.T) {
			s := typesetter(t, notoFonts(t, tt.fonts...)...)
			for _, media := range []fulfillment.Media{stock203, stock300} {
				l := ownLabel(tt.lang, tt.to, LabelItem{tt.item, 3})
				b, err := l.Draw(s, media)
				if err != nil {
					t.Fatal(err)
				}
				checkStock(t, b, media)
				if got := Decode(b); !slices.Equal(got, []string{"RA123456785GB"}) {
					t.Errorf("%d dpi: read %q", media.DPI, got)
				}
				if got := zbar(t, Preview(b)); !slices.Equal(got, []string{"RA123456785GB", "RA123456785GB"}) {
					t.Errorf("%d dpi: zbar read %q, want both codes", media.DPI, got)
				}
				other := l
				other.To.Name = string([]rune(l.To.Name)[1:])
				changed, err := other.Draw(s, media)
				if err != nil || bytes.Equal(changed.Bits, b.Bits) {
					t.Errorf("a letter less makes the same dots, %v", err)
				}
				if dir := os.Getenv("PACKBENCH_PAPERS"); dir != "" {
					if err := os.WriteFile(fmt.Sprintf("%s/own-%s-%d-%d.png", dir, tt.lang, media.DPI, len(tt.to.Name)), pngOf(t, Preview(b)), 0o600); err != nil {
						t.Fatal(err)
					}
				}
			}
		})
	}
}

// Thai marks stand over their letters and Arabic letters are joined: shaped text is not its letters one by one.
func TestTextIsShaped(t *testing.T) {
	s := typesetter(t, notoFonts(t, "NotoSansThai-Regular.ttf", "NotoSansArabic-Regular.ttf", "NotoSans-Regular.ttf")...)
	width := func(text, lang string) int {
		block, err := s.set(text, lang, 40, 4000)
		if err != nil || len(block.lines) != 1 {
			t.Fatal(err, len(block.lines))
		}
		sum := 0
		for _, run := range block.lines[0] {
			sum += run.Advance.Round()
		}
		return sum
	}
	if mark, plain := width("ที่", "th"), width("ท", "th"); mark != plain {
		t.Errorf("Thai marks take %d dots of their own", mark-plain)
	}
	joined, apart := width("سلام", "ar"), width("س", "ar")+width("ل", "ar")+width("ا", "ar")+width("م", "ar")
	if joined >= apart {
		t.Errorf("Arabic letters are not joined: %d dots, apart %d", joined, apart)
	}
	if nfd, nfc := width("Nguye\u0302\u0303n", "vi"), width("Nguyễn", "vi"); nfd-nfc > 2 || nfc-nfd > 2 {
		t.Errorf("the same name is %d dots in one spelling, %d in the other", nfd, nfc)
	}
	block, err := s.set("رقم 12345", "ar", 40, 4000)
	if err != nil || !block.right {
		t.Fatalf("Arabic does not begin at the right, %v", err)
	}
}

func TestSellerLabelRefusesWithASentence(t *testing.T) {
	s := typesetter(t)
	change := func(f func(*SellerLabel)) SellerLabel {
		l := ownLabel("en", english)
		f(&l)
		return l
	}
	for name, tt := range map[string]struct {
		l    SellerLabel
		want string
	}{
		"masked name":          {change(func(l *SellerLabel) { l.To.Name = "S***e P" }), "masked"},
		"masked street":        {change(func(l *SellerLabel) { l.To.Lines = []string{"1 E****** St"} }), "masked"},
		"masked, wide stars":   {change(func(l *SellerLabel) { l.To.City = "Ｎ＊＊" }), "masked"},
		"masked phone":         {change(func(l *SellerLabel) { l.To.Phone = "(+84)9******12" }), "masked"},
		"no street":            {change(func(l *SellerLabel) { l.To.Lines = []string{" "} }), "no street"},
		"no name":              {change(func(l *SellerLabel) { l.To.Name = "" }), "no name"},
		"no postal code":       {change(func(l *SellerLabel) { l.To.PostalCode = "" }), "no postal code"},
		"no country":           {change(func(l *SellerLabel) { l.From.Country = "" }), "sender's address has no country"},
		"no contents":          {change(func(l *SellerLabel) { l.Items = nil }), "contents"},
		"no number":            {change(func(l *SellerLabel) { l.Tracking = " " }), "tracking number"},
		"number too long":      {change(func(l *SellerLabel) { l.Tracking = fulfillment.Tracking(strings.Repeat("AB", 38)) }), "too long"},
		"letters without font": {change(func(l *SellerLabel) { l.To.Name = "ꦱꦩ꧀ꦥꦺꦭ꧀" }), "script Javanese"},
		"contents without end": {change(func(l *SellerLabel) { l.Items = slices.Repeat([]LabelItem{{"Mug", 1}}, 200) }), "do not fit"},
	} {
		b, err := tt.l.Draw(s, stock203)
		if err == nil || !IsSentence(err) || !strings.Contains(err.Error(), tt.want) || b.Bits != nil {
			t.Errorf("%s: got %v", name, err)
		}
	}
	var script *MissingScript
	if _, err := ownLabel("th", Address{Name: "ตัวอย่าง", Lines: []string{"1"}, City: "x", PostalCode: "1", Country: "TH"}).Draw(s, stock203); !errors.As(err, &script) || script.Script != "Thai" {
		t.Errorf("got %v", err)
	}
}

// commandsOf lists a job's commands by name, as a printer would obey them: everything after ^ or ~.
func commandsOf(job []byte) (names []string) {
	for i := 0; i+2 < len(job); i++ {
		if job[i] == '^' || job[i] == '~' {
			names = append(names, string(job[i:i+3]))
		}
	}
	return names
}

// onlyALabel fails if a printer at the other end of any language would do anything but draw this picture once: its list of commands
// must be the template's.
func onlyALabel(t interface{ Fatalf(string, ...any) }, template []string, b fulfillment.Bitmap) {
	job := printer.ZPL{}.Encode(b, stock203, 1)
	if got := commandsOf(job); !slices.Equal(got, template) {
		t.Fatalf("a ZPL printer gets %q, want %q", got, template)
	}
	if pages, err := drawZPL(job, stock203); err != nil || len(pages) != 1 || !bytes.Equal(pages[0].Bitmap.Bits, b.Bits) {
		t.Fatalf("a ZPL printer draws other dots, %v", err)
	}
	for language, job := range map[string][]byte{"tspl": printer.TSPL{}.Encode(b, stock203, 1), "epl": printer.EPL{}.Encode(b, stock203, 1), "escpos": printer.ESCPOS{}.Encode(b, stock203, 1)} {
		drawn, faults := devicetest.DecodeRaster(language, stock203, job)
		if len(faults) > 0 || len(drawn) != 1 || dotsApart(b, drawn[0]) > 0 {
			t.Fatalf("%s: %d labels, faults %q", language, len(drawn), faults)
		}
	}
}

// template is the list of commands of a label on which nobody wrote anything.
func template(t testing.TB, s *Typesetter) []string {
	t.Helper()
	plain, err := ownLabel("en", english).Draw(s, stock203)
	if err != nil {
		t.Fatal(err)
	}
	want := commandsOf(printer.ZPL{}.Encode(plain, stock203, 1))
	if len(want) < 5 {
		t.Fatalf("got %q", want)
	}
	return want
}

// Whatever a buyer writes, the printer gets the same commands, and what it draws is the label that was composed.
func TestBuyersTextIsNeverACommand(t *testing.T) {
	s := typesetter(t)
	want := template(t, s)
	rapid.Check(t, func(rt *rapid.T) {
		evil := rapid.OneOf(
			rapid.SampledFrom([]string{"^XZ^XA^JUS^XZ", "~JR", "^FS^FO0,0^GB800,800,800^FS", "_5EXZ", "\x1b@", "\r\nPRINT 9\r\n", "^CC+", "\x02~HS\x03", "N\nP9\n", "\x1dV0", "CLS\r\n"}),
			rapid.StringMatching(`[\^~][A-Z]{2}[ -)+-~]{0,20}`),
			rapid.StringMatching(`[ -)+-~]{1,40}`),
		).Draw(rt, "evil")
		to := english
		to.Name, to.Lines = "A "+evil, []string{"1 " + evil}
		b, err := ownLabel("en", to, LabelItem{evil, 1}).Draw(s, stock203)
		if err != nil {
			rt.Fatalf("%q: %v", evil, err)
		}
		onlyALabel(rt, want, b)
	})
}

func FuzzSellerLabel(f *testing.F) {
	s := typesetter(f)
	want := template(f, s)
	for _, seed := range []string{"Sample Person", "^XZ~JR", "\xff\xfe", "a\u0301\u200d", strings.Repeat("W", 400), "\x1b@\x1dV0", "\r\nPRINT 9\r\n"} {
		f.Add(seed, "en")
		f.Add(seed, "ar")
	}
	f.Fuzz(func(t *testing.T, text, lang string) {
		to := english
		to.Name, to.Lines = text, []string{text}
		b, err := ownLabel(lang, to, LabelItem{text, 1}).Draw(s, stock203)
		if err != nil {
			if !IsSentence(err) {
				t.Fatal(err)
			}
			return
		}
		if !slices.ContainsFunc(b.Bits, func(v byte) bool { return v != 0 }) {
			t.Fatal("nothing was drawn")
		}
		onlyALabel(t, want, b)
	})
}

func BenchmarkSellerLabel(b *testing.B) {
	s := typesetter(b)
	for b.Loop() {
		if _, err := ownLabel("en", english).Draw(s, stock203); err != nil {
			b.Fatal(err)
		}
	}
}
