-- +goose Up
-- Who accepted a parcel for the carrier although no bench had verified its items; empty for every other.
ALTER TABLE packages ADD COLUMN unpacked TEXT NOT NULL DEFAULT '';
