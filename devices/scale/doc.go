// Package scale reads weights from scales, one file a protocol.
//
// What may enter: protocols, their exact arithmetic, and telling how a scale feels. What a weight means for a parcel is
// decided by the station.
package scale
