-- name: OpenOrders :many
SELECT * FROM orders WHERE closed_at = 0 ORDER BY ship_by = 0, ship_by, id LIMIT ?;

-- name: RecentlyClosed :many
SELECT * FROM orders WHERE closed_at > 0 ORDER BY closed_at DESC LIMIT ?;

-- name: SearchOrders :many
SELECT o.* FROM orders o WHERE o.id IN (
    SELECT a.id FROM orders a WHERE a.id >= sqlc.arg(lo) AND a.id < sqlc.arg(hi)
    UNION SELECT p.order_id FROM packages p WHERE p.tracking >= sqlc.arg(lo) AND p.tracking < sqlc.arg(hi) AND p.tracking <> ''
    UNION SELECT q.order_id FROM packages q WHERE q.id >= sqlc.arg(lo) AND q.id < sqlc.arg(hi)
    UNION SELECT l.order_id FROM line_items l WHERE l.sku >= sqlc.arg(lo) AND l.sku < sqlc.arg(hi))
ORDER BY o.closed_at > 0, o.ship_by = 0, o.ship_by, o.id LIMIT sqlc.arg(n);

-- name: SearchInOpen :many
SELECT o.* FROM orders o WHERE o.closed_at = 0 AND (like(sqlc.arg(code), o.id, '\')
    OR EXISTS (SELECT 1 FROM packages p WHERE p.order_id = o.id AND (like(sqlc.arg(code), p.tracking, '\')
        OR like(sqlc.arg(code), p.id, '\') OR like(sqlc.arg(code), p.platform_id, '\')))
    OR EXISTS (SELECT 1 FROM line_items l WHERE l.order_id = o.id AND (like(sqlc.arg(words), l.sku, '\')
        OR like(sqlc.arg(words), l.product_name, '\') OR like(sqlc.arg(words), l.sku_name, '\')
        OR l.sku IN (SELECT c.sku FROM products c WHERE like(sqlc.arg(words), c.name, '\')))))
ORDER BY o.ship_by = 0, o.ship_by, o.id LIMIT sqlc.arg(n);

-- name: SearchInClosed :many
SELECT o.* FROM orders o
WHERE o.closed_at > 0 AND o.closed_at >= sqlc.arg(since) AND (like(sqlc.arg(code), o.id, '\')
    OR EXISTS (SELECT 1 FROM packages p WHERE p.order_id = o.id AND (like(sqlc.arg(code), p.tracking, '\')
        OR like(sqlc.arg(code), p.id, '\') OR like(sqlc.arg(code), p.platform_id, '\')))
    OR EXISTS (SELECT 1 FROM line_items l WHERE l.order_id = o.id AND (like(sqlc.arg(words), l.sku, '\')
        OR like(sqlc.arg(words), l.product_name, '\') OR like(sqlc.arg(words), l.sku_name, '\')
        OR l.sku IN (SELECT c.sku FROM products c WHERE like(sqlc.arg(words), c.name, '\')))))
ORDER BY o.closed_at DESC LIMIT sqlc.arg(n);

-- name: ClosedSince :many
SELECT closed_at FROM orders WHERE closed_at > 0 ORDER BY closed_at DESC LIMIT 1 OFFSET sqlc.arg(n);

-- name: OrdersFrom :many
SELECT * FROM orders WHERE id > ? ORDER BY id LIMIT ?;

-- name: LabelsToWipe :many
SELECT l.hash FROM labels l WHERE l.wiped_at = 0 AND l.stored_at < sqlc.arg(before)
    AND NOT EXISTS (SELECT 1 FROM packages p JOIN orders o ON o.id = p.order_id
        WHERE p.label = l.hash AND (o.closed_at = 0 OR o.closed_at >= sqlc.arg(before)))
    AND NOT EXISTS (SELECT 1 FROM packages h JOIN orders c ON c.id = h.order_id
        WHERE h.hazmat = l.hash AND h.hazmat <> '' AND (c.closed_at = 0 OR c.closed_at >= sqlc.arg(before)));

-- name: BitmapsOfLabel :many
SELECT f.bitmap FROM label_proofs f WHERE f.label = sqlc.arg(label) AND f.bitmap <> ''
UNION SELECT j.bitmap FROM print_jobs j WHERE j.label = sqlc.arg(label) AND j.bitmap <> '';

-- name: LabelWiped :exec
UPDATE labels SET wiped_at = ? WHERE hash = ?;

-- name: ForgetDecoded :exec
UPDATE label_proofs SET decoded = '[]', reason = '' WHERE label = ?;

-- name: OrdersToForget :many
SELECT o.id FROM orders o WHERE o.closed_at > 0 AND o.closed_at < sqlc.arg(before)
    AND (o.buyer_message <> '' OR o.seller_note <> '' OR o.address_mark <> '' OR o.id IN (SELECT x.key FROM csv_extra x WHERE x.kind = 'orders')
        OR o.id IN (SELECT t.order_id FROM tracking t));

-- name: ForgetBuyerWords :exec
UPDATE orders SET buyer_message = '', seller_note = '', address_mark = '' WHERE id = ?;

-- name: ForgetCSVExtra :exec
DELETE FROM csv_extra WHERE kind = 'orders' AND key = ?;

-- name: PhotosToWipe :many
SELECT p.hash FROM photos p LEFT JOIN orders o ON o.id = p.order_id WHERE p.wiped_at = 0
GROUP BY p.hash HAVING max(p.taken_at) < sqlc.arg(before)
    AND max(CASE WHEN o.closed_at = 0 OR o.closed_at >= sqlc.arg(before) THEN 1 ELSE 0 END) = 0;

-- name: PhotoWiped :exec
UPDATE photos SET wiped_at = ? WHERE hash = ?;

-- name: FilesInUse :many
SELECT l.hash FROM labels l WHERE l.wiped_at = 0
UNION SELECT f.bitmap FROM label_proofs f WHERE f.bitmap <> ''
UNION SELECT j.bitmap FROM print_jobs j JOIN labels d ON d.hash = j.label WHERE j.bitmap <> '' AND d.wiped_at = 0
UNION SELECT p.hash FROM photos p WHERE p.wiped_at = 0
UNION SELECT k.label FROM packages k WHERE k.label <> '';

-- name: IsWiped :one
SELECT EXISTS (SELECT 1 FROM labels l WHERE l.hash = sqlc.arg(hash) AND l.wiped_at > 0)
    OR EXISTS (SELECT 1 FROM photos p WHERE p.hash = sqlc.arg(hash) AND p.wiped_at > 0);

-- name: BadProofs :many
SELECT p.order_id, f.reason FROM label_proofs f JOIN packages p ON p.label = f.label AND p.label <> '' AND p.tracking = f.tracking
WHERE f.verdict <> 'print' AND p.height < 3 AND NOT EXISTS (
    SELECT 1 FROM label_proofs g WHERE g.label = f.label AND g.tracking = f.tracking AND g.carrier = f.carrier AND g.market = f.market AND g.verdict = 'print' AND g.at >= f.at)
ORDER BY f.at;
