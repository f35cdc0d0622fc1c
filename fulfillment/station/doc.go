// Package station owns the parcel in hand and the open manifests of one packing station.
//
// One goroutine (Station.Run) takes scans, weights, print results and order changes in the order in which they happened,
// asks the pure rule of package fulfillment, writes event + state + outbox row in one transaction, and only then shows
// the new View. The print queue and the photographer are two more Runs that hand their results back to it.
//
// What may enter: sequence and durability of the bench's work. It imports fulfillment only; disk, printer, camera and
// screen are interfaces that stand here.
package station
