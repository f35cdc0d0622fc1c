package syncer

import (
	"sync"
	"time"
)

// meterSpan is how far the measured rate looks back: long enough for a pause that the platform asked for.
const meterSpan = time.Minute

// meter measures how many rows end in a second. It may be used from any goroutine.
type meter struct {
	mu    sync.Mutex
	since time.Time // begin of the measured spell; zero: nothing ended lately
	ends  []time.Time
}

func (m *meter) add(now time.Time, n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.forget(now)
	if m.since.IsZero() {
		m.since = now.Add(-time.Second) // the call that has just ended began before
	}
	for range n {
		m.ends = append(m.ends, now)
	}
}

func (m *meter) forget(now time.Time) {
	old := 0
	for old < len(m.ends) && now.Sub(m.ends[old]) > meterSpan {
		old++
	}
	m.ends = append(m.ends[:0], m.ends[old:]...)
	if len(m.ends) == 0 {
		m.since = time.Time{}
	}
}

// rate is rows a second over the last minute; 0: nothing has ended in it.
func (m *meter) rate(now time.Time) float64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.forget(now)
	if len(m.ends) == 0 {
		return 0
	}
	span := min(now.Sub(m.since), meterSpan)
	return float64(len(m.ends)) / max(span, time.Second).Seconds()
}
