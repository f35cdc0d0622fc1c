package evidence

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"packbench/fulfillment"
)

// Report is what a check found.
type Report struct {
	OK     bool   `json:"ok"`
	Events int    `json:"events"`
	Photos int    `json:"photos"`
	Labels int    `json:"labels"`
	Key    string `json:"key,omitempty"` // fingerprint of the key that sealed it
	Fault  string `json:"fault,omitempty"`
	// Station is whose packet it says it is; not part of the line that is printed.
	Station string `json:"-"`
}

// limits of a packet that is read: it may come from anywhere.
const (
	maxIndex = 64 << 20
	maxFile  = 64 << 20
)

// Verify checks a packet: the seal over all of its bytes, every event's hash, the order of events, and that it holds exactly
// the files that its events name. The report holds the first fault; an error means that it is no packet at all.
//
// It cannot know whose key sealed the packet: the caller compares Report.Key with the fingerprint that the station gave.
func Verify(r io.ReaderAt, size int64) (Report, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return Report{}, fmt.Errorf("this is no packet, it cannot be read as a zip file: %w", err)
	}
	var rep Report
	if rep.Key, rep.Fault = checkSeal(r, size); rep.Fault != "" {
		return rep, nil
	}
	var ix index
	data, err := readFile(z, indexName, maxIndex)
	if err == nil {
		err = json.Unmarshal(data, &ix)
	}
	if err != nil {
		return Report{}, fmt.Errorf("read %s of the packet: %w", indexName, err)
	}
	if ix.Format != Format {
		return Report{}, fmt.Errorf("the packet's format is %q; this program reads %q", ix.Format, Format)
	}
	rep.Events, rep.Station = len(ix.Events), ix.Station
	for _, check := range []func() string{
		func() string { return checkEvents(ix) }, func() string { return checkEnd(ix) },
		func() string { return checkManifests(ix) }, func() string { return checkNames(z, ix) }, func() string { return checkFiles(z, ix, &rep) },
	} {
		if rep.Fault = check(); rep.Fault != "" {
			return rep, nil
		}
	}
	rep.OK = true
	return rep, nil
}

// checkEvents: each event is intact, belongs to the order, and follows the one before it; neighbours are linked.
func checkEvents(ix index) string {
	last := map[string]fulfillment.Event{}
	for _, e := range ix.Events {
		if !e.Verify(e.Prev) {
			return fmt.Sprintf("%s of %s was changed: its hash does not fit. The packet proves nothing about this parcel; ask the station for a new one", e.Told(), e.Station)
		}
		if e.OrderID != ix.OrderID {
			return fmt.Sprintf("%s of %s belongs to another order than %s", e.Told(), e.Station, ix.OrderID)
		}
		before, ok := last[e.Station]
		if ok && e.Seq <= before.Seq {
			return fmt.Sprintf("%s of %s stands after event %d", e.Told(), e.Station, before.Seq)
		}
		if ok && e.Seq == before.Seq+1 && e.Prev != before.Hash {
			return fmt.Sprintf("%s of %s is not linked to the one before it, %s", e.Told(), e.Station, before.Told())
		}
		last[e.Station] = e
	}
	return ""
}

// checkEnd: no event is missing at the end, and none is younger than the chain's head of that moment.
func checkEnd(ix index) string {
	switch n := len(ix.Events); {
	case n == 0:
		return "the packet has no events"
	case n != ix.Count:
		return fmt.Sprintf("the packet has %d events, but was made with %d", n, ix.Count)
	case ix.Events[n-1].Hash != ix.LastHash:
		return "the packet's last event is not the one it was made with"
	}
	for _, e := range ix.Events {
		if e.Station != ix.Station {
			continue
		}
		if e.Seq > ix.HeadSeq {
			return fmt.Sprintf("%s of %s is younger than the packet, whose chain ended at %d", e.Told(), e.Station, ix.HeadSeq)
		}
		if e.Seq == ix.HeadSeq && e.Hash != ix.HeadHash {
			return fmt.Sprintf("%s of %s is not the head that the packet names", e.Told(), e.Station)
		}
	}
	return ""
}

