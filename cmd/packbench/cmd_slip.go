package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"packbench/devices/printer"
	"packbench/fulfillment"
	"packbench/fulfillment/label"
)

// runSlip writes pick and pack slips, in the order in which the orders were named.
func runSlip(ctx context.Context, c *call) error {
	if len(c.args) == 0 {
		return &usageError{"usage: packbench slip ORDER… [--out FILE.pdf] [--print]"}
	}
	e, err := c.open(ctx, readOnlyYes)
	if err != nil {
		return err
	}
	defer e.close()
	var slips []label.OrderSlip
	for _, id := range c.args {
		more, err := e.slips(ctx, fulfillment.OrderID(id))
		if err != nil {
			return err
		}
		slips = append(slips, more)
	}
	letters, err := systemLetters()
	if err != nil {
		return err
	}
	return c.deliver(ctx, e.cfg, "Order slips", func(w io.Writer) error { return label.OrderSlips(w, slips, letters) })
}

// slips is the slip of one order: what all its parcels hold.
func (e *env) slips(ctx context.Context, id fulfillment.OrderID) (label.OrderSlip, error) {
	o, err := e.store.Order(ctx, id)
	if errors.Is(err, fulfillment.ErrNotFound) {
		return label.OrderSlip{}, fmt.Errorf("there is no order %s at this station; it comes with the next pull or an import", id)
	}
	if err != nil {
		return label.OrderSlip{}, err
	}
	found, err := e.store.Find(ctx, string(id), nil)
	if err != nil {
		return label.OrderSlip{}, err
	}
	slip := label.OrderSlip{Order: o.ID, Station: e.cfg.Station.ID, ShipBy: o.ShipBy(), Where: time.Local}
	for _, p := range o.Packages {
		slip.Carrier = firstOf(slip.Carrier, p.Carrier)
		items, cancelled := fulfillment.Contents(o, p, found.Products)
		if cancelled {
			continue
		}
		for _, it := range items {
			slip.Lines = append(slip.Lines, label.SlipLine{SKU: it.SKU, Name: it.Name, Variant: it.Variant, Quantity: it.Need, Bundle: it.Bundle})
		}
	}
	if len(slip.Lines) == 0 {
		return slip, fmt.Errorf("order %s has nothing to pick: it was cancelled, or the platform has not told its items", id)
	}
	return slip, nil
}

var errNoDocumentPrinter = errors.New("no document printer is set up; choose it in Equipment, Set devices up, or write a [[printer]] table with role = \"document\", transport = \"spooler\" and queue = \"NAME\" into station.toml")

// deliver writes a document to --out and, with --print, prints it on the printer whose role is document; never on the system's
// default, which may be the label printer.
func (c *call) deliver(ctx context.Context, cfg Config, title string, write func(io.Writer) error) error {
	print := c.flags["print"] != ""
	if c.flags["out"] == "" && !print {
		return &usageError{"--out FILE.pdf writes the document, --print prints it; one of them is needed"}
	}
	p := cfg.documentPrinter()
	if print && p == nil {
		return fmt.Errorf("%w, or write the document with --out FILE.pdf", errNoDocumentPrinter)
	}
	var pdf bytes.Buffer
	if err := write(&pdf); err != nil {
		return err
	}
	if c.flags["out"] != "" {
		if err := c.writeResult(c.flags["out"], func(w io.Writer) error { _, err := w.Write(pdf.Bytes()); return err }); err != nil {
			return err
		}
	}
	if !print {
		return nil
	}
	return printer.PrintDocument(ctx, p.Queue, title, pdf.Bytes())
}
