package text

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
)

// constants returns the values of all string constants of a type in a package folder, so that a word added later cannot
// be forgotten here.
func constants(t *testing.T, dir, typ string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != dir {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		for _, decl := range f.Decls {
			found = append(found, constantsIn(decl, typ)...)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 {
		t.Fatalf("no constants of type %s in %s", typ, dir)
	}
	return found
}

func constantsIn(decl ast.Decl, typ string) []string {
	gen, ok := decl.(*ast.GenDecl)
	if !ok || gen.Tok != token.CONST {
		return nil
	}
	var found []string
	for _, spec := range gen.Specs {
		vs := spec.(*ast.ValueSpec)
		if id, ok := vs.Type.(*ast.Ident); !ok || id.Name != typ {
			continue
		}
		for _, v := range vs.Values {
			if lit, ok := v.(*ast.BasicLit); ok {
				if s, err := strconv.Unquote(lit.Value); err == nil {
					found = append(found, s)
				}
			}
		}
	}
	return found
}

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

func sound(t *testing.T, where, headline, detail string, limit int) {
	t.Helper()
	if headline == "" || detail == "" {
		t.Errorf("%s: empty: %q, %q", where, headline, detail)
	}
	if placeholder.MatchString(headline + detail) {
		t.Errorf("%s: placeholder left: %q, %q", where, headline, detail)
	}
	if n := utf8.RuneCountInString(headline); n > limit {
		t.Errorf("%s: headline %q has %d characters, limit %d", where, headline, n, limit)
	}
}

func TestEveryVerdictAndReasonHasASentence(t *testing.T) {
	codes := constants(t, "../../fulfillment", "VerdictCode")
	whys := constants(t, "../../fulfillment", "Why")
	if len(codes) < 24 || len(whys) < 30 {
		t.Fatalf("only %d verdicts and %d reasons were found", len(codes), len(whys))
	}
	unknown := T("verdict.unknown.head")
	for _, code := range codes {
		for _, why := range whys {
			v := fulfillment.Verdict{Code: fulfillment.VerdictCode(code), Why: fulfillment.Why(why), Scan: "5770001",
				OrderID: "576461413038785752", SKU: "MUG-BLUE", Name: "Blue mug", Got: 1, Need: 2, WeightG: 800, ExpectedG: 700}
			headline, detail := Verdict(v)
			sound(t, code+"+"+why, headline, detail, 30)
			if headline == unknown {
				t.Errorf("%s has no sentence", code)
			}
			if n := utf8.RuneCountInString(detail); n > 110 {
				t.Errorf("%s+%s: %d characters are no sentence that is read at a glance: %q", code, why, n, detail)
			}
			bare, bareDetail := Verdict(fulfillment.Verdict{Code: v.Code, Why: v.Why})
			sound(t, code+"+"+why+" without nouns", bare, bareDetail, 30)
		}
	}
	for _, why := range whys {
		if _, ok := language.whys[why]; !ok && why != "" {
			t.Errorf("reason %s has no sentence", why)
		}
	}
	for key := range language.verdicts {
		code, why, special := strings.Cut(key, "+")
		if !contains(codes, code) || special && !contains(whys, why) {
			t.Errorf("the table has %q, which the bench never says", key)
		}
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func TestUnknownVerdictNeverSoundsFine(t *testing.T) {
	headline, detail := Verdict(fulfillment.Verdict{Code: "brand_new"})
	if headline != "Call a supervisor" || !strings.Contains(detail, "brand_new") {
		t.Errorf("got %q, %q", headline, detail)
	}
}

func TestEveryPromptHasASentence(t *testing.T) {
	for _, p := range constants(t, "../../fulfillment/station", "Prompt") {
		headline, detail := Prompt(station.Prompt(p), station.View{Parcel: &fulfillment.Parcel{}, Carrier: "UPS"})
		sound(t, p, headline, detail, 34)
		if headline == language.prompts["unknown"].head {
			t.Errorf("prompt %s has no sentence", p)
		}
	}
	if headline, _ := Prompt("new_state", station.View{}); headline != "Call a supervisor" {
		t.Errorf("an unknown prompt says %q", headline)
	}
}

func TestPromptCountsAndExplains(t *testing.T) {
	parcel := &fulfillment.Parcel{Items: []fulfillment.Item{{Need: 3, Got: 1}}, PrintWhy: "paper is out"}
	if got, _ := Prompt(station.PromptScanItems, station.View{Parcel: parcel}); got != "Scan the items – 2 left" {
		t.Errorf("got %q", got)
	}
	off := station.View{Parcel: &fulfillment.Parcel{OffG: 1300}, Allowed: fulfillment.WeightRange{ContentsG: 200, LeastG: 190, MostG: 510}}
	if _, got := Prompt(station.PromptWeigh, off); got != "It weighed 1300 g, and 190 g to 510 g is right: check it, then weigh it again." {
		t.Errorf("a wrong weight came off: %q", got)
	}
	if _, got := Prompt(station.PromptPrinterWait, station.View{Parcel: parcel}); !strings.HasPrefix(got, "Paper is out. ") {
		t.Errorf("the printer's trouble is not said: %q", got)
	}
}

func TestEveryStateWordIsNamed(t *testing.T) {
	for dir, types := range map[string][]string{
		"../../fulfillment": {"Rung", "Hold", "OutboxState", "PrintState"},
		"../../devices":     {"Kind", "State"},
	} {
		for _, typ := range types {
			prefix := map[string]string{"Rung": "rung.", "Hold": "hold.", "OutboxState": "outbox.", "PrintState": "print.", "Kind": "device.", "State": "state."}[typ]
			for _, word := range constants(t, dir, typ) {
				if _, ok := language.words[prefix+word]; !ok && word != "" && word != string(fulfillment.OutboxDone) || word == "done" && typ == "PrintState" && !ok {
					t.Errorf("%s %s has no name", typ, word)
				}
			}
		}
	}
}

// Every kind of event has a word in an order's history, but those that are details of another or of the bench.
func TestTheHistoryNamesWhatHappened(t *testing.T) {
	silent := []string{"item_scanned", "tared", "photo", "sealed", "refused", "undone", "box", "operator", "mode", "carrier"}
	for _, k := range constants(t, "../../fulfillment", "EventKind") {
		if said := Happened(fulfillment.EventKind(k)); (said == "") != contains(silent, k) {
			t.Errorf("%s is called %q", k, said)
		}
	}
}

func TestEveryCommandSaysWhatItDid(t *testing.T) {
	for _, code := range []string{"PB:UNDO", "PB:SKIP", "PB:HOLD", "PB:SHORT", "PB:REPRINT", "PB:REPRINT:LOST", "PB:NEXTBOX", "PB:FINISH", "PB:BOX:M", "PB:USER:77",
		"PB:MODE:PACK", "PB:MODE:HANDOFF", "PB:MODE:RETURNS", "PB:CARRIER:UPS", "PB:PHOTO", "PB:SEAL"} {
		_, detail := Verdict(fulfillment.Verdict{Code: fulfillment.CommandDone, Scan: code})
		if detail == T("command.other") || placeholder.MatchString(detail) {
			t.Errorf("%s: %q", code, detail)
		}
	}
	_, detail := Verdict(fulfillment.Verdict{Code: fulfillment.CommandDone, Class: fulfillment.ClassBadge, Scan: "PB:USER:77", Name: "Packer One"})
	if detail != "Hello, Packer One." {
		t.Errorf("a badge says %q", detail)
	}
}

func TestWhatAnUndoSays(t *testing.T) {
	for _, c := range []struct {
		v            fulfillment.Verdict
		head, detail string
	}{
		{fulfillment.Verdict{Code: fulfillment.CommandDone, Why: fulfillment.WhyItemBack, Scan: "PB:UNDO", Name: "RED MUG", Got: 2, Need: 3},
			"Taken back – 2 of 3 in", "1 × RED MUG taken back, 2 of 3."},
		{fulfillment.Verdict{Code: fulfillment.CommandDone, Why: fulfillment.WhyOffManifest, Scan: "PB:UNDO", Name: "1Z9", OrderID: "5764"},
			"Off the manifest", "Parcel 1Z9 of order 5764 is taken off: put it back on its pile."},
		{fulfillment.Verdict{Code: fulfillment.CommandDone, Why: fulfillment.WhyMissing, Scan: "PB:SHORT", Name: "2 × Tea", Got: 1, Need: 3},
			"Held – 1 of 3 in", "Missing: 2 × Tea. Put the box on the hold shelf."},
		{fulfillment.Verdict{Code: fulfillment.CommandDone, Class: fulfillment.ClassCommand, Scan: "PB:CARRIER:ROYALMAIL", Name: "Royal Mail"},
			"One carrier only", "Only Royal Mail parcels are taken now."},
		{fulfillment.Verdict{Code: fulfillment.HandedOver, Got: 1}, "Sealed – 1 parcel", "The manifest is closed and can no longer change."},
	} {
		if head, detail := Verdict(c.v); head != c.head || detail != c.detail {
			t.Errorf("got %q, %q", head, detail)
		}
	}
}

func TestCodesAreVisibleAndShort(t *testing.T) {
	for _, c := range []struct{ code, want string }{
		{"MUG 1", "MUG 1"}, {"01\x1d21", "01<GS>21"}, {"A\tB\r\n", "A<TAB>B<CR><LF>"}, {" X ", "␣X␣"}, {"\xff\x00", "<0xFF><0x00>"},
		{"\uFFFD", "\uFFFD"}, {strings.Repeat("1", 20) + strings.Repeat("2", 20), "11111111111111111…2222222222222222"},
	} {
		if got := Code(c.code); got != c.want {
			t.Errorf("Code(%q) = %q, want %q", c.code, got, c.want)
		}
	}
}

func FuzzCode(f *testing.F) {
	for _, s := range []string{"", " ", "\x1d", "\xff\xfe", "PB:SEAL", "日本語", strings.Repeat("9", 600)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, code string) {
		got := Code(code)
		if n := utf8.RuneCountInString(got); n > shown || !utf8.ValidString(got) {
			t.Errorf("Code(%q) = %q: %d characters", code, got, n)
		}
		if strings.ContainsFunc(got, func(r rune) bool { return r < 0x20 || r == 0x7f }) {
			t.Errorf("Code(%q) = %q holds control characters", code, got)
		}
	})
}

func TestTimesAndWeights(t *testing.T) {
	now := time.Date(2026, 11, 20, 14, 0, 0, 0, time.Local)
	for _, c := range []struct{ got, want string }{
		{Span(30 * time.Second), "under 1 min"}, {Span(-35 * time.Minute), "35 min"}, {Span(2*time.Hour + 5*time.Minute), "2 h 05 min"},
		{Span(27 * time.Hour), "1 day 3 h"}, {Span(76 * time.Hour), "3 days 4 h"},
		{Ago(now.Add(-4*time.Minute), now), "4 min ago"}, {Ago(now.Add(time.Hour), now), "just now"},
		{Clock(now.Add(-time.Hour), now), "13:00"}, {Clock(now.Add(-24*time.Hour), now), "Thu 19 Nov 14:00"},
		{Grams(840), "840 g"}, {Grams(1250), "1.25 kg"}, {Grams(-3), "-3 g"},
		{Known(fulfillment.SourcePlatform, now.Add(-41*time.Minute), now.Add(-58*time.Minute), now), "Offline since 13:02 – order checked 41 min ago"},
		{Known(fulfillment.SourcePlatform, now.Add(-4*time.Minute), time.Time{}, now), "Seller Center checked 4 min ago"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
	for _, c := range []struct {
		at   time.Time
		want Urgency
	}{{time.Time{}, NoDeadline}, {now.Add(3 * time.Hour), InTime}, {now.Add(time.Hour), Soon}, {now.Add(-time.Second), Late}} {
		if _, got := Due(c.at, now); got != c.want {
			t.Errorf("Due(%v) = %v, want %v", c.at, got, c.want)
		}
	}
}

func TestEveryKeyUsedIsInTheTable(t *testing.T) {
	used := regexp.MustCompile(`text\.T\("([a-z.]+)"|[^a-zA-Z]T\("([a-z.]+)"`)
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range used.FindAllStringSubmatch(string(src), -1) {
			key := m[1] + m[2]
			if _, ok := language.words[key]; !ok && !strings.HasSuffix(key, ".") { // "cmd." is put together with a word
				t.Errorf("%s uses %q, which is not in the table", path, key)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheLastItemOfOneBoxCompletesTheBox(t *testing.T) {
	p := &fulfillment.Parcel{Items: []fulfillment.Item{{Need: 1}}, Package: fulfillment.Package{ID: "a"},
		Order: fulfillment.Order{Lines: []fulfillment.LineItem{{ID: "1"}, {ID: "2"}}, Packages: []fulfillment.Package{{ID: "a", Lines: []fulfillment.LineID{"1"}}, {ID: "b", Lines: []fulfillment.LineID{"2"}}}}}
	if _, got := Prompt(station.PromptScanItems, station.View{Parcel: p}); got != "It completes this box." {
		t.Errorf("one of two: %q", got)
	}
	p.Order.Packages = p.Order.Packages[:1]
	if _, got := Prompt(station.PromptScanItems, station.View{Parcel: p}); got != "It completes the order." {
		t.Errorf("one of one: %q", got)
	}
	if head, got := Prompt(station.PromptNextBox, station.View{Last: "77"}); head != "Touch Next box" || !strings.Contains(got, "77") {
		t.Errorf("after the first box: %q, %q", head, got)
	}
}

func TestATareSaysHowMuch(t *testing.T) {
	if _, got := Verdict(fulfillment.Verdict{Code: fulfillment.CommandDone, Class: fulfillment.ClassCommand, Scan: "PB:TARE", Name: "TARE", WeightG: 130}); !strings.HasPrefix(got, "130 g ") {
		t.Errorf("got %q", got)
	}
}

// People have buttons and a sheet: no sentence names a command by its code.
// TestAWrongLabelSaysWhoseItIs: the order that it belongs to and how that one stands; a hold goes before the step.
func TestAWrongLabelSaysWhoseItIs(t *testing.T) {
	for _, c := range []struct {
		rung fulfillment.Rung
		hold fulfillment.Hold
		want string
	}{
		{fulfillment.RungToPack, "", "not packed yet"},
		{fulfillment.RungApplied, "", "already packed"},
		{fulfillment.RungHandedOver, "", "already handed over"},
		{fulfillment.RungApplied, fulfillment.HoldCancelled, "which is cancelled"},
		{fulfillment.RungLabelled, fulfillment.HoldHeld, "which is held"},
	} {
		_, detail := Verdict(fulfillment.Verdict{Code: fulfillment.WrongLabel, Why: fulfillment.WhyOtherParcel, OrderID: "1", About: "576461413038785044", Rung: c.rung, Hold: c.hold})
		if !strings.Contains(detail, "Do not stick it on") || !strings.Contains(detail, "576461413038785044, "+c.want) {
			t.Errorf("%s %s: %q", c.rung, c.hold, detail)
		}
	}
	for _, typ := range []string{"Rung", "Hold"} {
		for _, word := range constants(t, "../../fulfillment", typ) {
			if _, ok := language.words["stands."+word]; !ok {
				t.Errorf("%s %q has no words behind an order's number", typ, word)
			}
		}
	}
	if _, detail := Verdict(fulfillment.Verdict{Code: fulfillment.WrongLabel, Why: fulfillment.WhyOtherBox, Box: 2, Boxes: 3}); !strings.Contains(detail, "box 2 of this order") {
		t.Errorf("another box's label: %q", detail)
	}
}

// TestWhatIsMissingIsNotDone: a box that was scanned while the weight is missing, too, is neither "Done" nor short of a size.
func TestWhatIsMissingIsNotDone(t *testing.T) {
	for _, why := range []fulfillment.Why{fulfillment.WhyNeedsBox, fulfillment.WhyNeedsSize, fulfillment.WhyNeedsWeight} {
		head, detail := Verdict(fulfillment.Verdict{Code: fulfillment.CommandDone, Why: why, Scan: "PB:BOX:B1", Missing: "MUG-RED"})
		if strings.HasPrefix(head, "Done") || !strings.Contains(detail, "MUG-RED") {
			t.Errorf("%s: %q, %q", why, head, detail)
		}
		want := map[bool]string{true: "Weight missing", false: "Size missing"}[why == fulfillment.WhyNeedsWeight]
		if got := Print(fulfillment.Parcel{Print: fulfillment.PrintSizes, Wants: why}); got != want {
			t.Errorf("%s: the label is called %q", why, got)
		}
	}
	for scale, word := range map[bool]string{true: "weigh the parcel", false: "no scale"} {
		v := station.View{Parcel: &fulfillment.Parcel{WantsSKU: "MUG-RED"}}
		if scale {
			v.Weight.At = time.Now()
		}
		if _, detail := Prompt(station.PromptNoWeight, v); !strings.Contains(detail, word) || !strings.Contains(detail, "MUG-RED") {
			t.Errorf("a scale is here: %v, and it says %q", scale, detail)
		}
	}
	if got := Print(fulfillment.Parcel{}); got != "" {
		t.Errorf("nothing to say is called %q", got)
	}
}

func TestCommandsAreCalledByTheirButtons(t *testing.T) {
	for code, want := range map[string]string{"PB:FINISH": "“Finish” has nothing to do here; nothing was changed.", "PB:CARRIER:UPS": "“CARRIER:UPS” has nothing to do here; nothing was changed."} {
		if _, got := Verdict(fulfillment.Verdict{Code: fulfillment.Refused, Why: fulfillment.WhyNotAvailable, Scan: code}); got != want {
			t.Errorf("%s: %q", code, got)
		}
	}
	shouted := regexp.MustCompile(`PB:|\b(HOLD|SKIP|SHORT|REPRINT|NEXTBOX|CONFIRM)\b`)
	for key, e := range language.verdicts {
		if shouted.MatchString(e.head + " " + e.detail) {
			t.Errorf("%s: %q, %q", key, e.head, e.detail)
		}
	}
	for key, e := range language.prompts {
		if shouted.MatchString(e.head + " " + e.detail) {
			t.Errorf("prompt %s: %q, %q", key, e.head, e.detail)
		}
	}
}
