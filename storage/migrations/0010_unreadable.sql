-- +goose Up
-- Orders whose answer could not be read: they are asked for again until it can, whatever the cursor says.
CREATE TABLE unreadable_orders (
    shop   TEXT    NOT NULL,
    id     TEXT    NOT NULL,
    reason TEXT    NOT NULL,
    since  INTEGER NOT NULL,
    PRIMARY KEY (shop, id)
) STRICT, WITHOUT ROWID;
