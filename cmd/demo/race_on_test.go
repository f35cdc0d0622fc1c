//go:build race

package main

// raceFlags build the programs of the end-to-end test as the test itself is built, so that the compiled packages are
// shared and the race detector watches the program, too.
var raceFlags = []string{"-race"}
