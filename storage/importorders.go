package storage

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"packbench/fulfillment"
	"packbench/storage/internal/queries"
)

var orderColumns = []string{"order_id", "seller_sku", "name", "quantity", "carrier", "tracking_number", "ship_by", "label_file", "buyer_note"}

const (
	maxQuantity  = 1_000   // units of one row
	maxLabelFile = 8 << 20 // bytes
)

// csvOrder is one order as the file tells it: what its rows say together.
type csvOrder struct {
	id       fulfillment.OrderID
	rows     []csvRow
	units    []csvUnits
	carrier  string
	tracking fulfillment.Tracking
	shipBy   time.Time
	label    []byte
	note     string
}

type csvUnits struct {
	sku      fulfillment.SKU
	name     string
	quantity int
}

// ImportOrders reads orders; rows of one order_id make one order, and an order with a bad row is left out whole, so that
// nothing is half imported. baseDir is the CSV's folder, to which label_file is relative; files outside it are refused. An
// order known from the platform keeps what the platform says and gains carrier, tracking number and label; so does an
// order from a file that has been begun. Labels are stored before the one transaction that holds everything else. An
// error means that nothing was imported.
func (s *Store) ImportOrders(ctx context.Context, in io.Reader, baseDir string) (ImportReport, error) {
	rows, report, err := readCSV(in, orderColumns, []string{"order_id", "seller_sku", "quantity"})
	if err != nil {
		return ImportReport{}, fmt.Errorf("import orders: %w", err)
	}
	orders := groupOrders(rows, baseDir, report)
	labels := map[fulfillment.OrderID]fulfillment.Hash{}
	for _, o := range orders {
		if o.label == nil {
			continue
		}
		if labels[o.id], err = s.files.Put(ctx, o.label); err != nil {
			return ImportReport{}, fmt.Errorf("import orders: label of %s: %w", o.id, err)
		}
	}
	at := s.now()
	err = s.write(ctx, func(q *queries.Queries) error {
		for _, o := range orders {
			reason, err := s.importOrder(ctx, q, o, labels[o.id], at)
			if err != nil {
				return fmt.Errorf("order %s: %w", o.id, err)
			}
			if reason != "" {
				o.refuse(report, o.rows[0].line, reason)
				continue
			}
			report.Orders = append(report.Orders, o.id)
		}
		last, some := s.pending[s.opt.Station]
		if !some {
			return nil
		}
		return indexEvents(ctx, q, s.opt.Station, last.seq, last.seq)
	})
	if err != nil {
		return ImportReport{}, explain(err, "import orders")
	}
	report.finish()
	return *report, nil
}

// groupOrders collects the rows of each order, in the order of their first appearance, and leaves out those with a bad row.
func groupOrders(rows []csvRow, baseDir string, report *ImportReport) []*csvOrder {
	byID := map[fulfillment.OrderID]*csvOrder{}
	var all []*csvOrder
	for _, row := range rows {
		id := fulfillment.OrderID(row.cells["order_id"])
		if reason := checkCode("order_id", string(id)); reason != "" {
			report.bad(row.line, "%s", reason)
			continue
		}
		o := byID[id]
		if o == nil {
			o = &csvOrder{id: id}
			byID[id], all = o, append(all, o)
		}
		o.rows = append(o.rows, row)
	}
	return slices.DeleteFunc(all, func(o *csvOrder) bool {
		for _, row := range o.rows {
			if reason := o.add(row, baseDir); reason != "" {
				o.refuse(report, row.line, reason)
				return true
			}
		}
		return false
	})
}

// refuse names every row of the order: the bad one with its reason, the others with its line.
func (o *csvOrder) refuse(report *ImportReport, line int, reason string) {
	for _, row := range o.rows {
		if row.line == line {
			report.bad(line, "%s", reason)
		} else {
			report.bad(row.line, "left out: line %d of the same order %s cannot be taken", line, o.id)
		}
	}
}

