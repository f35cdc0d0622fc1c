// Package main is the program of the emulated computer: the first process, which mounts what a Linux must have, loads
// drivers, runs the compiled tests of the plan one after another and switches the computer off.
//
// What may enter: what stands between the kernel and the tests. It is compiled without cgo and runs without a shell.
package main
