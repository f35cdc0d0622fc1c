package storage

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"packbench/fulfillment"
	"packbench/storage/internal/queries"
)

// NextJob returns the oldest queued print job; ok is false if there is none.
func (s *Store) NextJob(ctx context.Context) (job fulfillment.PrintJob, ok bool, err error) {
	r, err := s.qr.NextJob(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return fulfillment.PrintJob{}, false, nil
	}
	if err != nil {
		return fulfillment.PrintJob{}, false, explain(err, "read next print job")
	}
	return jobFromRow(r), true, nil
}

// Job returns one print job; fulfillment.ErrNotFound if there is none.
func (s *Store) Job(ctx context.Context, id fulfillment.JobID) (fulfillment.PrintJob, error) {
	r, err := s.qr.Job(ctx, string(id))
	return jobFromRow(r), explain(err, "read print job %s", id)
}

// ClaimJob moves a queued job to sending, durable when it returns; false if it is not queued any more.
func (s *Store) ClaimJob(ctx context.Context, id fulfillment.JobID) (bool, error) {
	var n int64
	err := s.write(ctx, func(ctx context.Context, q *queries.Queries) (err error) {
		n, err = q.ClaimJob(ctx, string(id))
		return err
	})
	return err == nil && n == 1, explain(err, "claim print job %s", id)
}

// SaveJob stores a job's state, bytes sent, verdict and reason; it is durable when it returns. A job that is done, refused
// or dropped does not go back into the queue: the bench may have dropped it while it was being sent.
func (s *Store) SaveJob(ctx context.Context, job fulfillment.PrintJob) error {
	at := s.now()
	err := s.write(ctx, func(ctx context.Context, q *queries.Queries) error { return saveJob(ctx, q, job, at, false) })
	return explain(err, "save print job %s", job.ID)
}

// UnfinishedJobs is called once, before the print queue starts. A job that was being sent when the program ended becomes
// one that a person must answer: a complete label may have come out. It returns the jobs that are queued or ask.
func (s *Store) UnfinishedJobs(ctx context.Context) ([]fulfillment.PrintJob, error) {
	var out []fulfillment.PrintJob
	err := s.write(ctx, func(ctx context.Context, q *queries.Queries) error {
		if _, err := q.AskSendingJobs(ctx, "the program ended while the label was being sent"); err != nil {
			return err
		}
		rows, err := q.UnfinishedJobs(ctx)
		for _, r := range rows {
			out = append(out, jobFromRow(r))
		}
		return err
	})
	return out, explain(err, "read unfinished print jobs")
}

// saveJob writes a job; told: the bench has recorded this state of it.
func saveJob(ctx context.Context, q *queries.Queries, j fulfillment.PrintJob, at time.Time, told bool) error {
	if j.ID == "" {
		id, err := newID()
		if err != nil {
			return err
		}
		j.ID = fulfillment.JobID(id)
	}
	if j.State == "" {
		j.State = fulfillment.JobQueued
	}
	if j.CreatedAt.IsZero() {
		j.CreatedAt = at
	}
	return q.UpsertJob(ctx, queries.UpsertJobParams{ID: string(j.ID), OrderID: string(j.OrderID), PackageID: string(j.PackageID), Label: string(j.Label),
		Tracking: string(j.Tracking), Reprint: int64(j.Reprint), State: string(j.State), Sent: int64(j.Sent), Verdict: string(j.Verdict),
		Reason: j.Reason, CreatedAt: ms(j.CreatedAt), Told: bit(told), Bitmap: string(j.Bitmap), SentHash: string(j.SentHash), Total: int64(j.Total),
		Language: j.Language, Compression: j.Compression, Dpi: int64(j.DPI), Confirmed: string(j.Confirmed)})
}

func jobFromRow(r queries.PrintJob) fulfillment.PrintJob {
	return fulfillment.PrintJob{ID: fulfillment.JobID(r.ID), OrderID: fulfillment.OrderID(r.OrderID), PackageID: fulfillment.PackageID(r.PackageID),
		Label: fulfillment.Hash(r.Label), Tracking: fulfillment.Tracking(r.Tracking), Reprint: int(r.Reprint), State: fulfillment.JobState(r.State),
		Sent: int(r.Sent), Verdict: fulfillment.LabelVerdict(r.Verdict), Reason: r.Reason, CreatedAt: fromMS(r.CreatedAt),
		Bitmap: fulfillment.Hash(r.Bitmap), SentHash: fulfillment.Hash(r.SentHash), Total: int(r.Total), Language: r.Language, Compression: r.Compression,
		DPI: int(r.Dpi), Confirmed: fulfillment.Hash(r.Confirmed)}
}

// Setting returns a small fact kept with the data, "" where it was never set. Secrets never stand here.
func (s *Store) Setting(ctx context.Context, key string) (string, error) {
	v, err := s.qr.Setting(ctx, key)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return v, explain(err, "read setting %s", key)
}

// SetSetting keeps a small fact with the data.
func (s *Store) SetSetting(ctx context.Context, key, value string) error {
	err := s.write(ctx, func(ctx context.Context, q *queries.Queries) error {
		return q.PutSetting(ctx, queries.PutSettingParams{Key: key, Value: value})
	})
	return explain(err, "keep setting %s", key)
}
