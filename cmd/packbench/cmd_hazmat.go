package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"packbench/fulfillment"
)

// runHazmat writes or prints the dangerous goods sheets of an order's parcels as they came, one document a parcel: the second and
// further ones have a number before the extension. One JSON line a sheet says where it is.
func runHazmat(ctx context.Context, c *call) error {
	e, err := c.open(ctx, readOnlyYes)
	if err != nil {
		return err
	}
	defer e.close()
	id := fulfillment.OrderID(c.args[0])
	o, err := e.store.Order(ctx, id)
	if errors.Is(err, fulfillment.ErrNotFound) {
		return fmt.Errorf("there is no order %s at this station; it comes with the next pull or an import", id)
	}
	if err != nil {
		return err
	}
	sheets, wanted, out := 0, false, c.flags["out"]
	for _, p := range o.Packages {
		switch fulfillment.HazmatOf(o, p) {
		case fulfillment.HazmatMissing:
			wanted = true
			continue
		case fulfillment.HazmatNone:
			continue
		}
		document, err := e.store.Get(ctx, p.Hazmat)
		if err != nil {
			return err
		}
		if sheets++; sheets > 1 && out != "" {
			ext := filepath.Ext(out)
			c.flags["out"] = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(out, ext), sheets, ext)
		}
		write := func(w io.Writer) error { _, err := w.Write(document); return err }
		if err := c.deliver(ctx, e.cfg, "Dangerous goods "+string(id), write); err != nil {
			return err
		}
		if err := c.json(map[string]any{"order_id": id, "package_id": p.ID, "file": c.flags["out"], "printed": c.flags["print"] != ""}); err != nil {
			return err
		}
	}
	switch {
	case wanted:
		return fmt.Errorf("a dangerous goods sheet of order %s has not arrived: it comes once its parcel is arranged; else print it in the Seller Center", id)
	case sheets == 0:
		return fmt.Errorf("order %s needs no dangerous goods sheet of the platform's", id)
	}
	return nil
}
