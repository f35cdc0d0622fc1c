package evidence

import (
	"archive/zip"
	"bytes"
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

var photo, label = []byte("a photo"), []byte("%PDF a label")

func packet(t *testing.T) []byte {
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
	files := map[fulfillment.Hash][]byte{hashOf(photo): photo, hashOf(label): label}
	var b bytes.Buffer
	if err := Write(&b, Packet{OrderID: "1", Station: "PACK-01", Events: events, HeadSeq: 9, HeadHash: prev}, func(h fulfillment.Hash) ([]byte, error) {
		return files[h], nil
	}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// edited copies a zip, changing files on the way.
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
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAnIntactPacketIsAccepted(t *testing.T) {
	b := packet(t)
	rep, err := Verify(bytes.NewReader(b), int64(len(b)))
	if err != nil || rep != (Report{OK: true, Events: 3, Photos: 1, Labels: 1}) {
		t.Fatalf("got %+v, %v", rep, err)
	}
}

func TestEveryChangeIsNamed(t *testing.T) {
	b := packet(t)
	for name, change := range map[string]func(string, []byte) []byte{
		"photo":         func(n string, d []byte) []byte { return swap(n, d, "photos/", []byte("another photo")) },
		"missing label": func(n string, d []byte) []byte { return swap(n, d, "labels/", nil) },
		"order": func(n string, d []byte) []byte {
			return bytes.Replace(d, []byte(`"order_id": "1",`), []byte(`"order_id": "2",`), -1)
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

func swap(name string, data []byte, prefix string, with []byte) []byte {
	if strings.HasPrefix(name, prefix) {
		return with
	}
	return data
}

func FuzzVerify(f *testing.F) {
	f.Add([]byte("PK"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		rep, err := Verify(bytes.NewReader(data), int64(len(data)))
		if err == nil && rep.OK && rep.Events > 0 && len(data) < 22 {
			t.Error("something that cannot be a zip file was accepted")
		}
	})
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
