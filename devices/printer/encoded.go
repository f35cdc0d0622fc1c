package printer

import (
	"bytes"
	"slices"
	"sync"
	"time"

	"packbench/fulfillment"
)

// job is one label as it goes to the printer.
type job struct {
	bytes []byte
	res   fulfillment.PrintResult // of which nothing has gone out
}

// How many jobs are kept, and how long: a label is printed minutes after its order was opened, and is buyer data.
const (
	keptJobs = 4 // under 1 MB at 203 dpi
	keptFor  = 10 * time.Minute
)

// encoded keeps the jobs that were made last, so that one that was made while the items were scanned is there after the last
// of them. Its methods may be called concurrently; the zero value is ready.
type encoded struct {
	mu   sync.Mutex
	kept []keptJob // the newest at the end
}

// keptJob holds a copy of the picture: whether it is the same one is asked of its dots, not of a name that somebody gave it.
type keptJob struct {
	language Language
	media    fulfillment.Media
	picture  fulfillment.Bitmap
	job      job
	at       time.Time
}

// of returns the job of a picture that fits the media. Who asks for one that is being made waits for it. Its bytes must not be changed.
func (e *encoded) of(l Language, m fulfillment.Media, b fulfillment.Bitmap) job {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := time.Now()
	e.kept = slices.DeleteFunc(e.kept, func(k keptJob) bool { return now.Sub(k.at) > keptFor })
	for _, k := range e.kept {
		p := k.picture
		if k.language == l && k.media == m && p.W == b.W && p.H == b.H && p.DPI == b.DPI && p.Stride == b.Stride && bytes.Equal(p.Bits, b.Bits) {
			return k.job
		}
	}
	data := l.Encode(b, m, 1)
	made := job{data, resultOf(data, l)}
	if n := len(e.kept) - keptJobs + 1; n > 0 {
		e.kept = slices.Delete(e.kept, 0, n)
	}
	b.Bits = slices.Clone(b.Bits)
	e.kept = append(e.kept, keptJob{l, m, b, made, now})
	return made
}
