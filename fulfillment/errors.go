package fulfillment

import "errors"

// ErrNotFound is returned by stores where nothing is kept under the name asked for.
var ErrNotFound = errors.New("not found")
