package evidence

import (
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"packbench/fulfillment"
)

// Chain checks events one after the other, as they stand in one station's chain.
type Chain struct {
	seq   int64
	last  fulfillment.Event // the last that was taken
	heads map[int64]Head    // links wanted at numbers not reached yet
}

// Expect makes Next and End check that the chain holds the link h. Call it before the first Next. The signature is the
// caller's to check.
func (c *Chain) Expect(h Head) {
	if c.heads == nil {
		c.heads = map[int64]Head{}
	}
	c.heads[h.Seq] = h
}

// Next takes the following event; an error names the first fault and what is proved in spite of it.
func (c *Chain) Next(e fulfillment.Event) error {
	switch {
	case e.Seq == c.seq+2:
		return c.broken(c.seq+1, "event %d is missing: after %s comes %s", c.seq+1, c.told(), e.Told())
	case e.Seq != c.seq+1:
		return c.broken(c.seq+1, "events %d to %d are missing: after %s comes %s", c.seq+1, e.Seq-1, c.told(), e.Told())
	case !e.Verify(c.last.Hash):
		return c.broken(e.Seq, "%s is not what was recorded, or does not follow the one before it: somebody changed the record", e.Told())
	}
	if want, ok := c.heads[e.Seq]; ok {
		if want.Hash != e.Hash {
			return c.broken(e.Seq, "%s is not the one that was recorded: the head kept beside the database names another", e.Told())
		}
		delete(c.heads, e.Seq)
	}
	c.seq, c.last = e.Seq, e
	return nil
}

// End is called after the last event: an error says that events are missing at the end.
func (c *Chain) End() error {
	for _, h := range c.heads {
		if h.Seq > c.seq {
			return c.broken(c.seq+1, "the record ends at %s, but event %d was recorded by %s: the last events were deleted", c.told(), h.Seq, stamp(h.At))
		}
	}
	return nil
}

// broken is a fault with what it means to somebody who must prove something tomorrow.
func (c *Chain) broken(from int64, format string, args ...any) error {
	fault := fmt.Sprintf(format, args...)
	if c.seq == 0 {
		return fmt.Errorf("%s. Nothing that this station recorded proves what happened. %s", fault, keepIt)
	}
	return fmt.Errorf("%s. Events up to %s still prove what happened; nothing from event %d on does. %s", fault, strings.TrimPrefix(c.told(), "event "), from, keepIt)
}

const keepIt = "Leave the data folder as it is, use no claim packet about anything later, and compare with a backup that was made before"

// told names the last event that holds.
func (c *Chain) told() string {
	if c.seq == 0 {
		return "the beginning"
	}
	return c.last.Told()
}

func stamp(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05 UTC") }

// Len is how many events were taken.
func (c *Chain) Len() int64 { return c.seq }

// Head is the last link of a station's chain at some moment, signed by the station's key. Kept outside the database, it
// shows that events at the end were deleted, which links alone cannot.
type Head struct {
	Station string           `json:"station"`
	Seq     int64            `json:"seq"`
	Hash    fulfillment.Hash `json:"hash"`
	At      time.Time        `json:"at"` // UTC
	// Restores is how often a backup was put in place of the data: each time the chain began again at an older head.
	Restores int    `json:"restores,omitempty"`
	Sign     string `json:"sign"`
}

const headContext = "packbench chain head"

func (h Head) text() ([]byte, error) {
	h.Sign, h.At = "", h.At.UTC().Truncate(time.Millisecond)
	return json.Marshal(h)
}

// Signed returns h with its signature.
func (h Head) Signed(key ed25519.PrivateKey) (Head, error) {
	h.At = h.At.UTC().Truncate(time.Millisecond)
	text, err := h.text()
	if err != nil {
		return h, err
	}
	sig, err := key.Sign(nil, text, &ed25519.Options{Context: headContext})
	h.Sign = hex.EncodeToString(sig)
	return h, err
}

// Check reports whether h is what the key's owner signed.
func (h Head) Check(key ed25519.PublicKey) error {
	text, err := h.text()
	if err != nil {
		return err
	}
	sig, err := hex.DecodeString(h.Sign)
	if err != nil || ed25519.VerifyWithOptions(key, text, sig, &ed25519.Options{Context: headContext}) != nil {
		return errors.New("the chain's head kept beside the database was changed: its signature does not fit")
	}
	return nil
}
