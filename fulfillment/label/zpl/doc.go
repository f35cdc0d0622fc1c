// Package zpl draws labels that carriers send as printer commands (ZPL II), so that they can be shown, read back and
// compared before they are printed, and printed as the picture that was compared.
//
// What may enter: ZPL's grammar and what its commands draw. No printer, no disk, no judgement whether a label is the right
// one.
//
// Two rules hold. A command that may draw and is not known here is named in the result, never left out silently: a label
// with one cannot be proved. And what a document asks of a printer's settings or memory is never done, only named.
// Text is drawn in the Go fonts, at about the size and width of the printers' own; barcodes and pictures are drawn dot by
// dot as the ZPL II programming guide describes them.
package zpl
