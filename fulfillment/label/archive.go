package label

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"packbench/fulfillment"
)

// ArchiveStore keeps documents, bitmaps and proofs. Put is durable when it returns. Get and Proof return
// fulfillment.ErrNotFound where nothing is kept.
type ArchiveStore interface {
	Get(ctx context.Context, hash fulfillment.Hash) ([]byte, error)
	Put(ctx context.Context, data []byte) (fulfillment.Hash, error)
	Proof(ctx context.Context, label fulfillment.Hash, of fulfillment.Shipment, media fulfillment.Media) (fulfillment.Proof, error)
	SaveProof(ctx context.Context, proof fulfillment.Proof) error
}

// Archive proves stored labels, each once for a tracking number and a stock, and keeps what was proved.
type Archive struct {
	engine *Engine
	store  ArchiveStore
	log    *slog.Logger

	mu      sync.Mutex
	running map[proofKey]*proving
	recent  []kept // proved last, the newest at the end
}

// kept is a label in memory: the one that is printed next was proved, or looked at on the screen, a moment ago.
type kept struct {
	key    proofKey
	proof  fulfillment.Proof
	bitmap fulfillment.Bitmap
	at     time.Time
}

// How many labels are kept in memory, and how long: they are buyer data, and an order that is in hand is packed in minutes.
const (
	keptLabels = 8 // 1 MB at 203 dpi
	keptFor    = 10 * time.Minute
)

// remember keeps a label that may be printed, in place of the oldest and of those whose time is over.
func (a *Archive) remember(k kept) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.recent = slices.DeleteFunc(a.recent, func(o kept) bool { return o.key == k.key || k.at.Sub(o.at) > keptFor })
	if n := len(a.recent) - keptLabels + 1; n > 0 {
		a.recent = slices.Delete(a.recent, 0, n)
	}
	a.recent = append(a.recent, k)
}

// remembered finds a label that is still kept.
func (a *Archive) remembered(key proofKey) (kept, bool) {
	now := a.engine.opts.Now()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.recent = slices.DeleteFunc(a.recent, func(o kept) bool { return now.Sub(o.at) > keptFor })
	i := slices.IndexFunc(a.recent, func(o kept) bool { return o.key == key })
	if i < 0 {
		return kept{}, false
	}
	return a.recent[i], true
}

type proofKey struct {
	label fulfillment.Hash
	of    fulfillment.Shipment
	media fulfillment.Media
}

// proving is one proof under way; the fields are set before done is closed.
type proving struct {
	done   chan struct{}
	proof  fulfillment.Proof
	bitmap fulfillment.Bitmap
	err    error
}

// NewArchive returns an Archive. log may be nil.
func NewArchive(engine *Engine, store ArchiveStore, log *slog.Logger) *Archive {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Archive{engine: engine, store: store, log: log, running: map[proofKey]*proving{}}
}

// Proved returns the proof and bitmap of a stored label for the stock in the printer. A label that may be printed is
// proved once; the bitmap returned later is the stored one, dot for dot, or for ten minutes the same in memory. Other verdicts are proved anew each time,
// because a slow moment or an older version may have been the cause. Calls for the same label at the same time share one
// proof. The bitmap must not be changed.
//
// Errors: fulfillment.ErrNotFound (wrapped) if the document is not stored; the store's errors; ctx's.
func (a *Archive) Proved(ctx context.Context, label fulfillment.Hash, of fulfillment.Shipment, media fulfillment.Media) (fulfillment.Proof, fulfillment.Bitmap, error) {
	key := proofKey{label, of, media}
	if k, ok := a.remembered(key); ok && ctx.Err() == nil {
		return k.proof, k.bitmap, nil
	}
	for {
		a.mu.Lock()
		p, others := a.running[key]
		if !others {
			p = &proving{done: make(chan struct{})}
			a.running[key] = p
		}
		a.mu.Unlock()
		if !others {
			a.lead(ctx, key, p)
			return p.proof, p.bitmap, p.err
		}
		select {
		case <-p.done:
		case <-ctx.Done():
			return fulfillment.Proof{}, fulfillment.Bitmap{}, fmt.Errorf("waiting for the proof of %s: %w", of.Tracking, ctx.Err())
		}
		if !errors.Is(p.err, context.Canceled) && !errors.Is(p.err, context.DeadlineExceeded) {
			return p.proof, p.bitmap, p.err
		}
		// The caller who led gave up; this one has not.
	}
}

