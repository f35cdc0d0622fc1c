package fulfillment

// PrintResult tells how much of a print job went out, so that a caller can tell "certainly nothing came out" from "a label
// may have come out". It is meaningful beside an error as well as without one.
type PrintResult struct {
	Sent     int  // bytes of the job that the printer's side took
	Total    int  // bytes of the whole job
	Complete bool // the last byte was written
}
