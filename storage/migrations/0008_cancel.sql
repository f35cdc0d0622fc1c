-- What is known of a buyer's request to cancel, and answers to it in the outbox. A package is told about once by each kind of
-- row; a request may be answered again after an answer was given up, and another request is another answer.

-- +goose Up
ALTER TABLE orders ADD COLUMN cancel_request TEXT NOT NULL DEFAULT ''; -- JSON; empty: nothing is known
CREATE INDEX orders_asked ON orders (id) WHERE cancel_requested = 1 AND closed_at = 0;

CREATE TABLE outbox_next (
    id          TEXT    NOT NULL PRIMARY KEY,
    kind        TEXT    NOT NULL,
    order_id    TEXT    NOT NULL,
    package_id  TEXT    NOT NULL,
    lines       TEXT    NOT NULL,
    tracking    TEXT    NOT NULL,
    provider_id TEXT    NOT NULL,
    carrier     TEXT    NOT NULL,
    weight_g    INTEGER NOT NULL,
    length_mm   INTEGER NOT NULL,
    width_mm    INTEGER NOT NULL,
    height_mm   INTEGER NOT NULL,
    state       TEXT    NOT NULL,
    attempts    INTEGER NOT NULL,
    next_at     INTEGER NOT NULL,
    deadline    INTEGER NOT NULL,
    reason      TEXT    NOT NULL,
    request_id  TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    changed_at  INTEGER NOT NULL,
    cancel_id   TEXT    NOT NULL DEFAULT '' -- the request that the row answers
) STRICT, WITHOUT ROWID;
INSERT INTO outbox_next (id, kind, order_id, package_id, lines, tracking, provider_id, carrier, weight_g, length_mm, width_mm,
    height_mm, state, attempts, next_at, deadline, reason, request_id, created_at, changed_at)
SELECT id, kind, order_id, package_id, lines, tracking, provider_id, carrier, weight_g, length_mm, width_mm,
    height_mm, state, attempts, next_at, deadline, reason, request_id, created_at, changed_at FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_next RENAME TO outbox;
CREATE UNIQUE INDEX outbox_once ON outbox (kind, package_id) WHERE cancel_id = '';
CREATE INDEX outbox_unfinished ON outbox (order_id, id) WHERE state <> 'done';
CREATE INDEX outbox_answers ON outbox (cancel_id) WHERE cancel_id <> '';
