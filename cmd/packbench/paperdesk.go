package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"packbench/devices/printer"
	"packbench/fulfillment"
	"packbench/fulfillment/label"
	"packbench/fulfillment/sellercenter"
	"packbench/ui/orders"
)

// paperDesk makes one order's papers for the window, by the ways of the commands and with their refusals. It may be used from any
// goroutine.
type paperDesk struct {
	env       *env
	now       func() Config // whose devices are at work: they change while the window is open
	dir       string
	recipient func(context.Context, fulfillment.Order) (sellercenter.Recipient, error)
	made      func(context.Context, fulfillment.OrderID, fulfillment.PackageID) // hears of a label that was made
}

// Look implements orders.Papers.
func (d *paperDesk) Look(ctx context.Context, id fulfillment.OrderID) (orders.Paperwork, error) {
	e, out := d.env, orders.Paperwork{}
	o, err := e.store.Order(ctx, id)
	if err != nil {
		return out, err
	}
	printer := d.now().documentPrinter()
	switch _, err := e.slips(ctx, id); {
	case err != nil:
		out.SlipWhy = err.Error()
	case printer == nil:
		out.SlipWhy = errNoDocumentPrinter.Error()
	default:
		out.Queue = printer.Queue
	}
	if out.Events, err = e.store.Events(ctx, id); err != nil {
		return out, err
	}
	items, err := d.itemsOf(ctx, o)
	if err != nil {
		return out, err
	}
	if len(o.Packages) == 0 {
		out.Loose = items(fulfillment.Package{})
	}
	for _, p := range o.Packages {
		if p.PlatformStatus == "CANCELLED" && len(o.Packages) > 1 {
			continue
		}
		x := orders.Box{ID: p.ID, Tracking: p.Tracking, Rung: p.Rung, Items: items(p)}
		if err := d.mayOwn(o, p); err != nil {
			x.OwnWhy = err.Error()
		}
		out.Boxes = append(out.Boxes, x)
	}
	return out, nil
}

// itemsOf gives the items of each parcel of an order, counted as far as they are verified, in hand too.
func (d *paperDesk) itemsOf(ctx context.Context, o fulfillment.Order) (func(fulfillment.Package) []fulfillment.Item, error) {
	found, err := d.env.store.Find(ctx, string(o.ID), nil)
	if err != nil {
		return nil, err
	}
	bench, err := d.env.store.Restore(ctx, d.env.cfg.Station.ID)
	if err != nil {
		return nil, err
	}
	return func(p fulfillment.Package) []fulfillment.Item {
		items, cancelled := fulfillment.Contents(o, p, found.Products)
		if !cancelled {
			items = inHand(bench, o, p, items)
		}
		return items
	}, nil
}

// mayOwn is why a label of the seller's own cannot be made, as far as that is known without asking the Seller Center.
func (d *paperDesk) mayOwn(o fulfillment.Order, p fulfillment.Package) error {
	switch no := fulfillment.MayOwnLabel(o, p, time.Now()); {
	case no != fulfillment.OwnLabelAllowed:
		return errors.New(string(no))
	case d.now().labelPrinter() == nil:
		return errors.New("no label printer is set up at this station, so it could not be printed")
	case o.Source != fulfillment.SourcePlatform:
		return noAddress(o.ID)
	case d.env.cfg.Sender == nil || d.env.cfg.Sender.Name == "":
		return errNoSender
	case p.Carrier == "" || p.Tracking == "":
		return fmt.Errorf("its carrier and tracking number are not known here; import both with the orders, or type packbench sellerlabel --order %s --carrier NAME --tracking NUMBER --store", o.ID)
	}
	return nil
}

// PrintSlip implements orders.Papers.
func (d *paperDesk) PrintSlip(ctx context.Context, id fulfillment.OrderID) error {
	p := d.now().documentPrinter()
	if p == nil {
		return errNoDocumentPrinter
	}
	slip, err := d.env.slips(ctx, id)
	if err != nil {
		return err
	}
	letters, err := systemLetters()
	if err != nil {
		return err
	}
	var pdf bytes.Buffer
	if err := label.OrderSlips(&pdf, []label.OrderSlip{slip}, letters); err != nil {
		return err
	}
	return printer.PrintDocument(ctx, p.Queue, "Order slip "+string(id), pdf.Bytes())
}

// OwnLabel implements orders.Papers. The label becomes the parcel's; the bench prints it as any other, once, as a job of its queue.
func (d *paperDesk) OwnLabel(ctx context.Context, id fulfillment.OrderID, parcel fulfillment.PackageID) error {
	p := d.now().labelPrinter()
	if p == nil {
		return errors.New("no label printer is set up at this station")
	}
	m := &ownLabelMaker{dir: d.dir, cfg: d.env.cfg, media: mediaOf(*p), store: d.env.store, recipient: d.recipient, asked: ownLabelWish{Package: parcel}}
	pkg, err := m.fromOrder(ctx, id)
	if err != nil {
		return err
	}
	made, err := m.make(ctx)
	if err != nil {
		return err
	}
	if err := m.keep(ctx, pkg.ID, made); err != nil {
		return err
	}
	d.made(ctx, id, pkg.ID)
	return nil
}

// papers makes the desk of the window.
func (a *app) papers() *paperDesk {
	return &paperDesk{env: a.env, now: a.devices.config, dir: a.dir, recipient: a.recipient, made: func(ctx context.Context, id fulfillment.OrderID, p fulfillment.PackageID) {
		a.labelStored(p)
		if err := a.labelReady(ctx, id); err != nil { // it is stored: who opens the order finds it
			a.env.log.Warn("The bench did not hear of a label", "orderID", id, "err", err)
		}
	}}
}

// recipient reads an address through the line of the order's shop.
func (a *app) recipient(ctx context.Context, o fulfillment.Order) (sellercenter.Recipient, error) {
	x := a.lines.of(o.Shop)
	if x == nil {
		return sellercenter.Recipient{}, errNotItsShop
	}
	return x.adapter.Recipient(ctx, o.ID)
}
