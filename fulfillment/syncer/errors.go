package syncer

import "packbench/fulfillment"

// Causes of a failed call. They are defined in fulfillment, so that the client may return them; the names here are the
// same values.
var (
	ErrOffline       = fulfillment.ErrOffline
	ErrUncertain     = fulfillment.ErrUncertain
	ErrThrottled     = fulfillment.ErrThrottled
	ErrUnauthorized  = fulfillment.ErrUnauthorized
	ErrMisconfigured = fulfillment.ErrMisconfigured
	ErrNotYet        = fulfillment.ErrNotYet
)

// RejectedError is the platform's "no".
type RejectedError = fulfillment.RejectedError

// ThrottledError carries how long the platform asked to wait.
type ThrottledError = fulfillment.ThrottledError
