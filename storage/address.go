package storage

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"packbench/fulfillment"
	"packbench/storage/internal/queries"
)

// A label that shows the recipient's old address must not leave. The platform tells of a change by a flag that is set once, and
// by a webhook; where it tells the address itself, a hash of it is kept, from which nobody learns the address: its key is a file
// beside the database, in no backup. With another key, as after a restore elsewhere, two hashes are not compared.

const (
	addressKeyName = "address.key"
	addressKeySize = 32
)

// addressMark makes of a told mark what is stored: the key's name and the hash. Empty where the address was masked, or without a
// key; then a change is known by what else the platform says.
func (s *Store) addressMark(told string) string {
	if told == "" {
		return ""
	}
	s.addressOnce.Do(func() {
		var err error
		if s.addressKey, err = readAddressKey(filepath.Join(s.dir, addressKeyName)); err != nil {
			s.opt.Log.Warn("Changes of an address are known by the platform's word only", "err", err)
		}
	})
	if s.addressKey == nil {
		return ""
	}
	name := sha256.Sum256(s.addressKey)
	mac := hmac.New(sha256.New, s.addressKey)
	mac.Write([]byte(told))
	return hex.EncodeToString(name[:4]) + ":" + hex.EncodeToString(mac.Sum(nil)[:16])
}

// readAddressKey reads the key, or makes one.
func readAddressKey(path string) ([]byte, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() { // a pipe would wait for its other end
		return nil, fmt.Errorf("read %s: it is no plain file", path)
	}
	key, err := os.ReadFile(path)
	if err == nil && len(key) == addressKeySize {
		return key, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	key = make([]byte, addressKeySize)
	_, _ = rand.Read(key)                                       // never fails
	tmp, err := os.CreateTemp(filepath.Dir(path), ".address-*") // mode 0600
	if err != nil {
		return nil, fmt.Errorf("make %s: %w", path, err)
	}
	_, err = tmp.Write(key)
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return nil, fmt.Errorf("make %s: %w", path, errors.Join(err, os.Remove(tmp.Name())))
	}
	return key, nil
}

// anotherAddress reports whether two stored marks are of two addresses, as far as that can be known.
func anotherAddress(a, b string) bool {
	keyA, _, okA := strings.Cut(a, ":")
	keyB, _, okB := strings.Cut(b, ":")
	return okA && okB && keyA == keyB && a != b
}

// AddressTold takes the platform's word that the address of an order was changed at a moment, by this computer's clock. It matters
// where the address is masked, so that a change cannot be seen: labels that were stored before are fetched anew, and a parcel that
// carries one waits for a supervisor. The platform tells whole seconds. A label that was stored later shows the new address. An order that is not known is no error.
func (s *Store) AddressTold(ctx context.Context, id fulfillment.OrderID, at time.Time) error {
	err := s.write(ctx, func(ctx context.Context, q *queries.Queries) error {
		row, err := q.Order(ctx, string(id))
		if errors.Is(err, sql.ErrNoRows) || err == nil && row.ClosedAt > 0 {
			return nil
		}
		if err != nil {
			return err
		}
		o, err := completeOrder(ctx, q, row)
		if err != nil || o.AddressMark != "" || o.Source != fulfillment.SourcePlatform {
			return err
		}
		return s.readdress(ctx, q, o, at)
	})
	return explain(err, "note the changed address of order %s", id)
}

func (s *Store) readdress(ctx context.Context, q *queries.Queries, o fulfillment.Order, at time.Time) error {
	changed := false
	for i, p := range o.Packages {
		stored, err := q.LabelStoredAt(ctx, string(p.Label))
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		next := readdressed(p, o.ShippingType)
		if stored >= ms(at.Add(time.Second)) || next.Label == p.Label && len(next.Holds) == len(p.Holds) {
			continue
		}
		o.Packages[i], changed = next, true
	}
	if !changed {
		return nil
	}
	own, platform, err := holdsOf(ctx, q, o)
	if err != nil {
		return err
	}
	if err := saveOrder(ctx, q, o, own, platform, ms(s.now())); err != nil {
		return err
	}
	return s.appendEvents(ctx, q, s.opt.Station, "", s.now(), []fulfillment.EventDraft{{Kind: fulfillment.EventOrderChanged, OrderID: o.ID,
		Body: map[string]any{"reason": "the recipient's address was changed", "told_at": at.UTC()}}})
}

// holdsOf are the holds of a stored order, those set here and the platform's, with what its packages mean for the whole of it.
func holdsOf(ctx context.Context, q *queries.Queries, o fulfillment.Order) (own, platform []fulfillment.Hold, err error) {
	row, err := q.OrderHolds(ctx, string(o.ID))
	if err != nil {
		return nil, nil, err
	}
	if own, err = fromList[fulfillment.Hold](row.OwnHolds); err != nil {
		return nil, nil, err
	}
	if platform, err = fromList[fulfillment.Hold](row.PlatformHolds); err != nil {
		return nil, nil, err
	}
	for _, p := range o.Packages {
		if stuck(p) {
			platform = fulfillment.WithHold(platform, fulfillment.HoldHeld)
		}
	}
	return own, platform, nil
}
