-- name: Cursor :one
SELECT at FROM cursors WHERE shop = ?;

-- name: PutCursor :exec
INSERT INTO cursors (shop, at) VALUES (?, ?) ON CONFLICT (shop) DO UPDATE SET at = excluded.at;

-- name: Setting :one
SELECT value FROM settings WHERE key = ?;

-- name: PutSetting :exec
INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value;

-- name: AddOutbox :execrows
INSERT INTO outbox (id, kind, order_id, package_id, lines, tracking, provider_id, carrier, weight_g, length_mm, width_mm,
    height_mm, state, attempts, next_at, deadline, reason, request_id, created_at, changed_at, cancel_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (kind, package_id) WHERE cancel_id = '' DO UPDATE SET
    state = CASE WHEN outbox.attempts > 0 THEN 'uncertain' ELSE 'queued' END, attempts = 0, given_up = 0, next_at = 0, reason = '',
    order_id = excluded.order_id, lines = excluded.lines, tracking = excluded.tracking, provider_id = excluded.provider_id, carrier = excluded.carrier,
    weight_g = excluded.weight_g, length_mm = excluded.length_mm, width_mm = excluded.width_mm, height_mm = excluded.height_mm,
    deadline = excluded.deadline, changed_at = excluded.changed_at
WHERE outbox.given_up = 1;

-- name: GiveUpOutbox :exec
UPDATE outbox SET given_up = 1 WHERE id = ?;

-- name: OpenAnswers :one
SELECT count(*) FROM outbox WHERE cancel_id = ? AND cancel_id <> '' AND state <> 'done';

-- name: RequeueAsked :execrows
UPDATE outbox SET state = 'queued', next_at = 0, reason = '', changed_at = sqlc.arg(changed_at)
WHERE order_id = sqlc.arg(order_id) AND state = 'parked' AND state <> 'done' AND reason IN (sqlc.slice('reasons'));

-- The reasons name the order that they wait for.
-- name: RequeueSharing :execrows
UPDATE outbox SET state = 'queued', next_at = 0, reason = '', changed_at = sqlc.arg(changed_at)
WHERE state = 'parked' AND state <> 'done' AND reason IN (sqlc.slice('reasons'));

-- A row about the same package under another order, where the platform combined orders and each knows it by an id of its own.
-- name: CombinedRow :one
SELECT EXISTS (SELECT 1 FROM packages p
    JOIN packages s ON s.platform_id = p.platform_id AND s.platform_id <> '' AND s.order_id <> p.order_id
    JOIN outbox b ON b.kind = sqlc.arg(kind) AND b.package_id = s.id AND b.order_id = s.order_id AND b.cancel_id = '' AND b.given_up = 0
    WHERE p.order_id = sqlc.arg(order_id) AND p.id = sqlc.arg(package_id) AND p.platform_id <> '');

-- name: OutboxRow :one
SELECT * FROM outbox WHERE id = ?;

-- name: MarkOutbox :execrows
UPDATE outbox SET state = sqlc.arg(state), attempts = sqlc.arg(attempts), next_at = sqlc.arg(next_at), reason = sqlc.arg(reason),
    request_id = sqlc.arg(request_id), changed_at = sqlc.arg(changed_at)
WHERE id = sqlc.arg(id) AND (sqlc.arg(state) <> 'in_flight' OR state IN ('queued', 'uncertain'));

-- name: RecoverOutbox :execrows
UPDATE outbox SET state = 'uncertain', reason = ?, changed_at = ?
WHERE state = 'in_flight' AND EXISTS (SELECT 1 FROM orders s WHERE s.id = order_id AND s.shop IN (sqlc.slice('shops')));

-- name: RequeueOutbox :execrows
UPDATE outbox SET state = 'queued', next_at = 0, reason = '', changed_at = ? WHERE id = ? AND state = 'parked';

-- name: DueOutbox :many
SELECT o.* FROM outbox o JOIN orders s ON s.id = o.order_id
WHERE o.state IN ('queued', 'uncertain') AND o.state <> 'done' AND (o.next_at <= ? OR o.changed_at > ?)
    AND s.source = 'platform' AND s.shop IN (sqlc.slice('shops'))
    AND (o.cancel_id <> '' OR NOT EXISTS (SELECT 1 FROM outbox e WHERE e.order_id = o.order_id AND e.id < o.id AND e.state <> 'done'))
ORDER BY o.deadline = 0, o.deadline, o.id LIMIT ?;

-- name: NextOutbox :many
SELECT o.next_at FROM outbox o JOIN orders s ON s.id = o.order_id
WHERE o.state IN ('queued', 'uncertain') AND o.state <> 'done'
    AND s.source = 'platform' AND s.shop IN (sqlc.slice('shops'))
    AND (o.cancel_id <> '' OR NOT EXISTS (SELECT 1 FROM outbox e WHERE e.order_id = o.order_id AND e.id < o.id AND e.state <> 'done'))
ORDER BY o.next_at LIMIT 1;

-- name: UnfinishedOutbox :many
SELECT * FROM outbox WHERE state <> 'done' ORDER BY created_at, id;

-- name: OutboxCounts :many
SELECT o.state, count(*) AS n, CAST(min(o.created_at) AS INTEGER) AS oldest FROM outbox o JOIN orders s ON s.id = o.order_id
WHERE o.state <> 'done' AND s.source = 'platform' AND s.shop IN (sqlc.slice('shops')) GROUP BY o.state;

-- name: OutboxKinds :many
SELECT o.kind, count(*) AS n FROM outbox o JOIN orders s ON s.id = o.order_id
WHERE o.state <> 'done' AND o.state IN ('queued', 'uncertain', 'in_flight') AND s.source = 'platform' AND s.shop IN (sqlc.slice('shops')) GROUP BY o.kind;

-- name: StrangeOutbox :many
SELECT DISTINCT o.order_id FROM outbox o LEFT JOIN orders s ON s.id = o.order_id
WHERE o.state <> 'done' AND (s.source = 'platform' AND s.shop IN (sqlc.slice('shops'))) IS NOT TRUE;

-- name: ShopOfOrder :one
SELECT shop FROM orders WHERE id = ? AND source = 'platform';

-- name: Watched :many
SELECT o.id, EXISTS (SELECT 1 FROM packages p WHERE p.order_id = o.id AND p.height < 6) AS here FROM orders o
WHERE o.opened_at > 0 AND o.source = 'platform' AND o.status NOT IN ('CANCELLED', 'DELIVERED', 'COMPLETED')
    AND o.shop IN (sqlc.slice('shops'))
    AND EXISTS (SELECT 1 FROM packages p WHERE p.order_id = o.id AND p.height < 7);

-- name: ToldOf :many
SELECT DISTINCT b.order_id FROM outbox b JOIN orders o ON o.id = b.order_id
WHERE b.state <> 'done' AND o.source = 'platform' AND o.shop IN (sqlc.slice('shops'));

-- name: AskedOf :many
SELECT o.id FROM orders o WHERE o.cancel_requested = 1 AND o.closed_at = 0 AND o.source = 'platform' AND o.cancel_request = ''
    AND o.shop IN (sqlc.slice('shops'));

-- name: ToArrange :many
SELECT p.* FROM orders o JOIN packages p ON p.order_id = o.id
WHERE o.closed_at = 0 AND o.source = 'platform' AND o.shop IN (sqlc.slice('shops')) AND o.shipping_type = 'TIKTOK'
    AND o.fulfillment_type IN ('', 'FULFILLMENT_BY_SELLER') AND o.status IN ('AWAITING_SHIPMENT', 'PARTIALLY_SHIPPING')
    AND o.cancel_requested = 0 AND o.own_holds = '[]' AND o.platform_holds = '[]'
    AND p.arranged = 0 AND p.holds = '[]' AND p.label = '' AND p.height < 6
    AND p.platform_status NOT IN ('CANCELLED', 'COMPLETED')
    AND NOT EXISTS (SELECT 1 FROM outbox b WHERE b.kind = 'arrange' AND b.package_id = p.id AND b.cancel_id = '')
    -- One call is for all orders in a combined package, and none of them may stand against it.
    AND NOT EXISTS (SELECT 1 FROM packages s JOIN orders c ON c.id = s.order_id
        WHERE p.platform_id <> '' AND s.platform_id = p.platform_id AND s.platform_id <> '' AND s.order_id <> p.order_id AND (
            EXISTS (SELECT 1 FROM outbox b WHERE b.kind = 'arrange' AND b.package_id = s.id AND b.cancel_id = '')
            OR c.status = 'CANCELLED' AND s.height > 0
            OR c.status <> 'CANCELLED' AND (c.status NOT IN ('AWAITING_SHIPMENT', 'PARTIALLY_SHIPPING') OR c.cancel_requested = 1
                OR c.own_holds <> '[]' OR c.platform_holds <> '[]')))
ORDER BY o.ship_by = 0, o.ship_by, o.id, p.pos LIMIT ?;

-- name: ToFetch :many
-- From the few packages without a label to their orders: a shop has thousands of open orders.
SELECT p.* FROM packages p CROSS JOIN orders o ON o.id = p.order_id
WHERE o.closed_at = 0 AND o.source = 'platform' AND o.shop IN (sqlc.slice('shops')) AND o.shipping_type = 'TIKTOK'
    AND o.fulfillment_type IN ('', 'FULFILLMENT_BY_SELLER') AND o.status <> 'CANCELLED'
    AND p.arranged = 1 AND p.label = '' AND p.height < 6 AND p.platform_status NOT IN ('CANCELLED', 'COMPLETED')
ORDER BY o.ship_by = 0, o.ship_by, o.id, p.pos LIMIT ?;

-- name: HazmatToFetch :many
SELECT p.* FROM packages p JOIN orders o ON o.id = p.order_id
WHERE o.id IN (SELECT l.order_id FROM line_items l WHERE l.dangerous_good = 1)
    AND EXISTS (SELECT 1 FROM line_items d WHERE d.order_id = p.order_id AND d.dangerous_good = 1 AND d.status <> 'CANCELLED'
        AND (p.lines = '[]' OR instr(p.lines, '"' || d.id || '"') > 0))
    AND o.closed_at = 0 AND o.source = 'platform' AND o.shop IN (sqlc.slice('shops')) AND o.shipping_type = 'TIKTOK'
    AND o.fulfillment_type IN ('', 'FULFILLMENT_BY_SELLER') AND o.status <> 'CANCELLED'
    AND p.arranged = 1 AND p.hazmat = '' AND p.height < 6 AND p.platform_status NOT IN ('CANCELLED', 'COMPLETED')
ORDER BY o.ship_by = 0, o.ship_by, o.id, p.pos LIMIT ?;

-- name: InsertScratch :exec
INSERT OR REPLACE INTO wal_scratch (id, data) VALUES (1, zeroblob(sqlc.arg(bytes)));

-- name: DeleteScratch :exec
DELETE FROM wal_scratch;
