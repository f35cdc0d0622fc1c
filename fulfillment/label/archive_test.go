package label

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"packbench/fulfillment"
)

// memory is an ArchiveStore that counts.
type memory struct {
	mu     sync.Mutex
	files  map[fulfillment.Hash][]byte
	proofs map[proofKey]fulfillment.Proof
	saves  atomic.Int32
	fail   error
}

func newMemory() *memory {
	return &memory{files: map[fulfillment.Hash][]byte{}, proofs: map[proofKey]fulfillment.Proof{}}
}

func (m *memory) Get(_ context.Context, hash fulfillment.Hash) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if data, ok := m.files[hash]; ok {
		return bytes.Clone(data), nil
	}
	return nil, fulfillment.ErrNotFound
}

func (m *memory) Put(_ context.Context, data []byte) (fulfillment.Hash, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.files[hashOf(data)] = bytes.Clone(data)
	return hashOf(data), m.fail
}

func (m *memory) Proof(_ context.Context, label fulfillment.Hash, of fulfillment.Shipment, media fulfillment.Media) (fulfillment.Proof, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if p, ok := m.proofs[proofKey{label, of, media}]; ok {
		return p, nil
	}
	return fulfillment.Proof{}, fulfillment.ErrNotFound
}

func (m *memory) SaveProof(_ context.Context, p fulfillment.Proof) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.saves.Add(1)
	m.proofs[proofKey{p.Label, p.Shipment, p.Media}] = p
	return nil
}

func TestProvedOnceForManyCallersAndAfterARestart(t *testing.T) {
	store := newMemory()
	label, _ := store.Put(t.Context(), carrierSheet(upsNumber).pdf(t))
	archive := NewArchive(shared, store, nil)
	var wg sync.WaitGroup
	bitmaps := make([]fulfillment.Bitmap, 12)
	for i := range bitmaps {
		wg.Go(func() {
			proof, bitmap, err := archive.Proved(t.Context(), label, fulfillment.Shipment{Tracking: upsNumber}, stock203)
			if err != nil || proof.Verdict != fulfillment.LabelPrint || proof.Bitmap == "" {
				t.Errorf("got %+v %v", proof, err)
			}
			bitmaps[i] = bitmap
		})
	}
	wg.Wait()
	if n := store.saves.Load(); n != 1 {
		t.Errorf("proved %d times", n)
	}
	closed := NewEngine(Options{})
	closed.Close()
	again := NewArchive(closed, store, nil) // cannot prove anything: what it returns is what was stored
	proof, bitmap, err := again.Proved(t.Context(), label, fulfillment.Shipment{Tracking: upsNumber}, stock203)
	if err != nil || proof.Verdict != fulfillment.LabelPrint || !bytes.Equal(bitmap.Bits, bitmaps[0].Bits) {
		t.Errorf("got %q %v", proof.Verdict, err)
	}
	if data, err := store.Get(t.Context(), proof.Bitmap); err != nil || !bytes.Equal(data, MarshalBitmap(bitmap)) {
		t.Error("the stored picture is not the one returned")
	}
	if _, _, err := again.Proved(t.Context(), label, fulfillment.Shipment{Tracking: otherNumber}, stock203); !errors.Is(err, ErrClosed) {
		t.Errorf("another number was not proved anew: %v", err)
	}
	if _, _, err := again.Proved(t.Context(), label, fulfillment.Shipment{Tracking: upsNumber}, stock300); !errors.Is(err, ErrClosed) {
		t.Errorf("other stock was not proved anew: %v", err)
	}
}

