package sellercenter

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
)

// The platform uses missing, null, "" and 0 for "no value" and adds fields within a version. The types below take all of
// them; what has a shape that cannot mean anything becomes the zero value, except list elements: a line item that cannot
// be read must not silently disappear from a parcel.

// text is a string; a number keeps its digits as written, so that no identifier ever passes through a float.
type text string

func (t *text) UnmarshalJSON(b []byte) error {
	*t = ""
	switch {
	case len(b) == 0:
	case b[0] == '"':
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*t = text(s)
	case b[0] == '-' || b[0] >= '0' && b[0] <= '9':
		*t = text(b)
	}
	return nil
}

// whole is an integer that may come as a number or as a string.
type whole int64

func (w *whole) UnmarshalJSON(b []byte) error {
	*w = 0
	s := string(bytes.Trim(b, `"`))
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		*w = whole(n)
	} else if f, err := strconv.ParseFloat(s, 64); err == nil && f > -1e18 && f < 1e18 {
		*w = whole(f)
	}
	return nil
}

// latest is the last second that is taken for a moment (year 9999).
const latest = 253402300799

// moment reads w as Unix seconds; a value too large for that is milliseconds. Zero and nonsense are the zero time.
func (w whole) moment() time.Time {
	s := int64(w)
	if s > 100_000_000_000 {
		s /= 1000
	}
	if s <= 0 || s > latest {
		return time.Time{}
	}
	return time.Unix(s, 0).UTC()
}

// flag is a bool that may come as a string or a number.
type flag bool

func (f *flag) UnmarshalJSON(b []byte) error {
	switch string(bytes.Trim(b, `"`)) {
	case "true", "1", "TRUE", "True":
		*f = true
	default:
		*f = false
	}
	return nil
}

// list is an array; anything else is an empty one.
type list[T any] []T

func (l *list[T]) UnmarshalJSON(b []byte) error {
	*l = nil
	if len(b) == 0 || b[0] != '[' {
		return nil
	}
	var items []T
	if err := json.Unmarshal(b, &items); err != nil {
		return err
	}
	*l = items
	return nil
}

// part is an object; anything else is its zero value.
type part[T any] struct{ V T }

func (p *part[T]) UnmarshalJSON(b []byte) error {
	var v T
	if len(b) > 0 && b[0] == '{' {
		if err := json.Unmarshal(b, &v); err != nil {
			return err
		}
	}
	p.V = v
	return nil
}
