// Package orders is the list of orders by deadline, with a search.
//
// What may enter: how order summaries become lines (model.go, pure and tested), paging, and the search field: the only
// text field of the program that may hold the keyboard focus. A scan into it is a scan: it is handed to the scan router
// and never stays in the field.
package orders
