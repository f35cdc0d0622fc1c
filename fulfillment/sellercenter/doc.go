// Package sellercenter is the client of the TikTok Shop Open API, as far as a packing station needs it: signing, tokens,
// the clock, pacing, the calls, and an Adapter that decides which call belongs to which market and shipping type.
//
// What may enter: everything that knows the wire. Wire types stay private; values cross the door as package fulfillment's
// words or as the types here, checked: an answer that lacks what it must hold is no answer. Errors leave as the causes of
// package fulfillment (ErrOffline, ErrUncertain, …), never with a secret, a token or a query string in their text. The
// package starts no goroutine and keeps nothing on disk; tokens are kept by a TokenStore.
//
// The calls stand by resource (orders, packages, split, ship, services, document, …), each with its wire types beside it.
// Below them are call and answer (one exchange), sign, limit and breaker (when to send), keeper and tokens (with what);
// above them table (ways of shipping), adapter and send (what an outbox row becomes).
package sellercenter
