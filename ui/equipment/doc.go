// Package equipment is the screen of the station's health: each device in words, the connection to the Seller Center, and
// what still has to be told to it.
//
// What may enter: how health and sync become words (model.go, pure and tested), how they are drawn, and test labels;
// settings are changed by the wizard (package setup), which stands in its place while it is open.
package equipment
