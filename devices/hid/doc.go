// Package hid turns the reports of USB HID scanners and scales into text and grams: boot keyboards (HID 1.11, appendix B),
// bar code scanners (usage page 0x8C) and scales (usage page 0x8D) of the HID Point of Sale usage tables.
//
// What may enter: pure functions of bytes, keyboard layouts as data. No device, no clock, nothing but the standard library.
package hid
