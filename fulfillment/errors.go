package fulfillment

import "errors"

// ErrNotFound is returned by stores where nothing is kept under the name asked for.
var ErrNotFound = errors.New("not found")

// ErrAnswered is returned by stores where an answer to a request to cancel is on its way already. Nothing was changed.
var ErrAnswered = errors.New("an answer to this request is on its way")

// ErrBusy is returned by stores that another program kept from writing for longer than anybody waits. Nothing was changed.
var ErrBusy = errors.New("the data is busy")

// WhyBusy is said of ErrBusy: the same scan may be made again.
const WhyBusy Why = "busy"

// ErrDiskFull is returned by stores that have no room left. Nothing was changed.
var ErrDiskFull = errors.New("the disk is full")

// WhyDiskFull is said of ErrDiskFull: somebody must make room before the scan is made again.
const WhyDiskFull Why = "disk_full"
