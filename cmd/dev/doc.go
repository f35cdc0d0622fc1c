// Command dev is the one door for developers and packagers: it finds out what the machine lacks, installs it or names
// it, and then builds, tests, measures or shows the program, always with the same build flags.
//
//	go run ./cmd/dev demo | test | bench | check | build [--os windows] -o FILE | run
//
// Only the standard library may enter this room, and nothing that needs a C compiler: it must run on a machine that has
// nothing but Go. That also rules out packages of ours.
package main
