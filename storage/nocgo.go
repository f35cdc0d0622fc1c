//go:build !cgo

package storage

// The SQLite driver compiles without cgo and then fails at the first query. The name that is missing here turns that into
// an error of the build which says what to do: run `go run ./cmd/dev build`.
var _ = packbench_needs_cgo__use__go_run_cmd_dev_build
