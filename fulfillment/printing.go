package fulfillment

// PrintResult tells how much of a print job went out, so that a caller can tell "certainly nothing came out" from "a label
// may have come out". It is meaningful beside an error as well as without one.
type PrintResult struct {
	Sent     int  // bytes of the job that the printer's side took
	Total    int  // bytes of the whole job
	Complete bool // the last byte was written

	Hash        Hash   // of the whole job's bytes; empty where none were made
	Language    string // zpl, tspl, epl or escpos
	Compression string // of the picture in it; empty: the language has none
}
