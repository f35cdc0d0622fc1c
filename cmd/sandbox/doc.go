// Command sandbox is a Seller Center on this machine, for demo, training and tests. It prints one JSON line with the
// addresses and credentials a client needs, then serves until it is interrupted. Everything it does is in the package
// shop; what may enter here is flags, the listener and start and stop.
package main
