package printer

import (
	"crypto/sha256"
	"encoding/hex"

	"packbench/fulfillment"
)

// resultOf describes a job of which nothing has gone out: what its bytes are, and how the picture in them is written.
func resultOf(job []byte, l Language) fulfillment.PrintResult {
	sum := sha256.Sum256(job)
	res := fulfillment.PrintResult{Total: len(job), Hash: fulfillment.Hash(hex.EncodeToString(sum[:])), Language: l.Name()}
	if z, ok := l.(ZPL); ok {
		res.Compression = z.Compression.word()
	}
	return res
}

// word is the compression as the settings write it; what Encode does with one that is not settled is hex.
func (c Compression) word() string {
	switch c {
	case ACS:
		return "acs"
	case Auto:
		return string(Hex)
	}
	return string(c)
}
