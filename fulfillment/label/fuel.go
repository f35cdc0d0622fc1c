package label

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// Machine code made from WebAssembly cannot be interrupted: neither by a time limit nor by the garbage collector, for
// which the whole program would stand still. wazero's remedy (WithCloseOnContextDone) leaves the machine code at every
// turn of every loop and makes PDFium three times slower. So the module is rewritten before it is compiled: every loop
// and every function that calls another counts a global down, and each time it reaches nothing a function is called whose
// listener looks whether the time is up. That costs a tenth, and PDFium is never away for more than a few milliseconds.

// fuelSlice is how many loops and calls PDFium may make before it is asked whether to go on: under 5 ms.
const fuelSlice = 500_000

// metered returns the module with fuel, and the index of the function that is called when a slice is used up. It fails
// for a module with anything that this rewriting does not know; the caller then takes the slow remedy.
func metered(module []byte) (out []byte, tick uint32, err error) {
	defer func() {
		if r := recover(); r != nil { // reading beyond the end
			err = fmt.Errorf("rewriting the WebAssembly module: %v", r)
		}
	}()
	if !bytes.HasPrefix(module, []byte("\x00asm\x01\x00\x00\x00")) {
		return nil, 0, errors.New("rewriting the WebAssembly module: not one")
	}
	m := &fuelMeter{}
	r := &wasmReader{data: module, at: 8}
	var sections []wasmSection
	for r.at < len(r.data) {
		s := wasmSection{id: r.byte()}
		n := int(r.leb())
		s.body = r.take(n)
		if err := m.survey(s); err != nil {
			return nil, 0, err
		}
		sections = append(sections, s)
	}
	if m.kinds == 0 || m.functions == 0 || m.globals == 0 {
		return nil, 0, errors.New("rewriting the WebAssembly module: a part is missing")
	}
	out = append(make([]byte, 0, len(module)+len(module)/4), module[:8]...)
	for _, s := range sections {
		body, err := m.rewrite(s)
		if err != nil {
			return nil, 0, err
		}
		out = append(binary.AppendUvarint(append(out, s.id), uint64(len(body))), body...)
	}
	return out, m.tick(), nil
}

type wasmSection struct {
	id   byte
	body []byte
}

// Sections of a module (WebAssembly core specification 5.5).
const (
	sectionType, sectionImport, sectionFunction, sectionGlobal, sectionCode = 1, 2, 3, 6, 10
)

// fuelMeter knows how many of everything the module has; what it adds comes behind, so that no index moves.
type fuelMeter struct {
	kinds, functions, globals         uint32 // of the module's own
	importedFunctions, importedGlobal uint32
}

func (m *fuelMeter) tick() uint32   { return m.importedFunctions + m.functions }
func (m *fuelMeter) global() uint32 { return m.importedGlobal + m.globals }

func (m *fuelMeter) survey(s wasmSection) error {
	r := &wasmReader{data: s.body}
	switch s.id {
	case sectionType:
		m.kinds = r.leb()
	case sectionFunction:
		m.functions = r.leb()
	case sectionGlobal:
		m.globals = r.leb()
	case sectionImport:
		for n := r.leb(); n > 0; n-- {
			r.take(int(r.leb()))
			r.take(int(r.leb()))
			switch kind := r.byte(); kind {
			case 0:
				r.leb()
				m.importedFunctions++
			case 3:
				r.take(2)
				m.importedGlobal++
			default:
				return fmt.Errorf("rewriting the WebAssembly module: an import of kind %d", kind)
			}
		}
	}
	return nil
}

func (m *fuelMeter) rewrite(s wasmSection) ([]byte, error) {
	more := func(n uint32, entry ...byte) []byte {
		r := &wasmReader{data: s.body}
		r.leb()
		body := binary.AppendUvarint(nil, uint64(n)+1)
		return append(append(body, s.body[r.at:]...), entry...)
	}
	switch s.id {
	case sectionType:
		return more(m.kinds, 0x60, 0, 0), nil // () → ()
	case sectionFunction:
		return more(m.functions, binary.AppendUvarint(nil, uint64(m.kinds))...), nil
	case sectionGlobal:
		return more(m.globals, append([]byte{0x7f, 1, 0x41}, append(signed(fuelSlice), 0x0b)...)...), nil // a variable i32
	case sectionCode:
		return m.code(s.body)
	}
	return s.body, nil
}

// code rewrites every function and adds the one that is called when a slice is used up: it fills the tank again.
func (m *fuelMeter) code(body []byte) ([]byte, error) {
	global := binary.AppendUvarint(nil, uint64(m.global()))
	count := bytes.Join([][]byte{{0x23}, global, {0x41, 0x7f, 0x6a, 0x24}, global, {0x23}, global, // fuel += -1
		{0x45, 0x04, 0x40, 0x10}, binary.AppendUvarint(nil, uint64(m.tick())), {0x0b}}, nil) // if it is 0: call tick
	r := &wasmReader{data: body}
	n := r.leb()
	if n != m.functions {
		return nil, errors.New("rewriting the WebAssembly module: functions without code")
	}
	out := binary.AppendUvarint(make([]byte, 0, len(body)+len(body)/4), uint64(n)+1)
	var points []int
	for range n {
		f := &wasmReader{data: r.take(int(r.leb()))}
		for locals := f.leb(); locals > 0; locals-- {
			f.leb()
			f.byte()
		}
		entry := f.at
		var calls bool
		var err error
		if points, calls, err = loops(f, points[:0]); err != nil {
			return nil, err
		}
		size := len(f.data) + len(points)*len(count)
		if calls {
			size += len(count)
		}
		out = append(binary.AppendUvarint(out, uint64(size)), f.data[:entry]...)
		if calls {
			out = append(out, count...)
		}
		for _, p := range points {
			out = append(append(out, f.data[entry:p]...), count...)
			entry = p
		}
		out = append(out, f.data[entry:]...)
	}
	refill := bytes.Join([][]byte{{0, 0x41}, signed(fuelSlice), {0x24}, global, {0x0b}}, nil)
	return append(binary.AppendUvarint(out, uint64(len(refill))), refill...), nil
}

// signed is the LEB128 of a positive i32.
func signed(v int32) []byte {
	var out []byte
	for {
		b := byte(v & 0x7f)
		if v >>= 7; v == 0 && b < 0x40 {
			return append(out, b)
		}
		out = append(out, b|0x80)
	}
}

// fuelWatch is told by the function of index tick that a slice is used up, and stops PDFium if the context has ended.
type fuelWatch struct{ tick uint32 }

func (w fuelWatch) NewFunctionListener(def api.FunctionDefinition) experimental.FunctionListener {
	if def.Index() == w.tick {
		return w
	}
	return nil
}

func (fuelWatch) Before(ctx context.Context, _ api.Module, _ api.FunctionDefinition, _ []uint64, _ experimental.StackIterator) {
	if err := ctx.Err(); err != nil {
		panic(err) // becomes the error of the call into the module
	}
}

func (fuelWatch) After(context.Context, api.Module, api.FunctionDefinition, []uint64) {}

func (fuelWatch) Abort(context.Context, api.Module, api.FunctionDefinition, error) {}
