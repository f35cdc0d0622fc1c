-- name: Product :one
SELECT * FROM products WHERE sku = ?;

-- name: Barcodes :many
SELECT code FROM barcodes WHERE sku = ? ORDER BY code;

-- name: UpsertProduct :exec
INSERT INTO products (sku, name, weight_g, length_mm, width_mm, height_mm, fragile, dangerous_good, image)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (sku) DO UPDATE SET name = excluded.name, weight_g = excluded.weight_g, length_mm = excluded.length_mm,
    width_mm = excluded.width_mm, height_mm = excluded.height_mm, fragile = excluded.fragile,
    dangerous_good = excluded.dangerous_good, image = excluded.image;

-- name: DeleteBarcodes :exec
DELETE FROM barcodes WHERE sku = ?;

-- name: InsertBarcode :exec
INSERT INTO barcodes (sku, code) VALUES (?, ?) ON CONFLICT DO NOTHING;

-- The barcodes that several products have.
-- name: SharedBarcodes :many
SELECT b.code, b.sku FROM barcodes b
WHERE EXISTS (SELECT 1 FROM barcodes o WHERE o.code = b.code AND o.sku <> b.sku) ORDER BY b.code, b.sku;
