// Package printer sends label bitmaps to label printers: one file a language, one file a transport.
//
// What may enter: encoding a 1-bit picture in a printer's language, sending it, knowing how much of it went out, and
// telling how the printer feels. What is printed, and whether it may be, is decided before: the picture is sent as it is
// and nothing is added to it.
package printer
