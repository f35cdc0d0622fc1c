package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"packbench/fulfillment"
	"packbench/storage/internal/queries"
)

var productColumns = []string{"seller_sku", "barcode", "name", "weight_g", "length_mm", "width_mm", "height_mm", "fragile",
	"dangerous_good", "image"}

// ImportProducts reads barcodes, weights, sizes and handling; several rows of one seller_sku give it several barcodes. A
// filled cell replaces what is known, an empty one leaves it. Where the file names barcodes for a SKU, these become
// its barcodes. A bad row is named in the report and the others are kept. It is written in chunks as ImportOrders does,
// a product never in two; after an error the report tells what is imported, and the file can be imported again.
func (s *Store) ImportProducts(ctx context.Context, in io.Reader) (ImportReport, error) {
	rows, report, err := readCSV(in, productColumns, []string{"seller_sku"})
	if err != nil {
		return ImportReport{}, fmt.Errorf("import products: %w", err)
	}
	products := groupProducts(rows, report)
	err = s.inChunks(ctx, chunks{n: len(products),
		save: func(ctx context.Context, q *queries.Queries, i int) error { return importProduct(ctx, q, products[i]) },
		done: func(i int) { report.Kept += len(products[i]) },
	})
	if err == nil {
		err = s.noteShared(ctx, products, report)
	}
	report.finish()
	return *report, explain(err, "import products")
}

// noteShared names the rows whose barcode another product has as well, in this file or from before: the bench cannot tell the two
// apart by it.
func (s *Store) noteShared(ctx context.Context, products [][]csvRow, report *ImportReport) error {
	var shared []queries.SharedBarcodesRow
	err := s.read(ctx, func(q *queries.Queries) (err error) {
		shared, err = q.SharedBarcodes(ctx)
		return err
	})
	lines, owners := map[[2]string]int{}, map[string][]string{}
	for _, rows := range products {
		for _, row := range rows {
			lines[[2]string{row.cells["seller_sku"], row.cells["barcode"]}] = row.line
		}
	}
	for _, r := range shared {
		owners[r.Code] = append(owners[r.Code], r.Sku)
	}
	for code, skus := range owners {
		for _, sku := range skus {
			line, ok := lines[[2]string{sku, code}]
			if !ok {
				continue // it was so before
			}
			var others []string
			for _, o := range skus {
				if at, here := lines[[2]string{o, code}]; here && o != sku {
					others = append(others, fmt.Sprintf("%s (line %d)", o, at))
				} else if o != sku {
					others = append(others, o+" (known from before)")
				}
			}
			more := ""
			if len(others) > maxNamed {
				others, more = others[:maxNamed], fmt.Sprintf(" and %d more", len(others)-maxNamed)
			}
			report.Notes = append(report.Notes, BadRow{Line: line, Reason: fmt.Sprintf("barcode %s of %s belongs to %s%s, too: where one order holds several of them "+
				"the bench asks for the SKU; give each product a barcode of its own if they differ", code, sku, strings.Join(others, ", "), more)})
		}
	}
	return err
}

// groupProducts collects the good rows of each SKU, in the order of their first appearance.
func groupProducts(rows []csvRow, report *ImportReport) [][]csvRow {
	var all [][]csvRow
	at := map[string]int{}
	for _, row := range rows {
		sku := row.cells["seller_sku"]
		p := fulfillment.Product{SKU: fulfillment.SKU(sku)}
		if reason := productFromCells(&p, row.cells); reason != "" {
			report.bad(row.line, "%s", reason)
			continue
		}
		i, known := at[sku]
		if !known {
			i = len(all)
			at[sku], all = i, append(all, nil)
		}
		all[i] = append(all[i], row)
	}
	return all
}

