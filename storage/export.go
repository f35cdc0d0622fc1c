package storage

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"time"

	"packbench/fulfillment"
	"packbench/storage/internal/queries"
)

// ExportOrders writes every order as CSV: the columns of the import, then what the bench knows. A row is one SKU of one
// parcel; an order that was cancelled is among them, with its rung, so that one that had left by then shows both. Cells that a spreadsheet would take for a formula get an apostrophe in front, which the import takes off again.
// label_file is left empty: labels stay in the file store.
func (s *Store) ExportOrders(ctx context.Context, out io.Writer) error {
	w := csv.NewWriter(out)
	err := w.Write(append(append([]string{}, orderColumns...), "package_id", "rung", "holds", "weight_g", "status"))
	if err != nil {
		return fmt.Errorf("export orders: %w", err)
	}
	for after := ""; ; {
		next, err := s.exportSlice(ctx, w, after)
		if err != nil {
			return explain(err, "export orders")
		}
		if next == "" {
			break
		}
		after = next
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return fmt.Errorf("export orders: %w", err)
	}
	return nil
}

// exportSlice writes some orders after the given id and returns the last one's, "" at the end.
func (s *Store) exportSlice(ctx context.Context, w *csv.Writer, after string) (last string, err error) {
	const slice = 200
	err = s.read(ctx, func(q *queries.Queries) error {
		rows, err := q.OrdersFrom(ctx, queries.OrdersFromParams{ID: after, Limit: slice})
		if err != nil {
			return err
		}
		for _, row := range rows {
			o, err := completeOrder(ctx, q, row)
			if err != nil {
				return err
			}
			if err := exportOrder(w, o); err != nil {
				return err
			}
		}
		if len(rows) == slice {
			last = rows[slice-1].ID
		}
		return nil
	})
	return last, err
}

func exportOrder(w *csv.Writer, o fulfillment.Order) error {
	shipBy := ""
	if t := o.ShipBy(); !t.IsZero() {
		shipBy = t.UTC().Format(time.RFC3339)
	}
	for _, p := range o.Packages {
		for _, it := range exportItems(o, p) {
			cells := []string{string(o.ID), string(it.SKU), it.Name, strconv.Itoa(it.Need), p.Carrier, string(p.Tracking), shipBy, "", o.BuyerMessage,
				string(p.ID), string(p.Rung), holdsText(o, p), strconv.Itoa(p.WeightG), string(o.Status)}
			for i := range cells {
				cells[i] = neutral(cells[i])
			}
			if err := w.Write(cells); err != nil {
				return err
			}
		}
	}
	return nil
}

// exportItems are the lines of a parcel as they were ordered: a bundle is one row, not its parts; of a parcel that was
// cancelled what it was made of.
func exportItems(o fulfillment.Order, p fulfillment.Package) []fulfillment.Item {
	o.Lines = append([]fulfillment.LineItem{}, o.Lines...)
	for i := range o.Lines {
		o.Lines[i].Bundle = nil
	}
	items, _ := fulfillment.Contents(o, p, nil)
	return items
}

func holdsText(o fulfillment.Order, p fulfillment.Package) string {
	holds := o.Holds
	for _, h := range p.Holds {
		holds = fulfillment.WithHold(holds, h)
	}
	text := ""
	for i, h := range holds {
		if i > 0 {
			text += " "
		}
		text += string(h)
	}
	return text
}