// add lays one row over the order, or says what is wrong with it.
func (o *csvOrder) add(row csvRow, baseDir string) (reason string) {
	sku := row.cells["seller_sku"]
	if reason := checkCode("seller_sku", sku); reason != "" {
		return reason
	}
	n, err := strconv.Atoi(row.cells["quantity"])
	if err != nil || n < 1 || n > maxQuantity {
		return fmt.Sprintf("quantity is %q; a whole number from 1 to %d is wanted", row.cells["quantity"], maxQuantity)
	}
	o.units = append(o.units, csvUnits{sku: fulfillment.SKU(sku), name: row.cells["name"], quantity: n})
	if t := row.cells["tracking_number"]; t != "" {
		if reason := checkCode("tracking_number", t); reason != "" {
			return reason
		}
		if o.tracking != "" && string(o.tracking) != t {
			return fmt.Sprintf("a second tracking number %s for order %s; one parcel an order can be imported", t, o.id)
		}
		o.tracking = fulfillment.Tracking(t)
	}
	if c := row.cells["carrier"]; c != "" {
		if o.carrier != "" && o.carrier != c {
			return fmt.Sprintf("a second carrier %q for order %s", c, o.id)
		}
		o.carrier = c
	}
	if by := row.cells["ship_by"]; by != "" {
		at, err := time.Parse(time.RFC3339, by)
		if err != nil {
			return fmt.Sprintf("ship_by is %q; a moment such as 2026-11-23T17:00:00Z is wanted", by)
		}
		if !o.shipBy.IsZero() && !o.shipBy.Equal(at) {
			return fmt.Sprintf("a second ship_by %s for order %s", by, o.id)
		}
		o.shipBy = at.UTC()
	}
	o.note = orElse(row.cells["buyer_note"], o.note)
	if name := row.cells["label_file"]; name != "" {
		return o.readLabel(baseDir, name)
	}
	return ""
}

func (o *csvOrder) readLabel(baseDir, name string) (reason string) {
	root, err := os.OpenRoot(baseDir)
	if err != nil {
		return fmt.Sprintf("label_file %s: the folder of the CSV cannot be read: %v", name, err)
	}
	data, err := readLimited(root, filepath.FromSlash(name), maxLabelFile)
	if err = errors.Join(err, root.Close()); err != nil {
		return fmt.Sprintf("label_file %s cannot be read beside the CSV: %v", name, err)
	}
	if !bytes.HasPrefix(data, []byte("%PDF-")) && !bytes.HasPrefix(data, []byte("\x89PNG")) && !bytes.Contains(data, []byte("^XA")) {
		return fmt.Sprintf("label_file %s is neither PDF, PNG nor ZPL", name)
	}
	if o.label != nil && !bytes.Equal(o.label, data) {
		return fmt.Sprintf("a second label_file %s for order %s", name, o.id)
	}
	o.label = data
	return ""
}

func readLimited(root *os.Root, name string, limit int64) ([]byte, error) {
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("it is larger than %d MB", limit>>20)
	}
	return data, errors.Join(err, f.Close())
}

// importOrder stores one order, or says why it cannot be taken.
func (s *Store) importOrder(ctx context.Context, q *queries.Queries, o *csvOrder, label fulfillment.Hash, at time.Time) (reason string, err error) {
	if reason, err := o.trackingInUse(ctx, q); reason != "" || err != nil {
		return reason, err
	}
	stored, err := loadOrder(ctx, q, o.id)
	isNew := errors.Is(err, sql.ErrNoRows)
	if err != nil && !isNew {
		return "", err
	}
	begun := !isNew && stored.Source == fulfillment.SourceCSV && isBegun(stored)
	if !isNew && !begun && stored.Source == fulfillment.SourceCSV {
		if begun, err = q.OrderIsOpened(ctx, string(o.id)); err != nil {
			return "", err
		}
	}
	what := "new"
	if isNew || (stored.Source == fulfillment.SourceCSV && !begun) {
		err = o.save(ctx, q, s.opt.Market, stored, label, at)
	} else {
		what = "gained"
		reason, err = o.gain(ctx, q, stored, label, at)
	}
	if reason != "" || err != nil {
		return reason, err
	}
	for i, row := range o.rows {
		if err := keepExtra(ctx, q, "orders", string(o.id), i, row.extra); err != nil {
			return "", err
		}
	}
	body := map[string]any{"from": "csv", "what": what}
	if o.tracking != "" {
		body["tracking"] = o.tracking
	}
	if label != "" {
		body["label"] = label
	}
	return "", s.appendEvents(ctx, q, s.opt.Station, "", at, []fulfillment.EventDraft{{Kind: fulfillment.EventImported, OrderID: o.id, Body: body}})
}

// trackingInUse refuses a number that another order's parcel has.
func (o *csvOrder) trackingInUse(ctx context.Context, q *queries.Queries) (reason string, err error) {
	if o.tracking == "" {
		return "", nil
	}
	packages, err := q.PackagesByTracking(ctx, string(o.tracking))
	for _, p := range packages {
		if p.OrderID != string(o.id) {
			return fmt.Sprintf("tracking number %s belongs to order %s", o.tracking, p.OrderID), nil
		}
	}
	return "", err
}

// isBegun reports whether somebody has packed at the order.
func isBegun(o fulfillment.Order) bool {
	return slices.ContainsFunc(o.Packages, func(p fulfillment.Package) bool { return p.Rung.Height() > 0 })
}
