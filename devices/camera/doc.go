// Package camera reads pictures from dock cameras, one file a transport.
//
// What may enter: transports and the picture as the camera made it. No picture is decoded, scaled, drawn upon or coded
// again: what is stored as proof is what the camera sent.
package camera
