package shop

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
)

// envelope is every answer of the API. Data is null on an error.
type envelope struct {
	Code      int64  `json:"code"`
	Message   string `json:"message"`
	RequestID string `json:"request_id"`
	Data      any    `json:"data"`
}

// empty is `data:{}`.
type empty struct{}

// decodeBody reads a request body strictly: names exactly as the specification spells them (encoding/json alone would
// accept other capitals), every type as specified, no field twice, nothing after the value. An absent body is an empty
// object.
func decodeBody[T any](body []byte) (T, error) {
	var dst T
	if len(bytes.TrimSpace(body)) == 0 {
		return dst, nil
	}
	if !json.Valid(body) {
		return dst, errNotJSON
	}
	if err := checkShape(body, reflect.TypeFor[T](), "body"); err != nil {
		return dst, err
	}
	if err := json.Unmarshal(body, &dst); err != nil {
		return dst, artificial(codeWrongType, "The body cannot be read: %v", err)
	}
	return dst, nil
}

func checkShape(raw json.RawMessage, t reflect.Type, at string) error {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	raw = bytes.TrimSpace(raw)
	wrong := func(want string) error {
		return artificial(codeWrongType, "Invalid parameter. `%s` must be %s", at, want)
	}
	switch t.Kind() {
	case reflect.Struct:
		if raw[0] != '{' {
			return wrong("an object")
		}
		return checkObject(raw, t, at)
	case reflect.Slice:
		var items []json.RawMessage
		if raw[0] != '[' || json.Unmarshal(raw, &items) != nil {
			return wrong("an array")
		}
		for i, item := range items {
			if err := checkShape(item, t.Elem(), fmt.Sprintf("%s[%d]", at, i)); err != nil {
				return err
			}
		}
	case reflect.String:
		if raw[0] != '"' {
			return wrong("a string")
		}
	case reflect.Bool:
		if raw[0] != 't' && raw[0] != 'f' {
			return wrong("a boolean")
		}
	case reflect.Int64:
		var n int64
		if raw[0] == '"' || raw[0] == 'n' || json.Unmarshal(raw, &n) != nil {
			return wrong("an integer")
		}
	default:
		panic("shop: request type with a field of kind " + t.Kind().String())
	}
	return nil
}

func checkObject(raw json.RawMessage, t reflect.Type, at string) error {
	fields := map[string]reflect.Type{}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		fields[name] = t.Field(i).Type
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	if _, err := dec.Token(); err != nil {
		return errNotJSON
	}
	seen := map[string]bool{}
	for dec.More() {
		tok, err := dec.Token()
		if err != nil {
			return errNotJSON
		}
		key := tok.(string) // the body is valid JSON, so a key is a string
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return errNotJSON
		}
		ft, known := fields[key]
		if !known {
			return artificial(codeUnknownField, "Invalid parameter. `%s` has no field `%s`", at, key)
		}
		if seen[key] {
			return artificial(codeUnknownField, "Invalid parameter. `%s.%s` appears twice", at, key)
		}
		seen[key] = true
		if err := checkShape(value, ft, at+"."+key); err != nil {
			return err
		}
	}
	return nil
}

// maxBody is more than any documented request of this subset needs.
const maxBody = 1 << 20

func readBody(r io.Reader) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, maxBody+1))
	if err != nil {
		return nil, fmt.Errorf("reading the request body: %w", err)
	}
	if len(body) > maxBody {
		return nil, errTooLarge
	}
	return body, nil
}

// asAPIError turns any error into what goes over the wire.
func asAPIError(err error) *apiError {
	var e *apiError
	if errors.As(err, &e) {
		return e
	}
	return errInternal
}
