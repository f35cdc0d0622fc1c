// Package filelock takes files for one handle at a time, between processes: the system gives a lock back when its process ends,
// however it ends.
//
// What may enter: the one call of each system. What is locked, and for how long, is the caller's business.
package filelock
