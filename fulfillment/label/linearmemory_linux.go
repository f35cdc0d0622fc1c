package label

import (
	"context"
	"syscall"

	"github.com/tetratelabs/wazero/experimental"
)

// linearMemory is the memory of the one PDFium instance that there is at a time, outside the Go heap: addresses for the most that a
// document may take are reserved once, the system gives pages as they are touched and takes them all back after each document,
// so that the next one finds zeros. On the heap every document would cost 19 MB to be cleared and collected, of which it uses 3,
// and one that grows would be copied. The zero value is ready; who holds the engine's slot owns it.
type linearMemory struct {
	region []byte // nil: not reserved
	busy   bool
}

// use has the instances that are made with the context take this memory.
func (m *linearMemory) use(ctx context.Context) context.Context {
	return experimental.WithMemoryAllocator(ctx, m)
}

// Allocate takes the region, or the heap where there is none, it is too small, or an instance was not freed.
func (m *linearMemory) Allocate(_, most uint64) experimental.LinearMemory {
	if m.region == nil {
		region, err := syscall.Mmap(-1, 0, wasmPages<<16, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON|syscall.MAP_NORESERVE)
		if err == nil {
			m.region = region
			// A page at a time would cost more than the heap. Where the system has no large ones it only does that.
			_ = syscall.Madvise(region, syscall.MADV_HUGEPAGE)
		}
	}
	if m.busy || most > uint64(len(m.region)) {
		return &heapMemory{}
	}
	m.busy = true
	return m
}

// Reallocate makes the memory longer; it never moves.
func (m *linearMemory) Reallocate(size uint64) []byte {
	if size > uint64(len(m.region)) {
		return nil
	}
	return m.region[:size:size]
}

// Free gives the pages back. What still has a slice of them reads zeros.
func (m *linearMemory) Free() {
	if err := syscall.Madvise(m.region, syscall.MADV_DONTNEED); err != nil {
		clear(m.region)
	}
	m.busy = false
}

// close gives the addresses back, unless an instance was not freed.
func (m *linearMemory) close() error {
	if m.region == nil || m.busy {
		return nil
	}
	region := m.region
	m.region = nil
	return syscall.Munmap(region)
}

// heapMemory grows as a slice does.
type heapMemory struct{ data []byte }

func (h *heapMemory) Reallocate(size uint64) []byte {
	if n := int(size) - len(h.data); n > 0 {
		h.data = append(h.data, make([]byte, n)...)
	}
	return h.data
}

func (h *heapMemory) Free() { h.data = nil }
