-- name: ChainHead :one
SELECT seq, hash FROM events WHERE station = ? ORDER BY seq DESC LIMIT 1;

-- name: InsertEvent :exec
INSERT INTO events (station, seq, at, kind, operator, epoch, order_id, package_id, scan, body, prev, hash)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: IndexedEvents :many
SELECT e.* FROM order_events x JOIN events e ON e.station = x.station AND e.seq = x.seq WHERE x.order_id = ?;

-- name: EventsNotIndexed :many
SELECT e.* FROM event_cursors c JOIN events e ON e.station = c.station AND e.seq > c.seq WHERE e.order_id = ?;

-- name: EventCursor :one
SELECT seq FROM event_cursors WHERE station = ?;

-- name: BeginEventCursor :exec
INSERT INTO event_cursors (station, seq) VALUES (?, 0) ON CONFLICT (station) DO NOTHING;

-- name: IndexEvents :exec
INSERT INTO order_events (order_id, station, seq)
SELECT e.order_id, e.station, e.seq FROM events e
WHERE e.station = sqlc.arg(station) AND e.seq > sqlc.arg(after) AND e.seq <= sqlc.arg(upto) AND e.order_id <> '';

-- name: MoveEventCursor :exec
UPDATE event_cursors SET seq = sqlc.arg(seq) WHERE station = sqlc.arg(station);

-- name: EventsAfter :many
SELECT * FROM events WHERE station = ? AND seq > ? ORDER BY seq LIMIT ?;

-- name: EventStations :many
SELECT DISTINCT station FROM events ORDER BY station;

-- name: BenchState :one
SELECT state, seq FROM bench_state WHERE station = ?;

-- name: PutBenchState :exec
INSERT INTO bench_state (station, at, state, seq) VALUES (?, ?, ?, ?)
ON CONFLICT (station) DO UPDATE SET at = excluded.at, state = excluded.state, seq = excluded.seq;

-- name: ItemScansAfter :many
SELECT body FROM events WHERE station = ? AND seq > ? AND kind = 'item_scanned' ORDER BY seq;

-- name: UpsertJob :exec
INSERT INTO print_jobs (id, order_id, package_id, label, tracking, reprint, state, sent, verdict, reason, created_at, told, bitmap, sent_hash,
    total, language, compression, dpi, confirmed)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET label = CASE WHEN excluded.label = '' THEN print_jobs.label ELSE excluded.label END,
    tracking = CASE WHEN excluded.tracking = '' THEN print_jobs.tracking ELSE excluded.tracking END,
    state = CASE WHEN print_jobs.state IN ('done', 'refused', 'dropped') AND excluded.state IN ('queued', 'sending')
        THEN print_jobs.state ELSE excluded.state END,
    sent = max(print_jobs.sent, excluded.sent), verdict = excluded.verdict, reason = excluded.reason,
    told = max(print_jobs.told, excluded.told),
    bitmap = CASE WHEN excluded.bitmap = '' THEN print_jobs.bitmap ELSE excluded.bitmap END,
    sent_hash = CASE WHEN excluded.sent_hash = '' THEN print_jobs.sent_hash ELSE excluded.sent_hash END,
    total = CASE WHEN excluded.total = 0 THEN print_jobs.total ELSE excluded.total END,
    language = CASE WHEN excluded.language = '' THEN print_jobs.language ELSE excluded.language END,
    compression = CASE WHEN excluded.compression = '' THEN print_jobs.compression ELSE excluded.compression END,
    dpi = CASE WHEN excluded.dpi = 0 THEN print_jobs.dpi ELSE excluded.dpi END,
    confirmed = CASE WHEN excluded.confirmed = '' THEN print_jobs.confirmed ELSE excluded.confirmed END;

-- name: JobTold :exec
UPDATE print_jobs SET told = 1 WHERE id = ?;

-- name: NextJob :one
SELECT * FROM print_jobs WHERE state = 'queued' ORDER BY created_at, id LIMIT 1;

-- name: Job :one
SELECT * FROM print_jobs WHERE id = ?;

-- name: UnfinishedJobs :many
SELECT * FROM print_jobs WHERE state IN ('queued', 'sending', 'ask') ORDER BY created_at, id;

-- name: AskSendingJobs :execrows
UPDATE print_jobs SET state = 'ask', reason = ?, told = 0 WHERE state = 'sending';

-- name: PutLabel :exec
INSERT INTO labels (hash, size, stored_at) VALUES (?, ?, ?)
ON CONFLICT (hash) DO UPDATE SET wiped_at = 0, stored_at = excluded.stored_at;

-- name: LabelStoredAt :one
SELECT stored_at FROM labels WHERE hash = ?;

-- name: Proof :one
SELECT * FROM label_proofs WHERE label = ? AND tracking = ? AND carrier = ? AND market = ? AND dpi = ? AND width_mm = ? AND height_mm = ?;

-- name: PutProof :exec
INSERT INTO label_proofs (label, tracking, carrier, market, dpi, width_mm, height_mm, bitmap, verdict, reason, decoded, lint, findings, rules, at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (label, tracking, carrier, market, dpi, width_mm, height_mm) DO UPDATE SET bitmap = excluded.bitmap,
    verdict = excluded.verdict, reason = excluded.reason, decoded = excluded.decoded, lint = excluded.lint, findings = excluded.findings, rules = excluded.rules, at = excluded.at;

-- name: ClaimJob :execrows
UPDATE print_jobs SET state = 'sending' WHERE id = ? AND state = 'queued';
