// Package assets holds the files that travel inside the program: the icons of the window, the program's own icon and
// the picture shown for a product that has none.
//
// What may enter: embedded files and the functions that hand them out; standard library only. Icons are drawn for this
// program on a 24×24 grid in black (#000000), so that they can be coloured where they are used.
package assets
