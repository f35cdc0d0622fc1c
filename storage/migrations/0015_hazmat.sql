-- +goose Up
-- The platform's dangerous goods label of a package, which goes on the parcel beside the carrier's label.
ALTER TABLE packages ADD COLUMN hazmat TEXT NOT NULL DEFAULT '';
CREATE INDEX packages_hazmat ON packages (hazmat) WHERE hazmat <> '';
CREATE INDEX line_items_dangerous ON line_items (order_id) WHERE dangerous_good = 1;
