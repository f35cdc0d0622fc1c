package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"packbench/devices/printer"
	"packbench/fulfillment"
	"packbench/fulfillment/evidence"
	"packbench/fulfillment/label"
)

func timeSince(t time.Time) time.Duration { return time.Since(t) }

func runManifestList(ctx context.Context, c *call) error {
	e, err := c.open(ctx, readOnlyYes)
	if err != nil {
		return err
	}
	defer e.close()
	all, err := e.store.Manifests(ctx)
	if err != nil {
		return err
	}
	for _, m := range all {
		if err := c.json(map[string]any{"id": m.ID, "carrier": m.Carrier, "opened_at": stamp(m.OpenedAt), "sealed_at": stamp(m.SealedAt), "parcels": m.Count()}); err != nil {
			return err
		}
	}
	return nil
}

// runManifest writes the manifest's document.
func runManifest(ctx context.Context, c *call) error {
	e, err := c.open(ctx, readOnlyYes)
	if err != nil {
		return err
	}
	defer e.close()
	m, err := e.store.Manifest(ctx, fulfillment.ManifestID(c.args[0]))
	if errors.Is(err, fulfillment.ErrNotFound) {
		return fmt.Errorf("there is no manifest %s; `packbench manifest list` names them", c.args[0])
	}
	if err != nil {
		return err
	}
	extra := label.ManifestExtra{Location: time.Local}
	if seal, ok, err := e.sealOf(ctx, m); err != nil {
		return err
	} else if ok {
		extra.EventHash, extra.EventSeq = seal.Hash, seal.Seq
	}
	return writeResult(c.flags["out"], func(w io.Writer) error { return label.ManifestPDF(w, m, extra) })
}

// sealOf finds the event that sealed the manifest; it names the manifest in its body.
func (e *env) sealOf(ctx context.Context, m fulfillment.Manifest) (found fulfillment.Event, ok bool, err error) {
	if m.Open() {
		return found, false, nil
	}
	for ev, err := range e.store.AllEvents(ctx, m.Station) {
		if err != nil {
			return found, false, err
		}
		if ev.Kind == fulfillment.EventSealed && bytes.Contains(ev.Body, []byte(`"`+string(m.ID)+`"`)) {
			found, ok = ev, true
		}
	}
	return found, ok, nil
}

func runSheet(_ context.Context, c *call) error {
	return writeResult(c.flags["out"], func(w io.Writer) error { return label.CommandSheet(w, label.SheetNames{}) })
}

// runLabel is the label path by itself.
func runLabel(ctx context.Context, c *call) error {
	media := fulfillment.Media{DPI: 203, WidthMM: 102, HeightMM: 152}
	for name, into := range map[string]*int{"dpi": &media.DPI, "width-mm": &media.WidthMM, "height-mm": &media.HeightMM} {
		if v, ok := c.flags[name]; ok {
			n, err := strconv.Atoi(v)
			if err != nil || n < 20 || n > 600 {
				return &usageError{fmt.Sprintf("--%s %s is no sensible number", name, v)}
			}
			*into = n
		}
	}
	if media.DPI != 203 && media.DPI != 300 && media.DPI != 600 {
		return &usageError{fmt.Sprintf("--dpi %d is no label printer's resolution; 203 and 300 are usual", media.DPI)}
	}
	out := c.flags["out"]
	if ext := filepath.Ext(out); ext != ".zpl" && ext != ".png" {
		return &usageError{"--out needs a name that ends in .zpl or .png"}
	}
	document, err := os.ReadFile(c.args[0])
	if err != nil {
		return fmt.Errorf("read the label: %w", err)
	}
	engine := label.NewEngine(label.Options{CacheDir: filepath.Join(c.dir, "cache", "pdfium")})
	defer engine.Close()
	proof, bitmap, err := engine.Prove(ctx, document, fulfillment.Tracking(c.flags["tracking"]), media)
	if err != nil {
		return err
	}
	if err := c.json(map[string]any{"verdict": proof.Verdict, "reason": proof.Reason, "decoded": list(proof.Decoded), "lint": list(proof.Lint)}); err != nil {
		return err
	}
	if proof.Verdict == fulfillment.LabelRefuse || len(bitmap.Bits) == 0 {
		return fmt.Errorf("%s: %s", filepath.Base(c.args[0]), proof.Reason)
	}
	return writeResult(out, func(w io.Writer) error {
		if filepath.Ext(out) == ".png" {
			return png.Encode(w, label.Preview(bitmap))
		}
		_, err := w.Write(printer.ZPL{}.Encode(bitmap, media, 1))
		return err
	})
}

// list is never null in JSON.
func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

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
	all, err := e.store.Manifests(ctx)
	if err != nil {
		return err
	}
	for _, m := range all {
		for _, mp := range m.Parcels {
			if mp.OrderID == id {
				// Only this order's line: the other parcels are other buyers' business.
				m.Parcels = []fulfillment.ManifestParcel{mp}
				p.Manifests = append(p.Manifests, m)
				break
			}
		}
	}
	for ev, err := range e.store.AllEvents(ctx, e.cfg.Station.ID) {
		if err != nil {
			return err
		}
		p.HeadSeq, p.HeadHash = ev.Seq, ev.Hash
	}
	return writeResult(c.flags["out"], func(w io.Writer) error {
		return evidence.Write(w, p, func(h fulfillment.Hash) ([]byte, error) { return e.store.Get(ctx, h) })
	})
}

// runEvidenceVerify checks a packet, or with --all the chain and every photo and label of this station.
func runEvidenceVerify(ctx context.Context, c *call) error {
	if c.flags["all"] != "" {
		return c.verifyAll(ctx)
	}
	if len(c.args) != 1 {
		return &usageError{"usage: packbench evidence verify FILE.zip, or --all"}
	}
	f, err := os.Open(c.args[0])
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
	return c.report(rep)
}

func (c *call) report(rep evidence.Report) error {
	if !rep.OK {
		return errors.New(rep.Fault)
	}
	return c.json(rep)
}

func (c *call) verifyAll(ctx context.Context) error {
	e, err := c.open(ctx, readOnlyYes)
	if err != nil {
		return err
	}
	defer e.close()
	var rep evidence.Report
	stations, err := e.store.Stations(ctx)
	if err != nil {
		return err
	}
	seen := map[fulfillment.Hash]bool{}
	for _, s := range stations {
		var chain evidence.Chain
		for ev, err := range e.store.AllEvents(ctx, s) {
			rep.Events++
			if err == nil {
				err = chain.Next(ev)
			}
			if err == nil {
				err = e.checkFiles(ctx, ev, seen, &rep)
			}
			if err != nil {
				return fmt.Errorf("chain of %s: %w", s, err)
			}
		}
	}
	rep.OK = true
	return c.report(rep)
}

// checkFiles reads every photo and label that an event names. A file that was wiped on its clock is no fault.
func (e *env) checkFiles(ctx context.Context, ev fulfillment.Event, seen map[fulfillment.Hash]bool, rep *evidence.Report) error {
	for _, f := range evidence.FilesOf([]fulfillment.Event{ev}) {
		if seen[f.Hash] {
			continue
		}
		seen[f.Hash] = true
		_, err := e.store.Get(ctx, f.Hash)
		switch {
		case errors.Is(err, fulfillment.ErrNotFound) && f.Kind == "label":
			continue
		case err != nil:
			return fmt.Errorf("event %d names %s %s: %w", ev.Seq, f.Kind, f.Hash[:min(12, len(f.Hash))], err)
		case f.Kind == "photo":
			rep.Photos++
		default:
			rep.Labels++
		}
	}
	return nil
}
