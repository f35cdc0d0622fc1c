-- name: Order :one
SELECT * FROM orders WHERE id = ?;

-- name: OrderLines :many
SELECT * FROM line_items WHERE order_id = ? ORDER BY pos;

-- name: OrderPackages :many
SELECT * FROM packages WHERE order_id = ? ORDER BY pos, id;

-- name: UpsertOrder :exec
INSERT INTO orders (id, shop, market, source, status, shipping_type, fulfillment_type, delivery_option_id, delivery_option,
    warehouse_id, buyer_message, seller_note, created_at, paid_at, updated_at, checked_at, on_hold_order, cancel_requested,
    address_updated, deadlines, ship_by, own_holds, platform_holds, reported_shipped_at, cancel_request, combined, address_mark)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET shop = excluded.shop, market = excluded.market, source = excluded.source,
    status = excluded.status, shipping_type = excluded.shipping_type, fulfillment_type = excluded.fulfillment_type,
    delivery_option_id = excluded.delivery_option_id, delivery_option = excluded.delivery_option,
    warehouse_id = excluded.warehouse_id, buyer_message = excluded.buyer_message, seller_note = excluded.seller_note,
    created_at = excluded.created_at, paid_at = excluded.paid_at, updated_at = excluded.updated_at,
    checked_at = excluded.checked_at, on_hold_order = excluded.on_hold_order,
    cancel_requested = excluded.cancel_requested, address_updated = excluded.address_updated,
    deadlines = excluded.deadlines, ship_by = excluded.ship_by, own_holds = excluded.own_holds,
    platform_holds = excluded.platform_holds, reported_shipped_at = excluded.reported_shipped_at,
    cancel_request = excluded.cancel_request, combined = excluded.combined, address_mark = excluded.address_mark;

-- name: OrderChecked :exec
UPDATE orders SET checked_at = max(checked_at, sqlc.arg(checked_at)), updated_at = max(updated_at, sqlc.arg(updated_at)) WHERE id = sqlc.arg(id);

-- name: OrderHolds :one
SELECT own_holds, platform_holds FROM orders WHERE id = ?;

-- name: SetOwnHolds :execrows
UPDATE orders SET own_holds = ? WHERE id = ?;

-- name: OrderOpened :exec
UPDATE orders SET opened_at = ? WHERE id = ? AND opened_at = 0;

-- name: OrderReported :exec
UPDATE orders SET reported_shipped_at = ? WHERE id = ?;

-- name: OrderIsOpened :one
SELECT opened_at > 0 FROM orders WHERE id = ?;

-- name: CloseOrder :exec
UPDATE orders SET closed_at = sqlc.arg(at) WHERE orders.id = sqlc.arg(id) AND closed_at = 0 AND (
    status IN ('CANCELLED', 'DELIVERED', 'COMPLETED')
    OR NOT EXISTS (SELECT 1 FROM packages p WHERE p.order_id = sqlc.arg(id) AND p.height < 6));

-- name: ReopenOrder :exec
UPDATE orders SET closed_at = 0 WHERE orders.id = sqlc.arg(id) AND closed_at > 0
    AND status NOT IN ('CANCELLED', 'DELIVERED', 'COMPLETED')
    AND EXISTS (SELECT 1 FROM packages p WHERE p.order_id = sqlc.arg(id) AND p.height < 6);

-- name: DeleteLines :exec
DELETE FROM line_items WHERE order_id = ?;

-- name: InsertLine :exec
INSERT INTO line_items (order_id, pos, id, sku, sku_id, product_id, product_name, sku_name, image, package_id, status,
    is_gift, dangerous_good, bundle)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: DeletePackage :exec
DELETE FROM packages WHERE order_id = ? AND id = ?;

-- name: UpsertPackage :exec
INSERT INTO packages (order_id, id, pos, platform_id, lines, tracking, provider_id, carrier, platform_status, arranged,
    rung, height, holds, weight_g, label, label_job, reprints, manifest, unpacked)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (order_id, id) DO UPDATE SET platform_id = excluded.platform_id, lines = excluded.lines,
    tracking = excluded.tracking, provider_id = excluded.provider_id, carrier = excluded.carrier,
    platform_status = excluded.platform_status, arranged = excluded.arranged, rung = excluded.rung,
    height = excluded.height, holds = excluded.holds, weight_g = excluded.weight_g, label = excluded.label,
    label_job = excluded.label_job, reprints = excluded.reprints, manifest = excluded.manifest,
    unpacked = excluded.unpacked;

-- name: PackagesByID :many
SELECT p.* FROM packages p WHERE p.id = sqlc.arg(id)
UNION ALL
SELECT p.* FROM packages p WHERE p.platform_id = sqlc.arg(id) AND p.platform_id <> '' AND p.id <> sqlc.arg(id);

