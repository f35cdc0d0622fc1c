package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"packbench/fulfillment"
	"packbench/storage/internal/queries"
)

// Add queues rows; ID, state and times are filled in where empty. A row with the kind and package of one that exists, in
// whatever state, is left out – but one that was given up is taken up again under its own id, with what the new one says. Where
// it was ever sent it is uncertain: the platform is read twice before anything is sent.
func (s *Store) Add(ctx context.Context, rows []fulfillment.OutboxRow) error {
	at := s.now()
	err := s.write(ctx, func(ctx context.Context, q *queries.Queries) error {
		for _, r := range rows {
			if err := addOutbox(ctx, q, r, at); err != nil {
				return fmt.Errorf("row for package %s: %w", r.PackageID, err)
			}
		}
		return nil
	})
	return explain(err, "queue %d outbox rows", len(rows))
}

func addOutbox(ctx context.Context, q *queries.Queries, r fulfillment.OutboxRow, at time.Time) error {
	if r.CancelID == "" {
		told, err := q.CombinedRow(ctx, queries.CombinedRowParams{Kind: string(r.Kind), OrderID: string(r.OrderID), PackageID: string(r.PackageID)})
		if err != nil || told {
			return err
		}
	}
	if r.CancelID != "" {
		open, err := q.OpenAnswers(ctx, r.CancelID)
		if err != nil {
			return err
		}
		if open > 0 {
			return fulfillment.ErrAnswered
		}
	}
	lines, err := list(r.Lines)
	if err != nil {
		return err
	}
	if r.ID == "" {
		if r.ID, err = newID(); err != nil {
			return err
		}
	}
	if r.State == "" {
		r.State = fulfillment.OutboxQueued
	}
	if r.CreatedAt.IsZero() {
		r.CreatedAt = at
	}
	_, err = q.AddOutbox(ctx, queries.AddOutboxParams{ID: r.ID, Kind: string(r.Kind), OrderID: string(r.OrderID), PackageID: string(r.PackageID),
		Lines: lines, Tracking: string(r.Tracking), ProviderID: r.ProviderID, Carrier: r.Carrier, WeightG: int64(r.WeightG),
		LengthMm: int64(r.LengthMM), WidthMm: int64(r.WidthMM), HeightMm: int64(r.HeightMM), State: string(r.State), Attempts: int64(r.Attempts),
		NextAt: ms(r.NextAt), Deadline: ms(r.Deadline), Reason: r.Reason, RequestID: r.RequestID, CreatedAt: ms(r.CreatedAt), ChangedAt: ms(at), CancelID: r.CancelID})
	return err
}

func outboxFromRow(r queries.Outbox) (fulfillment.OutboxRow, error) {
	lines, err := fromList[fulfillment.LineID](r.Lines)
	return fulfillment.OutboxRow{ID: r.ID, Kind: fulfillment.OutboxKind(r.Kind), OrderID: fulfillment.OrderID(r.OrderID),
		PackageID: fulfillment.PackageID(r.PackageID), CancelID: r.CancelID, Lines: lines, Tracking: fulfillment.Tracking(r.Tracking), ProviderID: r.ProviderID,
		Carrier: r.Carrier, WeightG: int(r.WeightG), LengthMM: int(r.LengthMm), WidthMM: int(r.WidthMm), HeightMM: int(r.HeightMm),
		State: fulfillment.OutboxState(r.State), Attempts: int(r.Attempts), NextAt: fromMS(r.NextAt), Deadline: fromMS(r.Deadline),
		Reason: r.Reason, RequestID: r.RequestID, CreatedAt: fromMS(r.CreatedAt), ChangedAt: fromMS(r.ChangedAt)}, err
}

func outboxFromRows(rows []queries.Outbox) ([]fulfillment.OutboxRow, error) {
	var out []fulfillment.OutboxRow
	for _, r := range rows {
		row, err := outboxFromRow(r)
		if err != nil {
			return nil, err
		}
		out = append(out, row)
	}
	return out, nil
}

// Requeue sends a parked row again, after a person has looked at it; fulfillment.ErrNotFound where no parked row has the id.
func (s *Store) Requeue(ctx context.Context, id string) error {
	err := s.write(ctx, func(ctx context.Context, q *queries.Queries) error {
		n, err := q.RequeueOutbox(ctx, queries.RequeueOutboxParams{ChangedAt: ms(s.now()), ID: id})
		if err == nil && n == 0 {
			return fulfillment.ErrNotFound
		}
		return err
	})
	return explain(err, "send outbox row %s again", id)
}

