package storage

import "sync"

// turns is the lock before the one writing connection: a scan takes its turn before all other writers that wait, and so waits
// for no more than the one transaction that is under way. Others wait in a row of their own, of which only the first
// stands at the door; what comes to the door next is let in next.
type turns struct{ row, door, in sync.Mutex }

// scan waits for the turn of what somebody stands and waits for. The caller calls the result when it is done.
func (t *turns) scan() (done func()) {
	t.door.Lock()
	t.in.Lock()
	t.door.Unlock()
	return t.in.Unlock
}

// other waits for the turn of everything else.
func (t *turns) other() (done func()) {
	t.row.Lock()
	t.door.Lock()
	t.in.Lock()
	t.door.Unlock()
	return func() {
		t.in.Unlock()
		t.row.Unlock()
	}
}

// try takes the turn if nobody has it and no scan waits for it.
func (t *turns) try() (done func(), ok bool) {
	if !t.door.TryLock() {
		return nil, false
	}
	defer t.door.Unlock()
	if !t.in.TryLock() {
		return nil, false
	}
	return t.in.Unlock, true
}
