// Package shop is a Seller Center on loopback: the wire of the platform's Open API (signing, tokens, orders, fulfilment,
// shipping documents, cancellations), a seeded shop whose orders live on a clock that can be sped up, and faults on
// demand. It serves demo, training and tests.
//
// What may enter: what the platform's side does. It imports packbench/fulfillment (for the words both sides share) and
// third-party packages; never the API client, so that the two are written from the specification independently and a
// misreading shows up as a failing call.
//
// What is documented is emulated as documented, with the documented codes, messages and HTTP statuses. Where the
// documents are silent an artificial code 21999xxx is answered (errors.go lists them), so that nobody codes against
// an invented number. Label layout, carriers, people and products are made up.
//
// Several shops (type store) belong to one seller: one app and token, one cipher each. Requests and answers are judged
// against the published shapes in the package wire. Faults (faults.go, plans.go) disturb calls and webhooks, the
// journal tells what each call has done all the same, and the admin pages are for people: cancelling, scanning as the
// carrier, weather, training.
//
// Two clocks: the wall clock (Options.Clock) judges timestamps, tokens and download links, because the client compares
// those with its own; the shop clock starts with it, may run faster or jump, and dates everything about orders.
package shop