-- name: PackagesByTracking :many
SELECT p.* FROM packages p JOIN orders o ON o.id = p.order_id
WHERE p.tracking = ? AND p.tracking <> '' ORDER BY o.closed_at > 0, o.ship_by LIMIT 20;

-- name: SetPackageLabel :exec
UPDATE packages SET label = ? WHERE order_id = ? AND id = ?;

-- name: SetPackageHazmat :exec
UPDATE packages SET hazmat = ? WHERE order_id = ? AND id = ?;

-- name: SetPackageTracking :exec
UPDATE packages SET tracking = ? WHERE order_id = ? AND id = ?;

-- name: AddOrderCode :exec
INSERT INTO order_codes (code, sku) VALUES (?, ?) ON CONFLICT DO NOTHING;

-- What a code is: a row with parcel = 1 where it is an order, a package or a tracking number, and one for each SKU that it names, some
-- of them twice: UNION would make a table of its own to find those, and a scan would wait for it.
-- name: MeaningsOfCode :many
SELECT CAST(1 AS INTEGER) AS parcel, CAST('' AS TEXT) AS sku WHERE EXISTS (SELECT 1 FROM orders WHERE orders.id = sqlc.arg(code))
    OR EXISTS (SELECT 1 FROM packages WHERE packages.id = sqlc.arg(code))
    OR EXISTS (SELECT 1 FROM packages WHERE packages.platform_id = sqlc.arg(code) AND packages.platform_id <> '')
    OR EXISTS (SELECT 1 FROM packages WHERE packages.tracking = sqlc.arg(code) AND packages.tracking <> '')
UNION ALL SELECT 0, b.sku FROM barcodes b WHERE b.code = sqlc.arg(code)
UNION ALL SELECT 0, p.sku FROM products p WHERE p.sku = sqlc.arg(code)
UNION ALL SELECT 0, c.sku FROM order_codes c WHERE c.code = sqlc.arg(code)
LIMIT 61;

-- name: PutCSVExtra :exec
INSERT INTO csv_extra (kind, key, n, fields) VALUES (?, ?, ?, ?)
ON CONFLICT (kind, key, n) DO UPDATE SET fields = excluded.fields;

-- What the bench records of a package. Columns that the platform or an import fills are kept where they are filled: the
-- bench may hold a copy that is older than a label or tracking number that has just been stored.
-- name: RecordPackage :exec
INSERT INTO packages (order_id, id, pos, platform_id, lines, tracking, provider_id, carrier, platform_status, arranged,
    rung, height, holds, weight_g, label, label_job, reprints, manifest, unpacked)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (order_id, id) DO UPDATE SET
    platform_id = CASE WHEN packages.platform_id = '' THEN excluded.platform_id ELSE packages.platform_id END,
    lines = excluded.lines,
    tracking = CASE WHEN packages.tracking = '' THEN excluded.tracking ELSE packages.tracking END,
    provider_id = CASE WHEN packages.provider_id = '' THEN excluded.provider_id ELSE packages.provider_id END,
    carrier = CASE WHEN packages.carrier = '' THEN excluded.carrier ELSE packages.carrier END,
    platform_status = CASE WHEN packages.platform_status = '' THEN excluded.platform_status ELSE packages.platform_status END,
    arranged = max(packages.arranged, excluded.arranged),
    rung = excluded.rung, height = excluded.height, holds = excluded.holds, weight_g = excluded.weight_g,
    label = packages.label, -- the bench never makes one, and its copy may be of an address that was changed since
    label_job = excluded.label_job, reprints = excluded.reprints, manifest = excluded.manifest,
    unpacked = excluded.unpacked;

-- The same for a package of which every column that the bench might fill is filled, or the bench has nothing for it either: no row
-- for any other. A column that is named here is written anew in each of its indexes, whether it changes or not, and a scan waits for each
-- page of them.
-- name: RecordRung :execrows
UPDATE packages SET lines = sqlc.arg(lines), arranged = max(arranged, CAST(sqlc.arg(arranged) AS INTEGER)), rung = sqlc.arg(rung), height = sqlc.arg(height),
    holds = sqlc.arg(holds), weight_g = sqlc.arg(weight_g), label_job = sqlc.arg(label_job), reprints = sqlc.arg(reprints),
    manifest = sqlc.arg(manifest), unpacked = sqlc.arg(unpacked)
WHERE order_id = sqlc.arg(order_id) AND id = sqlc.arg(id)
    AND (platform_id <> '' OR CAST(sqlc.arg(platform_id) AS TEXT) = '') AND (tracking <> '' OR CAST(sqlc.arg(tracking) AS TEXT) = '')
    AND (provider_id <> '' OR CAST(sqlc.arg(provider_id) AS TEXT) = '') AND (carrier <> '' OR CAST(sqlc.arg(carrier) AS TEXT) = '')
    AND (platform_status <> '' OR CAST(sqlc.arg(platform_status) AS TEXT) = '');
