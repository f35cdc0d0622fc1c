package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image/png"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"packbench/devices/printer"
	"packbench/fulfillment"
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
	document, err := e.manifestPaper(ctx, m)
	if err != nil {
		return err
	}
	return c.deliver(ctx, e.cfg, "Manifest "+string(m.ID), document)
}

// manifestPaper gathers what a manifest's document shows beside the manifest, and returns what writes it.
func (e *env) manifestPaper(ctx context.Context, m fulfillment.Manifest) (write func(io.Writer) error, err error) {
	extra := label.ManifestExtra{Location: time.Local}
	if seal, ok, err := e.sealOf(ctx, m); err != nil {
		return nil, err
	} else if ok {
		extra.EventHash, extra.EventSeq = seal.Hash, seal.Seq
		if extra.Unchecked, err = uncheckedSince(seal); err != nil {
			return nil, err
		}
	}
	if extra.Unpacked, err = e.unpacked(ctx, m); err != nil {
		return nil, err
	}
	if extra.Letters, err = systemLetters(); err != nil {
		return nil, err
	}
	return func(w io.Writer) error { return label.ManifestPDF(w, m, extra) }, nil
}

// uncheckedSince is what the seal itself said of its knowledge; zero: the Seller Center had been asked.
func uncheckedSince(seal fulfillment.Event) (time.Time, error) {
	var body struct {
		Since time.Time `json:"unchecked_since"`
	}
	if err := json.Unmarshal(seal.Body, &body); err != nil {
		return time.Time{}, fmt.Errorf("read the seal, event %d of %s: %w", seal.Seq, seal.Station, err)
	}
	return body.Since, nil
}

// unpacked are the parcels of a manifest that a supervisor accepted without a check of their items.
func (e *env) unpacked(ctx context.Context, m fulfillment.Manifest) (map[fulfillment.PackageID]label.Unpacked, error) {
	found := map[fulfillment.PackageID]label.Unpacked{}
	for _, p := range m.Parcels {
		o, err := e.store.Order(ctx, p.OrderID)
		if errors.Is(err, fulfillment.ErrNotFound) {
			continue // its time is over; the events keep what happened
		}
		if err != nil {
			return nil, err
		}
		pkg, _ := o.PackageByID(p.PackageID)
		if pkg.Unpacked == "" {
			continue
		}
		u := label.Unpacked{By: pkg.Unpacked}
		items, _ := fulfillment.Contents(o, pkg, nil)
		for _, it := range items {
			u.Units += it.Need
		}
		found[p.PackageID] = u
	}
	return found, nil
}

// sealOf finds the event that sealed the manifest.
func (e *env) sealOf(ctx context.Context, m fulfillment.Manifest) (found fulfillment.Event, ok bool, err error) {
	if m.Open() {
		return found, false, nil
	}
	return e.store.SealOf(ctx, m.Station, m.ID)
}

// runSheet prints the command barcodes, with the badges and boxes of station.toml.
func runSheet(ctx context.Context, c *call) error {
	cfg, err := c.settings()
	if err != nil {
		return err
	}
	names := sheetNames(cfg)
	if c.mustHaveData() == nil { // a sheet can be printed before the first start
		if names.Carriers, err = c.carriers(ctx); err != nil {
			return err
		}
	}
	if names.Letters, err = systemLetters(); err != nil {
		return err
	}
	return c.deliver(ctx, cfg, "Packbench commands", func(w io.Writer) error { return label.CommandSheet(w, names) })
}

// sheetNames are the boxes and badges that station.toml names.
func sheetNames(cfg Config) label.SheetNames {
	names := label.SheetNames{Badges: map[string]string{}, Supervisors: map[string]string{}, Boxes: map[string]string{}}
	for _, b := range cfg.boxes() {
		names.Boxes[b.Code] = cmp.Or(b.Name, b.Code)
	}
	for _, o := range cfg.operators() {
		if o.Supervisor {
			names.Supervisors[o.Badge] = o.Name
		} else {
			names.Badges[o.Badge] = o.Name
		}
	}
	return names
}

