// Package scanner turns what barcode scanners send into fulfillment.Scan values, one file a transport.
//
// What may enter: framing, transports, and telling how a scanner feels. What a code means is decided by the station: no
// scan is judged, dropped or changed here, but for the barcode that finds out a scanner's keyboard layout.
package scanner
