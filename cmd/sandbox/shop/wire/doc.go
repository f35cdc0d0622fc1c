// Package wire knows the shapes of the platform's requests and answers: names and types of every endpoint that the
// sandbox has, as the platform's published OpenAPI files give them (endpoints.json; those marked "reader" are not in
// these files and follow what integrators report). It judges bytes and knows nothing of orders.
//
// What may enter: facts about form. What a request means is the shop's business. Everything here is safe for
// concurrent use and never changes after start.
package wire