// checkManifests: a packet tells of no other order's parcels.
func checkManifests(ix index) string {
	for _, m := range ix.Manifests {
		for _, p := range m.Parcels {
			if p.OrderID != ix.OrderID {
				return fmt.Sprintf("manifest %s names a parcel of another order, %s", m.ID, p.OrderID)
			}
		}
	}
	return ""
}

// checkNames: the zip holds the files of the index and nothing else, each once and in order, the index last.
func checkNames(z *zip.Reader, ix index) string {
	want := make([]string, 0, len(ix.Files)+1)
	for _, f := range ix.Files {
		want = append(want, f.Name)
	}
	want = append(want, indexName)
	have := make([]string, 0, len(z.File))
	for _, f := range z.File {
		have = append(have, f.Name)
	}
	for _, name := range have {
		if !slices.Contains(want, name) {
			return fmt.Sprintf("the packet holds a file %q that it does not list", name)
		}
	}
	for _, name := range want {
		if !slices.Contains(have, name) {
			return fmt.Sprintf("the packet lists a file %q that is missing", name)
		}
	}
	if !slices.Equal(have, want) {
		return "the packet's files are not in the order in which they were written"
	}
	return ""
}

// checkFiles: files and those that are gone are exactly what the events name, and every file has its hash.
func checkFiles(z *zip.Reader, ix index, rep *Report) string {
	named := FilesOf(ix.Events)
	listed := slices.Concat(ix.Files, ix.Gone)
	for _, f := range listed {
		if !slices.ContainsFunc(named, func(n File) bool { return n.Hash == f.Hash && n.Kind == f.Kind }) {
			return fmt.Sprintf("%s %s is named by no event", f.Kind, short(f.Hash))
		}
	}
	for _, n := range named {
		if !slices.ContainsFunc(listed, func(f File) bool { return n.Hash == f.Hash && n.Kind == f.Kind }) {
			return fmt.Sprintf("%s %s is named by %s, but the packet does not list it", n.Kind, short(n.Hash), namedBy(ix, n.Hash))
		}
	}
	if len(listed) != len(named) {
		return "the packet lists a file twice"
	}
	for _, f := range ix.Files {
		data, err := readFile(z, f.Name, maxFile)
		if err != nil {
			return fmt.Sprintf("%s %s of %s is missing or cannot be read", f.Kind, short(f.Hash), namedBy(ix, f.Hash))
		}
		sum := sha256.Sum256(data)
		if hex.EncodeToString(sum[:]) != string(f.Hash) {
			return fmt.Sprintf("%s %s of %s was changed: its hash does not fit, so it proves nothing", f.Kind, short(f.Hash), namedBy(ix, f.Hash))
		}
		if f.Name != fmt.Sprintf("%ss/%s%s", f.Kind, f.Hash, ending(data)) {
			return fmt.Sprintf("%s %s has the wrong name %q", f.Kind, short(f.Hash), f.Name)
		}
		switch f.Kind {
		case "photo":
			rep.Photos++
		case "label":
			rep.Labels++
		}
	}
	return ""
}

// namedBy is the first event that names the file.
func namedBy(ix index, h fulfillment.Hash) string {
	for _, e := range ix.Events {
		if slices.ContainsFunc(FilesOf([]fulfillment.Event{e}), func(f File) bool { return f.Hash == h }) {
			return e.Told()
		}
	}
	return "no event"
}

func short(h fulfillment.Hash) string { return string(h[:min(12, len(h))]) }

func readFile(z *zip.Reader, name string, limit int64) ([]byte, error) {
	if strings.Contains(name, "..") {
		return nil, fmt.Errorf("%q is no name inside a packet", name)
	}
	f, err := z.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%s is larger than %d bytes", name, limit)
	}
	return data, err
}
