package label

import "fmt"

// wasmReader reads a WebAssembly module's bytes. It panics beyond the end.
type wasmReader struct {
	data []byte
	at   int
}

func (r *wasmReader) byte() byte {
	r.at++
	return r.data[r.at-1]
}

func (r *wasmReader) take(n int) []byte {
	if n < 0 || n > len(r.data)-r.at {
		panic("a part without end")
	}
	r.at += n
	return r.data[r.at-n : r.at : r.at]
}

// leb reads an unsigned number of 32 bits, or passes over a longer or signed one.
func (r *wasmReader) leb() uint32 {
	var v uint32
	for shift := 0; ; shift += 7 {
		b := r.byte()
		if shift < 32 {
			v |= uint32(b&0x7f) << shift
		}
		if b < 0x80 {
			return v
		}
	}
}

func (r *wasmReader) lebs(n int) {
	for range n {
		r.leb()
	}
}

// memory passes over an access's alignment and offset, and the memory's index where there are several.
func (r *wasmReader) memory() {
	if r.leb()&0x40 != 0 {
		r.leb()
	}
	r.leb()
}

// loops reads a function's instructions (WebAssembly core specification 5.4) and returns where the bodies of its loops
// begin, and whether it calls anything.
func loops(r *wasmReader, points []int) (at []int, calls bool, err error) {
	for r.at < len(r.data) {
		op := r.byte()
		switch {
		case op == 0x03: // loop
			r.leb()
			points = append(points, r.at)
		case op >= 0x10 && op <= 0x13: // calls; the indirect ones name a type and a table
			calls = true
			r.lebs(1 + int(op&1))
		case op == 0x0e: // br_table
			r.lebs(int(r.leb()) + 1)
		case op == 0x1c: // select with types
			r.take(int(r.leb()))
		case op == 0x1f: // try_table
			r.leb()
			for n := r.leb(); n > 0; n-- {
				if r.byte() < 2 {
					r.leb()
				}
				r.leb()
			}
		case op >= 0x28 && op <= 0x3e:
			r.memory()
		case op == 0x43:
			r.take(4)
		case op == 0x44:
			r.take(8)
		case op == 0xfc:
			err = bulkMemory(r)
		case op == 0xfd:
			err = simd(r)
		case oneNumber(op):
			r.leb()
		case !noNumber(op):
			err = unknownInstruction(int(op))
		}
		if err != nil {
			return nil, false, err
		}
	}
	return points, calls, nil
}

func unknownInstruction(op int) error {
	return fmt.Errorf("rewriting the WebAssembly module: instruction %#x is not known", op)
}

// oneNumber: block, if, try, catch, throw, rethrow, br, br_if, delegate, local and global get and set, table get and set,
// memory size and grow, constants, ref.null, ref.func.
func oneNumber(op byte) bool {
	switch op {
	case 0x02, 0x04, 0x06, 0x07, 0x08, 0x09, 0x0c, 0x0d, 0x18, 0x3f, 0x40, 0x41, 0x42, 0xd0, 0xd2:
		return true
	}
	return op >= 0x20 && op <= 0x26
}

// noNumber: unreachable, nop, else, throw_ref, end, return, catch_all, drop, select, comparisons and arithmetic,
// ref.is_null.
func noNumber(op byte) bool {
	switch op {
	case 0x00, 0x01, 0x05, 0x0a, 0x0b, 0x0f, 0x19, 0x1a, 0x1b, 0xd1:
		return true
	}
	return op >= 0x45 && op <= 0xc4
}

func bulkMemory(r *wasmReader) error {
	switch op := r.leb(); {
	case op <= 7: // saturating conversions
	case op == 9 || op == 11 || op == 13 || op >= 15 && op <= 17:
		r.leb()
	case op == 8 || op == 10 || op == 12 || op == 14:
		r.lebs(2)
	default:
		return unknownInstruction(0xfc00 + int(op))
	}
	return nil
}

func simd(r *wasmReader) error {
	switch op := r.leb(); {
	case op <= 11 || op == 92 || op == 93: // loads and stores
		r.memory()
	case op == 12 || op == 13: // a constant, a shuffle
		r.take(16)
	case op >= 21 && op <= 34: // lanes
		r.take(1)
	case op >= 84 && op <= 91: // loads and stores of a lane
		r.memory()
		r.take(1)
	case op > 0x113:
		return unknownInstruction(0xfd00 + int(op))
	}
	return nil
}
