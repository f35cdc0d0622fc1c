-- +goose Up
-- The few labels that will not print are listed before anybody packs for them.
CREATE INDEX label_proofs_bad ON label_proofs (label, tracking) WHERE verdict <> 'print';
