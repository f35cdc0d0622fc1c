// Package storage keeps everything the station knows on its own disk: one SQLite file and a folder of files named by
// their SHA-256. It implements station.Store, station.Files, syncer.Orders, syncer.Outbox and syncer.LabelStore.
//
// What may enter: tables, transactions, files, backup, and the CSV doors. Rows stay inside: every exported method takes
// and returns values of package fulfillment. Of fulfillment/station and fulfillment/syncer only the plain types of the
// interfaces implemented here are used. No rule of packing stands here.
//
// Durability: a scan's COMMIT flushes the write-ahead log (synchronous=FULL); what others write is committed in their turn of the one
// writer and flushed after it, before the method returns (store.go, write). So whatever a method has returned
// survives a power cut. Files are flushed and renamed before the row that names them is written.
//
// The typed SQL in internal/queries is generated from queries/*.sql by sqlc v1.31.1 (`sqlc generate` in this folder).
package storage
