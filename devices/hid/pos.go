package hid

import "fmt"

// Usage pages of the HID usage tables that the program looks for.
const (
	PageScanner = 0x8C
	PageScale   = 0x8D
)

// UsagePage returns the page of the first application collection of a report descriptor, 0 if there is none (HID 1.11,
// 6.2.2: short items of a prefix byte and 0, 1, 2 or 4 bytes).
func UsagePage(descriptor []byte) uint16 {
	var page uint16
	for i := 0; i < len(descriptor); {
		prefix := descriptor[i]
		if prefix == 0xFE { // long item: size, tag, data
			if i+1 >= len(descriptor) {
				return 0
			}
			i += 3 + int(descriptor[i+1])
			continue
		}
		size := []int{0, 1, 2, 4}[prefix&3]
		if i+1+size > len(descriptor) {
			return 0
		}
		data := descriptor[i+1 : i+1+size]
		switch prefix &^ 3 {
		case 0x04:
			page = 0
			for n := min(size, 2) - 1; n >= 0; n-- {
				page = page<<8 | uint16(data[n])
			}
		case 0xA0:
			return page
		}
		i += 1 + size
	}
	return 0
}

// Layout of the scanned data report as makers document it: 64 bytes with the report id.
const (
	posID    = 2
	posSize  = 64
	posData  = 5
	posMost  = 56
	posFlags = 63
	// posLongest bounds a code joined of many reports; the largest barcode (QR, version 40) holds 7089 digits.
	posLongest = 8192
)

// POSReport is one report of a bar code scanner.
type POSReport struct {
	AIM  string // identifier such as "]C1"; empty if the scanner sends none
	Data []byte // at most 56 bytes, sharing memory with the report
	More bool   // the code goes on in the next report
}

// ParsePOS reads one scanned data report: id 2, length, three bytes of AIM identifier, up to 56 bytes, further symbology,
// reserved, flags with bit 0 for "continues".
func ParsePOS(report []byte) (POSReport, error) {
	switch {
	case len(report) != posSize:
		return POSReport{}, fmt.Errorf("read scanner report: %d bytes, want %d", len(report), posSize)
	case report[0] != posID:
		return POSReport{}, fmt.Errorf("read scanner report: id %d, want %d", report[0], posID)
	case report[1] > posMost:
		return POSReport{}, fmt.Errorf("read scanner report: %d bytes of data, at most %d fit", report[1], posMost)
	}
	r := POSReport{Data: report[posData : posData+int(report[1])], More: report[posFlags]&1 != 0}
	if report[2] == ']' {
		r.AIM = string(report[2:5])
	}
	return r, nil
}

// Code is one barcode.
type Code struct {
	AIM  string
	Text string
}

// POS joins the reports of one scanner to codes. It belongs to one goroutine; the zero value is ready.
type POS struct {
	code Code
	some bool // a code has begun
	skip bool // a report of this code was broken: its rest must not become a code of its own
}

// Feed takes one report; ok means that code is whole. After an error in the middle of a code the whole code is given up.
func (p *POS) Feed(report []byte) (code Code, ok bool, err error) {
	r, err := ParsePOS(report)
	if err != nil {
		if len(report) == posSize {
			p.skip = report[posFlags]&1 != 0 // it is broken, but says whether it was the last
		} else {
			p.skip = p.skip || p.some
		}
		p.code, p.some = Code{}, false
		return Code{}, false, err
	}
	if p.some && r.AIM != "" && r.AIM != p.code.AIM {
		err = fmt.Errorf("read scanner report: the end of a %s code is missing", p.code.AIM)
		p.code, p.some = Code{}, false
	}
	if p.skip {
		p.skip = r.More
		return Code{}, false, err
	}
	if !p.some {
		p.code = Code{AIM: r.AIM}
	}
	p.some = true
	if len(p.code.Text) < posLongest {
		p.code.Text += string(r.Data)
	}
	if r.More {
		return Code{}, false, err
	}
	code, p.code, p.some = p.code, Code{}, false
	return code, code.Text != "", err
}
