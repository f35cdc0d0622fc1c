package shop

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"unicode"

	"codeberg.org/go-pdf/fpdf"
	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	ot "github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
)

// fontSet finds and keeps fonts for scripts that a PDF has no built-in font for. Safe for concurrent use.
type fontSet struct {
	dir string

	mu     sync.Mutex
	faces  map[language.Script]*font.Face // nil value: looked for and not found
	shaper shaping.HarfbuzzShaper
}

var fontFiles = map[language.Script][]string{
	language.Latin:  {"NotoSans-Regular.ttf", "NotoSans-Regular.otf", "DejaVuSans.ttf", "arial.ttf", "Arial.ttf"},
	language.Thai:   {"NotoSansThai-Regular.ttf", "NotoSansThai-Regular.otf", "LeelawUI.ttf"},
	language.Arabic: {"NotoNaskhArabic-Regular.ttf", "NotoSansArabic-Regular.ttf", "arial.ttf"},
	language.Han:    {"NotoSansCJK-Regular.ttc", "NotoSansCJKsc-Regular.otf", "NotoSansSC-Regular.otf", "msyh.ttc"},
}

func fontDirs(dir string) []string {
	if dir != "" {
		return []string{dir}
	}
	switch runtime.GOOS {
	case "windows":
		return []string{filepath.Join(os.Getenv("WINDIR"), "Fonts")}
	case "darwin":
		return []string{"/Library/Fonts", "/System/Library/Fonts", "/System/Library/Fonts/Supplemental"}
	}
	var dirs []string
	for _, sub := range []string{"truetype/noto", "opentype/noto", "noto", "noto-cjk", "google-noto", "truetype/dejavu"} {
		dirs = append(dirs, filepath.Join("/usr/share/fonts", sub), filepath.Join("/usr/local/share/fonts", sub))
	}
	return dirs
}

// face returns a font of the script, nil if there is none. The lock is held.
func (f *fontSet) face(script language.Script) *font.Face {
	if face, known := f.faces[script]; known {
		return face
	}
	if f.faces == nil {
		f.faces = map[language.Script]*font.Face{}
	}
	f.faces[script] = nil
	for _, name := range fontFiles[script] {
		for _, dir := range fontDirs(f.dir) {
			if face := loadFace(filepath.Join(dir, name)); face != nil {
				f.faces[script] = face
				return face
			}
		}
	}
	return nil
}

// loadFace reads the first font of a file; nil if it cannot be used.
func loadFace(file string) *font.Face {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	loaders, err := ot.NewLoaders(bytes.NewReader(data))
	if err != nil || len(loaders) == 0 {
		return nil
	}
	ft, err := font.NewFont(loaders[0])
	if err != nil {
		return nil
	}
	return font.NewFace(ft)
}

func scriptOf(text string) (language.Script, di.Direction) {
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Thai, r):
			return language.Thai, di.DirectionLTR
		case unicode.Is(unicode.Arabic, r):
			return language.Arabic, di.DirectionRTL
		case unicode.Is(unicode.Han, r):
			return language.Han, di.DirectionLTR
		}
	}
	return language.Latin, di.DirectionLTR
}

// draw writes one line of one script as outlines, its baseline starting at x, y (mm). It reports false, and draws
// nothing, where no font has every letter.
func (f *fontSet) draw(doc *fpdf.Fpdf, x, y, points float64, text string) bool {
	if f == nil {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	script, direction := scriptOf(text)
	face := f.face(script)
	if face == nil {
		return false
	}
	runes := []rune(text)
	out := f.shaper.Shape(shaping.Input{Text: runes, RunEnd: len(runes), Direction: direction, Face: face,
		Size: fixed.I(1000), Script: script, Language: language.NewLanguage("en")})
	for _, g := range out.Glyphs {
		if g.GlyphID == 0 {
			return false
		}
	}
	mm := points * 25.4 / 72 // one em
	unit := mm / float64(face.Upem())
	pen := 0.0 // in thousandths of an em
	for _, g := range out.Glyphs {
		if outline, ok := face.GlyphDataOutline(g.GlyphID); ok && len(outline.Segments) > 0 {
			gx := x + (pen+float64(g.XOffset)/64)*mm/1000
			gy := y - float64(g.YOffset)/64*mm/1000
			fillOutline(doc, outline, gx, gy, unit)
		}
		pen += float64(g.Advance) / 64
	}
	return true
}

// fillOutline draws one glyph; quadratic curves become cubic ones, which is all that PDF has.
func fillOutline(doc *fpdf.Fpdf, outline font.GlyphOutline, x, y, unit float64) {
	at := func(p ot.SegmentPoint) (float64, float64) { return x + float64(p.X)*unit, y - float64(p.Y)*unit }
	var cx, cy float64
	for i, seg := range outline.Segments {
		a := seg.ArgsSlice()
		switch seg.Op {
		case ot.SegmentOpMoveTo:
			if i > 0 {
				doc.ClosePath()
			}
			cx, cy = at(a[0])
			doc.MoveTo(cx, cy)
		case ot.SegmentOpLineTo:
			cx, cy = at(a[0])
			doc.LineTo(cx, cy)
		case ot.SegmentOpQuadTo:
			qx, qy := at(a[0])
			ex, ey := at(a[1])
			doc.CurveBezierCubicTo(cx+(qx-cx)*2/3, cy+(qy-cy)*2/3, ex+(qx-ex)*2/3, ey+(qy-ey)*2/3, ex, ey)
			cx, cy = ex, ey
		case ot.SegmentOpCubeTo:
			x0, y0 := at(a[0])
			x1, y1 := at(a[1])
			cx, cy = at(a[2])
			doc.CurveBezierCubicTo(x0, y0, x1, y1, cx, cy)
		}
	}
	doc.ClosePath()
	doc.DrawPath("F")
}

var folds = strings.NewReplacer(foldPairs(map[string]string{
	"a": "áàảãạăắằẳẵặâấầẩẫậ", "A": "ÁÀẢÃẠĂẮẰẲẴẶÂẤẦẨẪẬ", "e": "éèẻẽẹêếềểễệ", "E": "ÉÈẺẼẸÊẾỀỂỄỆ", "i": "íìỉĩịï", "I": "ÍÌỈĨỊ",
	"o": "óòỏõọôốồổỗộơớờởỡợö", "O": "ÓÒỎÕỌÔỐỒỔỖỘƠỚỜỞỠỢÖ", "u": "úùủũụưứừửữựü", "U": "ÚÙỦŨỤƯỨỪỬỮỰÜ", "y": "ýỳỷỹỵ", "Y": "ÝỲỶỸỴ",
	"d": "đ", "D": "Đ"})...)

func foldPairs(m map[string]string) []string {
	var pairs []string
	for to, from := range m {
		for _, r := range from {
			pairs = append(pairs, string(r), to)
		}
	}
	return pairs
}

// asciiFold takes the marks off Latin letters; what is left that is not ASCII becomes a question mark.
func asciiFold(s string) string {
	return strings.Map(func(r rune) rune {
		if r > 0x7e {
			return '?'
		}
		return r
	}, folds.Replace(s))
}
