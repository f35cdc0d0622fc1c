// Package secrets keeps the few things that nobody but this program may read: the app secret and the tokens of the shops.
//
// They stand in one file, sealed with XChaCha20-Poly1305. The key stands in the system's key store where there is one;
// where there is none (no D-Bus, a server) it stands in a file beside it, mode 0600, and Where says so in words. Nothing
// secret is kept in the database, in a backup, in a log or in the arguments of a process.
package secrets
