// Package devicetest is the bench without hardware: a scanner and a scale on pseudo-terminals, a label printer on TCP and a
// camera on HTTP, each with the faults that real ones have; the suites that every driver of a kind must pass; and what
// tests need to look at what came out.
//
// The virtual devices know nothing of the drivers: they speak the wire, so that the program's own drivers are at the other
// end of them in the demo as in the tests. They return errors and need no test; what they find wrong with the program at
// the other end they keep as complaints.
//
// What may enter: the far ends of devices, and suites. No driver, no rule of the bench.
package devicetest
