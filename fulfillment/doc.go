// Package fulfillment holds the words and the rules of the packing bench: orders, line items, packages, the ladder a
// package climbs, scans and how they are classified, the packing and handoff rules, manifests, events.
//
// What may enter: values, and pure functions from values to values. No clock, disk, device, network or screen – a rule
// that needs the time is given the time. It imports the standard library only, and everything else in the program may
// import it. All values may be copied freely; slices inside a value are not changed by the rules, they are replaced.
package fulfillment
