//go:build !cgo

package main

// Window, database and sound are C libraries. Without cgo some of them build and fail only when they are used, so the
// build stops here instead: use `go run ./cmd/dev build -o FILE`, or CGO_ENABLED=1 with a C compiler.
var _ = packbench_needs_cgo__use__go_run_cmd_dev_build