// The labels proved last are in memory: a few, for some minutes, and only such as may be printed.
func TestAFewLabelsAreKeptInMemory(t *testing.T) {
	now := time.Date(2026, 11, 29, 9, 0, 0, 0, time.UTC)
	engine := NewEngine(Options{CacheDir: cacheDir, Timeout: time.Minute, Now: func() time.Time { return now }, Carriers: carriers})
	defer engine.Close()
	store := newMemory()
	archive := NewArchive(engine, store, nil)
	var labels []fulfillment.Hash
	for i := range keptLabels + 2 {
		label, err := store.Put(t.Context(), carrierSheet(pageNumber(i)).pdf(t))
		if err != nil {
			t.Fatal(err)
		}
		if proof, _, err := archive.Proved(t.Context(), label, fulfillment.Shipment{Tracking: fulfillment.Tracking(pageNumber(i))}, stock203); err != nil || proof.Verdict != fulfillment.LabelPrint {
			t.Fatal(proof.Reason, err)
		}
		labels = append(labels, label)
	}
	wrong, _, err := archive.Proved(t.Context(), labels[9], fulfillment.Shipment{Tracking: "JX9999999999"}, stock203)
	if err != nil || wrong.Verdict != fulfillment.LabelRefuse {
		t.Fatal(wrong.Verdict, err)
	}
	store.files, store.proofs = map[fulfillment.Hash][]byte{}, map[proofKey]fulfillment.Proof{}
	has := func(i int, tracking fulfillment.Tracking) bool {
		proof, bitmap, err := archive.Proved(t.Context(), labels[i], fulfillment.Shipment{Tracking: tracking}, stock203)
		return err == nil && proof.Verdict == fulfillment.LabelPrint && len(bitmap.Bits) > 0
	}
	for i := range labels {
		if got := has(i, fulfillment.Tracking(pageNumber(i))); got != (i >= 2) {
			t.Errorf("label %d of %d is in memory: %v", i, len(labels), got)
		}
	}
	if has(9, "JX9999999999") {
		t.Error("a label for another number is taken from memory")
	}
	now = now.Add(keptFor + time.Second)
	if has(9, fulfillment.Tracking(pageNumber(9))) || len(archive.recent) > 0 {
		t.Error("a label stays in memory")
	}
}

func TestADamagedStoredPictureIsMadeAgain(t *testing.T) {
	for _, damage := range []func([]byte) []byte{
		func([]byte) []byte { return nil },
		func(b []byte) []byte { return b[:len(b)-1] },
		func(b []byte) []byte { b[5000] ^= 0x10; return b },
	} {
		store := newMemory()
		label, _ := store.Put(t.Context(), carrierSheet(upsNumber).pdf(t))
		archive := NewArchive(shared, store, nil)
		proof, bitmap, err := archive.Proved(t.Context(), label, fulfillment.Shipment{Tracking: upsNumber}, stock203)
		if err != nil {
			t.Fatal(err)
		}
		store.files[proof.Bitmap] = damage(store.files[proof.Bitmap])
		again, same, err := NewArchive(shared, store, nil).Proved(t.Context(), label, fulfillment.Shipment{Tracking: upsNumber}, stock203) // after a restart
		if err != nil || again.Bitmap != proof.Bitmap || !bytes.Equal(same.Bits, bitmap.Bits) {
			t.Errorf("got %+v %v", again, err)
		}
	}
}

func TestOtherVerdictsAreStoredAndProvedAnew(t *testing.T) {
	store := newMemory()
	label, _ := store.Put(t.Context(), carrierSheet(otherNumber).pdf(t))
	archive := NewArchive(shared, store, nil)
	for range 2 {
		proof, _, err := archive.Proved(t.Context(), label, fulfillment.Shipment{Tracking: upsNumber}, stock203)
		if err != nil || proof.Verdict != fulfillment.LabelRefuse || !strings.Contains(proof.Reason, otherNumber) {
			t.Errorf("got %+v %v", proof, err)
		}
	}
	if n := store.saves.Load(); n != 2 {
		t.Errorf("saved %d times", n)
	}
}

