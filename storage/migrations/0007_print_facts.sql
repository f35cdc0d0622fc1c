-- +goose Up
-- told: the bench has recorded how the job ended. Until now only the package's rung said so, which a reprint does not change.
ALTER TABLE print_jobs ADD COLUMN told INTEGER NOT NULL DEFAULT 0;
UPDATE print_jobs SET told = 1 WHERE state IN ('done', 'refused', 'dropped') AND NOT EXISTS (
    SELECT 1 FROM packages p WHERE p.order_id = print_jobs.order_id AND p.label_job = print_jobs.id AND (p.height < 3 OR p.height = 3 AND print_jobs.reprint > 0));
-- What was sent: the picture, the bytes that the printer was to take and how they were written. Empty or 0 for older jobs.
ALTER TABLE print_jobs ADD COLUMN bitmap TEXT NOT NULL DEFAULT '';
ALTER TABLE print_jobs ADD COLUMN sent_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE print_jobs ADD COLUMN total INTEGER NOT NULL DEFAULT 0;
ALTER TABLE print_jobs ADD COLUMN language TEXT NOT NULL DEFAULT '';
ALTER TABLE print_jobs ADD COLUMN compression TEXT NOT NULL DEFAULT '';
ALTER TABLE print_jobs ADD COLUMN dpi INTEGER NOT NULL DEFAULT 0;
-- The picture that a supervisor confirmed by eye; only it is printed.
ALTER TABLE print_jobs ADD COLUMN confirmed TEXT NOT NULL DEFAULT '';