// decideOutbox carries out what a supervisor decided about a parked row; the event stands in the same transaction.
// fulfillment.ErrNotFound where no parked row has the id: somebody has decided before. What was done by hand counts as
// told; what was given up is only not tried again.
func decideOutbox(ctx context.Context, q *queries.Queries, d fulfillment.OutboxDecision, at time.Time) error {
	was, err := q.OutboxRow(ctx, d.ID)
	if errors.Is(err, sql.ErrNoRows) || err == nil && was.State != string(fulfillment.OutboxParked) {
		return fulfillment.ErrNotFound
	}
	if err != nil {
		return err
	}
	switch d.Action {
	case fulfillment.OutboxRetry:
		_, err := q.RequeueOutbox(ctx, queries.RequeueOutboxParams{ChangedAt: ms(at), ID: d.ID})
		return err
	case fulfillment.OutboxPutRight:
		return correctOutbox(ctx, q, was, d, at)
	}
	word := map[fulfillment.OutboxAction]string{fulfillment.OutboxDoneByHand: "done by hand", fulfillment.OutboxGiveUp: "given up"}[d.Action]
	if word == "" {
		return fmt.Errorf("unknown action %q", d.Action)
	}
	mark := queries.MarkOutboxParams{State: string(fulfillment.OutboxDone), Attempts: was.Attempts, NextAt: was.NextAt,
		Reason: word + " by " + d.By + ": " + d.Reason, RequestID: was.RequestID, ChangedAt: ms(at), ID: d.ID}
	if _, err := q.MarkOutbox(ctx, mark); err != nil {
		return err
	}
	if d.Action == fulfillment.OutboxDoneByHand {
		return applyNews(ctx, q, was, nil, at)
	}
	return q.GiveUpOutbox(ctx, d.ID)
}

// correctOutbox ends a row that was parked because of another tracking number and queues the correction in its place. The
// platform has the parcel as shipped, so the row has nothing left to tell.
func correctOutbox(ctx context.Context, q *queries.Queries, was queries.Outbox, d fulfillment.OutboxDecision, at time.Time) error {
	row, err := outboxFromRow(was)
	if err != nil {
		return err
	}
	if !row.Correctable() {
		return fmt.Errorf("nothing can be corrected in a row parked because %q: %w", row.Reason, fulfillment.ErrNotFound)
	}
	if _, err := q.MarkOutbox(ctx, queries.MarkOutboxParams{State: string(fulfillment.OutboxDone), Attempts: was.Attempts,
		Reason: "tracking number corrected by " + d.By, RequestID: was.RequestID, ChangedAt: ms(at), ID: d.ID}); err != nil {
		return err
	}
	return addOutbox(ctx, q, fulfillment.OutboxRow{Kind: fulfillment.OutboxCorrect, OrderID: row.OrderID, PackageID: row.PackageID, Lines: row.Lines,
		Tracking: row.Tracking, ProviderID: row.ProviderID, Carrier: row.Carrier, Deadline: row.Deadline}, at)
}

// Outbox returns all rows that are not done, oldest first.
func (s *Store) Outbox(ctx context.Context) ([]fulfillment.OutboxRow, error) {
	rows, err := s.qr.UnfinishedOutbox(ctx)
	if err != nil {
		return nil, explain(err, "list outbox")
	}
	out, err := outboxFromRows(rows)
	return out, explain(err, "list outbox")
}

// errTaken: only a row that waits may be taken in flight. Two processes that found the same row queued would otherwise
// both make the call.
var errTaken = errors.New("another process has this row in hand")

// Mark saves the row's new state, attempts, NextAt, Reason and RequestID. A row that becomes done or parked gets its
// event (reported, parked) in the same transaction, once; a done one also stores what the platform told of the package.
// fulfillment.ErrNotFound where no row has the id.
func (s *Store) Mark(ctx context.Context, row fulfillment.OutboxRow, told *fulfillment.PackageNews) error {
	at := s.now()
	err := s.write(ctx, func(ctx context.Context, q *queries.Queries) error {
		was, err := q.OutboxRow(ctx, row.ID)
		if err != nil {
			return err
		}
		n, err := q.MarkOutbox(ctx, queries.MarkOutboxParams{State: string(row.State), Attempts: int64(row.Attempts), NextAt: ms(row.NextAt),
			Reason: row.Reason, RequestID: row.RequestID, ChangedAt: ms(at), ID: row.ID})
		if err != nil {
			return err
		}
		if n == 0 {
			return errTaken
		}
		if row.State == fulfillment.OutboxDone {
			if err := applyNews(ctx, q, was, told, at); err != nil {
				return err
			}
		}
		if was.State == string(row.State) {
			return nil
		}
		return s.outboxEvent(ctx, q, row, was, told, at)
	})
	return explain(err, "mark outbox row %s %s", row.ID, row.State)
}

