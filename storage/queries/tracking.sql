-- name: OnTheWay :many
SELECT o.id FROM orders o LEFT JOIN tracking t ON t.order_id = o.id
WHERE coalesce(t.read_at, 0) <= CAST(? AS INTEGER) AND o.id IN (SELECT p.order_id FROM packages p WHERE p.height = 7)
    AND o.status NOT IN ('CANCELLED', 'DELIVERED', 'COMPLETED') AND o.fulfillment_type IN ('', 'FULFILLMENT_BY_SELLER')
    AND o.source = 'platform' AND o.shop IN (sqlc.slice('shops'))
ORDER BY coalesce(t.read_at, 0), o.id LIMIT ?;

-- name: TrackingRead :exec
INSERT INTO tracking (order_id, read_at, steps) VALUES (?, ?, '[]') ON CONFLICT (order_id) DO UPDATE SET read_at = excluded.read_at;

-- name: PutTracking :exec
UPDATE tracking SET steps = ? WHERE order_id = ?;

-- name: Tracking :one
SELECT steps FROM tracking WHERE order_id = ?;

-- name: ForgetTracking :exec
DELETE FROM tracking WHERE order_id = ?;

-- name: LostOrders :many
SELECT o.* FROM orders o WHERE o.id IN (SELECT p.order_id FROM packages p WHERE instr(p.holds, '"lost"') > 0)
    AND o.closed_at > 0 AND o.status NOT IN ('CANCELLED', 'COMPLETED') ORDER BY o.closed_at DESC LIMIT ?;
