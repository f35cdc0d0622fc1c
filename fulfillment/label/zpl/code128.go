package zpl

import (
	"fmt"
	"strings"
)

// code128Widths are the bars and spaces, in modules, of the values 0 to 106 (ISO/IEC 15417, table 1); 106 is the stop.
var code128Widths = strings.Fields("" +
	"212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 " +
	"112232 122132 122231 113222 123122 123221 223211 221132 221231 213212 223112 312131 " +
	"311222 321122 321221 312212 322112 322211 212123 212321 232121 111323 131123 131321 " +
	"112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 " +
	"313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 " +
	"314111 221411 431111 111224 111422 121124 121421 141122 141221 112214 112412 122114 " +
	"122411 142112 142211 241211 221114 413111 241112 134111 111242 121142 121241 114212 " +
	"124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 " +
	"114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112")

const (
	codeA  = 'A'
	codeB  = 'B'
	codeC  = 'C'
	fnc1   = 102
	startA = 103
	stop   = 106
)

// code128 collects the values of one symbol.
type code128 struct {
	values []int
	set    byte
	human  strings.Builder // the interpretation line
}

func (c *code128) start(set byte) {
	c.set = set
	c.values = append(c.values, startA+int(set-'A'))
}

// change switches the set; within a symbol the value that switches to A, B or C is 101, 100, 99.
func (c *code128) change(set byte) {
	if c.set != set {
		c.set = set
		c.values = append(c.values, 99+int(codeC-set))
	}
}

// modules is the whole symbol with check and stop, one module an element.
func (c *code128) modules() []bool {
	sum := c.values[0]
	for i, v := range c.values[1:] {
		sum += (i + 1) * v
	}
	var out []bool
	for _, v := range append(append([]int(nil), c.values...), sum%103, stop) {
		black := true
		for _, w := range code128Widths[v] {
			for range w - '0' {
				out = append(out, black)
			}
			black = !black
		}
	}
	return out
}

// char adds one byte in set A or B; false where the set has not got it.
func (c *code128) char(b byte) bool {
	switch {
	case b >= ' ' && b < 0x60, c.set == codeB && b >= 0x60 && b < 0x80:
		c.values = append(c.values, int(b)-' ')
	case c.set == codeA && b < ' ':
		c.values = append(c.values, int(b)+64)
	default:
		return false
	}
	if b >= ' ' && b < 0x7f {
		c.human.WriteByte(b)
	}
	return true
}

// invoked are the characters after ">" that stand for a value of their own (ZPL II guide, Code 128 invocation codes).
var invoked = map[byte]int{'<': 62, '0': 30, '=': 94, '1': 95, '2': 96, '3': 97, '4': 98, '8': fnc1}

// newCode128 encodes field data in ^BC's mode N (invocation codes, start B if none is given), A or D (sets chosen by this
// program) or U (a 20-digit serial shipping container code).
func newCode128(data string, mode byte) (*code128, error) {
	c := &code128{}
	switch mode {
	case 'N':
		return c, c.manual(data)
	case 'A':
		return c, c.auto(data)
	case 'D':
		c.start(codeC)
		c.values = append(c.values, fnc1)
		err := c.auto(strings.NewReplacer("(", "", ")", "", " ", "").Replace(data))
		c.human.Reset()
		c.human.WriteString(strings.ReplaceAll(data, ">8", ""))
		return c, err
	case 'U':
		if len(data) != 19 && len(data) != 20 || !allDigits(data) {
			return nil, fmt.Errorf("%.40q is not the 19 digits of mode U", data)
		}
		c.start(codeC)
		c.values = append(c.values, fnc1)
		return c, c.auto(data[:19] + string(mod10(data[:19])))
	}
	return nil, fmt.Errorf("mode %q is not known", mode)
}

// mod10 is the GS1 check digit: weights 3 and 1 from the right.
func mod10(digits string) byte {
	sum := 0
	for i := range len(digits) {
		n := int(digits[len(digits)-1-i] - '0')
		if i%2 == 0 {
			n *= 3
		}
		sum += n
	}
	return byte('0' + (10-sum%10)%10)
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// manual follows the invocation codes in the data.
func (c *code128) manual(data string) error {
	if set, ok := map[string]byte{">9": codeA, ">:": codeB, ">;": codeC}[data[:min(2, len(data))]]; ok {
		c.start(set)
		data = data[2:]
	} else {
		c.start(codeB)
	}
	for len(data) > 0 {
		n := 1
		switch {
		case data[0] == '>' && len(data) > 1:
			n = 2
			if err := c.invoke(data[1]); err != nil {
				return err
			}
		case c.set != codeB && len(data) > 1 && allDigits(data[:2]):
			// Sets A and C are programmed in pairs of digits.
			n = 2
			c.values = append(c.values, int(data[0]-'0')*10+int(data[1]-'0'))
			c.human.WriteString(data[:2])
		case c.set == codeC || !c.char(data[0]):
			return fmt.Errorf("%q cannot stand in set %c", data[0], c.set)
		}
		data = data[n:]
	}
	return nil
}

func (c *code128) invoke(b byte) error {
	if v, ok := invoked[b]; ok {
		if c.set == codeC && v != fnc1 {
			return fmt.Errorf("\">%c\" cannot stand in set C", b)
		}
		c.values = append(c.values, v)
		if v < 95 {
			c.human.WriteByte(byte(v + ' '))
		}
		return nil
	}
	switch {
	case b == '5':
		c.change(codeC)
	case b == '6':
		c.change(codeB)
	case b == '7':
		c.change(codeA)
	default:
		return fmt.Errorf("\">%c\" is no invocation code here", b)
	}
	return nil
}

// auto chooses the sets: C for four digits and more (two where they are everything), A for control characters, else B.
// ">8" is FNC1.
func (c *code128) auto(data string) error {
	for len(data) > 0 {
		if strings.HasPrefix(data, ">8") {
			if len(c.values) == 0 {
				c.start(codeC)
			}
			c.values = append(c.values, fnc1)
			data = data[2:]
			continue
		}
		run := digitRun(data)
		switch {
		case run >= 4 || run == len(data) && run == 2 || c.set == codeC && run >= 2:
			c.into(codeC)
			for ; run >= 2; run -= 2 {
				c.values = append(c.values, int(data[0]-'0')*10+int(data[1]-'0'))
				c.human.WriteString(data[:2])
				data = data[2:]
			}
			continue
		case data[0] < ' ':
			c.into(codeA)
		case c.set != codeA || data[0] >= 0x60:
			c.into(codeB)
		}
		if !c.char(data[0]) {
			return fmt.Errorf("%q cannot stand in Code 128", data[0])
		}
		data = data[1:]
	}
	if len(c.values) == 0 {
		c.start(codeB)
	}
	return nil
}

func (c *code128) into(set byte) {
	if len(c.values) == 0 {
		c.start(set)
		return
	}
	c.change(set)
}

func digitRun(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}