func TestArchiveErrors(t *testing.T) {
	store := newMemory()
	archive := NewArchive(shared, store, nil)
	if _, _, err := archive.Proved(t.Context(), "absent", fulfillment.Shipment{Tracking: upsNumber}, stock203); !errors.Is(err, fulfillment.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	label, _ := store.Put(t.Context(), carrierSheet(upsNumber).pdf(t))
	store.fail = errors.New("disk full")
	if _, _, err := archive.Proved(t.Context(), label, fulfillment.Shipment{Tracking: upsNumber}, stock203); err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("got %v", err)
	}
	if n := store.saves.Load(); n != 0 {
		t.Error("a proof was saved whose picture is not stored")
	}
}

// blocking makes the first caller wait in the store until it gives up.
type blocking struct {
	*memory
	entered chan struct{}
	once    sync.Once
}

func (b *blocking) Proof(ctx context.Context, label fulfillment.Hash, of fulfillment.Shipment, media fulfillment.Media) (fulfillment.Proof, error) {
	first := false
	b.once.Do(func() { first = true })
	if first {
		close(b.entered)
		<-ctx.Done()
		return fulfillment.Proof{}, ctx.Err()
	}
	return b.memory.Proof(ctx, label, of, media)
}

func TestACallerWhoGivesUpDoesNotTakeOthersWithIt(t *testing.T) {
	store := &blocking{memory: newMemory(), entered: make(chan struct{})}
	label, _ := store.Put(t.Context(), carrierSheet(upsNumber).pdf(t))
	archive := NewArchive(shared, store, nil)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if _, _, err := archive.Proved(ctx, label, fulfillment.Shipment{Tracking: upsNumber}, stock203); !errors.Is(err, context.Canceled) {
			t.Errorf("the first caller: %v", err)
		}
	})
	<-store.entered
	wg.Go(func() {
		proof, _, err := archive.Proved(t.Context(), label, fulfillment.Shipment{Tracking: upsNumber}, stock203)
		if err != nil || proof.Verdict != fulfillment.LabelPrint {
			t.Errorf("the second caller: %q %v", proof.Verdict, err)
		}
	})
	impatient, stop := context.WithTimeout(t.Context(), time.Millisecond)
	defer stop()
	if _, _, err := archive.Proved(impatient, label, fulfillment.Shipment{Tracking: upsNumber}, stock203); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the impatient caller: %v", err)
	}
	cancel()
	wg.Wait()
}

func TestBitmapFileHoldsEveryBitmap(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := fulfillment.NewBitmap(rapid.IntRange(1, 70).Draw(rt, "w"), rapid.IntRange(1, 30).Draw(rt, "h"), rapid.SampledFrom([]int{203, 300}).Draw(rt, "dpi"))
		for range rapid.IntRange(0, 40).Draw(rt, "dots") {
			b.SetBlack(rapid.IntRange(0, b.W-1).Draw(rt, "x"), rapid.IntRange(0, b.H-1).Draw(rt, "y"))
		}
		got, err := UnmarshalBitmap(MarshalBitmap(b))
		if err != nil || got.W != b.W || got.H != b.H || got.DPI != b.DPI || got.Stride != b.Stride || !bytes.Equal(got.Bits, b.Bits) {
			rt.Fatalf("got %+v %v, want %+v", got, err, b)
		}
	})
}

func FuzzUnmarshalBitmap(f *testing.F) {
	f.Add(MarshalBitmap(fulfillment.NewBitmap(12, 3, 203)))
	f.Add(MarshalBitmap(fulfillment.NewBitmap(8, 1, 300)))
	f.Add([]byte("PKB1\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\xcb"))
	f.Add([]byte("PKB1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := UnmarshalBitmap(data)
		if err != nil {
			return
		}
		if !bytes.Equal(MarshalBitmap(b), data) {
			t.Fatal("another file holds the same bitmap")
		}
		for y := range b.H {
			if b.Black(b.W, y) {
				t.Fatal("dots beyond the edge")
			}
		}
		Preview(b)
	})
}
