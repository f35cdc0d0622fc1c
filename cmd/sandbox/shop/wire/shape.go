package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Shape is the type of a JSON value: exactly one of Kind (string, integer, boolean), Items and Fields is set.
type Shape struct {
	Kind   string
	Items  *Shape
	Fields map[string]*Shape
}

// UnmarshalJSON reads "string", {"items": …} or {"fields": {…}}.
func (s *Shape) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '"' {
		return json.Unmarshal(raw, &s.Kind)
	}
	var v struct {
		Items  *Shape            `json:"items"`
		Fields map[string]*Shape `json:"fields"`
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		return err
	}
	s.Items, s.Fields = v.Items, v.Fields
	return nil
}

// Fault tells what is wrong with a request.
type Fault int

// Faults.
const (
	NotJSON Fault = iota + 1
	UnknownField
	WrongType
	Missing
	UnknownParam
)

// Problem is a request that does not have the documented form.
type Problem struct {
	Fault Fault
	Text  string
}

func (p *Problem) Error() string { return p.Text }

func problem(f Fault, format string, args ...any) *Problem {
	return &Problem{f, fmt.Sprintf(format, args...)}
}

// Check judges a JSON value strictly: names exactly as the specification spells them (encoding/json alone would accept
// other capitals), every type as specified, no null, no field twice, nothing after the value. at is how the value is
// called in the problem's text.
func (s *Shape) Check(raw []byte, at string) *Problem {
	if !json.Valid(raw) {
		return problem(NotJSON, "`%s` is not JSON", at)
	}
	return s.check(bytes.TrimSpace(raw), at)
}

func (s *Shape) check(raw []byte, at string) *Problem {
	wrong := func(want string) *Problem {
		return problem(WrongType, "Invalid parameter. `%s` must be %s", at, want)
	}
	switch {
	case s.Fields != nil:
		if raw[0] != '{' {
			return wrong("an object")
		}
		return s.checkObject(raw, at)
	case s.Items != nil:
		var items []json.RawMessage
		if raw[0] != '[' || json.Unmarshal(raw, &items) != nil {
			return wrong("an array")
		}
		for i, item := range items {
			if p := s.Items.check(bytes.TrimSpace(item), fmt.Sprintf("%s[%d]", at, i)); p != nil {
				return p
			}
		}
	case s.Kind == "string":
		if raw[0] != '"' {
			return wrong("a string")
		}
	case s.Kind == "boolean":
		if raw[0] != 't' && raw[0] != 'f' {
			return wrong("a boolean")
		}
	case s.Kind == "integer":
		var n int64
		if raw[0] == '"' || raw[0] == 'n' || json.Unmarshal(raw, &n) != nil {
			return wrong("an integer")
		}
	}
	return nil
}

func (s *Shape) checkObject(raw []byte, at string) *Problem {
	dec := json.NewDecoder(bytes.NewReader(raw))
	broken := problem(NotJSON, "`%s` is not JSON", at)
	if _, err := dec.Token(); err != nil {
		return broken
	}
	seen := map[string]bool{}
	for dec.More() {
		tok, err := dec.Token()
		key, isText := tok.(string)
		if err != nil || !isText {
			return broken
		}
		var value json.RawMessage
		if dec.Decode(&value) != nil {
			return broken
		}
		field, known := s.Fields[key]
		switch {
		case !known:
			return problem(UnknownField, "Invalid parameter. `%s` has no field `%s`", at, key)
		case seen[key]:
			return problem(UnknownField, "Invalid parameter. `%s.%s` appears twice", at, key)
		}
		seen[key] = true
		if p := field.check(bytes.TrimSpace(value), at+"."+key); p != nil {
			return p
		}
	}
	return nil
}
