// Package label turns a carrier label as it was received (PDF, PNG, ZPL) into the 1-bit picture that is previewed, proved,
// archived and printed, and says whether that picture may be printed: its barcodes are read back and compared with the
// tracking number. It also draws the papers that are Packbench's own: the command sheet, order slips, the printer's test
// label, the handover manifest, and labels of the seller's own for carriers that give none.
//
// What may enter: everything between a document's bytes and a fulfillment.Bitmap with its fulfillment.Proof, and own
// papers. It imports fulfillment, the room below it that draws ZPL, PDFium (as WebAssembly, no cgo), a barcode reader, a barcode
// writer, a PDF writer, a text shaper and a TOML reader; what labels may not carry comes in through Rules, and how carriers'
// barcodes carry the tracking number through ReadCarriers.
// No network, no database, no device: stored documents come through ArchiveStore, and printer languages live with the
// printers.
//
// Two rules hold everywhere: nothing is ever added to a carrier's label, and a picture is never resampled after it was
// rasterised.
package label
