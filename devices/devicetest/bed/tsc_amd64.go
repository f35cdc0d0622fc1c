package bed

import "time"

// counter is the processor's time stamp counter.
func counter() uint64

// counterRate is how fast the counter runs, in kHz, to about one part in a thousand. On processors of the last fifteen years it does not
// change with their speed.
func counterRate() int {
	began, from := time.Now(), counter()
	time.Sleep(100 * time.Millisecond)
	took, to := time.Since(began), counter()
	return int(float64(to-from) / took.Seconds() / 1000)
}
