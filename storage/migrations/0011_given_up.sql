-- +goose Up
-- A row that a supervisor gave up: the platform was not told, and whoever opens the order again may queue it again.
ALTER TABLE outbox ADD COLUMN given_up INTEGER NOT NULL DEFAULT 0;
UPDATE outbox SET given_up = 1 WHERE state = 'done' AND reason LIKE 'given up by %';
