-- +goose Up
-- Packages whose label may exist and is not stored: a handful of thousands, asked for after every arrangement.
CREATE INDEX packages_to_fetch ON packages (order_id, pos) WHERE arranged = 1 AND label = '' AND height < 6;