// Kept returns the proof and bitmap of a label that may be printed, if they are in memory. It waits for nothing. The bitmap must not
// be changed.
func (a *Archive) Kept(label fulfillment.Hash, of fulfillment.Shipment, media fulfillment.Media) (fulfillment.Proof, fulfillment.Bitmap, bool) {
	k, ok := a.remembered(proofKey{label, of, media})
	return k.proof, k.bitmap, ok
}

// Previewed is Proved with the findings of the label rules that hold now: rules that were changed since speak about labels that
// were proved before them, too. What is printed stays what was proved.
func (a *Archive) Previewed(ctx context.Context, label fulfillment.Hash, of fulfillment.Shipment, media fulfillment.Media) (fulfillment.Proof, fulfillment.Bitmap, error) {
	proof, bitmap, err := a.Proved(ctx, label, of, media)
	if err != nil || proof.Rules == a.engine.opts.RulesName {
		return proof, bitmap, err
	}
	document, err := a.store.Get(ctx, label)
	if err != nil {
		return proof, bitmap, fmt.Errorf("the stored label %s: %w", label, err)
	}
	now, _, err := a.engine.Prove(ctx, document, of, media)
	if err != nil {
		return proof, bitmap, err
	}
	proof.Lint, proof.Findings, proof.Rules = now.Lint, now.Findings, now.Rules
	if err := a.store.SaveProof(ctx, proof); err != nil {
		return proof, bitmap, fmt.Errorf("storing the findings about label %s: %w", label, err)
	}
	if key := (proofKey{label, of, media}); proof.Verdict == fulfillment.LabelPrint {
		a.remember(kept{key, proof, bitmap, a.engine.opts.Now()})
	}
	return proof, bitmap, nil
}

func (a *Archive) lead(ctx context.Context, key proofKey, p *proving) {
	defer func() {
		a.mu.Lock()
		delete(a.running, key)
		a.mu.Unlock()
		close(p.done)
	}()
	p.err = errors.New("proving a label: ended before it was done") // stands only if what follows panics
	proof, bitmap, ok, err := a.cached(ctx, key)
	if err == nil && !ok {
		proof, bitmap, err = a.prove(ctx, key)
	}
	p.proof, p.bitmap, p.err = proof, bitmap, err
	if err == nil && proof.Verdict == fulfillment.LabelPrint && proof.Bitmap != "" {
		a.remember(kept{key, proof, bitmap, a.engine.opts.Now()})
	}
}

// cached returns a stored proof whose verdict is print, with its bitmap. A stored bitmap that is missing or damaged is
// made again.
func (a *Archive) cached(ctx context.Context, key proofKey) (fulfillment.Proof, fulfillment.Bitmap, bool, error) {
	none := fulfillment.Bitmap{}
	proof, err := a.store.Proof(ctx, key.label, key.of, key.media)
	if errors.Is(err, fulfillment.ErrNotFound) {
		return proof, none, false, nil
	}
	if err != nil {
		return proof, none, false, fmt.Errorf("the stored proof of label %s: %w", key.label, err)
	}
	if proof.Verdict != fulfillment.LabelPrint || proof.Bitmap == "" {
		return proof, none, false, nil
	}
	data, err := a.store.Get(ctx, proof.Bitmap)
	if ctx.Err() != nil {
		return proof, none, false, fmt.Errorf("the stored picture of label %s: %w", key.label, ctx.Err())
	}
	if err == nil && hashOf(data) != proof.Bitmap {
		err = errors.New("the stored picture was changed")
	}
	if err == nil {
		var bitmap fulfillment.Bitmap
		if bitmap, err = UnmarshalBitmap(data); err == nil {
			return proof, bitmap, true, nil
		}
	}
	a.log.Warn("Stored label picture is unusable and is made again", "label", key.label, "err", err)
	return proof, none, false, nil
}

func (a *Archive) prove(ctx context.Context, key proofKey) (fulfillment.Proof, fulfillment.Bitmap, error) {
	none := fulfillment.Bitmap{}
	document, err := a.store.Get(ctx, key.label)
	if err != nil {
		return fulfillment.Proof{}, none, fmt.Errorf("the stored label %s: %w", key.label, err)
	}
	proof, bitmap, err := a.engine.Prove(ctx, document, key.of, key.media)
	if err != nil {
		return proof, none, err
	}
	proof.Label = key.label
	if len(bitmap.Bits) > 0 {
		if proof.Bitmap, err = a.store.Put(ctx, MarshalBitmap(bitmap)); err != nil {
			return proof, none, fmt.Errorf("storing the picture of label %s: %w", key.label, err)
		}
	}
	if err := a.store.SaveProof(ctx, proof); err != nil {
		return proof, none, fmt.Errorf("storing the proof of label %s: %w", key.label, err)
	}
	return proof, bitmap, nil
}
