package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/evidence"
)

// runEvidenceExport writes the claim packet of one order.
func runEvidenceExport(ctx context.Context, c *call) error {
	e, err := c.open(ctx, readOnlyYes)
	if err != nil {
		return err
	}
	defer e.close()
	id := fulfillment.OrderID(c.args[0])
	events, err := e.store.Events(ctx, id)
	if err != nil {
		return err
	}
	if len(events) == 0 {
		return fmt.Errorf("nothing happened to order %s at this station, so there is nothing to prove", id)
	}
	p := evidence.Packet{OrderID: id, Station: e.cfg.Station.ID, MadeAt: time.Now(), Events: events}
	if p.Key, err = e.evidenceKey(); err != nil {
		return err
	}
	all, err := e.store.Manifests(ctx)
	if err != nil {
		return err
	}
	for _, m := range all {
		for _, mp := range m.Parcels {
			if mp.IsOf(id) {
				mp.OrderID, mp.With = id, nil // a packet tells of no other order
				// Only this order's line: the other parcels are other buyers' business.
				m.Parcels = []fulfillment.ManifestParcel{mp}
				p.Manifests = append(p.Manifests, m)
				break
			}
		}
	}
	if p.HeadSeq, p.HeadHash, err = e.store.Head(ctx, e.cfg.Station.ID); err != nil {
		return err
	}
	return c.writeResult(c.flags["out"], func(w io.Writer) error {
		return evidence.Write(w, p, func(h fulfillment.Hash) ([]byte, error) { return e.store.Get(ctx, h) })
	})
}

