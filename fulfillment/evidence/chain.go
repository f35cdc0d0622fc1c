package evidence

import (
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"packbench/fulfillment"
)

// Chain checks events one after the other, as they stand in one station's chain.
type Chain struct {
	seq   int64
	head  fulfillment.Hash
	heads map[int64]fulfillment.Hash // hashes wanted at numbers not reached yet
}

// Expect makes Next and End check that the event with that number has that hash. Call it before the first Next.
func (c *Chain) Expect(seq int64, hash fulfillment.Hash) {
	if c.heads == nil {
		c.heads = map[int64]fulfillment.Hash{}
	}
	c.heads[seq] = hash
}

// Next takes the following event; an error names the first fault.
func (c *Chain) Next(e fulfillment.Event) error {
	switch {
	case e.Seq != c.seq+1:
		return fmt.Errorf("after event %d comes %d: events are missing", c.seq, e.Seq)
	case !e.Verify(c.head):
		return fmt.Errorf("event %d (%s) was changed or is not linked to the one before it", e.Seq, e.Kind)
	}
	if want, ok := c.heads[e.Seq]; ok {
		if want != e.Hash {
			return fmt.Errorf("event %d (%s) is not the one that was recorded: the head kept beside the database names another", e.Seq, e.Kind)
		}
		delete(c.heads, e.Seq)
	}
	c.seq, c.head = e.Seq, e.Hash
	return nil
}

// End is called after the last event: an error says that events are missing at the end.
func (c *Chain) End() error {
	for seq := range c.heads {
		if seq > c.seq {
			return fmt.Errorf("the chain ends at event %d, but event %d was recorded: the last events were deleted", c.seq, seq)
		}
	}
	return nil
}

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
