-- name: Manifest :one
SELECT * FROM manifests WHERE id = ?;

-- name: Manifests :many
SELECT * FROM manifests ORDER BY sealed_at > 0, opened_at DESC, id;

-- name: SealedManifests :many
SELECT m.*, (SELECT count(*) FROM manifest_parcels p WHERE p.manifest_id = m.id AND p.left_off = 0) AS parcels,
    (SELECT count(*) FROM manifest_parcels p WHERE p.manifest_id = m.id AND p.left_off <> 0) AS left_off
FROM manifests m WHERE m.sealed_at > 0 ORDER BY m.sealed_at DESC, m.id LIMIT ?;

-- name: SealOf :one
SELECT * FROM events WHERE station = sqlc.arg(station) AND kind = 'sealed' AND instr(CAST(body AS TEXT), CAST(sqlc.arg(quoted) AS TEXT)) > 0
ORDER BY seq DESC LIMIT 1;

-- name: OpenManifests :many
SELECT * FROM manifests WHERE station = ? AND sealed_at = 0 ORDER BY opened_at, id;

-- name: ManifestParcels :many
SELECT * FROM manifest_parcels WHERE manifest_id = ? ORDER BY pos, package_id;

-- name: UpsertManifest :exec
INSERT INTO manifests (id, station, carrier, opened_at, sealed_at, sealed_by) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET carrier = excluded.carrier, opened_at = excluded.opened_at,
    sealed_at = excluded.sealed_at, sealed_by = excluded.sealed_by;

-- name: UpsertManifestParcel :exec
INSERT INTO manifest_parcels (manifest_id, package_id, pos, order_id, tracking, weight_g, at, left_off, with_orders)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (manifest_id, package_id) DO UPDATE SET pos = excluded.pos, order_id = excluded.order_id,
    tracking = excluded.tracking, weight_g = excluded.weight_g, at = excluded.at, left_off = excluded.left_off,
    with_orders = excluded.with_orders;

-- name: DeleteManifestParcel :exec
DELETE FROM manifest_parcels WHERE manifest_id = ? AND package_id = ?;

-- name: InsertPhoto :exec
INSERT INTO photos (hash, manifest_id, package_id, order_id, camera, taken_at) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING;

-- name: ManifestPhotos :many
SELECT * FROM photos WHERE manifest_id = ? ORDER BY taken_at, hash;

-- name: OrderPhotos :many
SELECT * FROM photos WHERE order_id = ? ORDER BY taken_at, hash;
