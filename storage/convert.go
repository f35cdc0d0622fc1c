package storage

import (
	"encoding/json"
	"fmt"
	"time"
)

// ms is how a moment is stored: Unix milliseconds, 0 for the zero time.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMS(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// list is a slice as JSON text; an empty one is always "[]", which the queries compare with.
func list[T any](v []T) (string, error) {
	if len(v) == 0 {
		return "[]", nil
	}
	text, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("list as JSON: %w", err)
	}
	return string(text), nil
}

// fromList reads what list wrote; an empty list is nil.
func fromList[T any](text string) ([]T, error) {
	if text == "" || text == "[]" {
		return nil, nil
	}
	var v []T
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return nil, fmt.Errorf("%w: list %q: %w", ErrDamaged, text, err)
	}
	return v, nil
}

// strs converts between kinds of strings.
func strs[To, From ~string](v []From) []To {
	if len(v) == 0 {
		return nil
	}
	out := make([]To, len(v))
	for i, x := range v {
		out[i] = To(x)
	}
	return out
}
