// Package settings is the screen of the connected shops: whose orders come in, how long the authorization lasts, where its
// secrets are kept, and connecting and disconnecting. What else is set stands there to be read.
//
// What may enter: how that becomes words (model.go, pure and tested) and how it is drawn. Links, tokens and files are the
// program's; the screen asks for them through Desk and is told what became of it by Show. No secret ever reaches this room but
// the code that a person pastes, which is handed on and forgotten.
package settings
