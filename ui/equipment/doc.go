// Package equipment is the screen of the station's health: each device in words, the connection to the Seller Center, and
// what still has to be told to it.
//
// What may enter: how health and sync become words (model.go, pure and tested) and how they are drawn. It only reports;
// nothing here changes a setting.
package equipment
