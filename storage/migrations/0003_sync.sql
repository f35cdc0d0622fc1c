-- What is to be told to the platform, and how far it has been read.

-- +goose Up
CREATE TABLE outbox (
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
    UNIQUE (kind, package_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_unfinished ON outbox (order_id, id) WHERE state <> 'done';

CREATE TABLE cursors (
    shop TEXT    NOT NULL PRIMARY KEY,
    at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Small facts that belong to the data and not to station.toml. Secrets never stand here.
CREATE TABLE settings (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Filled and emptied at start so that the write-ahead log has its blocks before the first scan.
CREATE TABLE wal_scratch (
    id   INTEGER NOT NULL PRIMARY KEY,
    data BLOB    NOT NULL
) STRICT;
