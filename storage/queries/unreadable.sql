-- name: KeepUnreadable :exec
INSERT INTO unreadable_orders (shop, id, reason, since) VALUES (?, ?, ?, ?)
ON CONFLICT (shop, id) DO UPDATE SET reason = excluded.reason;

-- name: UnreadableOrders :many
SELECT * FROM unreadable_orders WHERE shop = sqlc.arg(shop) OR sqlc.arg(shop) = '' ORDER BY since, id;

-- name: DropUnreadable :exec
DELETE FROM unreadable_orders WHERE shop = ? AND id = ?;