// Supersede ends a row without telling the platform anything, because the platform has replaced the package it was about.
// It counts as not told; the event says so. fulfillment.ErrNotFound where no unfinished row has the id.
func (s *Store) Supersede(ctx context.Context, row fulfillment.OutboxRow, reason string) error {
	at := s.now()
	err := s.write(ctx, func(ctx context.Context, q *queries.Queries) error {
		was, err := q.OutboxRow(ctx, row.ID)
		if errors.Is(err, sql.ErrNoRows) || err == nil && was.State == string(fulfillment.OutboxDone) {
			return fulfillment.ErrNotFound
		}
		if err != nil {
			return err
		}
		if _, err := q.MarkOutbox(ctx, queries.MarkOutboxParams{State: string(fulfillment.OutboxDone), Attempts: was.Attempts,
			Reason: reason, RequestID: was.RequestID, ChangedAt: ms(at), ID: was.ID}); err != nil {
			return err
		}
		return s.appendEvents(ctx, q, s.opt.Station, "", at, []fulfillment.EventDraft{{Kind: fulfillment.EventDecided,
			OrderID: fulfillment.OrderID(was.OrderID), PackageID: fulfillment.PackageID(was.PackageID),
			Body: map[string]any{"outbox": was.ID, "kind": was.Kind, "action": "superseded", "reason": reason}}})
	})
	return explain(err, "end outbox row %s", row.ID)
}

func (s *Store) outboxEvent(ctx context.Context, q *queries.Queries, row fulfillment.OutboxRow, was queries.Outbox, told *fulfillment.PackageNews, at time.Time) error {
	var kind fulfillment.EventKind
	switch row.State {
	case fulfillment.OutboxDone:
		kind = fulfillment.EventReported
	case fulfillment.OutboxParked:
		kind = fulfillment.EventParked
	default:
		return nil
	}
	body := map[string]any{"outbox": row.ID, "kind": was.Kind, "attempts": row.Attempts}
	if row.Reason != "" {
		body["reason"] = row.Reason
	}
	if row.RequestID != "" {
		body["request_id"] = row.RequestID
	}
	if was.CancelID != "" {
		body["cancel"] = was.CancelID
	}
	if told != nil && told.Tracking != "" {
		body["tracking"] = told.Tracking
	}
	if told != nil && told.Warning != "" {
		body["warning"] = told.Warning
	}
	return s.appendEvents(ctx, q, s.opt.Station, "", at, []fulfillment.EventDraft{{Kind: kind, OrderID: fulfillment.OrderID(was.OrderID),
		PackageID: fulfillment.PackageID(was.PackageID), Body: body}})
}

// applyNews stores what the platform told of the package that a done row was about. Empty fields say nothing.
func applyNews(ctx context.Context, q *queries.Queries, was queries.Outbox, told *fulfillment.PackageNews, at time.Time) error {
	if fulfillment.OutboxKind(was.Kind).Answers() {
		return nil // what follows from an answer is told with the order
	}
	o, err := loadOrder(ctx, q, fulfillment.OrderID(was.OrderID))
	if err != nil {
		return fmt.Errorf("order %s of the row: %w", was.OrderID, err)
	}
	shared, ok := o.PackageByID(fulfillment.PackageID(was.PackageID))
	if !ok { // split or combined since: the next pull brings its successors
		return reported(ctx, q, was, o.ID, at)
	}
	for _, c := range append([]fulfillment.Order{o}, o.With...) { // one call is for all orders in a combined package
		p, ok := c.Shares(shared)
		if !ok || c.Status == fulfillment.StatusCancelled && c.ID != o.ID {
			continue
		}
		if err := reported(ctx, q, was, c.ID, at); err != nil {
			return err
		}
		if err := packageNews(ctx, q, was, p, told); err != nil {
			return err
		}
	}
	return nil
}

// reported notes that an order's shipment was told to the platform, where the row says so.
func reported(ctx context.Context, q *queries.Queries, was queries.Outbox, id fulfillment.OrderID, at time.Time) error {
	if was.Kind != string(fulfillment.OutboxReportShipped) && was.Kind != string(fulfillment.OutboxCorrect) {
		return nil
	}
	return q.OrderReported(ctx, queries.OrderReportedParams{ReportedShippedAt: ms(at), ID: string(id)})
}

func packageNews(ctx context.Context, q *queries.Queries, was queries.Outbox, p fulfillment.Package, told *fulfillment.PackageNews) error {
	if was.Kind == string(fulfillment.OutboxArrange) {
		p.Arranged = true
	}
	if told != nil {
		p.PlatformID = orElse(told.PlatformID, p.PlatformID)
		p.Tracking = orElse(told.Tracking, p.Tracking)
		p.ProviderID = orElse(told.ProviderID, p.ProviderID)
		p.Carrier = orElse(told.Carrier, p.Carrier)
		p.PlatformStatus = orElse(told.PlatformStatus, p.PlatformStatus)
		p.Arranged = p.Arranged || told.Arranged
	}
	row, err := packageRow(p, recordedPos)
	if err != nil {
		return err
	}
	return q.UpsertPackage(ctx, row)
}

// orElse returns the first that is not empty.
func orElse[T ~string](a, b T) T {
	if a != "" {
		return a
	}
	return b
}
