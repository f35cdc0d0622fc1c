package storage

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"packbench/fulfillment"
)

// ImportReport tells what an import did. Rows are counted without the header; a row is either kept or named in Bad, unless
// the import ended early: then the rest is neither.
type ImportReport struct {
	Rows, Kept     int
	Bad            []BadRow
	Notes          []BadRow // rows that were kept, and what a person should know of them
	UnknownColumns []string // each once, in the order of the file; their cells are kept aside
	Orders         []fulfillment.OrderID
}

// BadRow is a row that is spoken of, and why. Line is the line of the file, the header being line 1.
type BadRow struct {
	Line   int
	Reason string
}

func (r *ImportReport) bad(line int, format string, args ...any) {
	r.Bad = append(r.Bad, BadRow{Line: line, Reason: fmt.Sprintf(format, args...)})
}

// finish puts the bad rows into the order of the file.
func (r *ImportReport) finish() {
	for _, rows := range [][]BadRow{r.Bad, r.Notes} {
		slices.SortStableFunc(rows, func(a, b BadRow) int { return a.Line - b.Line })
	}
}

const (
	maxCSVRows  = 200_000 // far beyond a day of any shop; a larger file is a mistake
	maxCSVBytes = 256 << 20
	maxCode     = 128  // bytes of an id, SKU, barcode or tracking number
	maxCell     = 4096 // bytes of a name or note: it is drawn on a screen and on paper
)

// csvRow is one row by column name, cells trimmed.
type csvRow struct {
	line  int
	cells map[string]string
	extra map[string]string
}

// readCSV reads a file with a header row: UTF-8 with or without BOM, comma or semicolon, columns in any order, unknown
// ones kept as extra. Rows that cannot be read are named in the report. An error means that the file as a whole is of
// no use.
func readCSV(in io.Reader, known, required []string) ([]csvRow, *ImportReport, error) {
	limited := &io.LimitedReader{R: in, N: maxCSVBytes}
	buf := bufio.NewReader(limited)
	for { // programs that open a file with one and write another leave two
		if bom, err := buf.Peek(3); err != nil || !bytes.Equal(bom, []byte("\xef\xbb\xbf")) {
			break
		}
		if _, err := buf.Discard(3); err != nil {
			return nil, nil, fmt.Errorf("read CSV: %w", err)
		}
	}
	if onlyCR(buf) {
		buf = bufio.NewReader(crReader{buf})
	}
	first, err := peekLine(buf)
	if err != nil {
		return nil, nil, err
	}
	r := csv.NewReader(buf)
	r.FieldsPerRecord = -1
	if strings.Count(first, ";") > strings.Count(first, ",") {
		r.Comma = ';'
	}
	report := &ImportReport{}
	header, err := readHeader(r, known, required, report)
	if err != nil {
		return nil, nil, err
	}
	rows, err := readRows(r, header, known, report)
	if err == nil && limited.N <= 0 {
		err = fmt.Errorf("read CSV: the file is larger than %d MB: divide it", maxCSVBytes>>20)
	}
	return rows, report, err
}

// onlyCR reports whether lines end with a carriage return alone, as some spreadsheets on a Mac still save them.
func onlyCR(buf *bufio.Reader) bool {
	text, _ := buf.Peek(4096) // as much as there is
	i := bytes.IndexByte(text, '\r')
	return i >= 0 && i+1 < len(text) && bytes.IndexByte(text, '\n') < 0
}

// crReader turns each carriage return into a line feed, so that lines keep their numbers.
type crReader struct{ r io.Reader }

func (c crReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	for i, b := range p[:n] {
		if b == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}

// peekLine returns the beginning of the first line without taking it.
func peekLine(buf *bufio.Reader) (string, error) {
	text, err := buf.Peek(4096)
	if len(text) == 0 {
		if err != nil && !errors.Is(err, io.EOF) {
			return "", fmt.Errorf("read CSV: %w", err)
		}
		return "", errors.New("read CSV: the file is empty")
	}
	line, _, _ := bytes.Cut(text, []byte("\n"))
	if bytes.IndexByte(line, 0) >= 0 || bytes.HasPrefix(line, []byte("\xff\xfe")) || bytes.HasPrefix(line, []byte("\xfe\xff")) {
		return "", errors.New("read CSV: the file is not UTF-8: save it as “CSV UTF-8”")
	}
	return string(line), nil
}

func readHeader(r *csv.Reader, known, required []string, report *ImportReport) ([]string, error) {
	header, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("read CSV header: %w", err)
	}
	for i, name := range header {
		name = strings.ToLower(strings.TrimSpace(name))
		if name != "" && slices.Contains(header[:i], name) {
			return nil, fmt.Errorf("read CSV: the column %q is there twice", name)
		}
		header[i] = name
		if name != "" && !slices.Contains(known, name) {
			report.UnknownColumns = append(report.UnknownColumns, name)
		}
	}
	for _, name := range required {
		if !slices.Contains(header, name) {
			return nil, fmt.Errorf("read CSV: the column %q is missing; the first line must name the columns, such as %s", name, strings.Join(known, ","))
		}
	}
	return header, nil
}

