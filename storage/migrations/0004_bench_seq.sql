-- +goose Up
-- The event up to which a bench state speaks; the scans of items after it are replayed on top.
ALTER TABLE bench_state ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;
UPDATE bench_state SET seq = (SELECT coalesce(max(e.seq), 0) FROM events e WHERE e.station = bench_state.station);
-- A trigger on every insert costs the scan that waits for it; the store begins a cursor with the first event.
DROP TRIGGER events_begin;
