package shop

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"packbench/cmd/sandbox/shop/wire"
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

// decodeBody reads a request body whose form the gate has checked against the endpoint's shape. An absent one is an empty
// object.
func decodeBody[T any](body []byte) (T, error) {
	var dst T
	if len(bytes.TrimSpace(body)) == 0 {
		return dst, nil
	}
	if err := json.Unmarshal(body, &dst); err != nil {
		return dst, artificial(codeWrongType, "The body cannot be read: %v", err)
	}
	return dst, nil
}

// misshapen turns what is wrong with a request's form into the platform's words; the platform documents a code only
// for a body that is not JSON.
func misshapen(p *wire.Problem) error {
	switch {
	case p == nil:
		return nil
	case p.Fault == wire.NotJSON:
		return errNotJSON
	}
	return artificial(map[wire.Fault]int64{wire.UnknownField: codeUnknownField, wire.WrongType: codeWrongType,
		wire.Missing: codeMissing, wire.UnknownParam: codeUnknownQuery}[p.Fault], "%s", p.Text)
}

// maxBody is more than any documented request of this subset needs.
const maxBody = 1 << 20

func readBody(r io.Reader, limit int) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if err != nil {
		return nil, fmt.Errorf("reading the request body: %w", err)
	}
	if len(body) > limit {
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