func readRows(r *csv.Reader, header, known []string, report *ImportReport) ([]csvRow, error) {
	var rows []csvRow
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if report.Rows++; report.Rows > maxCSVRows {
			return nil, fmt.Errorf("read CSV: more than %d rows: divide the file", maxCSVRows)
		}
		var parse *csv.ParseError
		if errors.As(err, &parse) {
			report.bad(parse.StartLine, "not readable as CSV: %v%s", parse.Err, upTo(parse.StartLine, parse.Line))
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read CSV: %w", err)
		}
		line, _ := r.FieldPos(0)
		row := csvRow{line: line, cells: map[string]string{}}
		reason := hangTogether(header, known, cells, r.Comma)
		if reason == "" {
			reason = row.fill(header, known, cells)
		}
		if reason != "" {
			report.bad(line, "%s", reason)
			continue
		}
		rows = append(rows, row)
	}
}

// upTo names the other lines that were read as part of a row.
func upTo(first, last int) string {
	if last <= first {
		return ""
	}
	return fmt.Sprintf("; the lines up to %d belong to it as it stands and were not read", last)
}

// hangTogether finds rows that a stray quotation mark has made one: their order would get the number and the label of another. Of
// what is known only a note has several lines, and no line of any cell looks like a row.
func hangTogether(header, known, cells []string, comma rune) string {
	for i, cell := range cells[:min(len(cells), len(header))] {
		cell = strings.TrimSpace(cell)
		for line := range strings.Lines(cell) {
			whole := strings.Count(line, string(comma)) >= len(header)-1
			if line != cell && (whole || header[i] != "buyer_note" && slices.Contains(known, header[i])) {
				return fmt.Sprintf("the cell under %q goes over %d lines: a quotation mark is missing or too many", header[i], strings.Count(cell, "\n")+1)
			}
		}
	}
	return ""
}

func (row *csvRow) fill(header, known, cells []string) (reason string) {
	if len(cells) > len(header) {
		return fmt.Sprintf("%d cells, but the header names %d columns", len(cells), len(header))
	}
	for i, cell := range cells {
		if !utf8.ValidString(cell) {
			return "not UTF-8: save the file as “CSV UTF-8”"
		}
		if cell = undoNeutral(strings.TrimSpace(cell)); len(cell) > maxCell {
			return fmt.Sprintf("the cell under %q is longer than %d characters", header[i], maxCell)
		}
		switch name := header[i]; {
		case name == "" || cell == "":
		case slices.Contains(known, name):
			row.cells[name] = cell
		default:
			if row.extra == nil {
				row.extra = map[string]string{}
			}
			row.extra[name] = cell
		}
	}
	return ""
}

// checkCode says what is wrong with an id, SKU, barcode or tracking number; empty is right.
func checkCode(what, code string) string {
	switch {
	case code == "":
		return what + " is empty"
	case len(code) > maxCode:
		return fmt.Sprintf("%s is longer than %d characters", what, maxCode)
	case strings.HasPrefix(code, "PB:"):
		return what + " begins with PB:, which marks commands"
	case strings.ContainsFunc(code, func(r rune) bool { return unicode.IsControl(r) || r == unicode.ReplacementChar }):
		return what + " contains control characters"
	case strings.ContainsFunc(code, func(r rune) bool { return unicode.Is(unicode.Cf, r) }):
		return what + " contains characters that cannot be seen; type it anew"
	}
	return ""
}

// neutral makes a cell safe for spreadsheets, which take one that begins with = + - @ or a tab for a formula.
func neutral(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

// undoNeutral makes an exported file come back as it was.
func undoNeutral(cell string) string {
	if len(cell) > 1 && cell[0] == '\'' && strings.ContainsRune("=+-@\t\r", rune(cell[1])) {
		return cell[1:]
	}
	return cell
}
