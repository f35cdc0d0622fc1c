package ui

import (
	"context"
	"strings"
	"sync"
	"time"
)

// background runs the screens' slow work: reading lists, decoding pictures. Jobs are held until run is called; each has
// patience seconds. Pictures have workers of their own, so that a slow picture server never holds up a list.
type background struct {
	lists, pictures lane
	post            func(func()) // runs a function on the screen's goroutine
}

const patience = 15 * time.Second

func newBackground(post func(func())) *background {
	return &background{lists: lane{wake: make(chan struct{}, 1)}, pictures: lane{wake: make(chan struct{}, 1)}, post: post}
}

// add implements widgets.Background; any goroutine may call it.
func (b *background) add(key string, work func(context.Context) func()) {
	if strings.HasPrefix(key, "picture:") {
		b.pictures.add(key, work)
		return
	}
	b.lists.add(key, work)
}

// run works until ctx ends and returns when every job begun has returned.
func (b *background) run(ctx context.Context) {
	var all sync.WaitGroup
	all.Go(func() { b.lists.run(ctx, b.post) })
	all.Go(func() { b.lists.run(ctx, b.post) })
	all.Go(func() { b.pictures.run(ctx, b.post) })
	all.Wait()
}

type job struct {
	key  string
	work func(context.Context) func()
}

// lane is a queue of jobs without bound; a job replaces the waiting one with its key.
type lane struct {
	mu   sync.Mutex
	jobs []job
	wake chan struct{}
}

func (l *lane) add(key string, work func(context.Context) func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.jobs {
		if l.jobs[i].key == key {
			l.jobs[i].work = work
			return
		}
	}
	l.jobs = append(l.jobs, job{key, work})
	l.nudge()
}

func (l *lane) nudge() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// take returns the next job; where more wait it wakes another worker.
func (l *lane) take() (job, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.jobs) == 0 {
		return job{}, false
	}
	j := l.jobs[0]
	l.jobs = l.jobs[1:]
	if len(l.jobs) > 0 {
		l.nudge()
	}
	return j, true
}

func (l *lane) run(ctx context.Context, post func(func())) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.wake:
		}
		for ctx.Err() == nil {
			j, ok := l.take()
			if !ok {
				break
			}
			j.do(ctx, post)
		}
	}
}

func (j job) do(ctx context.Context, post func(func())) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if then := j.work(ctx); then != nil {
		post(then)
	}
}
