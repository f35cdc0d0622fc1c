package evidence

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"time"

	"packbench/fulfillment"
)

// Format names the layout of a packet; a reader refuses one it does not know.
const Format = "packbench-evidence-2"

// indexName is the file of the zip that holds the events and lists the other files.
const indexName = "packet.json"

// File is a picture or document of a packet.
type File struct {
	Kind string           `json:"kind"` // photo, label
	Hash fulfillment.Hash `json:"hash"` // SHA-256
	Name string           `json:"name"` // path inside the zip: kind, hash, and the ending that fits the content
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
	// Key seals the packet; see NewKey.
	Key ed25519.PrivateKey
}

// index is packet.json.
type index struct {
	Format    string                 `json:"format"`
	OrderID   fulfillment.OrderID    `json:"order_id"`
	Station   string                 `json:"station"`
	MadeAt    time.Time              `json:"made_at"`
	HeadSeq   int64                  `json:"head_seq"`
	HeadHash  fulfillment.Hash       `json:"head_hash"`
	Count     int                    `json:"event_count"`
	LastHash  fulfillment.Hash       `json:"last_event_hash"`
	Events    []fulfillment.Event    `json:"events"`
	Manifests []fulfillment.Manifest `json:"manifests"`
	Files     []File                 `json:"files"`
	// Gone are files that events name and that the retention rules have wiped since.
	Gone []File `json:"gone"`
}

// Write makes the zip and seals it with p.Key. read returns the bytes of a stored file; a file that is gone (wiped by the
// retention rules: fulfillment.ErrNotFound) is listed as such, because its hash in the event still says what it was.
func Write(w io.Writer, p Packet, read func(fulfillment.Hash) ([]byte, error)) error {
	if len(p.Key) != ed25519.PrivateKeySize {
		return errors.New("write the packet: it has no key to be sealed with")
	}
	ix := index{Format: Format, OrderID: p.OrderID, Station: p.Station, MadeAt: p.MadeAt.UTC(), HeadSeq: p.HeadSeq, HeadHash: p.HeadHash,
		Count: len(p.Events), Events: p.Events, Manifests: p.Manifests}
	if n := len(p.Events); n > 0 {
		ix.LastHash = p.Events[n-1].Hash
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range FilesOf(p.Events) {
		data, err := read(f.Hash)
		if errors.Is(err, fulfillment.ErrNotFound) {
			ix.Gone = append(ix.Gone, f)
			continue
		}
		if err != nil {
			return fmt.Errorf("read %s %s for the packet: %w", f.Kind, f.Hash, err)
		}
		f.Name += ending(data)
		if err := add(z, f.Name, data); err != nil {
			return err
		}
		ix.Files = append(ix.Files, f)
	}
	text, err := json.MarshalIndent(ix, "", " ")
	if err != nil {
		return fmt.Errorf("write the packet: %w", err)
	}
	if err := add(z, indexName, append(text, '\n')); err != nil {
		return err
	}
	if err := closeSealed(z, &b, p.Key); err != nil {
		return fmt.Errorf("seal the packet: %w", err)
	}
	if _, err := b.WriteTo(w); err != nil {
		return fmt.Errorf("write the packet: %w", err)
	}
	return nil
}

func add(z *zip.Writer, name string, data []byte) error {
	out, err := z.Create(name)
	if err == nil {
		_, err = out.Write(data)
	}
	if err != nil {
		return fmt.Errorf("write %s into the packet: %w", name, err)
	}
	return nil
}

// ending is the file name's ending that lets any computer open the content; ".bin" for what is not known.
func ending(data []byte) string {
	for _, k := range []struct{ magic, ext string }{
		{"%PDF", ".pdf"}, {"\xff\xd8\xff", ".jpg"}, {"\x89PNG\r\n\x1a\n", ".png"}, {"GIF8", ".gif"}, {"^XA", ".zpl"},
	} {
		if bytes.HasPrefix(data, []byte(k.magic)) {
			return k.ext
		}
	}
	if json.Valid(data) {
		return ".json"
	}
	return ".bin"
}

// FilesOf are the photos and labels that the events name, each once, in the order in which they are named. A Name is
// without its ending, which only the content tells.
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
		for _, n := range []File{{Kind: "photo", Hash: body.Photo}, {Kind: "label", Hash: body.Label}} {
			if n.Hash == "" || slices.ContainsFunc(out, func(f File) bool { return f.Hash == n.Hash }) {
				continue
			}
			n.Name = path.Join(n.Kind+"s", string(n.Hash))
			out = append(out, n)
		}
	}
	return out
}
