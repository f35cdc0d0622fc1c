package shop

import (
	"container/heap"
	"time"
)

// shopClock turns wall time into shop time: base + (wall-baseWall)*speed. Callers hold the server's lock.
type shopClock struct {
	wall     func() time.Time
	baseWall time.Time
	base     time.Time
	speed    float64
}

func newShopClock(wall func() time.Time, speed float64) *shopClock {
	now := wall()
	return &shopClock{wall: wall, baseWall: now, base: now.UTC(), speed: speed}
}

func (c *shopClock) now() time.Time {
	passed := float64(c.wall().Sub(c.baseWall)) * c.speed
	return c.base.Add(time.Duration(passed))
}

// setSpeed changes the rate from this moment on; the time shown does not jump.
func (c *shopClock) setSpeed(speed float64) {
	c.base, c.baseWall, c.speed = c.now(), c.wall(), speed
}

// jump moves shop time forward.
func (c *shopClock) jump(d time.Duration) {
	c.base, c.baseWall = c.now().Add(d), c.wall()
}

// event is something that will happen to an order at a moment of shop time. fire checks for itself whether it still
// applies, so events are never taken out of the queue.
type event struct {
	at   time.Time
	seq  int
	fire func(at time.Time)
}

type eventQueue []event

func (q eventQueue) Len() int { return len(q) }
func (q eventQueue) Less(i, j int) bool {
	if q[i].at.Equal(q[j].at) {
		return q[i].seq < q[j].seq
	}
	return q[i].at.Before(q[j].at)
}
func (q eventQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *eventQueue) Push(x any)   { *q = append(*q, x.(event)) }
func (q *eventQueue) Pop() any {
	old := *q
	e := old[len(old)-1]
	*q = old[:len(old)-1]
	return e
}

// timeline is the shops' common time and what is planned in it. Callers hold the server's lock.
type timeline struct {
	clock *shopClock
	queue eventQueue
	seq   int
}

// schedule plans fire for shop time at.
func (s *timeline) schedule(at time.Time, fire func(time.Time)) {
	s.seq++
	heap.Push(&s.queue, event{at: at, seq: s.seq, fire: fire})
}

// advance lets everything happen that is due, in order, each at its own moment. It is called before every answer, so
// no goroutine is needed and no client ever sees a state older than its request.
func (s *timeline) advance() time.Time {
	now := s.clock.now()
	for len(s.queue) > 0 && !s.queue[0].at.After(now) {
		e := heap.Pop(&s.queue).(event)
		e.fire(e.at)
	}
	return now
}
