// Package bed boots Linux in an emulated computer (QEMU, no acceleration needed) with the project's compiled tests in it, so
// that the drivers run against the system's real USB, video and serial layers without hardware. The virtual devices are
// plugged in inside, where nobody else's keyboard, printer or camera can be meant.
//
// What may enter: finding a kernel, putting an initial file system together, booting, and reading what the tests inside say.
// Nothing about devices: that is the business of the tests it runs. The program of the inner computer stands in init.
package bed
