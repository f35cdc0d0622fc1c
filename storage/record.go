package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
	"packbench/storage/internal/queries"
)

// recordedPos is the place of a package that the bench added: behind those of the platform, then by id.
const recordedPos = 1000

// Record writes one commit of the bench in one transaction; when it returns nil, the commit is on the disk. Events are
// numbered and linked here. An outbox row with the kind and package of one that exists is left out. Errors: ErrDiskFull,
// ErrSealed where a sealed manifest was to be changed, ErrBusy; after an error nothing of the commit is stored.
func (s *Store) Record(ctx context.Context, c station.Commit) error {
	if s.one == nil {
		return errReadOnlyStore
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	defer s.turn.scan()()
	ctx = context.WithoutCancel(ctx)
	c.Bench.Live, c.Bench.TareG = 0, 0
	before, known := s.benches[c.Station]
	told := known && toldByEvents(before, c)
	err := errStale
	if told && c.Seen == nil && len(c.Events) == 1 {
		err = s.recordOne(ctx, c)
	}
	if errors.Is(err, errStale) {
		err = s.writeLocked(ctx, false, func(q *queries.Queries) error {
			err := s.record(ctx, q, c, told)
			if err == nil && c.Seen != nil { // here, and not beside the commit: the two would cost each other more time
				o, err := s.see(ctx, q, c)
				c.Seen(o, explain(err, "read order %s", c.See))
			}
			return err
		})
	}
	if touchesOrders(c) {
		s.writes++
	}
	if err != nil {
		return explain(err, "record at %s", c.Station)
	}
	s.benches[c.Station] = c.Bench
	for _, m := range c.Manifests {
		if m.Open() {
			s.written[m.ID] = m
		} else {
			delete(s.written, m.ID)
		}
	}
	return nil
}

// recordOne writes the one event that tells everything, as a transaction of its own: SQLite makes one of a single
// statement, without the two that begin and end it. errStale where another process has written to the chain.
func (s *Store) recordOne(ctx context.Context, c station.Commit) error {
	h, known := s.heads[c.Station]
	if !known {
		return errStale
	}
	if err := s.one.setLazy(ctx, false); err != nil {
		return err
	}
	h, err := insertEvent(ctx, s.one.q, h, draftEvent(c.Station, c.Operator, c.At, c.Events[0]), c.Events[0].Body)
	if err == nil {
		s.heads[c.Station] = h
		s.committed()
	}
	return err
}

func (s *Store) record(ctx context.Context, q *queries.Queries, c station.Commit, told bool) error {
	if err := s.appendEvents(ctx, q, c.Station, c.Operator, c.At, c.Events); err != nil {
		return err
	}
	if slices.ContainsFunc(c.Events, func(e fulfillment.EventDraft) bool { return e.Kind == fulfillment.EventOrderOpened }) {
		if err := indexEvents(ctx, q, c.Station, s.pending[c.Station].seq, indexSlice); err != nil {
			return err
		}
	}
	if told {
		return nil
	}
	if err := s.putBench(ctx, q, c); err != nil {
		return err
	}
	if err := recordOrders(ctx, q, c); err != nil {
		return err
	}
	for _, m := range c.Manifests {
		if err := s.saveManifest(ctx, q, m, c); err != nil {
			return fmt.Errorf("manifest %s: %w", m.ID, err)
		}
	}
	for _, row := range c.Outbox {
		if err := addOutbox(ctx, q, row, c.At); err != nil {
			return fmt.Errorf("outbox row for %s: %w", row.PackageID, err)
		}
	}
	for _, d := range c.Decisions {
		if err := decideOutbox(ctx, q, d, c.At); err != nil {
			return fmt.Errorf("decision about outbox row %s: %w", d.ID, err)
		}
	}
	for _, j := range c.Jobs {
		told := j.State == fulfillment.JobDone || j.State == fulfillment.JobDropped // the bench itself ended it
		if err := saveJob(ctx, q, j, c.At, told); err != nil {
			return fmt.Errorf("print job for %s: %w", j.PackageID, err)
		}
	}
	if c.Told != "" {
		if err := q.JobTold(ctx, string(c.Told)); err != nil {
			return fmt.Errorf("print job %s: %w", c.Told, err)
		}
	}
	if p := c.Photo; p != nil {
		return q.InsertPhoto(ctx, queries.InsertPhotoParams{Hash: string(p.Hash), ManifestID: string(p.Manifest),
			PackageID: string(p.PackageID), OrderID: string(p.OrderID), Camera: p.Camera, TakenAt: ms(p.TakenAt)})
	}
	return nil
}

func recordOrders(ctx context.Context, q *queries.Queries, c station.Commit) error {
	for _, p := range c.Packages {
		row, err := packageRow(p, recordedPos)
		if err != nil {
			return err
		}
		if err := recordPackage(ctx, q, row); err != nil {
			return fmt.Errorf("package %s: %w", p.ID, err)
		}
		if p.Rung.AtLeast(fulfillment.RungHandedOver) {
			if err := q.CloseOrder(ctx, queries.CloseOrderParams{At: ms(c.At), ID: row.OrderID}); err != nil {
				return err
			}
		}
	}
	for _, h := range c.Orders {
		if err := setOwnHolds(ctx, q, h); err != nil {
			return fmt.Errorf("holds of order %s: %w", h.OrderID, err)
		}
	}
	for _, e := range c.Events {
		if e.Kind == fulfillment.EventOrderOpened {
			if err := q.OrderOpened(ctx, queries.OrderOpenedParams{OpenedAt: ms(c.At), ID: string(e.OrderID)}); err != nil {
				return err
			}
		}
		if e.Kind == fulfillment.EventTakenOut { // nothing of that order is in the parcel any more
			reasons := []string{fulfillment.InSameParcel(e.OrderID, fulfillment.ParkedCancelled)}
			if _, err := q.RequeueSharing(ctx, queries.RequeueSharingParams{ChangedAt: ms(c.At), Reasons: reasons}); err != nil {
				return err
			}
		}
	}
	return nil
}

// recordPackage writes what the bench did to a package; one that is not stored, or of which the bench knows more, in full.
func recordPackage(ctx context.Context, q *queries.Queries, p queries.UpsertPackageParams) error {
	n, err := q.RecordRung(ctx, queries.RecordRungParams{Lines: p.Lines, Arranged: p.Arranged, Rung: p.Rung, Height: p.Height, Holds: p.Holds,
		WeightG: p.WeightG, LabelJob: p.LabelJob, Reprints: p.Reprints, Manifest: p.Manifest, Unpacked: p.Unpacked, OrderID: p.OrderID, ID: p.ID,
		PlatformID: p.PlatformID, Tracking: p.Tracking, ProviderID: p.ProviderID, Carrier: p.Carrier, PlatformStatus: p.PlatformStatus})
	if err != nil || n == 1 {
		return err
	}
	return q.RecordPackage(ctx, queries.RecordPackageParams(p))
}

// setOwnHolds replaces what was set here. A hold that the platform sets stays the platform's: it goes when the platform
// takes it back, not when a person here releases the order.
func setOwnHolds(ctx context.Context, q *queries.Queries, h fulfillment.OrderHold) error {
	row, err := q.OrderHolds(ctx, string(h.OrderID))
	if errors.Is(err, sql.ErrNoRows) {
		return fulfillment.ErrNotFound
	}
	if err != nil {
		return err
	}
	platform, err := fromList[fulfillment.Hold](row.PlatformHolds)
	if err != nil {
		return err
	}
	own := slices.DeleteFunc(slices.Clone(h.Holds), func(x fulfillment.Hold) bool { return slices.Contains(platform, x) })
	text, err := list(own)
	if err != nil {
		return err
	}
	_, err = q.SetOwnHolds(ctx, queries.SetOwnHoldsParams{OwnHolds: text, ID: string(h.OrderID)})
	return err
}

// newID is a UUIDv7: rows sort by the moment they were made.
func newID() (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("make id: %w", err)
	}
	return id.String(), nil
}
