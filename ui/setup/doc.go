// Package setup is the wizard that sets a station's devices up: scanner, scale, label printer, camera, one by one, each tried
// before it is written down.
//
// What may enter: what is asked and judged at each step (model.go, pure and tested) and how it is drawn. What is found, tried,
// printed and written is the program's; the wizard sees it through Desk.
package setup
