// Package sellercenter is the client of the TikTok Shop Open API, as far as a packing station needs it: signing, tokens,
// the clock, pacing, the calls, and an Adapter that decides which call belongs to which market and shipping type.
//
// What may enter: everything that knows the wire. Wire types stay private; values cross the door as package fulfillment's
// words. Errors leave as the causes of package fulfillment (ErrOffline, ErrUncertain, …), never with a secret, a token or
// a query string in their text. The package starts no goroutine and keeps nothing on disk; tokens are kept by a
// TokenStore.
package sellercenter
