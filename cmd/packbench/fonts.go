package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"packbench/fulfillment/label"
)

// The program carries one font (the Go font: Latin without Vietnamese, Greek, Cyrillic). Other scripts are written in fonts of the
// system, found by their files' names: those of Noto, which Linux distributions have as packages, and those that come with Windows
// and macOS. None is bundled: those of Chinese, Japanese and Korean have 20 MB.

// script is a way of writing that a label may need: letters to try it by, and files that hold it, the best first.
type script struct {
	name    string
	sample  string
	files   []string
	debian  string   // the package that has one
	markets []string // where addresses are written in it
}

var scripts = []script{
	{"Latin, Greek, Cyrillic", "Aßéñςж", []string{"NotoSans-Regular.ttf", "DejaVuSans.ttf", "segoeui.ttf", "Arial.ttf"}, "fonts-noto-core", nil},
	{"Vietnamese", "ễộữỷ", []string{"NotoSans-Regular.ttf", "DejaVuSans.ttf", "segoeui.ttf", "Arial.ttf"}, "fonts-noto-core", []string{"VN"}},
	{"Thai", "ที่ชื่อ๑", []string{"NotoSansThai-Regular.ttf", "NotoSansThaiLooped-Regular.ttf", "leelawui.ttf", "LeelawUI.ttf", "Thonburi.ttc", "Thonburi.ttf"}, "fonts-noto-core", []string{"TH"}},
	{"Arabic", "سلام١", []string{"NotoSansArabic-Regular.ttf", "NotoNaskhArabic-Regular.ttf", "segoeui.ttf", "GeezaPro.ttc"}, "fonts-noto-core", []string{"SA", "AE"}},
	{"Chinese", "样本路樣", []string{"NotoSansCJK-Regular.ttc", "NotoSansSC-Regular.otf", "msyh.ttc", "PingFang.ttc"}, "fonts-noto-cjk", nil},
	{"Japanese", "見本マグひ", []string{"NotoSansCJK-Regular.ttc", "NotoSansJP-Regular.otf", "YuGothM.ttc", "meiryo.ttc", "ヒラギノ角ゴシック W3.ttc"}, "fonts-noto-cjk", []string{"JP"}},
	{"Korean", "견본길", []string{"NotoSansCJK-Regular.ttc", "NotoSansKR-Regular.otf", "malgun.ttf", "AppleSDGothicNeo.ttc"}, "fonts-noto-cjk", nil},
}

// fontFolders are where systems keep fonts.
func fontFolders() []string {
	home, _ := os.UserHomeDir()
	switch runtime.GOOS {
	case "windows":
		return []string{filepath.Join(os.Getenv("WINDIR"), "Fonts"), filepath.Join(os.Getenv("LOCALAPPDATA"), "Microsoft", "Windows", "Fonts")}
	case "darwin":
		return []string{"/System/Library/Fonts", "/Library/Fonts", filepath.Join(home, "Library", "Fonts")}
	}
	return []string{"/usr/share/fonts", "/usr/local/share/fonts", filepath.Join(home, ".local", "share", "fonts")}
}

// findFonts are the paths of the named files below the folders, by name; the first of a name counts. Folders that are not there
// or may not be read are passed over: a font less is said where a letter needs it.
func findFonts(folders []string) map[string]string {
	wanted := map[string]bool{}
	for _, s := range scripts {
		for _, f := range s.files {
			wanted[f] = true
		}
	}
	found := map[string]string{}
	for _, dir := range folders {
		_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				if d != nil && d.IsDir() {
					return fs.SkipDir
				}
				return nil
			}
			if name := d.Name(); wanted[name] && found[name] == "" && !d.IsDir() {
				found[name] = path
			}
			return nil
		})
	}
	return found
}

// systemLetters are the fonts of this computer for what is drawn here. Reading them takes a moment (Noto's CJK has 20 MB), so it
// happens once, when somebody needs them.
var systemLetters = sync.OnceValues(func() (*label.Typesetter, error) { return lettersIn(fontFolders()) })

func lettersIn(folders []string) (*label.Typesetter, error) {
	paths := findFonts(folders)
	letters, err := label.NewTypesetter()
	if err != nil {
		return nil, err
	}
	var files [][]byte
	for _, s := range scripts {
		if letters.Missing(s.sample) == nil {
			continue // a font of another script has it
		}
		for _, name := range s.files {
			path := paths[name]
			if path == "" {
				continue
			}
			file, err := readPlain(path, 64<<20)
			if err != nil {
				continue // as if it were not there
			}
			more, err := label.NewTypesetter(append(files[:len(files):len(files)], file)...)
			if err != nil || more.Missing(s.sample) != nil {
				continue // another kind of file, or an old version without these letters
			}
			files, letters = append(files, file), more
			break
		}
	}
	return letters, nil
}

// letters says which scripts labels and papers can be written in; one that the station's market needs and that is missing is a
// warning.
func (d *doctor) letters() {
	letters, err := systemLetters()
	if err != nil {
		d.say("letters", "fail", plain(err))
		return
	}
	state, have, lack := "ok", []string{}, []string{}
	for _, s := range scripts {
		if letters.Missing(s.sample) == nil {
			have = append(have, s.name)
			continue
		}
		for _, m := range s.markets {
			if m == d.cfg.Station.Market {
				state = "warn"
			}
		}
		lack = append(lack, s.name+" ("+s.debian+")")
	}
	text := "own labels and papers can be written in " + strings.Join(have, ", ")
	if len(lack) > 0 {
		text += "; there is no font for " + strings.Join(lack, ", ") + ": install one, in brackets its package on Debian"
	}
	d.say("letters", state, text)
}
