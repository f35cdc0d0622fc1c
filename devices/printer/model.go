package printer

import (
	"bytes"
	"regexp"
	"strings"
	"sync"
)

// Auto chooses the compression by the printer's model; see Model.Compression.
const Auto Compression = "auto"

// Model is what a ZPL printer says it is.
type Model struct {
	Name     string // "ZD420-203dpi"; empty: it does not say
	Firmware string // "V84.20.18Z"; empty: it does not say
}

// ParseHostIdentification reads the answer to ~HI, "model,firmware,dots per mm,memory[,…]" between STX and ETX (ZPL II guide,
// ~HI); ok is false for anything else and for a part of it.
func ParseHostIdentification(answer []byte) (m Model, ok bool) {
	for {
		from := bytes.IndexByte(answer, stx)
		if from < 0 {
			return Model{}, false
		}
		answer = answer[from+1:]
		end := bytes.IndexByte(answer, etx)
		if end < 0 {
			return Model{}, false
		}
		f := strings.Split(string(answer[:end]), ",")
		// The strings of ~HS have 12, 11 and 2 fields, all of them numbers.
		if name := strings.TrimSpace(f[0]); len(f) >= 4 && len(f) <= 8 && strings.ContainsFunc(name, isLetter) {
			return Model{Name: name, Firmware: strings.TrimSpace(f[1])}, true
		}
		answer = answer[end+1:]
	}
}

func isLetter(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' }

// zebras are the beginnings of the names of Zebra's models whose firmware reads Z64: those sold since about 2008, when the
// encoding stood in the ZPL II guide. Older ones (LP 2844-Z, S4M, Z4M, Xi III Plus) have it in some firmwares only and are not
// here; like clones they get ACS.
var zebras = []string{"ZD", "ZT", "ZQ", "ZE5", "ZM4", "ZM6", "QLN", "GX4", "GK4", "GC4", "105SLPLUS", "110XI4", "140XI4", "170XI4", "220XI4"}

// zebraFirmware is how Zebra counts its firmware: "V84.20.18Z", "X60.17.5". Clones that borrow a model's name rarely borrow that.
var zebraFirmware = regexp.MustCompile(`^[A-Z]{1,2}\d{2}\.\d{1,2}\.\d{1,2}`)

// Compression is how pictures are sent to the model: Z64 to those known to read it, ACS to every other one that has a name,
// and to one without any a compression that everything understands, Hex.
func (m Model) Compression() Compression {
	name := strings.ToUpper(strings.TrimPrefix(strings.ReplaceAll(m.Name, " ", ""), "ZTC")) // USB: "ZTC ZD420-203dpi ZPL"
	if name == "" {
		return Hex
	}
	if zebraFirmware.MatchString(strings.ToUpper(m.Firmware)) {
		for _, z := range zebras {
			if strings.HasPrefix(name, z) {
				return Z64
			}
		}
	}
	return ACS
}

// speech is how one printer is spoken to: what is set, and what it has said of itself since it is there. Its methods may be
// called concurrently.
type speech struct {
	set Language
	// long is set for ways so slow that a picture in plain hex would take minutes.
	long bool

	mu    sync.Mutex
	asked bool // for its model
	model Model
	other bool // it answers the second question about its status and not the first
}

// language is what jobs are written in now.
func (s *speech) language() Language {
	s.mu.Lock()
	defer s.mu.Unlock()
	z, ok := s.set.(ZPL)
	if !ok || z.Compression != Auto {
		return s.set
	}
	if z.Compression = s.model.Compression(); s.long && z.Compression == Hex {
		z.Compression = ACS
	}
	return z
}

// unknown reports whether the printer should be asked for its model.
func (s *speech) unknown() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	z, ok := s.set.(ZPL)
	return ok && z.Compression == Auto && !s.asked
}

// heard keeps what a printer that was asked has said; an empty model is an answer, too.
func (s *speech) heard(m Model) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked, s.model = true, m
}

// forget is called when the printer has gone: another may come.
func (s *speech) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked, s.model, s.other = false, Model{}, false
}

// questions are the ways to ask for the status, in turn.
func (s *speech) questions() [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	two, ok := s.set.(interface{ AskOther() []byte })
	switch {
	case !ok:
		return [][]byte{s.set.Ask()}
	case s.other:
		return [][]byte{two.AskOther()}
	}
	return [][]byte{s.set.Ask(), two.AskOther()}
}

// answered keeps that only the second question has an answer. A printer in trouble may leave out the first for as long.
func (s *speech) answered(said []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if trouble, ok := ParseHostErrors(said); ok && trouble == "" {
		s.other = true
	}
}
