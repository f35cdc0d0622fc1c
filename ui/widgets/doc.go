// Package widgets draws: palette and type sizes, text that fits its place, icons, panels, a flexible row and column, and
// buttons that a scanner can never press.
//
// What may enter: things that draw values they are given and call back when they are touched. No words of the bench, no
// orders, no clock. Nothing here takes the keyboard focus, so a keyboard scanner's keys always go past it. Unless said
// otherwise, methods are called on the screen's goroutine.
package widgets
