-- Where an order's parcels are on their way, as the carrier told last.
-- +goose Up
CREATE TABLE tracking (
    order_id TEXT    NOT NULL PRIMARY KEY REFERENCES orders (id) ON DELETE CASCADE,
    read_at  INTEGER NOT NULL, -- when it was asked for last
    steps    TEXT    NOT NULL  -- the newest few, newest first
) STRICT, WITHOUT ROWID;
CREATE INDEX packages_on_the_way ON packages (order_id) WHERE height = 7; -- with the carrier, not delivered
CREATE INDEX packages_lost ON packages (order_id) WHERE instr(holds, '"lost"') > 0;
