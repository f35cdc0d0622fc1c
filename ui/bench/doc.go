// Package bench is the packing screen: what belongs in the parcel, what is in it, and everything about the parcel in hand.
//
// What may enter: how a station.View becomes rows and facts (model.go, pure and tested) and how those are drawn. Nothing
// on this screen takes the keyboard focus; its buttons send the codes that a command sheet would give.
package bench
