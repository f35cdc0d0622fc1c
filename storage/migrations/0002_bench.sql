-- The chain of events, the bench, print jobs, labels, manifests and photos.

-- +goose Up
CREATE TABLE events (
    station    TEXT    NOT NULL,
    seq        INTEGER NOT NULL CHECK (seq > 0),
    at         INTEGER NOT NULL,
    kind       TEXT    NOT NULL,
    operator   TEXT    NOT NULL,
    epoch      INTEGER NOT NULL,
    order_id   TEXT    NOT NULL,
    package_id TEXT    NOT NULL,
    scan       TEXT    NOT NULL,
    body       TEXT    NOT NULL,
    prev       TEXT    NOT NULL,
    hash       TEXT    NOT NULL,
    PRIMARY KEY (station, seq)
) STRICT, WITHOUT ROWID;
-- Which events belong to an order. It is not an index of events, because a scan would wait for one more page of it; it is
-- filled in slices when an order is opened and after a pull or import, up to the event in event_cursors.
CREATE TABLE order_events (
    order_id TEXT    NOT NULL,
    station  TEXT    NOT NULL,
    seq      INTEGER NOT NULL,
    PRIMARY KEY (order_id, station, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE event_cursors (
    station TEXT    NOT NULL PRIMARY KEY,
    seq     INTEGER NOT NULL -- events up to this one are in order_events
) STRICT, WITHOUT ROWID;
-- +goose StatementBegin
CREATE TRIGGER events_begin AFTER INSERT ON events WHEN NEW.seq = 1
BEGIN
    INSERT INTO event_cursors (station, seq) VALUES (NEW.station, 0);
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
BEGIN
    SELECT RAISE(ABORT, 'events are append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
BEGIN
    SELECT RAISE(ABORT, 'events are append-only');
END;
-- +goose StatementEnd

CREATE TABLE bench_state (
    station TEXT    NOT NULL PRIMARY KEY,
    at      INTEGER NOT NULL,
    state   TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE print_jobs (
    id         TEXT    NOT NULL PRIMARY KEY,
    order_id   TEXT    NOT NULL,
    package_id TEXT    NOT NULL,
    label      TEXT    NOT NULL,
    tracking   TEXT    NOT NULL,
    reprint    INTEGER NOT NULL,
    state      TEXT    NOT NULL,
    sent       INTEGER NOT NULL,
    verdict    TEXT    NOT NULL,
    reason     TEXT    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX print_jobs_state ON print_jobs (state, created_at, id);

-- Documents as they came; the bytes lie in the file of that hash until they are wiped.
CREATE TABLE labels (
    hash       TEXT    NOT NULL PRIMARY KEY,
    size       INTEGER NOT NULL,
    stored_at  INTEGER NOT NULL,
    wiped_at   INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE label_proofs (
    label     TEXT    NOT NULL,
    tracking  TEXT    NOT NULL,
    dpi       INTEGER NOT NULL,
    width_mm  INTEGER NOT NULL,
    height_mm INTEGER NOT NULL,
    bitmap    TEXT    NOT NULL,
    verdict   TEXT    NOT NULL,
    reason    TEXT    NOT NULL,
    decoded   TEXT    NOT NULL,
    lint      TEXT    NOT NULL,
    at        INTEGER NOT NULL,
    PRIMARY KEY (label, tracking, dpi, width_mm, height_mm)
) STRICT, WITHOUT ROWID;

CREATE TABLE manifests (
    id        TEXT    NOT NULL PRIMARY KEY,
    station   TEXT    NOT NULL,
    carrier   TEXT    NOT NULL,
    opened_at INTEGER NOT NULL,
    sealed_at INTEGER NOT NULL,
    sealed_by TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX manifests_open ON manifests (station, opened_at) WHERE sealed_at = 0;

CREATE TABLE manifest_parcels (
    manifest_id TEXT    NOT NULL REFERENCES manifests (id),
    package_id  TEXT    NOT NULL,
    pos         INTEGER NOT NULL,
    order_id    TEXT    NOT NULL,
    tracking    TEXT    NOT NULL,
    weight_g    INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    left_off    INTEGER NOT NULL,
    PRIMARY KEY (manifest_id, package_id)
) STRICT, WITHOUT ROWID;

-- A sealed manifest never changes. The parcels are written before the seal, in the same transaction.
-- +goose StatementBegin
CREATE TRIGGER sealed_manifests_never_change BEFORE UPDATE ON manifests WHEN OLD.sealed_at <> 0
BEGIN
    SELECT RAISE(ABORT, 'manifest is sealed');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER sealed_manifests_gain_no_parcel BEFORE INSERT ON manifest_parcels
WHEN EXISTS (SELECT 1 FROM manifests WHERE manifests.id = NEW.manifest_id AND manifests.sealed_at <> 0)
BEGIN
    SELECT RAISE(ABORT, 'manifest is sealed');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER sealed_manifests_lose_no_parcel BEFORE DELETE ON manifest_parcels
WHEN EXISTS (SELECT 1 FROM manifests WHERE manifests.id = OLD.manifest_id AND manifests.sealed_at <> 0)
BEGIN
    SELECT RAISE(ABORT, 'manifest is sealed');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER sealed_manifests_keep_parcels BEFORE UPDATE ON manifest_parcels
WHEN EXISTS (SELECT 1 FROM manifests WHERE manifests.id = OLD.manifest_id AND manifests.sealed_at <> 0)
BEGIN
    SELECT RAISE(ABORT, 'manifest is sealed');
END;
-- +goose StatementEnd

CREATE TABLE photos (
    hash        TEXT    NOT NULL,
    manifest_id TEXT    NOT NULL,
    package_id  TEXT    NOT NULL,
    order_id    TEXT    NOT NULL,
    camera      TEXT    NOT NULL,
    taken_at    INTEGER NOT NULL,
    PRIMARY KEY (manifest_id, package_id, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX photos_order ON photos (order_id, taken_at);
