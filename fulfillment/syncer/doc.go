// Package syncer keeps the station and the Seller Center in step: it pulls orders by update time, watches those in work
// for cancellations, arranges platform-shipped orders ahead, fetches and stores their labels, and drains the outbox.
//
// What may enter: the order of calls, retries and what an answer means for a row. Calls themselves stand in
// fulfillment/sellercenter, rows in storage; both are interfaces that stand here. The bench never waits for this package.
package syncer