// runEvidenceVerify checks a packet, or with --all the chain and every photo and label of this station.
func runEvidenceVerify(ctx context.Context, c *call) error {
	const usage = "usage: packbench evidence verify FILE.zip [--key FINGERPRINT], or --all"
	if c.flags["all"] != "" {
		if len(c.args) != 0 {
			return &usageError{usage}
		}
		return c.verifyAll(ctx)
	}
	if len(c.args) != 1 {
		return &usageError{usage}
	}
	f, err := openPlain(c.args[0])
	if err != nil {
		return fmt.Errorf("open the packet: %w", err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	rep, err := evidence.Verify(f, st.Size())
	if err != nil {
		return err
	}
	if !rep.OK {
		return errors.New(rep.Fault)
	}
	if err := c.checkSealer(rep); err != nil {
		return err
	}
	return c.json(rep)
}

// checkSealer compares the key that sealed a packet with the one that is expected: named by --key, or this station's own
// for a packet that says it is this station's.
func (c *call) checkSealer(rep evidence.Report) error {
	want := strings.ToLower(strings.TrimSpace(c.flags["key"]))
	if want == "" {
		want = c.ownFingerprint(rep.Station)
	}
	if want != "" && want != rep.Key {
		return fmt.Errorf("the packet is sealed with the key %s, not with %s: somebody else made it", rep.Key, want)
	}
	return nil
}

// ownFingerprint is this data folder's key if the packet says that it is of this station; empty where that is not known. A
// packet can be checked on any computer, so nothing of it is a fault here.
func (c *call) ownFingerprint(station string) string {
	cfg, err := c.settings()
	if err != nil || cfg.Station.ID != station {
		return ""
	}
	e, err := c.openSecrets()
	if err != nil {
		return ""
	}
	text, err := e.Get(secretEvidence)
	if err != nil {
		return ""
	}
	key, err := evidence.ParseKey(text)
	if err != nil {
		return ""
	}
	return evidence.Fingerprint(evidence.PublicOf(key))
}

// chainReport is what --all says.
type chainReport struct {
	evidence.Report
	// Anchored: the chain's end was compared with the head kept beside the database.
	Anchored bool `json:"anchored"`
	Restores int  `json:"restores"` // how often a backup took the place of the data
}

func (c *call) verifyAll(ctx context.Context) error {
	e, err := c.open(ctx, readOnlyYes)
	if err != nil {
		return err
	}
	defer e.close()
	rep, err := e.verifyChains(ctx)
	if err != nil {
		return err
	}
	return c.json(rep)
}

// verifyChains reads every event of every station, and every file they name.
func (e *env) verifyChains(ctx context.Context) (chainReport, error) {
	var rep chainReport
	heads, err := e.checkedHeads()
	if err != nil {
		return rep, err
	}
	stations, err := e.store.Stations(ctx)
	if err != nil {
		return rep, err
	}
	for s := range heads {
		stations = withName(stations, s)
	}
	files, seals := map[fulfillment.Hash]bool{}, [][]byte{}
	for _, s := range stations {
		var chain evidence.Chain
		if h, ok := heads[s]; ok && h.Seq > 0 {
			chain.Expect(h)
			rep.Anchored, rep.Restores = true, rep.Restores+h.Restores
		}
		for ev, err := range e.store.AllEvents(ctx, s) {
			rep.Events++
			if err == nil {
				err = chain.Next(ev)
			}
			if err == nil {
				err = e.checkFiles(ctx, ev, files, &rep.Report)
			}
			if err != nil {
				return rep, fmt.Errorf("chain of %s: %w", s, err)
			}
			if ev.Kind == fulfillment.EventSealed {
				seals = append(seals, ev.Body)
			}
		}
		if err := chain.End(); err != nil {
			return rep, fmt.Errorf("chain of %s: %w", s, err)
		}
	}
	if err := e.checkSeals(ctx, seals); err != nil {
		return rep, err
	}
	rep.OK = true
	return rep, nil
}

func withName(names []string, name string) []string {
	for _, n := range names {
		if n == name {
			return names
		}
	}
	return append(names, name)
}

// checkSeals: every sealed manifest has the event that sealed it.
func (e *env) checkSeals(ctx context.Context, seals [][]byte) error {
	all, err := e.store.Manifests(ctx)
	if err != nil {
		return err
	}
	for _, m := range all {
		if m.Open() {
			continue
		}
		found := false
		for _, body := range seals {
			found = found || bytes.Contains(body, []byte(`"`+string(m.ID)+`"`))
		}
		if !found {
			return fmt.Errorf("manifest %s (%s, %d parcels) was sealed at %s, but the event that sealed it is missing: events were deleted, and that these "+
				"parcels were handed over is not proved; compare with a backup that was made after it", m.ID, m.Carrier, m.Count(), stamp(m.SealedAt))
		}
	}
	return nil
}

// checkFiles reads every photo and label that an event names. One that was wiped on its clock is no fault.
func (e *env) checkFiles(ctx context.Context, ev fulfillment.Event, seen map[fulfillment.Hash]bool, rep *evidence.Report) error {
	for _, f := range evidence.FilesOf([]fulfillment.Event{ev}) {
		if seen[f.Hash] {
			continue
		}
		seen[f.Hash] = true
		_, err := e.store.Get(ctx, f.Hash)
		if errors.Is(err, fulfillment.ErrNotFound) {
			wiped, werr := e.store.IsWiped(ctx, f.Hash)
			if wiped {
				continue
			}
			err = errors.Join(err, werr)
		}
		switch {
		case errors.Is(err, fulfillment.ErrNotFound):
			return fmt.Errorf("%s names the %s %s, which is not in the folder files any more: that it happened is proved, but there is no %s of it to show. "+
				"A backup that was made after it still holds it", ev.Told(), f.Kind, f.Hash[:min(12, len(f.Hash))], f.Kind)
		case err != nil:
			return fmt.Errorf("%s names the %s %s, which proves nothing any more: %w", ev.Told(), f.Kind, f.Hash[:min(12, len(f.Hash))], err)
		case f.Kind == "photo":
			rep.Photos++
		default:
			rep.Labels++
		}
	}
	return nil
}
