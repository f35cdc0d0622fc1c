package sellercenter

import (
	"net/http"
	"slices"
	"sync"
	"time"
)

// clock keeps how far the platform's clock is ahead of ours. A bench PC's clock may be wrong by hours; the platform
// accepts a timestamp between 5 minutes behind and 30 seconds ahead of its own.
type clock struct {
	now func() time.Time

	mu      sync.Mutex
	samples []time.Duration // the last five
}

const clockSamples = 5

// observe learns from the Date header of an answer to a request sent at sent. Date has whole seconds, so half a second
// is added; the moment on our side is the middle of the round trip.
func (c *clock) observe(h http.Header, sent time.Time) {
	if d, ok := c.sample(h, sent); ok {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.samples = append(c.samples, d)
		if len(c.samples) > clockSamples {
			c.samples = slices.Clone(c.samples[1:])
		}
	}
}

// jump forgets what was learnt before: the platform has just refused our time.
func (c *clock) jump(h http.Header, sent time.Time) {
	if d, ok := c.sample(h, sent); ok {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.samples = []time.Duration{d}
	}
}

func (c *clock) sample(h http.Header, sent time.Time) (time.Duration, bool) {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return 0, false
	}
	middle := sent.Add(c.now().Sub(sent) / 2)
	return date.Add(500 * time.Millisecond).Sub(middle), true
}

// offset is the median of the samples, zero before the first answer.
func (c *clock) offset() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.samples) == 0 {
		return 0
	}
	s := slices.Clone(c.samples)
	slices.Sort(s)
	return s[len(s)/2]
}

// platform is the time as the platform sees it.
func (c *clock) platform() time.Time { return c.now().Add(c.offset()) }
