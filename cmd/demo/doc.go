// Command demo shows the bench at work, and is the test of the whole: it starts a sandbox Seller Center, a virtual
// scanner, scale, label printer and camera, and the program itself, as three processes that know each other only by
// what the contract fixes – the API's wire, the devices' wires, the command line, the trace file.
//
// With --autopilot it packs and hands over everything through the devices, as a packer would: it reads the picker's
// sheet, scans, puts boxes on the scale, takes labels out of the printer and scans what is on them. Without, it leaves
// the window to the person and takes codes from the terminal.
//
// What may enter: driving and looking from the outside. It imports the far ends of the devices
// (packbench/devices/devicetest) and the bench's words (packbench/fulfillment), nothing that is inside the program.
package main
