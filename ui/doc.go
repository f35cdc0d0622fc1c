// Package ui is the station's window: frame, navigation, theme, keyboard capture, the one place that crosses to the
// screen's goroutine (do.go), and the proof that a verdict was drawn (gate.go).
//
// What may enter: how things look, and which callback a touch calls. Every screen is given whole values (station.View,
// []devices.Health, SyncStatus) and keeps no other truth; every act of a person leaves as a code, the same code that a
// printed command sheet would give. The window never opens the store, calls the platform or touches a device. Sentences
// stand in ui/text, drawing in ui/widgets, one screen in each of ui/bench, ui/handoff, ui/orders and ui/equipment.
//
// Only package main imports fyne's app package, so that every test here runs without a display.
package ui

//go:generate go run -tags x11,migrated_fynedo ./internal/appicon
