package evidence

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"packbench/fulfillment"
)

// Format names the layout of a packet; a reader refuses one it does not know.
const Format = "packbench-evidence-1"

// File is a picture or document of a packet. Its name in the zip is its hash; what it is stands in the index.
type File struct {
	Kind string           `json:"kind"` // photo, label
	Hash fulfillment.Hash `json:"hash"`
	Name string           `json:"name"` // path inside the zip
}

// Packet is everything the station can prove about one order.
type Packet struct {
	OrderID   fulfillment.OrderID
	Station   string
	MadeAt    time.Time // UTC
	Events    []fulfillment.Event
	Manifests []fulfillment.Manifest
	// Head is the last link of the station's chain when the packet was made: kept beside the packet, it shows later that
	// the chain was not rewritten.
	HeadSeq  int64
	HeadHash fulfillment.Hash
}

// index is packet.json.
type index struct {
	Format    string                 `json:"format"`
	OrderID   fulfillment.OrderID    `json:"order_id"`
	Station   string                 `json:"station"`
	MadeAt    time.Time              `json:"made_at"`
	HeadSeq   int64                  `json:"head_seq"`
	HeadHash  fulfillment.Hash       `json:"head_hash"`
	Events    []fulfillment.Event    `json:"events"`
	Manifests []fulfillment.Manifest `json:"manifests"`
	Files     []File                 `json:"files"`
}

// Write makes the zip. read returns the bytes of a stored file; a file that is gone (wiped by the retention rules) is left
// out of the packet, because its hash in the event still says what it was.
func Write(w io.Writer, p Packet, read func(fulfillment.Hash) ([]byte, error)) error {
	z := zip.NewWriter(w)
	ix := index{Format: Format, OrderID: p.OrderID, Station: p.Station, MadeAt: p.MadeAt.UTC(), HeadSeq: p.HeadSeq, HeadHash: p.HeadHash,
		Events: p.Events, Manifests: p.Manifests}
	for _, f := range FilesOf(p.Events) {
		data, err := read(f.Hash)
		if errors.Is(err, fulfillment.ErrNotFound) {
			continue
		}
		if err != nil {
			return fmt.Errorf("read %s %s for the packet: %w", f.Kind, f.Hash, err)
		}
		out, err := z.Create(f.Name)
		if err != nil {
			return fmt.Errorf("write the packet: %w", err)
		}
		if _, err := out.Write(data); err != nil {
			return fmt.Errorf("write the packet: %w", err)
		}
		ix.Files = append(ix.Files, f)
	}
	out, err := z.Create("packet.json")
	if err != nil {
		return fmt.Errorf("write the packet: %w", err)
	}
	enc := json.NewEncoder(out)
	enc.SetIndent("", " ")
	if err := enc.Encode(ix); err != nil {
		return fmt.Errorf("write the packet: %w", err)
	}
	return z.Close()
}

// FilesOf are the photos and labels that the events name, each once.
func FilesOf(events []fulfillment.Event) []File {
	var out []File
	for _, e := range events {
		var body struct {
			Photo fulfillment.Hash `json:"photo"`
			Label fulfillment.Hash `json:"label"`
		}
		if json.Unmarshal(e.Body, &body) != nil {
			continue
		}
		for kind, h := range map[string]fulfillment.Hash{"photo": body.Photo, "label": body.Label} {
			if h != "" && !slices.ContainsFunc(out, func(f File) bool { return f.Hash == h }) {
				out = append(out, File{Kind: kind, Hash: h, Name: path.Join(kind+"s", string(h))})
			}
		}
	}
	return out
}

// Report is what a check found.
type Report struct {
	OK     bool   `json:"ok"`
	Events int    `json:"events"`
	Photos int    `json:"photos"`
	Labels int    `json:"labels"`
	Fault  string `json:"fault,omitempty"`
}

// limits of a packet that is read: it may come from anywhere.
const (
	maxIndex = 64 << 20
	maxFile  = 64 << 20
)

// Verify checks a packet: every event's hash, the order of events, and that every file is the one its event names. The
// report holds the first fault; an error means that it is no packet at all.
func Verify(r io.ReaderAt, size int64) (Report, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return Report{}, fmt.Errorf("read the packet: %w; it is no zip file", err)
	}
	var ix index
	data, err := readFile(z, "packet.json", maxIndex)
	if err == nil {
		err = json.Unmarshal(data, &ix)
	}
	if err != nil {
		return Report{}, fmt.Errorf("read packet.json: %w", err)
	}
	if ix.Format != Format {
		return Report{}, fmt.Errorf("the packet's format is %q; this program reads %q", ix.Format, Format)
	}
	rep := Report{Events: len(ix.Events)}
	if rep.Fault = checkEvents(ix); rep.Fault == "" {
		rep.Fault = checkFiles(z, ix, &rep)
	}
	rep.OK = rep.Fault == ""
	return rep, nil
}

// checkEvents: each event is intact, belongs to the order, and follows the one before it; neighbours are linked.
func checkEvents(ix index) string {
	last := map[string]fulfillment.Event{}
	for _, e := range ix.Events {
		if !e.Verify(e.Prev) {
			return fmt.Sprintf("event %s/%d (%s) was changed: its hash does not fit", e.Station, e.Seq, e.Kind)
		}
		if e.OrderID != ix.OrderID {
			return fmt.Sprintf("event %s/%d belongs to order %s, not to %s", e.Station, e.Seq, e.OrderID, ix.OrderID)
		}
		before, ok := last[e.Station]
		if ok && e.Seq <= before.Seq {
			return fmt.Sprintf("event %s/%d stands after %d", e.Station, e.Seq, before.Seq)
		}
		if ok && e.Seq == before.Seq+1 && e.Prev != before.Hash {
			return fmt.Sprintf("event %s/%d is not linked to the one before it", e.Station, e.Seq)
		}
		last[e.Station] = e
	}
	return ""
}

// checkFiles: every file in the index is there and has its hash, and is named by an event.
func checkFiles(z *zip.Reader, ix index, rep *Report) string {
	named := FilesOf(ix.Events)
	for _, f := range ix.Files {
		if !slices.ContainsFunc(named, func(n File) bool { return n.Hash == f.Hash && n.Kind == f.Kind }) {
			return fmt.Sprintf("%s %s is named by no event", f.Kind, short(f.Hash))
		}
		data, err := readFile(z, f.Name, maxFile)
		if err != nil {
			return fmt.Sprintf("%s %s is missing or cannot be read", f.Kind, short(f.Hash))
		}
		sum := sha256.Sum256(data)
		if hex.EncodeToString(sum[:]) != string(f.Hash) {
			return fmt.Sprintf("%s %s was changed: its hash does not fit", f.Kind, short(f.Hash))
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

// Chain checks events one after the other, as they stand in one station's chain.
type Chain struct {
	seq  int64
	head fulfillment.Hash
}

// Next takes the following event; an error names the first fault.
func (c *Chain) Next(e fulfillment.Event) error {
	switch {
	case e.Seq != c.seq+1:
		return fmt.Errorf("after event %d comes %d: events are missing", c.seq, e.Seq)
	case !e.Verify(c.head):
		return fmt.Errorf("event %d (%s) was changed or is not linked to the one before it", e.Seq, e.Kind)
	}
	c.seq, c.head = e.Seq, e.Hash
	return nil
}

// Len is how many events were taken.
func (c *Chain) Len() int64 { return c.seq }
