package storage

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"

	"packbench/fulfillment"
	"packbench/storage/internal/queries"
)

var orderColumns = []string{"order_id", "seller_sku", "name", "quantity", "carrier", "tracking_number", "ship_by", "label_file", "buyer_note"}

const (
	maxQuantity  = 1_000   // units of one row
	maxUnits     = 20_000  // units of one order, which is written in one transaction
	maxLabelFile = 8 << 20 // bytes
)

// csvOrder is one order as the file tells it: what its rows say together.
type csvOrder struct {
	id       fulfillment.OrderID
	rows     []csvRow
	units    []csvUnits
	total    int // of all units
	carrier  string
	tracking fulfillment.Tracking
	shipBy   time.Time
	labelAt  string // the file's name, as the row has it
	label    fulfillment.Hash
	labelLen int
	note     string
	file     map[fulfillment.OrderID]*csvOrder // every order of the file
}

type csvUnits struct {
	sku      fulfillment.SKU
	name     string
	quantity int
}

// ImportOrders reads orders; rows of one order_id make one order, and an order with a bad row is left out whole, so that
// no order is half imported. baseDir is the CSV's folder, to which label_file is relative; files outside it are refused. An
// order known from the platform keeps what the platform says and gains carrier, tracking number and label; so does an
// order from a file that has been begun. Every row is checked before the first is written; then the orders are written in
// chunks, between which the bench has the disk. After an error the report tells what is imported, and only that; the
// same file can be imported again: what is there already is left as it is.
func (s *Store) ImportOrders(ctx context.Context, in io.Reader, baseDir string) (ImportReport, error) {
	rows, report, err := readCSV(in, orderColumns, []string{"order_id", "seller_sku", "quantity"})
	if err != nil {
		return ImportReport{}, fmt.Errorf("import orders: %w", err)
	}
	orders := groupOrders(rows, baseDir, report)
	at := s.now()
	reasons := make([]string, len(orders))
	c := chunks{n: len(orders)}
	c.ready = func(ctx context.Context, i int) (err error) {
		reasons[i], err = orders[i].putLabel(ctx, s.files, baseDir)
		return err
	}
	c.save = func(ctx context.Context, q *queries.Queries, i int) (err error) {
		if reasons[i] == "" {
			reasons[i], err = s.importOrder(ctx, q, orders[i], at)
		}
		if err != nil {
			return fmt.Errorf("order %s: %w", orders[i].id, err)
		}
		return nil
	}
	c.done = func(i int) {
		if o := orders[i]; reasons[i] != "" {
			o.refuse(report, o.rows[0].line, reasons[i])
		} else {
			report.Orders, report.Kept = append(report.Orders, o.id), report.Kept+len(o.rows)
		}
	}
	err = s.inChunks(ctx, c)
	report.finish()
	return *report, explain(err, "import orders")
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
			o = &csvOrder{id: id, file: byID}
			byID[id], all = o, append(all, o)
		}
		o.rows = append(o.rows, row)
	}
	return slices.DeleteFunc(all, func(o *csvOrder) bool {
		for _, row := range o.rows {
			if reason := o.add(row, baseDir); reason != "" {
				o.refuse(report, row.line, reason)
				delete(byID, o.id) // it does not speak for the parcel that it shares
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
	if row.extra["status"] == string(fulfillment.StatusCancelled) { // a file of `orders export`
		return fmt.Sprintf("order %s was cancelled, as its status says; it is not packed again", o.id)
	}
	sku := row.cells["seller_sku"]
	if reason := checkCode("seller_sku", sku); reason != "" {
		return reason
	}
	n, err := strconv.Atoi(row.cells["quantity"])
	if err != nil || n < 1 || n > maxQuantity {
		return fmt.Sprintf("quantity is %q; a whole number from 1 to %d is wanted", row.cells["quantity"], maxQuantity)
	}
	if o.total += n; o.total > maxUnits {
		return fmt.Sprintf("order %s has more than %d units: divide it", o.id, maxUnits)
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

// readLabel checks a label file. Its bytes are read again when it is stored: many labels do not fit into memory.
func (o *csvOrder) readLabel(baseDir, name string) (reason string) {
	data, err := readBeside(baseDir, name)
	if err != nil {
		return fmt.Sprintf("label_file %s cannot be read beside the CSV: %v", name, err)
	}
	if !bytes.HasPrefix(data, []byte("%PDF-")) && !bytes.HasPrefix(data, []byte("\x89PNG")) && !bytes.Contains(data, []byte("^XA")) {
		return fmt.Sprintf("label_file %s is neither PDF, PNG nor ZPL", name)
	}
	h := hashOf(data)
	if o.label != "" && o.label != h {
		return fmt.Sprintf("a second label_file %s for order %s", name, o.id)
	}
	o.label, o.labelLen, o.labelAt = h, len(data), name
	return ""
}

// putLabel stores the label file, or says why the order cannot be taken.
func (o *csvOrder) putLabel(ctx context.Context, to *Files, baseDir string) (reason string, err error) {
	if o.label == "" {
		return "", nil
	}
	data, err := readBeside(baseDir, o.labelAt)
	if err != nil || hashOf(data) != o.label {
		return fmt.Sprintf("label_file %s was changed while the file was imported", o.labelAt), nil
	}
	if _, err := to.Put(ctx, data); err != nil {
		return "", fmt.Errorf("label of %s: %w", o.id, err)
	}
	return "", nil
}

// readBeside reads a file below the folder. What is no file is refused: reading a pipe or a device may never end.
func readBeside(baseDir, name string) (data []byte, err error) {
	root, err := os.OpenRoot(baseDir)
	if err != nil {
		return nil, fmt.Errorf("open the folder of the CSV: %w", err)
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	name = filepath.FromSlash(name)
	info, err := root.Stat(name)
	if err == nil {
		err = checkRegular(info)
	}
	if err != nil {
		return nil, err
	}
	f, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0) // it may have become a pipe since
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if info, err = f.Stat(); err == nil {
		err = checkRegular(info)
	}
	if err != nil {
		return nil, err
	}
	data, err = io.ReadAll(io.LimitReader(f, maxLabelFile+1))
	if err == nil && len(data) > maxLabelFile {
		err = errLabelTooLarge
	}
	return data, err
}

var errLabelTooLarge = fmt.Errorf("it is larger than %d MB, which no label is", maxLabelFile>>20)

func checkRegular(info fs.FileInfo) error {
	switch {
	case info.IsDir():
		return errors.New("it is a folder; the name of one label file is wanted")
	case !info.Mode().IsRegular():
		return errors.New("it is a pipe or a device; a plain file is wanted")
	case info.Size() > maxLabelFile:
		return errLabelTooLarge
	}
	return nil
}

// importOrder stores one order, or says why it cannot be taken.
func (s *Store) importOrder(ctx context.Context, q *queries.Queries, o *csvOrder, at time.Time) (reason string, err error) {
	stored, err := loadOrder(ctx, q, o.id)
	isNew := errors.Is(err, sql.ErrNoRows)
	if err != nil && !isNew {
		return "", err
	}
	if reason, err := o.codeInUse(ctx, q, stored, isNew); reason != "" || err != nil {
		return reason, err
	}
	stored.With = nil // a file speaks of one order
	begun := !isNew && stored.Source == fulfillment.SourceCSV && isBegun(stored)
	if !isNew && !begun && stored.Source == fulfillment.SourceCSV {
		if begun, err = q.OrderIsOpened(ctx, string(o.id)); err != nil {
			return "", err
		}
	}
	what := "new"
	var changed bool
	if isNew || (stored.Source == fulfillment.SourceCSV && !begun) {
		changed, err = o.save(ctx, q, s.opt.Market, stored, at)
	} else {
		what = "gained"
		changed, reason, err = o.gain(ctx, q, stored, at)
	}
	if reason != "" || err != nil {
		return reason, err
	}
	for i, row := range o.rows {
		if err := keepExtra(ctx, q, "orders", string(o.id), i, row.extra); err != nil {
			return "", err
		}
	}
	if !changed { // the same file once more, or the rest of one that was cut off
		return "", nil
	}
	body := map[string]any{"from": "csv", "what": what}
	if o.tracking != "" {
		body["tracking"] = o.tracking
	}
	if o.label != "" {
		body["label"] = o.label
	}
	return "", s.appendEvents(ctx, q, s.opt.Station, "", at, []fulfillment.EventDraft{{Kind: fulfillment.EventImported, OrderID: o.id, Body: body}})
}

// codeInUse refuses a tracking number by which another order or another order's parcel is found, and a new order whose id is
// another's tracking number: a scan of it could mean both. Orders that the platform combined share their parcel's number.
func (o *csvOrder) codeInUse(ctx context.Context, q *queries.Queries, stored fulfillment.Order, isNew bool) (reason string, err error) {
	if isNew {
		packages, err := q.PackagesByTracking(ctx, string(o.id))
		if err != nil {
			return "", err
		}
		if len(packages) > 0 {
			return fmt.Sprintf("order_id %s is the tracking number of order %s", o.id, packages[0].OrderID), nil
		}
	}
	if o.tracking == "" {
		return "", nil
	}
	if string(o.tracking) != string(o.id) {
		_, err := q.Order(ctx, string(o.tracking))
		if err == nil {
			return fmt.Sprintf("tracking_number %s is the number of another order", o.tracking), nil
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return "", err
		}
	}
	byNumber, err := q.PackagesByTracking(ctx, string(o.tracking))
	if err != nil {
		return "", err
	}
	byID, err := q.PackagesByID(ctx, string(o.tracking))
	if err != nil {
		return "", err
	}
	for _, p := range append(byNumber, byID...) {
		shared := p.PlatformID != "" && slices.ContainsFunc(stored.Packages, func(own fulfillment.Package) bool { return string(own.PlatformID) == p.PlatformID })
		if p.OrderID != string(o.id) && !shared {
			return fmt.Sprintf("tracking number %s belongs to order %s", o.tracking, p.OrderID), nil
		}
	}
	return "", nil
}

// isBegun reports whether somebody has packed at the order.
func isBegun(o fulfillment.Order) bool {
	return slices.ContainsFunc(o.Packages, func(p fulfillment.Package) bool { return p.Rung.Height() > 0 })
}
