// Package evidence turns the station's chain into proof: a claim packet of one order – its events, photos, labels and
// manifests, each under its hash, the whole sealed by the station's key – and the check that anyone can run on it without
// this station's database; and the signed head of the chain that is kept beside the database.
//
// What may enter: the packet's format, writing it, checking it, walking a chain, and signing. It reads no database, no
// key store and no clock.
//
// What the proof is worth: hashes and links show every change that leaves something else unchanged. Whoever can read the
// station's key and rewrite database, files and head together can make another history that fits. Against that helps only
// what has left the station before: a packet, a sealed manifest's document (it names the chain's head), the key's
// fingerprint written down elsewhere.
package evidence
