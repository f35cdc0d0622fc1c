// Package handoff is the dock screen: the live camera, the open manifests by carrier, the parcel scanned last, what is
// packed and not scanned yet, and the seal.
//
// What may enter: how manifests become cards (model.go, pure and tested), drawing, and the camera's picture. Nothing on
// this screen takes the keyboard focus; sealing takes two touches at different places, or the scan of PB:SEAL.
package handoff
