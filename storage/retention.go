package storage

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"packbench/fulfillment"
	"packbench/storage/internal/queries"
)

// Retention is how long what is not needed any more is kept after its order was closed.
type Retention struct {
	BuyerData time.Duration // labels, their bitmaps and decoded text, notes, unknown columns of imported files
	Evidence  time.Duration // photos
}

// Wiped is what one round removed.
type Wiped struct {
	Labels int `json:"labels"` // documents
	Orders int `json:"orders"` // whose notes and unknown columns were forgotten
	Photos int `json:"photos"`
	Strays int `json:"strays"` // files that no row names
}

// retentionRound is how often a round is due.
const retentionRound = 24 * time.Hour

// RunRetention wipes at once and then every day, looked at with every tick, until ctx ends. A round that fails is logged
// and tried again with the next tick.
func (s *Store) RunRetention(ctx context.Context, r Retention, tick <-chan time.Time) error {
	var last time.Time
	for {
		if now := s.now(); last.IsZero() || now.Sub(last) >= retentionRound || now.Before(last) { // the clock was set back
			switch done, err := s.Wipe(ctx, r); {
			case err == nil:
				last = now
				s.opt.Log.Info("Data that is not needed any more was looked for", "labels", done.Labels, "orders", done.Orders, "photos", done.Photos, "strays", done.Strays)
			case ctx.Err() == nil:
				s.opt.Log.Error("Data that is not needed any more could not be wiped", "err", err)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick:
		}
	}
}

// Wipe removes what names a buyer, and evidence, of every order closed for longer than r says. Rows, hashes and events
// stay, so that the chain still verifies and a claim packet says what is gone; what was wiped is itself an event. The
// bytes are gone from the disk before the row says so. An order with work left keeps everything. Copies made earlier –
// backups, the folders before-migration and replaced-… – still hold it. The bench may work meanwhile.
func (s *Store) Wipe(ctx context.Context, r Retention) (Wiped, error) {
	var done Wiped
	if s.one == nil {
		return done, errReadOnlyStore
	}
	if r.BuyerData <= 0 || r.Evidence <= 0 {
		return done, errors.New("wipe buyer data: a time to keep it is needed")
	}
	now := s.now()
	err := s.wipeLabels(ctx, now.Add(-r.BuyerData), &done)
	if err == nil {
		err = s.forgetOrders(ctx, now.Add(-r.BuyerData), &done)
	}
	if err == nil {
		err = s.wipePhotos(ctx, now.Add(-r.Evidence), &done)
	}
	if err == nil {
		err = s.wipeStrays(ctx, now.Add(-max(r.BuyerData, r.Evidence)), &done)
	}
	if done != (Wiped{}) { // also what was done before an error
		body := map[string]any{"wiped": done, "buyer_data_before": now.Add(-r.BuyerData), "evidence_before": now.Add(-r.Evidence)}
		err = errors.Join(err, s.write(context.WithoutCancel(ctx), func(ctx context.Context, q *queries.Queries) error {
			return s.appendEvents(ctx, q, s.opt.Station, "", now, []fulfillment.EventDraft{{Kind: fulfillment.EventWiped, Body: body}})
		}))
	}
	return done, explain(err, "wipe what is not needed any more")
}

func (s *Store) wipeLabels(ctx context.Context, before time.Time, done *Wiped) error {
	labels, err := s.qr.LabelsToWipe(ctx, ms(before))
	if err != nil {
		return err
	}
	return s.inChunks(ctx, chunks{n: len(labels),
		ready: func(ctx context.Context, i int) error {
			bitmaps, err := s.qr.BitmapsOfLabel(ctx, labels[i])
			for _, h := range append(bitmaps, labels[i]) {
				err = errors.Join(err, s.files.remove(fulfillment.Hash(h)))
			}
			if err != nil {
				return fmt.Errorf("label %s: %w", labels[i], err)
			}
			return nil
		},
		save: func(ctx context.Context, q *queries.Queries, i int) error {
			if err := q.ForgetDecoded(ctx, labels[i]); err != nil {
				return err
			}
			return q.LabelWiped(ctx, queries.LabelWipedParams{WipedAt: ms(s.now()), Hash: labels[i]})
		},
		done: func(int) { done.Labels++ },
	})
}

func (s *Store) forgetOrders(ctx context.Context, before time.Time, done *Wiped) error {
	orders, err := s.qr.OrdersToForget(ctx, ms(before))
	if err != nil {
		return err
	}
	return s.inChunks(ctx, chunks{n: len(orders),
		save: func(ctx context.Context, q *queries.Queries, i int) error {
			if err := q.ForgetBuyerWords(ctx, orders[i]); err != nil {
				return err
			}
			if err := q.ForgetTracking(ctx, orders[i]); err != nil { // its steps name places on the way to the buyer
				return err
			}
			return q.ForgetCSVExtra(ctx, orders[i])
		},
		done: func(int) { done.Orders++ },
	})
}

func (s *Store) wipePhotos(ctx context.Context, before time.Time, done *Wiped) error {
	photos, err := s.qr.PhotosToWipe(ctx, ms(before))
	if err != nil {
		return err
	}
	return s.inChunks(ctx, chunks{n: len(photos),
		ready: func(_ context.Context, i int) error { return s.files.remove(fulfillment.Hash(photos[i])) },
		save: func(ctx context.Context, q *queries.Queries, i int) error {
			return q.PhotoWiped(ctx, queries.PhotoWipedParams{WipedAt: ms(s.now()), Hash: photos[i]})
		},
		done: func(int) { done.Photos++ },
	})
}

// wipeStrays removes old files that no row names: those of an import that was cut off, of a label that was fetched twice,
// of a photo whose event was never recorded.
func (s *Store) wipeStrays(ctx context.Context, before time.Time, done *Wiped) error {
	stored, err := s.files.list()
	if err != nil {
		return err
	}
	// Read after the list: a file that gets its row meanwhile is among them.
	names, err := s.qr.FilesInUse(ctx)
	if err != nil {
		return err
	}
	used := make(map[string]bool, len(names))
	for _, h := range names {
		used[h] = true
	}
	for _, h := range stored {
		if used[string(h)] {
			continue
		}
		old, err := s.files.olderThan(h, before)
		if err == nil && old {
			err = s.files.remove(h)
		}
		if err != nil {
			return fmt.Errorf("file %s: %w", h, err)
		}
		if old {
			done.Strays++
		}
	}
	return ctx.Err()
}

// IsWiped reports whether the bytes of a hash were removed on their clock, so that their absence is no fault.
func (s *Store) IsWiped(ctx context.Context, h fulfillment.Hash) (bool, error) {
	wiped, err := s.qr.IsWiped(ctx, string(h))
	return wiped.Bool, explain(err, "look up file %s", h)
}

// remove wipes the bytes of a hash from the disk; a missing file is no error.
func (f *Files) remove(h fulfillment.Hash) error {
	path, ok := filePath(h)
	if !ok {
		return nil
	}
	err := f.root.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.syncDir(filepath.Dir(path))
}

func (f *Files) olderThan(h fulfillment.Hash, moment time.Time) (bool, error) {
	path, ok := filePath(h)
	if !ok {
		return false, nil
	}
	info, err := f.root.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && info.ModTime().Before(moment), err
}
