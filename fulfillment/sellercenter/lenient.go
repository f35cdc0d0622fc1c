package sellercenter

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"time"
)

// The platform uses missing, null, "" and 0 for "no value" and adds fields within a version. The types below take all of
// them; what has a shape that cannot mean anything becomes the zero value, except where nothing would mean "fine": a
// code, a list, a page token, and an element of a list, for a line item that cannot be read must not silently disappear
// from a parcel.

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

// codeNumber is the code of an answer. Nothing but a whole number is one: "", true, 0.5 and {} must never read as 0.
type codeNumber int64

// noCode stands where an answer has none.
const noCode codeNumber = -1 << 63

func (c *codeNumber) UnmarshalJSON(b []byte) error {
	n, err := strconv.ParseInt(unquote(b), 10, 64)
	*c = codeNumber(n)
	if err != nil {
		*c = noCode
	}
	return nil
}

// unquote takes the quotes off a plain string.
func unquote(b []byte) string {
	if len(b) >= 2 && b[0] == '"' && b[len(b)-1] == '"' {
		b = b[1 : len(b)-1]
	}
	return string(b)
}

// pageToken continues a list. Anything but a text would end it too early, so it is an error.
type pageToken string

func (p *pageToken) UnmarshalJSON(b []byte) error {
	*p = ""
	if string(b) == "null" {
		return nil
	}
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return errors.New("the page token is not a text")
	}
	*p = pageToken(s)
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

// small is a count; nonsense is 0.
func (w whole) small() int {
	if w < 0 || w > 1_000_000_000 {
		return 0
	}
	return int(w)
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

// sureFlag is a flag that must not be misread as false: what is neither a bool nor nothing is an error.
type sureFlag bool

func (f *sureFlag) UnmarshalJSON(b []byte) error {
	*f = false
	switch unquote(b) {
	case "true", "1", "TRUE", "True":
		*f = true
	case "null", "", "false", "0", "FALSE", "False":
	default:
		return errors.New("a flag is neither true nor false")
	}
	return nil
}

// list is an array. null and "" are an empty one; anything else is an error, because an empty list says something: that
// there is no such order, no cancellation, no error.
type list[T any] []T

func (l *list[T]) UnmarshalJSON(b []byte) error {
	*l = nil
	if s := string(b); s == "null" || s == `""` {
		return nil
	}
	if len(b) == 0 || b[0] != '[' {
		return errors.New("a list was expected")
	}
	var items []T
	if err := json.Unmarshal(b, &items); err != nil {
		return err
	}
	*l = items
	return nil
}

// part is an object; anything else is its zero value. It holds nothing that decides.
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

// unquoteText is the text of a JSON string.
func unquoteText(b []byte) string {
	var s string
	if json.Unmarshal(b, &s) != nil {
		return ""
	}
	return s
}