// importProduct lays the rows of one SKU, which were checked, over what is known of it.
func importProduct(ctx context.Context, q *queries.Queries, rows []csvRow) error {
	sku := fulfillment.SKU(rows[0].cells["seller_sku"])
	p, err := loadProduct(ctx, q, sku)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	p.SKU = sku
	var codes []string
	for i, row := range rows {
		productFromCells(&p, row.cells)
		if code := row.cells["barcode"]; code != "" {
			codes = append(codes, code)
		}
		if err := keepExtra(ctx, q, "products", string(sku), i, row.extra); err != nil {
			return err
		}
	}
	if len(codes) > 0 {
		p.Barcodes = codes
	}
	return saveProduct(ctx, q, p)
}

// productFromCells lays the filled cells over p, or says what is wrong with one of them.
func productFromCells(p *fulfillment.Product, cells map[string]string) (reason string) {
	if reason := checkCode("seller_sku", string(p.SKU)); reason != "" {
		return reason
	}
	if code, ok := cells["barcode"]; ok {
		if reason := checkCode("barcode", code); reason != "" {
			return reason
		}
	}
	numbers := []struct {
		column string
		limit  int
		to     *int
	}{{"weight_g", 100_000, &p.WeightG}, {"length_mm", 5_000, &p.LengthMM}, {"width_mm", 5_000, &p.WidthMM}, {"height_mm", 5_000, &p.HeightMM}}
	for _, n := range numbers {
		cell, ok := cells[n.column]
		if !ok {
			continue
		}
		v, err := strconv.Atoi(cell)
		if err != nil || v < 0 || v > n.limit {
			return fmt.Sprintf("%s is %q; a whole number from 0 to %d is wanted", n.column, cell, n.limit)
		}
		*n.to = v
	}
	for column, to := range map[string]*bool{"fragile": &p.Fragile, "dangerous_good": &p.DangerousGood} {
		switch cell := strings.ToLower(cells[column]); cell {
		case "":
		case "1", "true", "yes", "y":
			*to = true
		case "0", "false", "no", "n":
			*to = false
		default:
			return fmt.Sprintf("%s is %q; yes or no is wanted", column, cell)
		}
	}
	p.Name, p.Image = orElse(cells["name"], p.Name), orElse(cells["image"], p.Image)
	return ""
}

func saveProduct(ctx context.Context, q *queries.Queries, p fulfillment.Product) error {
	err := q.UpsertProduct(ctx, queries.UpsertProductParams{Sku: string(p.SKU), Name: p.Name, WeightG: int64(p.WeightG), LengthMm: int64(p.LengthMM),
		WidthMm: int64(p.WidthMM), HeightMm: int64(p.HeightMM), Fragile: bit(p.Fragile), DangerousGood: bit(p.DangerousGood), Image: p.Image})
	if err != nil {
		return err
	}
	if err := q.DeleteBarcodes(ctx, string(p.SKU)); err != nil {
		return err
	}
	for _, code := range slices.Compact(slices.Sorted(slices.Values(p.Barcodes))) {
		if err := q.InsertBarcode(ctx, queries.InsertBarcodeParams{Sku: string(p.SKU), Code: code}); err != nil {
			return err
		}
	}
	return nil
}

// Product returns what is known of a SKU; fulfillment.ErrNotFound if nothing is.
func (s *Store) Product(ctx context.Context, sku fulfillment.SKU) (fulfillment.Product, error) {
	var p fulfillment.Product
	err := s.read(ctx, func(q *queries.Queries) (err error) {
		p, err = loadProduct(ctx, q, sku)
		return err
	})
	return p, explain(err, "read product %s", sku)
}

func keepExtra(ctx context.Context, q *queries.Queries, kind, key string, n int, extra map[string]string) error {
	if len(extra) == 0 {
		return nil
	}
	text, err := json.Marshal(extra)
	if err != nil {
		return fmt.Errorf("unknown columns of %s as JSON: %w", key, err)
	}
	return q.PutCSVExtra(ctx, queries.PutCSVExtraParams{Kind: kind, Key: key, N: int64(n), Fields: string(text)})
}
