package evidence

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"io"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"packbench/fulfillment"
)

// accepted reports whether the bytes pass as a packet of the test's key.
func accepted(b []byte) bool {
	rep, err := Verify(bytes.NewReader(b), int64(len(b)))
	return err == nil && rep.OK && rep.Key == Fingerprint(PublicOf(testKey))
}

// TestEverySingleByteCounts: no byte of a packet can change, go or come.
func TestEverySingleByteCounts(t *testing.T) {
	b := packet(t)
	for i := range b {
		c := slices.Clone(b)
		c[i] ^= 0x20 // also turns capitals into small letters
		if accepted(c) {
			t.Fatalf("a change of byte %d of %d was not noticed", i, len(b))
		}
	}
}

func TestAnyChangeOfAPacketIsFound(t *testing.T) {
	b := packet(t)
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.IntRange(0, len(b)-1).Draw(t, "at")
		to := rapid.IntRange(at+1, len(b)).Draw(t, "to")
		c := slices.Clone(b)
		switch rapid.SampledFrom([]string{"change", "drop", "cut", "insert", "swap", "append"}).Draw(t, "what") {
		case "change":
			c[at] ^= rapid.ByteRange(1, 255).Draw(t, "bits")
		case "drop":
			c = slices.Delete(c, at, to)
		case "cut":
			c = c[:at]
		case "insert":
			c = slices.Insert(c, at, rapid.SliceOfN(rapid.Byte(), 1, 40).Draw(t, "more")...)
		case "swap":
			c = slices.Concat(b[:at], b[to:], b[at:to])
		case "append":
			c = append(c, rapid.SliceOfN(rapid.Byte(), 1, 40).Draw(t, "more")...)
		}
		if !bytes.Equal(c, b) && accepted(c) {
			t.Fatal("not noticed")
		}
	})
}

// rebuilt writes the files of a packet anew, in the order given, and seals it.
func rebuilt(t *testing.T, in []byte, key ed25519.PrivateKey, order []int, more string) []byte {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(in), int64(len(in)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, i := range order {
		rc, err := r.File[i].Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(rc)
		if err != nil {
			t.Fatal(err)
		}
		if err := add(w, r.File[i].Name, data); err != nil {
			t.Fatal(err)
		}
	}
	if more != "" {
		if err := add(w, more, []byte("more")); err != nil {
			t.Fatal(err)
		}
	}
	if err := closeSealed(w, &b, key); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestFilesOfTheZip: orders other than the written one, files too many, too few, or there twice are faults even under
// the right seal; another's seal is not this station's.
func TestFilesOfTheZip(t *testing.T) {
	b := packet(t)
	if !accepted(rebuilt(t, b, testKey, []int{0, 1, 2}, "")) {
		t.Fatal("the test's own way of writing is not accepted")
	}
	for name, order := range map[string][]int{"re-ordered": {1, 0, 2}, "index first": {2, 0, 1}, "missing": {1, 2}, "twice": {0, 0, 1, 2}} {
		if accepted(rebuilt(t, b, testKey, order, "")) {
			t.Errorf("%s: not noticed", name)
		}
	}
	if accepted(rebuilt(t, b, testKey, []int{0, 1, 2}, "photos/extra.jpg")) {
		t.Error("a file too many was not noticed")
	}
	_, other, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	forged := rebuilt(t, b, other, []int{0, 1, 2}, "")
	rep, err := Verify(bytes.NewReader(forged), int64(len(forged)))
	if err != nil || rep.Key == Fingerprint(PublicOf(testKey)) {
		t.Errorf("a packet with a replaced key has the station's fingerprint: %+v, %v", rep, err)
	}
}

func FuzzVerify(f *testing.F) {
	f.Add([]byte("PK"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		if accepted(data) {
			t.Error("bytes that nobody sealed were accepted")
		}
	})
}

func TestKeys(t *testing.T) {
	k, err := NewKey()
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseKey(KeyText(k))
	if err != nil || !again.Equal(k) {
		t.Errorf("got another key, %v", err)
	}
	for _, bad := range []string{"", "xyz", "00"} {
		if _, err := ParseKey(bad); err == nil {
			t.Errorf("%q was taken for a key", bad)
		}
	}
}

func TestHeadShowsThatTheEndIsMissing(t *testing.T) {
	events, _ := packetEvents(t)
	first, last := events[0], events[len(events)-1]
	run := func(expectSeq int64, expect fulfillment.Hash, events []fulfillment.Event) error {
		c := Chain{seq: first.Seq - 1, last: fulfillment.Event{Hash: first.Prev}}
		c.Expect(Head{Seq: expectSeq, Hash: expect})
		for _, e := range events {
			if err := c.Next(e); err != nil {
				return err
			}
		}
		return c.End()
	}
	if err := run(last.Seq, last.Hash, events); err != nil {
		t.Errorf("an intact chain: %v", err)
	}
	if err := run(last.Seq, last.Hash, events[:2]); err == nil {
		t.Error("deleted events at the end were not noticed")
	}
	if err := run(first.Seq, last.Hash, events); err == nil {
		t.Error("another event at the head's place was not noticed")
	}
	h, err := Head{Station: "PACK-01", Seq: last.Seq, Hash: last.Hash}.Signed(testKey)
	if err != nil || h.Check(PublicOf(testKey)) != nil {
		t.Fatalf("got %v, %v", err, h.Check(PublicOf(testKey)))
	}
	h.Seq--
	if h.Check(PublicOf(testKey)) == nil {
		t.Error("a changed head was not noticed")
	}
}
