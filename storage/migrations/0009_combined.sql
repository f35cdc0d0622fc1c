-- +goose Up
-- The platform put the order into one package with others; which, is in packages.
ALTER TABLE orders ADD COLUMN combined INTEGER NOT NULL DEFAULT 0;
-- The recipient's address as a keyed hash, by which a change is seen and nothing else; empty where the address was masked.
ALTER TABLE orders ADD COLUMN address_mark TEXT NOT NULL DEFAULT '';
-- The other orders in a combined parcel, beside order_id.
ALTER TABLE manifest_parcels ADD COLUMN with_orders TEXT NOT NULL DEFAULT '[]';
