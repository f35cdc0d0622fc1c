package evidence

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"packbench/fulfillment"
)

func hashOf(b []byte) fulfillment.Hash {
	sum := sha256.Sum256(b)
	return fulfillment.Hash(hex.EncodeToString(sum[:]))
}

var photo, label = []byte("\xff\xd8\xff a photo"), []byte("%PDF a label")

// testKey is a key that is the same in every run.
var testKey = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))

func packet(t *testing.T) []byte {
	t.Helper()
	events, head := packetEvents(t)
	files := map[fulfillment.Hash][]byte{hashOf(photo): photo, hashOf(label): label}
	var b bytes.Buffer
	if err := Write(&b, Packet{OrderID: "1", Station: "PACK-01", Events: events, HeadSeq: 9, HeadHash: head, Key: testKey}, func(h fulfillment.Hash) ([]byte, error) {
		return files[h], nil
	}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func packetEvents(t *testing.T) ([]fulfillment.Event, fulfillment.Hash) {
	t.Helper()
	var events []fulfillment.Event
	prev := fulfillment.Hash("0f")
	for i, body := range []string{`{}`, fmt.Sprintf(`{"label":%q}`, hashOf(label)), fmt.Sprintf(`{"photo":%q}`, hashOf(photo))} {
		e, err := fulfillment.Event{Station: "PACK-01", Seq: int64(7 + i), At: time.Unix(1700000000, 0), Kind: fulfillment.EventStaged, OrderID: "1",
			Body: json.RawMessage(body)}.Link(prev)
		if err != nil {
			t.Fatal(err)
		}
		events, prev = append(events, e), e.Hash
	}
	return events, prev
}

// edited copies a zip, changing files on the way, and seals it again with the same key: what only the content can tell.
func edited(t *testing.T, in []byte, change func(name string, data []byte) []byte) []byte {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(in), int64(len(in)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range r.File {
		rc, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(rc)
		if err != nil {
			t.Fatal(err)
		}
		if data = change(f.Name, data); data == nil {
			continue
		}
		out, err := w.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := out.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := closeSealed(w, &b, testKey); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAnIntactPacketIsAccepted(t *testing.T) {
	b := packet(t)
	rep, err := Verify(bytes.NewReader(b), int64(len(b)))
	if err != nil || rep != (Report{OK: true, Events: 3, Photos: 1, Labels: 1, Key: Fingerprint(PublicOf(testKey)), Station: "PACK-01"}) {
		t.Fatalf("got %+v, %v", rep, err)
	}
}

func TestEveryChangeIsNamed(t *testing.T) {
	b := packet(t)
	for name, change := range map[string]func(string, []byte) []byte{
		"photo":         func(n string, d []byte) []byte { return swap(n, d, "photos/", []byte("another photo")) },
		"missing label": func(n string, d []byte) []byte { return swap(n, d, "labels/", nil) },
		"order": func(n string, d []byte) []byte {
			return bytes.ReplaceAll(d, []byte(`"order_id": "1",`), []byte(`"order_id": "2",`))
		},
		"time": func(n string, d []byte) []byte {
			return bytes.Replace(d, []byte("2023-11-14T22:13:20Z"), []byte("2023-11-14T21:13:20Z"), 1)
		},
		"kind": func(n string, d []byte) []byte { return bytes.Replace(d, []byte(`"staged"`), []byte(`"sealed"`), 1) },
		"hash": func(n string, d []byte) []byte {
			return bytes.Replace(d, []byte(`"prev": "0f"`), []byte(`"prev": "1f"`), 1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := edited(t, b, change)
			rep, err := Verify(bytes.NewReader(c), int64(len(c)))
			if err == nil && (rep.OK || rep.Fault == "") {
				t.Errorf("not noticed: %+v", rep)
			}
		})
	}
}

// index changes packet.json.
func indexed(t *testing.T, change func(*index)) func(string, []byte) []byte {
	return func(name string, data []byte) []byte {
		if name != indexName {
			return data
		}
		var ix index
		if err := json.Unmarshal(data, &ix); err != nil {
			t.Fatal(err)
		}
		change(&ix)
		out, err := json.Marshal(ix)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

// TestEvenASealedPacketMustAgreeWithItself: whoever changes the index and seals it with the station's key still has to
// change everything that follows from it.
func TestEvenASealedPacketMustAgreeWithItself(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*index)
		says   string
	}{
		"last events dropped":    {func(ix *index) { ix.Events = ix.Events[:1] }, "made with 3"},
		"all events dropped":     {func(ix *index) { ix.Events = nil }, "no events"},
		"another last event":     {func(ix *index) { ix.Events = ix.Events[:2]; ix.Count = 2 }, "last event"},
		"emptied list of files":  {func(ix *index) { ix.Files = nil }, "does not list"},
		"shortened list":         {func(ix *index) { ix.Files = ix.Files[1:] }, "does not list"},
		"file said twice":        {func(ix *index) { ix.Files = append(ix.Files, ix.Files[0]) }, "order"},
		"file said to be gone":   {func(ix *index) { ix.Gone, ix.Files = ix.Files[:1], ix.Files[1:] }, "does not list"},
		"file of no event":       {func(ix *index) { ix.Files[0].Hash = "00" }, "named by no event"},
		"another head":           {func(ix *index) { ix.HeadHash = "00" }, "head"},
		"a head that is too old": {func(ix *index) { ix.HeadSeq = 3 }, "younger"},
		"another order's parcel": {func(ix *index) {
			ix.Manifests = []fulfillment.Manifest{{ID: "m", Parcels: []fulfillment.ManifestParcel{{OrderID: "2"}}}}
		}, "another order"},
	} {
		t.Run(name, func(t *testing.T) {
			b := edited(t, packet(t), indexed(t, c.change))
			rep, err := Verify(bytes.NewReader(b), int64(len(b)))
			if err != nil || rep.OK || !strings.Contains(rep.Fault, c.says) {
				t.Errorf("got %+v, %v, want a fault about %q", rep, err, c.says)
			}
		})
	}
}

func TestFilesHaveTheirEndings(t *testing.T) {
	b := packet(t)
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"labels/" + string(hashOf(label)) + ".pdf", "photos/" + string(hashOf(photo)) + ".jpg", "packet.json"}
	for i, f := range z.File {
		if f.Name != want[i] {
			t.Errorf("got %s, want %s", f.Name, want[i])
		}
	}
	for text, ext := range map[string]string{"\x89PNG\r\n\x1a\n": ".png", "^XA^XZ": ".zpl", `{"a":1}`: ".json", "?": ".bin"} {
		if got := ending([]byte(text)); got != ext {
			t.Errorf("%q got %s, want %s", text, got, ext)
		}
	}
}

// TestWhatIsGoneIsSaid: a label that the retention rules wiped is listed, and its absence is no fault.
func TestWhatIsGoneIsSaid(t *testing.T) {
	events, head := packetEvents(t)
	var b bytes.Buffer
	err := Write(&b, Packet{OrderID: "1", Station: "PACK-01", Events: events, HeadSeq: 9, HeadHash: head, Key: testKey}, func(h fulfillment.Hash) ([]byte, error) {
		if h == hashOf(label) {
			return nil, fulfillment.ErrNotFound
		}
		return photo, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	rep, err := Verify(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil || !rep.OK || rep.Photos != 1 || rep.Labels != 0 {
		t.Errorf("got %+v, %v", rep, err)
	}
}

func swap(name string, data []byte, prefix string, with []byte) []byte {
	if strings.HasPrefix(name, prefix) {
		return with
	}
	return data
}

func TestChainNoticesAMissingEvent(t *testing.T) {
	first, _ := fulfillment.Event{Seq: 1}.Link("")
	second, _ := fulfillment.Event{Seq: 2}.Link(first.Hash)
	third, _ := fulfillment.Event{Seq: 3}.Link(second.Hash)
	var c Chain
	if err := c.Next(first); err != nil {
		t.Fatal(err)
	}
	if err := c.Next(third); err == nil {
		t.Error("a missing event was not noticed")
	}
	if err := c.Next(second); err != nil || c.Len() != 2 {
		t.Errorf("got %v, %d", err, c.Len())
	}
}
