package fulfillment

import "time"

// JobID names one print job; a job is for one label of one package and is sent at most once completely.
type JobID string

// Bitmap is a 1-bit picture as a label printer takes it. Rows run top to bottom, Stride bytes each; the most significant
// bit is the leftmost dot; 1 is black. Bits beyond W in the last byte of a row are 0 (white).
type Bitmap struct {
	W, H   int // dots
	DPI    int // dots per inch
	Stride int // bytes per row, (W+7)/8
	Bits   []byte
}

// NewBitmap returns an all-white bitmap of w×h dots.
func NewBitmap(w, h, dpi int) Bitmap {
	stride := (w + 7) / 8
	return Bitmap{W: w, H: h, DPI: dpi, Stride: stride, Bits: make([]byte, stride*h)}
}

// Black reports whether the dot at x, y is black; outside the bitmap it is white.
func (b Bitmap) Black(x, y int) bool {
	if x < 0 || y < 0 || x >= b.W || y >= b.H {
		return false
	}
	return b.Bits[y*b.Stride+x/8]&(0x80>>(x%8)) != 0
}

// SetBlack makes the dot at x, y black; outside the bitmap it does nothing.
func (b Bitmap) SetBlack(x, y int) {
	if x >= 0 && y >= 0 && x < b.W && y < b.H {
		b.Bits[y*b.Stride+x/8] |= 0x80 >> (x % 8)
	}
}

// Media is the stock in a label printer.
type Media struct {
	DPI               int // 203 or 300
	WidthMM, HeightMM int // millimetres
}

// Dots is the exact size of the stock in dots, rounded to the nearest dot.
func (m Media) Dots() (w, h int) {
	dots := func(mm int) int { return (mm*m.DPI*10 + 127) / 254 }
	return dots(m.WidthMM), dots(m.HeightMM)
}

// LabelVerdict says whether a label may be printed.
type LabelVerdict string

const (
	LabelPrint        LabelVerdict = "print"
	LabelRefuse       LabelVerdict = "refuse"
	LabelCannotVerify LabelVerdict = "cannot verify"
)

// Shipment is what a label must be the label of.
type Shipment struct {
	Tracking Tracking // empty: nobody has told it, and nothing proves the label
	Carrier  string   // display name; it says how its barcodes carry the number. Empty: any carrier's way counts
	Market   string   // region code of the order; its label rules hold. Empty: the station's
}

// Proof is the outcome of rasterising a label, reading it back and comparing it with the tracking number.
type Proof struct {
	Label    Hash // the document as received
	Bitmap   Hash // the stored 1-bit picture; what is previewed, archived and sent
	Media    Media
	Shipment // what it was compared with
	Verdict  LabelVerdict
	Reason   string   // a sentence, empty for print
	Decoded  []string // every barcode that was read, GS kept
	Lint     []string // remarks in words: first what was found against the label, then what was done to print it
	Findings int      // how many of Lint, the first ones, are against the label
	Rules    string   // names the rules that Lint is by
	At       time.Time
}

// JobState is the life of a print job.
type JobState string

const (
	JobQueued  JobState = "queued"  // committed, not yet dialled
	JobSending JobState = "sending" // committed before the dial; after a crash it is uncertain
	JobDone    JobState = "done"    // the printer took the whole job
	JobAsk     JobState = "ask"     // a complete label may have come out: a person decides
	JobRefused JobState = "refused" // the label may not be printed
	JobDropped JobState = "dropped" // replaced by a reprint, or the parcel was put aside
)

// PrintJob is one row: job → package → label.
type PrintJob struct {
	ID        JobID
	OrderID   OrderID
	PackageID PackageID
	Label     Hash
	Tracking  Tracking
	Reprint   int // 0 for the first label, n for the n-th reprint
	State     JobState
	Sent      int          // bytes the printer took
	Verdict   LabelVerdict // for a refused job: refuse or cannot verify
	Reason    string
	CreatedAt time.Time

	Bitmap      Hash   // the picture that was proved for it; empty before that, or where there is none
	Confirmed   Hash   // the picture that a supervisor confirmed by eye; empty: nobody had to
	SentHash    Hash   // of the bytes that the printer was to take; empty: nothing was sent yet
	Total       int    // how many those are
	Language    string // zpl, tspl, epl or escpos
	Compression string // of the picture in it; empty: the language has none
	DPI         int    // dots per inch of the picture
}
