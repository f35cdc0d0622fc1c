package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/evidence"
	"packbench/storage/secrets"
)

// The head of the chain is kept beside the database, signed: links show every change inside the chain, but not that its
// last events are gone. It is written every minute while the window is open, when it closes, and after each command that
// writes. What was recorded since the last time, at most a minute of a bench that lost its power, is not covered.
//
// Whoever can read the secrets of this account can sign another head. Against that helps only what has left the
// computer: the sealed manifests' documents name the head of their moment.
const (
	headName    = "chain.head"
	headEvery   = time.Minute
	headTimeout = 10 * time.Second
)

// Names of the evidence secrets.
const (
	secretEvidence = "evidence_key"
	// secretAnchored says that a head has been written: from then on its file may not be missing.
	secretAnchored = "chain_anchored"
)

// openSecrets opens the secret store of a data folder that exists.
func (c *call) openSecrets() (*secrets.Store, error) {
	if _, err := os.Stat(filepath.Join(c.dir, "packbench.db")); err != nil {
		return nil, err
	}
	return secrets.Open(c.dir)
}

// evidenceKey is the station's key, made when it is needed first.
func (e *env) evidenceKey() (ed25519.PrivateKey, error) {
	text, err := e.secrets.Get(secretEvidence)
	if errors.Is(err, fulfillment.ErrNotFound) {
		fresh, kerr := evidence.NewKey()
		if kerr != nil {
			return nil, kerr
		}
		if err := e.secrets.Set(secretEvidence, evidence.KeyText(fresh)); err != nil {
			return nil, fmt.Errorf("keep the station's evidence key: %w", err)
		}
		// Another process may have made one in the same moment: what is kept counts.
		text, err = e.secrets.Get(secretEvidence)
	}
	if err != nil {
		return nil, fmt.Errorf("read the station's evidence key: %w", err)
	}
	return evidence.ParseKey(text)
}

// readHeads are the heads as they stand in the file, by station; nil if there is no file.
func (e *env) readHeads() (map[string]evidence.Head, error) {
	text, err := readPlain(filepath.Join(e.dir, headName), maxConfig)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the chain's head: %w", err)
	}
	out := map[string]evidence.Head{}
	for line := range bytes.Lines(text) {
		var h evidence.Head
		if err := json.Unmarshal(line, &h); err != nil || h.Station == "" {
			return nil, fmt.Errorf("the file %s in the data folder is damaged or was changed", headName)
		}
		out[h.Station] = h
	}
	return out, nil
}

// checkedHeads are the heads with their signatures checked. A file that is missing although one was written is a fault.
func (e *env) checkedHeads() (map[string]evidence.Head, error) {
	heads, err := e.readHeads()
	if err != nil {
		return nil, err
	}
	if heads == nil {
		if _, err := e.secrets.Get(secretAnchored); err == nil {
			return nil, fmt.Errorf("the file %s is missing from the data folder: whether the last events were deleted cannot be told", headName)
		}
		return nil, nil
	}
	key, err := e.evidenceKey()
	if err != nil {
		return nil, err
	}
	for _, h := range heads {
		if err := h.Check(evidence.PublicOf(key)); err != nil {
			return nil, err
		}
	}
	return heads, nil
}

// errChainCut: the database no longer holds what the head says.
var errChainCut = errors.New("events at the end of the chain were deleted or replaced; run `packbench evidence verify --all`, and restore the last backup")

// keepHead writes the head of this station's chain. A head that the database no longer holds is left as it is, so that
// the next check still finds that.
func (e *env) keepHead(ctx context.Context) error {
	heads, err := e.checkedHeads()
	if err != nil {
		return err
	}
	id := e.cfg.Station.ID
	old := heads[id]
	if old.Seq > 0 {
		hash, err := e.store.EventHash(ctx, id, old.Seq)
		if errors.Is(err, fulfillment.ErrNotFound) || err == nil && hash != old.Hash {
			return errChainCut
		}
		if err != nil {
			return err
		}
	}
	seq, hash, err := e.store.Head(ctx, id)
	if err != nil || seq == 0 || seq == old.Seq {
		return err
	}
	return e.writeHead(heads, evidence.Head{Station: id, Seq: seq, Hash: hash, Restores: old.Restores})
}

// noteRestore notes the chain's ends after a restore.
func (c *call) noteRestore(ctx context.Context) error {
	e, err := c.open(ctx, readOnlyNo)
	if err != nil {
		return err
	}
	return errors.Join(e.restoredHeads(ctx), e.close())
}

// restoredHeads begins anew after a backup took the place of the data: the chain may end earlier now, and says how often.
func (e *env) restoredHeads(ctx context.Context) error {
	heads, err := e.readHeads()
	if err != nil {
		heads = nil // the file is replaced now
	}
	stations, err := e.store.Stations(ctx)
	if err != nil {
		return err
	}
	for name := range heads {
		stations = withName(stations, name)
	}
	for _, name := range stations {
		seq, hash, err := e.store.Head(ctx, name)
		if err != nil {
			return err
		}
		if err := e.writeHead(heads, evidence.Head{Station: name, Seq: seq, Hash: hash, Restores: heads[name].Restores + 1}); err != nil {
			return err
		}
		if heads, err = e.readHeads(); err != nil {
			return err
		}
	}
	return nil
}

// writeHead replaces one station's line; the file is on the disk as a whole when it returns.
func (e *env) writeHead(heads map[string]evidence.Head, h evidence.Head) error {
	key, err := e.evidenceKey()
	if err != nil {
		return err
	}
	h.At = time.Now()
	if h, err = h.Signed(key); err != nil {
		return fmt.Errorf("sign the chain's head: %w", err)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	if err := enc.Encode(h); err != nil {
		return err
	}
	for name, other := range heads {
		if name == h.Station {
			continue
		}
		if err := enc.Encode(other); err != nil {
			return err
		}
	}
	f, err := os.CreateTemp(e.dir, ".head-*") // mode 0600
	if err != nil {
		return fmt.Errorf("write the chain's head: %w", err)
	}
	defer os.Remove(f.Name())
	_, err = f.Write(b.Bytes())
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write the chain's head: %w", err)
	}
	if err := os.Rename(f.Name(), filepath.Join(e.dir, headName)); err != nil {
		return fmt.Errorf("write the chain's head: %w", err)
	}
	if _, err := e.secrets.Get(secretAnchored); errors.Is(err, fulfillment.ErrNotFound) {
		return e.secrets.Set(secretAnchored, "yes")
	}
	return nil
}

// keepHeads writes the head every minute until ctx ends; env.close writes the last one.
func (e *env) keepHeads(ctx context.Context) error {
	t := time.NewTicker(headEvery)
	defer t.Stop()
	for {
		if err := e.keepHead(ctx); err != nil && ctx.Err() == nil {
			e.log.Error("The chain's head was not kept", "err", err)
		}
		select {
		case <-t.C:
		case <-ctx.Done():
			return nil
		}
	}
}
