-- +goose Up
-- A photo whose bytes were wiped on their clock keeps its row: the hash still says what it was.
ALTER TABLE photos ADD COLUMN wiped_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX photos_hash ON photos (hash);
