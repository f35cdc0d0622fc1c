// Package usb claims interfaces of USB devices for the drivers of scanners, scales and printers, tells the causes of trouble
// apart in devices' words, and keeps a device claimed across unplugging. A device is known by vendor, product and serial
// number, never by where it is plugged in.
//
// What may enter: what every USB transport needs and nothing about what is said on it. The library behind it (libusb, by
// gousb) is named in one file with a build tag; everywhere else USB is devices.ErrUnsupported.
package usb
