// Package main records what a real device sends, with times, into a file that tests play back: how somebody with the device
// helps to support it. go run ./cmd/dev record starts it.
//
//	record --transport serial --port /dev/ttyACM0 [--baud 9600] [--ask HEX] [--for 30s] -o FILE
//	record --transport hid|usb --device 05e0:1200[:SERIAL] [--for 30s] -o FILE
//
// What may enter: listening and writing down. Nothing is interpreted, so that what the program gets wrong can be seen.
package main
