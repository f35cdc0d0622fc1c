// Package serialport opens serial ports for the drivers of scanners, scales and printers, tells the causes of trouble apart
// in devices' words, and keeps a line open across unplugging.
//
// What may enter: what every serial transport needs and nothing about what is said on the line.
package serialport
