// Package devices holds the words that all device drivers share: what kind a device is, how it feels, and the typed
// causes of trouble. Drivers stand in the packages below it, one a kind, one file a transport.
//
// What may enter: identity, health, causes. Standard library only.
package devices
