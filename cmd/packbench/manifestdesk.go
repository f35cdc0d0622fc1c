package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"packbench/devices/printer"
	"packbench/fulfillment"
	"packbench/ui/handoff"
)

// manifestDesk shows the window the sealed manifests, and makes their documents by the way of the command. It may be used from any
// goroutine.
type manifestDesk struct {
	env *env
	now func() Config // whose devices are at work: they change while the window is open
	dir string        // the data folder
}

// manifestFolder is where the window writes manifests' documents, below the data folder.
const manifestFolder = "manifests"

// listedManifests is how many sealed manifests the window lists: some weeks of a busy dock.
const listedManifests = 200

// Sealed implements handoff.Manifests.
func (d *manifestDesk) Sealed(ctx context.Context) ([]fulfillment.ManifestSummary, error) {
	return d.env.store.SealedManifests(ctx, listedManifests)
}

// Look implements handoff.Manifests.
func (d *manifestDesk) Look(ctx context.Context, id fulfillment.ManifestID) (handoff.Seal, error) {
	m, err := d.env.store.Manifest(ctx, id)
	if err != nil {
		return handoff.Seal{}, err
	}
	var out handoff.Seal
	if p := d.now().documentPrinter(); p != nil {
		out.Queue = p.Queue
	} else {
		out.PrintWhy = errNoDocumentPrinter.Error()
	}
	seal, ok, err := d.env.sealOf(ctx, m)
	if err != nil || !ok {
		return out, err
	}
	out.Digest, out.Seq = seal.Hash, seal.Seq
	out.Unchecked, err = uncheckedSince(seal)
	return out, err
}

// Print implements handoff.Manifests.
func (d *manifestDesk) Print(ctx context.Context, id fulfillment.ManifestID) error {
	p := d.now().documentPrinter()
	if p == nil {
		return errNoDocumentPrinter
	}
	pdf, err := d.pdf(ctx, id)
	if err != nil {
		return err
	}
	return printer.PrintDocument(ctx, p.Queue, "Manifest "+string(id), pdf)
}

// Export implements handoff.Manifests.
func (d *manifestDesk) Export(ctx context.Context, id fulfillment.ManifestID) (file string, err error) {
	pdf, err := d.pdf(ctx, id)
	if err != nil {
		return "", err
	}
	folder := filepath.Join(d.dir, manifestFolder)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", fmt.Errorf("make the folder for manifests: %w", err)
	}
	file = filepath.Join(folder, "manifest-"+string(id)+".pdf")
	return file, replaceFile(file, pdf, 0o600)
}

func (d *manifestDesk) pdf(ctx context.Context, id fulfillment.ManifestID) ([]byte, error) {
	m, err := d.env.store.Manifest(ctx, id)
	if err != nil {
		return nil, err
	}
	write, err := d.env.manifestPaper(ctx, m)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = write(&b)
	return b.Bytes(), err
}