// carriers are those that the bench takes a PB:CARRIER of now.
func (c *call) carriers(ctx context.Context) ([]string, error) {
	e, err := c.open(ctx, readOnlyYes)
	if err != nil {
		return nil, err
	}
	defer e.close()
	return (&app{env: e}).carriers(ctx)
}

// runLabel is the label path by itself.
func runLabel(ctx context.Context, c *call) error {
	media, err := c.stock(fulfillment.Media{DPI: 203, WidthMM: 102, HeightMM: 152})
	if err != nil {
		return err
	}
	out := c.flags["out"]
	if ext := filepath.Ext(out); ext != ".zpl" && ext != ".png" {
		return &usageError{"--out needs a name that ends in .zpl or .png"}
	}
	if sameFile(c.args[0], out) {
		return &usageError{"--out names the label itself, which would be lost; name another file"}
	}
	if _, err := c.resultFile(out); err != nil {
		return err
	}
	document, err := readPlain(c.args[0], label.MaxDocument)
	if err != nil {
		return fmt.Errorf("read the label: %w", err)
	}
	cfg, err := c.settings()
	if err != nil {
		return err
	}
	if _, _, err := readLabelRules(c.dir); err != nil {
		return fmt.Errorf("%s: %w", filepath.Join(c.dir, labelRulesName), err)
	}
	if _, err := readCarriers(c.dir); err != nil {
		return fmt.Errorf("%s: %w", filepath.Join(c.dir, carriersName), err)
	}
	options := labelOptions(c.dir, cfg.Station.Market, nil)
	if options.Password, err = c.secretFlag("password"); err != nil {
		return err
	}
	engine := label.NewEngine(options)
	defer engine.Close()
	proof, bitmap, err := engine.Prove(ctx, document, fulfillment.Shipment{Tracking: fulfillment.Tracking(c.flags["tracking"])}, media)
	if err != nil {
		return err
	}
	if err := c.json(map[string]any{"verdict": proof.Verdict, "reason": proof.Reason, "decoded": list(proof.Decoded), "lint": list(proof.Lint)}); err != nil {
		return err
	}
	if proof.Verdict == fulfillment.LabelRefuse || len(bitmap.Bits) == 0 {
		return fmt.Errorf("%s: %s", filepath.Base(c.args[0]), proof.Reason)
	}
	return c.writeBitmap(out, bitmap, media)
}

// writeBitmap writes what would be printed, as the file's name asks for.
func (c *call) writeBitmap(out string, b fulfillment.Bitmap, media fulfillment.Media) error {
	return c.writeResult(out, func(w io.Writer) error {
		switch filepath.Ext(out) {
		case ".png":
			return png.Encode(w, label.Preview(b))
		case ".pdf":
			return label.BitmapPDF(w, b, media)
		}
		_, err := w.Write(printer.ZPL{}.Encode(b, media, 1))
		return err
	})
}

// stock is the stock that the flags name; usual where they do not.
func (c *call) stock(usual fulfillment.Media) (fulfillment.Media, error) {
	for name, into := range map[string]*int{"dpi": &usual.DPI, "width-mm": &usual.WidthMM, "height-mm": &usual.HeightMM} {
		if v, ok := c.flags[name]; ok {
			n, err := strconv.Atoi(v)
			if err != nil || n < 20 || n > 600 {
				return usual, &usageError{fmt.Sprintf("--%s %s is no sensible number", name, v)}
			}
			*into = n
		}
	}
	if usual.DPI != 203 && usual.DPI != 300 && usual.DPI != 600 {
		return usual, &usageError{fmt.Sprintf("--dpi %d is no label printer's resolution; 203 and 300 are usual", usual.DPI)}
	}
	return usual, nil
}

// secretFlag is a flag whose value nobody else should see: "-" reads it from stdin, one line.
func (c *call) secretFlag(name string) (string, error) {
	if c.flags[name] != "-" {
		return c.flags[name], nil
	}
	line, err := bufio.NewReader(io.LimitReader(c.in, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the %s from stdin: %w", name, err)
	}
	return strings.TrimRight(line, "\r\n"), nil
}

// list is never null in JSON.
func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}
