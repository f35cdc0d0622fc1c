-- name: Unproved :many
SELECT p.* FROM packages p JOIN orders o ON o.id = p.order_id
WHERE p.label <> '' AND p.height < 4 AND o.closed_at = 0 AND NOT EXISTS (
    SELECT 1 FROM label_proofs f WHERE f.label = p.label AND f.tracking = p.tracking AND f.carrier = p.carrier AND f.market = o.market
        AND f.dpi = sqlc.arg(dpi) AND f.width_mm = sqlc.arg(width_mm) AND f.height_mm = sqlc.arg(height_mm))
ORDER BY o.ship_by = 0, o.ship_by, o.id LIMIT sqlc.arg(n);

-- name: PackedNotHandedOver :many
SELECT DISTINCT o.* FROM orders o JOIN packages p ON p.order_id = o.id
WHERE o.closed_at = 0 AND p.height BETWEEN 3 AND 4
ORDER BY o.ship_by = 0, o.ship_by, o.id LIMIT 200;

-- name: CancelledInThePile :many
SELECT DISTINCT o.* FROM orders o JOIN packages p ON p.order_id = o.id
WHERE o.closed_at > 0 AND o.closed_at >= sqlc.arg(since) AND o.status = 'CANCELLED' AND p.height BETWEEN 3 AND 4
ORDER BY o.closed_at DESC, o.id LIMIT 200;

-- name: JobsToTell :many
SELECT j.* FROM print_jobs j JOIN packages p ON p.order_id = j.order_id AND p.label_job = j.id
WHERE j.state IN ('done', 'ask', 'refused', 'dropped') AND j.told = 0
ORDER BY j.created_at, j.id;
