-- Orders, their lines and packages, and what is known of products.
-- Moments are Unix milliseconds, UTC; 0 is "none". Booleans are 0 or 1. Lists are JSON arrays.

-- +goose Up
CREATE TABLE orders (
    id                  TEXT    NOT NULL PRIMARY KEY,
    shop                TEXT    NOT NULL,
    market              TEXT    NOT NULL,
    source              TEXT    NOT NULL,
    status              TEXT    NOT NULL,
    shipping_type       TEXT    NOT NULL,
    fulfillment_type    TEXT    NOT NULL,
    delivery_option_id  TEXT    NOT NULL,
    delivery_option     TEXT    NOT NULL,
    warehouse_id        TEXT    NOT NULL,
    buyer_message       TEXT    NOT NULL,
    seller_note         TEXT    NOT NULL,
    created_at          INTEGER NOT NULL,
    paid_at             INTEGER NOT NULL,
    updated_at          INTEGER NOT NULL,
    checked_at          INTEGER NOT NULL,
    on_hold_order       INTEGER NOT NULL,
    cancel_requested    INTEGER NOT NULL,
    address_updated     INTEGER NOT NULL,
    deadlines           TEXT    NOT NULL,
    ship_by             INTEGER NOT NULL, -- earliest moment that binds, as fulfillment.Order.ShipBy says
    own_holds           TEXT    NOT NULL DEFAULT '[]', -- set here
    platform_holds      TEXT    NOT NULL DEFAULT '[]', -- as the platform last told
    reported_shipped_at INTEGER NOT NULL DEFAULT 0,
    opened_at           INTEGER NOT NULL DEFAULT 0, -- first opened at this bench
    closed_at           INTEGER NOT NULL DEFAULT 0  -- nothing is left to do here: all handed over, cancelled or delivered
) STRICT;
CREATE INDEX orders_open ON orders (ship_by, id) WHERE closed_at = 0;
CREATE INDEX orders_closed ON orders (closed_at) WHERE closed_at > 0;
CREATE INDEX orders_watched ON orders (id)
    WHERE opened_at > 0 AND source = 'platform' AND status NOT IN ('CANCELLED', 'DELIVERED', 'COMPLETED');

CREATE TABLE line_items (
    order_id       TEXT    NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    pos            INTEGER NOT NULL, -- place in the order, from 0
    id             TEXT    NOT NULL,
    sku            TEXT    NOT NULL,
    sku_id         TEXT    NOT NULL,
    product_id     TEXT    NOT NULL,
    product_name   TEXT    NOT NULL,
    sku_name       TEXT    NOT NULL,
    image          TEXT    NOT NULL,
    package_id     TEXT    NOT NULL,
    status         TEXT    NOT NULL,
    is_gift        INTEGER NOT NULL,
    dangerous_good INTEGER NOT NULL,
    bundle         TEXT    NOT NULL, -- parts of a virtual bundle
    PRIMARY KEY (order_id, pos)
) STRICT, WITHOUT ROWID;
CREATE INDEX line_items_sku ON line_items (sku, order_id);

-- One platform package may hold lines of several orders (combined shipping): the order is part of the key.
CREATE TABLE packages (
    order_id        TEXT    NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    id              TEXT    NOT NULL,
    pos             INTEGER NOT NULL,
    platform_id     TEXT    NOT NULL,
    lines           TEXT    NOT NULL,
    tracking        TEXT    NOT NULL,
    provider_id     TEXT    NOT NULL,
    carrier         TEXT    NOT NULL,
    platform_status TEXT    NOT NULL,
    arranged        INTEGER NOT NULL,
    rung            TEXT    NOT NULL,
    height          INTEGER NOT NULL, -- the rung's place on the ladder, for queries
    holds           TEXT    NOT NULL,
    weight_g        INTEGER NOT NULL,
    label           TEXT    NOT NULL,
    label_job       TEXT    NOT NULL,
    reprints        INTEGER NOT NULL,
    manifest        TEXT    NOT NULL,
    PRIMARY KEY (order_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX packages_id ON packages (id);
CREATE INDEX packages_platform_id ON packages (platform_id) WHERE platform_id <> '';
CREATE INDEX packages_tracking ON packages (tracking) WHERE tracking <> '';
CREATE INDEX packages_label ON packages (label) WHERE label <> '';
-- Work for the syncer: platform packages without a label that have not left.
CREATE INDEX packages_unlabelled ON packages (order_id, id) WHERE label = '' AND height < 6;

CREATE TABLE products (
    sku            TEXT    NOT NULL PRIMARY KEY,
    name           TEXT    NOT NULL,
    weight_g       INTEGER NOT NULL,
    length_mm      INTEGER NOT NULL,
    width_mm       INTEGER NOT NULL,
    height_mm      INTEGER NOT NULL,
    fragile        INTEGER NOT NULL,
    dangerous_good INTEGER NOT NULL,
    image          TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE barcodes (
    sku  TEXT NOT NULL REFERENCES products (sku) ON DELETE CASCADE,
    code TEXT NOT NULL,
    PRIMARY KEY (sku, code)
) STRICT, WITHOUT ROWID;
CREATE INDEX barcodes_code ON barcodes (code);

-- Codes under which SKUs appeared on orders: seller_sku and sku_id of lines and of bundle parts.
CREATE TABLE order_codes (
    code TEXT NOT NULL,
    sku  TEXT NOT NULL,
    PRIMARY KEY (code, sku)
) STRICT, WITHOUT ROWID;

-- Columns of an imported CSV file that the program does not know, kept as they came.
CREATE TABLE csv_extra (
    kind   TEXT    NOT NULL, -- orders or products
    key    TEXT    NOT NULL, -- order_id or seller_sku
    n      INTEGER NOT NULL, -- the row among the rows of the key, from 0
    fields TEXT    NOT NULL, -- JSON object: column to cell
    PRIMARY KEY (kind, key, n)
) STRICT, WITHOUT ROWID;
