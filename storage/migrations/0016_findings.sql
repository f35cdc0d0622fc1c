-- +goose Up
-- How many of a proof's remarks, the first ones, are findings about the label; the rest only tell what was done to print it.
-- Without rules the findings of proofs from before are made anew at the next preview.
ALTER TABLE label_proofs ADD COLUMN findings INTEGER NOT NULL DEFAULT 0;
UPDATE label_proofs SET rules = '';
