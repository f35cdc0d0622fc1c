package evidence

import (
	"archive/zip"
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
)

// The seal is the comment at the end of the zip: the station's public key and an Ed25519ph signature (RFC 8032, SHA-512)
// over every byte before the comment. So nothing of the file can change unnoticed, not even a time in the zip's own
// tables, and any program still opens the zip.
const (
	sealWord    = "packbench-seal-1 "
	sealContext = "packbench evidence packet"
	sealLen     = len(sealWord) + 2*ed25519.PublicKeySize + 1 + 2*ed25519.SignatureSize
)

// NewKey makes a station's key. It has to be kept as a secret: who has it can seal packets as this station.
func NewKey() (ed25519.PrivateKey, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a key for evidence: %w", err)
	}
	return key, nil
}

// KeyText is the key as it is kept; ParseKey reads it.
func KeyText(k ed25519.PrivateKey) string { return hex.EncodeToString(k.Seed()) }

// ParseKey reads what KeyText wrote.
func ParseKey(text string) (ed25519.PrivateKey, error) {
	seed, err := hex.DecodeString(text)
	if err != nil || len(seed) != ed25519.SeedSize {
		return nil, errors.New("the station's evidence key is damaged")
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// Fingerprint names a key in 32 hexadecimal digits: the first half of the public key's SHA-256. It is no secret.
func Fingerprint(k ed25519.PublicKey) string {
	sum := sha256.Sum256(k)
	return hex.EncodeToString(sum[:16])
}

// PublicOf is the public half of a key.
func PublicOf(k ed25519.PrivateKey) ed25519.PublicKey {
	return ed25519.PublicKey(bytes.Clone(k[ed25519.PrivateKeySize-ed25519.PublicKeySize:]))
}

var sealOptions = &ed25519.Options{Hash: crypto.SHA512, Context: sealContext}

// closeSealed ends the zip in b with its seal. The comment's length is part of what is signed, so a placeholder goes first.
func closeSealed(z *zip.Writer, b *bytes.Buffer, key ed25519.PrivateKey) error {
	if err := z.SetComment(strings.Repeat("-", sealLen)); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	body := b.Bytes()[:b.Len()-sealLen]
	sum := sha512.Sum512(body)
	sig, err := key.Sign(nil, sum[:], sealOptions)
	if err != nil {
		return err
	}
	b.Truncate(len(body))
	b.WriteString(sealWord + hex.EncodeToString(PublicOf(key)) + " " + hex.EncodeToString(sig))
	return nil
}

// checkSeal returns the fingerprint of the key that sealed the file, or a fault.
func checkSeal(r io.ReaderAt, size int64) (key, fault string) {
	const none = "the packet has no seal: it was not written by Packbench, or was changed"
	if size < int64(sealLen) {
		return "", none
	}
	comment := make([]byte, sealLen)
	if _, err := r.ReadAt(comment, size-int64(sealLen)); err != nil {
		return "", none
	}
	rest, ok := strings.CutPrefix(string(comment), sealWord)
	pubText, sigText, cut := strings.Cut(rest, " ")
	if !ok || !cut || strings.ToLower(rest) != rest {
		return "", none
	}
	pub, err := hex.DecodeString(pubText)
	sig, serr := hex.DecodeString(sigText)
	if err != nil || serr != nil || len(pub) != ed25519.PublicKeySize {
		return "", none
	}
	h := sha512.New()
	if _, err := io.Copy(h, io.NewSectionReader(r, 0, size-int64(sealLen))); err != nil {
		return "", "the packet cannot be read to its end"
	}
	if err := ed25519.VerifyWithOptions(pub, h.Sum(nil), sig, sealOptions); err != nil {
		return "", "the packet was changed after it was sealed: its seal does not fit"
	}
	return Fingerprint(pub), ""
}
