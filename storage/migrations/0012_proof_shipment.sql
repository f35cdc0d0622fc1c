-- +goose Up
-- A proof is about a label and a parcel: the carrier says how its barcodes carry the number, the market which rules hold. Older
-- proofs stay, so that what they kept is found when it must be wiped; such labels are proved anew when they are wanted.
CREATE TABLE label_proofs_new (
    label     TEXT    NOT NULL,
    tracking  TEXT    NOT NULL,
    carrier   TEXT    NOT NULL,
    market    TEXT    NOT NULL,
    dpi       INTEGER NOT NULL,
    width_mm  INTEGER NOT NULL,
    height_mm INTEGER NOT NULL,
    bitmap    TEXT    NOT NULL,
    verdict   TEXT    NOT NULL,
    reason    TEXT    NOT NULL,
    decoded   TEXT    NOT NULL,
    lint      TEXT    NOT NULL,
    rules     TEXT    NOT NULL, -- which label rules lint is by
    at        INTEGER NOT NULL,
    PRIMARY KEY (label, tracking, carrier, market, dpi, width_mm, height_mm)
) STRICT, WITHOUT ROWID;
INSERT INTO label_proofs_new (label, tracking, carrier, market, dpi, width_mm, height_mm, bitmap, verdict, reason, decoded, lint, rules, at)
SELECT label, tracking, '', '', dpi, width_mm, height_mm, bitmap, verdict, reason, decoded, lint, '', at FROM label_proofs;
DROP TABLE label_proofs;
ALTER TABLE label_proofs_new RENAME TO label_proofs;
