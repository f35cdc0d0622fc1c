// Command packbench is the packing station: flags, subcommands, configuration, wiring, and the start and stop of every
// goroutine.
//
// What may enter: joining. Rules stand in fulfillment, drivers in devices, rows in storage, pictures in ui. This is the
// only package that imports all of them, and the only one that says go.
package main
